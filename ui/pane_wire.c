// WIRE: every order and cancel that left the desk, newest first, with what came of it and how long
// the venue took.
#include "ui/number.h"
#include "ui/pane.h"

enum column {
    TIME,
    NUMBER,
    JOB,
    VENUE,
    SYMBOL,
    WHAT,
    SIZE,
    PRICE,
    RESULT,
    ANSWER,
    FILL,
    PHASE,
    TEXT,
    COLUMNS
};

static int wire_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    const struct pane_column columns[COLUMNS] = {
        [TIME] = {"time", view->full_names ? 13 : 9, .sortable = true},
        [NUMBER] = {"no", 6, .right = true, .priority = 8},
        [JOB] = {"job", 5, .right = true, .sortable = true, .priority = 5},
        [VENUE] = {"venue", view_venue_columns(view), .sortable = true},
        [SYMBOL] = {"symbol", view_symbol_columns(view), .sortable = true, .priority = 2},
        [WHAT] = {"what", 9, .sortable = true},
        [SIZE] = {"size", 10, .right = true, .priority = 3},
        [PRICE] = {"price", view_price_columns(view), .right = true, .priority = 4},
        [RESULT] = {"result", 8, .sortable = true},
        [ANSWER] = {"answer", 8, .right = true, .sortable = true},
        [FILL] = {"fill", 8, .right = true, .sortable = true, .priority = 1},
        [PHASE] = {"phase", 6, .sortable = true, .priority = 6},
        [TEXT] = {"the venue's words", 17, .flexible = true, .priority = 7},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static const struct state_wire *row_of(const struct view *view, uint32_t row) {
    ASSERT(row < view->count[STATE_WIRE]);
    return &view->wire[row];
}

static uint32_t wire_rows(const struct view *view) {
    return view->count[STATE_WIRE];
}

static uint64_t wire_key(const struct view *view, uint32_t row) {
    return row_of(view, row)->number;
}

static bool is_cancel(const struct state_wire *w) {
    return w->action == ORDER_ACTION_CANCEL;
}

static const char *result_of(const struct state_wire *w) {
    return w->result < WIRE_RESULT_COUNT ? wire_result_name((enum wire_result)w->result) : "?";
}

static enum ink result_ink(const struct state_wire *w) {
    switch ((enum wire_result)w->result) {
    case WIRE_FILLED:
    case WIRE_PARTIAL:
        return INK_GOOD;
    case WIRE_REJECTED:
    case WIRE_UNKNOWN:
        return INK_WARN;
    case WIRE_SENT:
        return INK_STRONG;
    case WIRE_OPEN:
    case WIRE_CANCELED:
    case WIRE_EXPIRED:
    case WIRE_DONE:
    case WIRE_RESULT_COUNT:
        break;
    }
    return INK_TEXT;
}

static void add_what(struct text *out, const struct state_wire *w) {
    if (is_cancel(w)) {
        text_add_string(out, "cancel");
        return;
    }
    text_add_format(out, "%s %s", side_name((enum side)w->side),
                    w->type == ORDER_POST_ONLY ? "post" : "IOC");
}

static int digits_of(const struct view *view, const struct state_wire *w) {
    const struct state_quote *quote = view_quote(view, w->venue, w->symbol);
    return quote != NULL && quote->digits < VIEW_DECIMALS_MAX ? quote->digits : VIEW_DECIMALS_MAX;
}

static void cell_order(const struct view *view, const struct state_wire *w, int column,
                       struct pane_cell *out) {
    if (is_cancel(w)) {
        return; // its order's row tells
    }
    if (column == SIZE) {
        number_qty(&out->text, w->size, qty_abs(w->size).v < 1000 * QTY_ONE ? 5 : 1);
    } else {
        number_px(&out->text, w->price, digits_of(view, w), view_price_decimals(view));
    }
}

static void wire_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    const struct state_wire *w = row_of(view, row);
    char name[VENUE_NAME_MAX];
    switch ((enum column)column) {
    case TIME:
        out->ink = INK_FAINT;
        if (view->full_names) {
            number_clock_ms(&out->text, w->time_ns);
        } else {
            number_clock(&out->text, w->time_ns);
        }
        text_add_char(&out->text, 'Z');
        break;
    case NUMBER:
        text_add_int(&out->text, (int64_t)w->number);
        break;
    case JOB:
        text_add_int(&out->text, w->job);
        break;
    case VENUE:
        text_add_string(&out->text, view_venue(view, w->venue, name));
        break;
    case SYMBOL:
        text_add_string(&out->text, view_symbol(view, w->symbol));
        break;
    case WHAT:
        add_what(&out->text, w);
        break;
    case SIZE:
    case PRICE:
        cell_order(view, w, column, out);
        break;
    case RESULT:
        out->ink = result_ink(w);
        text_add_string(&out->text, result_of(w));
        break;
    case ANSWER:
        number_latency(&out->text, w->answer_ns);
        break;
    case FILL:
        number_latency(&out->text, w->fill_ns);
        break;
    case PHASE:
        text_add_string(&out->text, leg_phase_name((enum leg_phase)w->phase));
        break;
    case TEXT:
        text_add_string(&out->text, w->text);
        break;
    case COLUMNS:
        break;
    }
}

static int64_t wire_sort_key(const struct view *view, uint32_t row, int column) {
    const struct state_wire *w = row_of(view, row);
    switch ((enum column)column) {
    case TIME:
        return w->time_ns;
    case JOB:
        return -(int64_t)w->job;
    case VENUE:
        return w->venue;
    case SYMBOL:
        return w->symbol;
    case WHAT:
        return (int64_t)w->action << 16 | w->side << 8 | w->type;
    case RESULT:
        return -(int64_t)w->result;
    case ANSWER:
        return -w->answer_ns;
    case FILL:
        return -w->fill_ns;
    case PHASE:
        return w->phase;
    case NUMBER:
    case SIZE:
    case PRICE:
    case TEXT:
    case COLUMNS:
        break;
    }
    return 0;
}

static const char *venue_of(const struct view *view, const struct state_wire *w) {
    return w->venue < view->universe->venue_count ? view->universe->venues[w->venue].name : "-";
}

static void wire_words(const struct view *view, uint32_t row, struct text *out) {
    const struct state_wire *w = row_of(view, row);
    text_add_format(out, "%s %s ", venue_of(view, w), view_symbol(view, w->symbol));
    add_what(out, w);
    text_add_format(out, " %s %s %s", result_of(w), leg_phase_name((enum leg_phase)w->phase),
                    w->text);
}

static void add_latency(struct page *page, const char *label, int64_t latency_ns,
                        const char *otherwise) {
    if (latency_ns < 0) {
        page_add(page, INK_FAINT, label, "%s", otherwise);
        return;
    }
    struct text text = page_line(page, INK_TEXT, label);
    number_latency(&text, latency_ns);
    text_add_string(&text, " after it was decided");
}

static void add_result(struct page *page, const struct state_wire *w) {
    page_add(page, result_ink(w), "result", "%s", result_of(w));
    if (w->text[0] != '\0') {
        page_add(page, INK_STRONG, "said", "%s", w->text);
    }
    if (w->result == WIRE_UNKNOWN) {
        page_add(page, INK_TEXT, "",
                 "the answer was lost: the venue is asked, nothing is repeated");
    }
}

static void wire_details(const struct view *view, uint32_t row, struct page *page) {
    const struct state_wire *w = row_of(view, row);
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "%s %s of job %u on %s", is_cancel(w) ? "Cancel of order" : "Order",
                    w->client_id, w->job, venue_of(view, w));
    struct text text = page_line(page, INK_TEXT, "sent");
    number_clock_ms(&text, w->time_ns);
    text_add_format(&text, "Z, to %s", leg_phase_name((enum leg_phase)w->phase));
    if (!is_cancel(w)) {
        text = page_line(page, INK_STRONG, "order");
        add_what(&text, w);
        text_add_char(&text, ' ');
        qty_print(&text, w->size, 0, QTY_DIGITS);
        text_add_format(&text, " %s at ", view_symbol(view, w->symbol));
        number_px(&text, w->price, digits_of(view, w), 0);
        text = page_line(page, INK_TEXT, "filled");
        qty_print(&text, w->filled, 0, QTY_DIGITS);
    }
    add_result(page, w);
    add_latency(page, "answer", w->answer_ns, "none yet");
    if (!is_cancel(w)) {
        add_latency(page, "fill", w->fill_ns, "none");
    }
}

// Why did the desk send this?
static void wire_why(const struct view *view, uint32_t row, struct page *page) {
    const struct state_wire *w = row_of(view, row);
    page_clear(page, is_cancel(w) ? "Why this cancel?" : "Why this order?");
    page_add(page, INK_TEXT, "job", "%u needed it to %s", w->job,
             leg_phase_name((enum leg_phase)w->phase));
    for (uint32_t i = 0; i < view->count[STATE_JOBS]; i++) {
        const struct state_job *job = &view->jobs[i];
        if (job->id == w->job && job->state < JOB_STATE_COUNT && job->strategy < STRATEGY_COUNT) {
            page_add(page, INK_TEXT, "", "%s %s, %s now",
                     strategy_name((enum strategy)job->strategy), view_symbol(view, job->symbol),
                     job_state_name((enum job_state)job->state));
        }
    }
    add_result(page, w);
}

static struct pane_subject wire_subject(const struct view *view, uint32_t row) {
    const struct state_wire *w = row_of(view, row);
    return (struct pane_subject){.venue = w->venue, .symbol = w->symbol, .job = w->job};
}

static const struct pane_legend legend[] = {
    {"what", "side and kind: post rests, IOC takes or goes"},
    {"answer", "from the decision to the venue's first word"},
    {"fill", "from the decision to the first fill"},
    {"phase", "open, hedge, close or unwind: what the job needed it for"},
    {NULL, NULL},
};

const struct pane_class pane_wire = {
    .name = "WIRE",
    .help = "Orders and cancels as they left: result, time to the venue's first word and to the "
            "first fill.",
    .empty = "nothing was sent yet",
    .legend = legend,
    .sections = VIEW_BIT(STATE_WIRE),
    .columns = wire_columns,
    .rows = wire_rows,
    .key = wire_key,
    .cell = wire_cell,
    .sort_key = wire_sort_key,
    .words = wire_words,
    .details = wire_details,
    .why = wire_why,
    .subject = wire_subject,
};
