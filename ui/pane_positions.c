// POSITIONS: what is held on each venue, and below it the orders that are out.
//
// Rows 0 .. positions-1 are positions, the rest orders; both use the same columns, so the eye finds
// size and price in one place.
#include "ui/number.h"
#include "ui/pane.h"

enum column {
    WHAT,
    SYMBOL,
    VENUE,
    SIZE,
    PRICE,
    MARK,
    VALUE,
    UNREALISED,
    REALISED,
    FUNDING,
    FEES,
    STATE,
    COLUMNS
};

static int positions_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    int price = view_price_columns(view);
    const struct pane_column columns[COLUMNS] = {
        [WHAT] = {"what", 5, .sortable = true},
        [SYMBOL] = {"symbol", view_symbol_columns(view), .sortable = true},
        [VENUE] = {"venue", view_venue_columns(view), .sortable = true},
        [SIZE] = {"size", 11, .right = true},
        [PRICE] = {"price", price, .right = true},
        [MARK] = {"mark", price, .right = true, .priority = 3},
        [VALUE] = {"value $", 9, .right = true, .sortable = true},
        [UNREALISED] = {"unreal $", 8, .right = true, .sortable = true, .priority = 1},
        [REALISED] = {"realised $", 10, .right = true, .sortable = true, .priority = 4},
        [FUNDING] = {"funding $", 9, .right = true, .priority = 6},
        [FEES] = {"fees $", 8, .right = true, .priority = 5},
        [STATE] = {"state", 9, .priority = 2},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static uint32_t positions_rows(const struct view *view) {
    return view->count[STATE_POSITIONS] + view->count[STATE_ORDERS];
}

static const struct state_position *position_of(const struct view *view, uint32_t row) {
    return row < view->count[STATE_POSITIONS] ? &view->positions[row] : NULL;
}

static const struct state_order *order_of(const struct view *view, uint32_t row) {
    uint32_t index = row - view->count[STATE_POSITIONS];
    ASSERT(index < view->count[STATE_ORDERS]);
    return &view->orders[index];
}

static uint64_t positions_key(const struct view *view, uint32_t row) {
    const struct state_position *p = position_of(view, row);
    if (p != NULL) {
        return (UINT64_C(1) << 63) | (uint64_t)p->venue << 16 | p->symbol;
    }
    return order_of(view, row)->order;
}

static int digits_of(const struct view *view, uint16_t venue, uint16_t symbol) {
    const struct state_quote *quote = view_quote(view, venue, symbol);
    return quote != NULL && quote->digits < VIEW_DECIMALS_MAX ? quote->digits : VIEW_DECIMALS_MAX;
}

static void cell_qty(struct pane_cell *out, struct qty size, int sign) {
    int64_t value = sign < 0 ? -size.v : size.v;
    text_add_string(&out->text, value > 0 ? "+" : "");
    number_qty(&out->text, (struct qty){value}, qty_abs(size).v < 1000 * QTY_ONE ? 5 : 1);
}

static void cell_position(const struct view *view, const struct state_position *p, int column,
                          struct pane_cell *out) {
    int digits = digits_of(view, p->venue, p->symbol);
    switch ((enum column)column) {
    case WHAT:
        text_add_string(&out->text, p->net.v > 0 ? "long" : p->net.v < 0 ? "short" : "flat");
        break;
    case SIZE:
        cell_qty(out, p->net, 1);
        break;
    case PRICE:
        if (p->net.v != 0) {
            number_px(&out->text, p->average, digits, view_price_decimals(view));
        }
        break;
    case MARK:
        if (p->mark.v > 0) {
            number_px(&out->text, p->mark, digits, view_price_decimals(view));
        }
        break;
    case VALUE:
        pane_cell_usd(out, p->net_usd);
        break;
    case UNREALISED:
        pane_cell_usd_signed(out, p->unrealised);
        break;
    case REALISED:
        pane_cell_usd_signed(out, p->realised);
        break;
    case FUNDING:
        pane_cell_usd_signed(out, p->funding);
        break;
    case FEES:
        pane_cell_usd(out, p->fees);
        break;
    case SYMBOL:
    case VENUE:
    case STATE:
    case COLUMNS:
        break;
    }
}

static void cell_order(const struct view *view, const struct state_order *o, int column,
                       struct pane_cell *out) {
    out->ink = INK_HEAD;
    switch ((enum column)column) {
    case WHAT:
        text_add_string(&out->text, side_name((enum side)o->side));
        break;
    case SIZE:
        cell_qty(out, o->size, o->side == SIDE_BUY ? 1 : -1);
        break;
    case PRICE:
        number_px(&out->text, o->price, digits_of(view, o->venue, o->symbol),
                  view_price_decimals(view));
        break;
    case VALUE:
        pane_cell_usd(out, usd_notional_near(o->price, o->size));
        break;
    case STATE:
        text_add_string(&out->text, o->state < ORDER_STATE_COUNT
                                        ? order_state_name((enum order_state)o->state)
                                        : "?");
        break;
    case MARK:
        text_add_format(&out->text, "%d%% done", number_permille(o->filled.v, o->size.v) / 10);
        break;
    case SYMBOL:
    case VENUE:
    case UNREALISED:
    case REALISED:
    case FUNDING:
    case FEES:
    case COLUMNS:
        break;
    }
}

static void positions_cell(const struct view *view, uint32_t row, int column,
                           struct pane_cell *out) {
    const struct state_position *p = position_of(view, row);
    const struct state_order *o = p == NULL ? order_of(view, row) : NULL;
    char name[VENUE_NAME_MAX];
    if (column == SYMBOL) {
        text_add_string(&out->text, view_symbol(view, p != NULL ? p->symbol : o->symbol));
    } else if (column == VENUE) {
        text_add_string(&out->text, view_venue(view, p != NULL ? p->venue : o->venue, name));
    } else if (p != NULL) {
        cell_position(view, p, column, out);
    } else {
        cell_order(view, o, column, out);
    }
}

static int64_t positions_sort_key(const struct view *view, uint32_t row, int column) {
    const struct state_position *p = position_of(view, row);
    const struct state_order *o = p == NULL ? order_of(view, row) : NULL;
    if (column == SYMBOL) {
        return p != NULL ? p->symbol : o->symbol;
    }
    if (column == VENUE) {
        return p != NULL ? p->venue : o->venue;
    }
    if (p == NULL) {
        return column == WHAT ? -1 : INT64_MAX;
    }
    switch ((enum column)column) {
    case VALUE:
        return -usd_abs(p->net_usd).v;
    case UNREALISED:
        return p->unrealised.v;
    case REALISED:
        return p->realised.v;
    case WHAT:
    case SYMBOL:
    case VENUE:
    case SIZE:
    case PRICE:
    case MARK:
    case FUNDING:
    case FEES:
    case STATE:
    case COLUMNS:
        break;
    }
    return 0;
}

static void positions_words(const struct view *view, uint32_t row, struct text *out) {
    const struct state_position *p = position_of(view, row);
    const struct state_order *o = p == NULL ? order_of(view, row) : NULL;
    uint16_t venue = p != NULL ? p->venue : o->venue;
    text_add_format(out, "%s %s %s", view_symbol(view, p != NULL ? p->symbol : o->symbol),
                    venue < view->universe->venue_count ? view->universe->venues[venue].name : "",
                    p != NULL ? "position" : "order");
}

static void add_usd(struct page *page, const char *label, struct usd value) {
    struct text text = page_line(page, INK_TEXT, label);
    number_usd_signed(&text, value);
    text_add_string(&text, " USD");
}

static void order_page(const struct view *view, const struct state_order *o, struct page *page) {
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "Order %s of job %u", o->client_id, o->job);
    struct text text = page_line(page, INK_STRONG, "order");
    text_add_format(&text, "%s ", side_name((enum side)o->side));
    qty_print(&text, o->size, 0, QTY_DIGITS);
    text_add_format(&text, " %s at ", view_symbol(view, o->symbol));
    number_px(&text, o->price, digits_of(view, o->venue, o->symbol), 0);
    text_add_format(&text, ", %s", o->type == ORDER_POST_ONLY ? "post-only" : "IOC");
    text = page_line(page, INK_TEXT, "filled");
    qty_print(&text, o->filled, 0, QTY_DIGITS);
    page_add(page, INK_TEXT, "state", "%s", order_state_name((enum order_state)o->state));
    text = page_line(page, INK_TEXT, "created");
    number_clock_ms(&text, o->created_ns);
    text_add_char(&text, 'Z');
}

static void positions_details(const struct view *view, uint32_t row, struct page *page) {
    const struct state_position *p = position_of(view, row);
    if (p == NULL) {
        order_page(view, order_of(view, row), page);
        return;
    }
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "%s on %s", view_symbol(view, p->symbol),
                    view->universe->venues[p->venue].name);
    struct text text = page_line(page, INK_STRONG, "net");
    qty_print(&text, p->net, 0, QTY_DIGITS);
    text_add_string(&text, " at ");
    number_px(&text, p->average, digits_of(view, p->venue, p->symbol), 0);
    add_usd(page, "value", p->net_usd);
    add_usd(page, "unrealised", p->unrealised);
    add_usd(page, "realised", p->realised);
    add_usd(page, "funding", p->funding);
    text = page_line(page, INK_TEXT, "fees");
    number_usd(&text, p->fees);
    text_add_string(&text, " USD");
}

// A position stands because a job holds it: name those jobs.
static void positions_why(const struct view *view, uint32_t row, struct page *page) {
    const struct state_position *p = position_of(view, row);
    if (p == NULL) {
        const struct state_order *o = order_of(view, row);
        page_clear(page, "Why this order?");
        page_add(page, INK_TEXT, "job", "%u placed it", o->job);
        return;
    }
    page_clear(page, "Why this position?");
    int found = 0;
    for (uint32_t i = 0; i < view->count[STATE_JOBS]; i++) {
        const struct state_job *job = &view->jobs[i];
        for (int leg = 0; leg < job->legs && leg < JOB_LEGS_MAX; leg++) {
            if (job->symbol == p->symbol && job->leg[leg].venue == p->venue &&
                job->state < JOB_DONE && job->leg[leg].filled.v != job->leg[leg].closed.v) {
                struct text text = page_line(page, INK_TEXT, "job");
                text_add_format(&text, "%u, %s, holds ", job->id,
                                job_state_name((enum job_state)job->state));
                qty_print(&text, qty_sub(job->leg[leg].filled, job->leg[leg].closed), 0,
                          QTY_DIGITS);
                text_add_format(&text, " %s", job->leg[leg].side == SIDE_BUY ? "long" : "short");
                found++;
            }
        }
    }
    if (found == 0) {
        page_add(page, p->net.v != 0 ? INK_WARN : INK_TEXT, "job",
                 p->net.v != 0 ? "none: no running job holds it (f flattens)" : "none: it is flat");
    }
}

static struct pane_subject positions_subject(const struct view *view, uint32_t row) {
    const struct state_position *p = position_of(view, row);
    if (p != NULL) {
        return (struct pane_subject){.venue = p->venue, .symbol = p->symbol};
    }
    const struct state_order *o = order_of(view, row);
    return (struct pane_subject){.venue = o->venue, .symbol = o->symbol, .job = o->job};
}

static const struct pane_legend legend[] = {
    {"what", "long, short or flat; buy and sell are orders that are out"},
    {"unreal $", "what closing at the mark would bring"},
    {"funding $", "paid since start, negative: received"},
    {NULL, NULL},
};

const struct pane_class pane_positions = {
    .name = "POSITIONS",
    .help = "Positions of every venue, and the orders that are out.",
    .empty = "flat, no orders",
    .legend = legend,
    .sections = VIEW_BIT(STATE_POSITIONS) | VIEW_BIT(STATE_ORDERS),
    .columns = positions_columns,
    .rows = positions_rows,
    .key = positions_key,
    .cell = positions_cell,
    .sort_key = positions_sort_key,
    .words = positions_words,
    .details = positions_details,
    .why = positions_why,
    .subject = positions_subject,
};
