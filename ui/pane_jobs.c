// JOBS: what runs, what waits and what lately ended, with both legs.
//
// A leg is shown as side, venue and how much of it is done: filled while it opens, closed while it
// closes. Side is a sign, so that it reads without colour: '+' buys, '-' sells (the opening side).
#include "ui/number.h"
#include "ui/pane.h"

enum column {
    ID,
    STRATEGY,
    STATE,
    SYMBOL,
    NOTIONAL,
    LEG_A,
    LEG_B,
    UNHEDGED,
    UNHEDGED_TIME,
    LEFT,
    EDGE,
    SCORE,
    PNL,
    WHY,
    COLUMNS
};

static int jobs_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    int leg = view_venue_columns(view) + 6;
    const struct pane_column columns[COLUMNS] = {
        [ID] = {"id", 5, .right = true, .sortable = true},
        [STRATEGY] = {"strat", 6, .sortable = true, .priority = 2},
        [STATE] = {"state", 9, .sortable = true},
        [SYMBOL] = {"symbol", view_symbol_columns(view), .sortable = true},
        [NOTIONAL] = {"size $", 8, .right = true, .sortable = true, .priority = 6},
        [LEG_A] = {"leg A", leg, .right = false},
        [LEG_B] = {"leg B", leg, .right = false},
        [UNHEDGED] = {"unhdg $", 7, .right = true, .sortable = true, .priority = 1},
        [UNHEDGED_TIME] = {"unhdg $s", 8, .right = true, .priority = 8},
        [LEFT] = {"left", 5, .right = true, .priority = 3},
        [EDGE] = {"edge bps", 8, .right = true, .priority = 7},
        [SCORE] = {"score", 5, .right = true, .priority = 9},
        [PNL] = {"pnl $", 7, .right = true, .sortable = true},
        [WHY] = {"reason", 1, .flexible = true, .priority = 5},
    };
    memcpy(out, columns, sizeof(columns));
    out[WHY].columns = view->full_names ? 12 : 1;
    return view->full_names ? COLUMNS : COLUMNS - 1;
}

static const struct state_job *row_of(const struct view *view, uint32_t row) {
    ASSERT(row < view->count[STATE_JOBS]);
    return &view->jobs[row];
}

static uint32_t jobs_rows(const struct view *view) {
    return view->count[STATE_JOBS];
}

static bool is_over(const struct state_job *job) {
    return job->state >= JOB_DONE;
}

// What holds positions stands first, what waits and what is over below it.
static int64_t jobs_rank(const struct view *view, uint32_t row) {
    const struct state_job *job = row_of(view, row);
    return is_over(job) ? 2 : job->state == JOB_PENDING ? 1 : 0;
}

static uint64_t jobs_key(const struct view *view, uint32_t row) {
    return row_of(view, row)->id;
}

static enum ink state_ink(const struct state_job *job) {
    switch ((enum job_state)job->state) {
    case JOB_OPENING:
    case JOB_CLOSING:
        return INK_STRONG;
    case JOB_HOLDING:
        return INK_GOOD;
    case JOB_UNWINDING:
    case JOB_FAILED:
        return INK_WARN;
    case JOB_PENDING:
    case JOB_DONE:
    case JOB_REFUSED:
    case JOB_EXPIRED:
    case JOB_STATE_COUNT:
        break;
    }
    return is_over(job) ? INK_FAINT : INK_TEXT;
}

static void cell_leg(const struct view *view, struct pane_cell *out, const struct state_job *job,
                     int index) {
    if (index >= job->legs || index >= JOB_LEGS_MAX) {
        return;
    }
    const struct state_leg *leg = &job->leg[index];
    char name[VENUE_NAME_MAX];
    text_add_char(&out->text, leg->side == SIDE_BUY ? '+' : '-');
    text_add_string(&out->text, view_venue(view, leg->venue, name));
    while ((int)out->text.size < view_venue_columns(view) + 2) {
        text_add_char(&out->text, ' ');
    }
    bool closing = job->state == JOB_CLOSING || job->state == JOB_UNWINDING;
    int64_t part = closing ? leg->closed.v : leg->filled.v;
    int64_t whole = closing ? leg->filled.v : leg->size.v;
    int permille = number_permille(part, whole);
    // 99.9 % is not done.
    text_add_format(&out->text, "%3d%%", permille / 10);
    out->ink = is_over(job) ? INK_FAINT : INK_TEXT;
}

static void cell_left(const struct view *view, struct pane_cell *out, const struct state_job *job) {
    if (job->deadline_ns == 0 || is_over(job)) {
        return;
    }
    int64_t left_ns = job->deadline_ns - view_now_ns(view);
    out->ink = left_ns < 2 * NS_PER_S ? INK_WARN : INK_TEXT;
    number_countdown(&out->text, left_ns);
}

static void cell_unhedged(struct pane_cell *out, const struct state_job *job) {
    number_usd_short(&out->text, job->unhedged);
    out->ink = job->unhedged.v > 0 && !is_over(job) ? INK_WARN : INK_FAINT;
}

static const char *reason_of(const struct state_job *job) {
    return job->rule == RULE_NONE || job->rule >= RULE_COUNT ? "" : rule_name((enum rule)job->rule);
}

static void jobs_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    const struct state_job *job = row_of(view, row);
    if (is_over(job)) {
        out->ink = INK_FAINT;
    }
    switch ((enum column)column) {
    case ID:
        text_add_int(&out->text, job->id);
        break;
    case STRATEGY:
        text_add_string(&out->text, job->strategy < STRATEGY_COUNT
                                        ? strategy_name((enum strategy)job->strategy)
                                        : "?");
        break;
    case STATE:
        text_add_string(&out->text, job->state < JOB_STATE_COUNT
                                        ? job_state_name((enum job_state)job->state)
                                        : "?");
        out->ink = state_ink(job);
        break;
    case SYMBOL:
        text_add_string(&out->text, view_symbol(view, job->symbol));
        break;
    case NOTIONAL:
        pane_cell_usd(out, job->notional);
        break;
    case LEG_A:
        cell_leg(view, out, job, 0);
        break;
    case LEG_B:
        cell_leg(view, out, job, 1);
        break;
    case UNHEDGED:
        cell_unhedged(out, job);
        break;
    case UNHEDGED_TIME:
        number_usd_short(&out->text, (struct usd){job->unhedged_usd_s});
        break;
    case LEFT:
        cell_left(view, out, job);
        break;
    case EDGE:
        number_bps_signed(&out->text, job->edge);
        break;
    case SCORE:
        number_score(&out->text, job->final_ppm);
        break;
    case PNL:
        pane_cell_usd_signed(out, job->pnl);
        break;
    case WHY:
        text_add_string(&out->text, reason_of(job));
        break;
    case COLUMNS:
        break;
    }
}

static int64_t jobs_sort_key(const struct view *view, uint32_t row, int column) {
    const struct state_job *job = row_of(view, row);
    switch ((enum column)column) {
    case ID:
        return -(int64_t)job->id;
    case STRATEGY:
        return job->strategy;
    case STATE:
        return job->state;
    case SYMBOL:
        return job->symbol;
    case NOTIONAL:
        return -job->notional.v;
    case UNHEDGED:
        return -job->unhedged.v;
    case PNL:
        return job->pnl.v;
    case LEG_A:
    case LEG_B:
    case UNHEDGED_TIME:
    case LEFT:
    case EDGE:
    case SCORE:
    case WHY:
    case COLUMNS:
        break;
    }
    return 0;
}

static void jobs_words(const struct view *view, uint32_t row, struct text *out) {
    const struct state_job *job = row_of(view, row);
    struct pane_cell cell;
    static const enum column columns[] = {ID, STRATEGY, STATE, SYMBOL, WHY};
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        cell.text = text_over(cell.data, sizeof(cell.data));
        jobs_cell(view, row, (int)columns[i], &cell);
        text_add(out, text_slice(&cell.text));
        text_add_char(out, ' ');
    }
    for (int i = 0; i < job->legs && i < JOB_LEGS_MAX; i++) {
        if (job->leg[i].venue < view->universe->venue_count) {
            text_add_string(out, view->universe->venues[job->leg[i].venue].name);
            text_add_char(out, ' ');
        }
    }
}

static void set_title(const struct view *view, const struct state_job *job, const char *before,
                      struct page *page) {
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "%sjob %u: %s %s, %s", before, job->id,
                    strategy_name((enum strategy)job->strategy), view_symbol(view, job->symbol),
                    job_state_name((enum job_state)job->state));
}

static void add_leg(const struct view *view, const struct state_job *job, int index,
                    struct page *page) {
    const struct state_leg *leg = &job->leg[index];
    const struct state_quote *quote = view_quote(view, leg->venue, job->symbol);
    int digits = quote != NULL ? quote->digits : 4;
    // What filled between two reports of its order is filled.
    bool filled = (job->state == JOB_OPENING || job->state == JOB_HOLDING) && leg->size.v > 0 &&
                  leg->filled.v >= leg->size.v;
    enum order_state order = filled ? ORDER_FILLED_ALL : (enum order_state)leg->order_state;
    struct text text = page_line(page, INK_STRONG, index == 0 ? "leg A" : "leg B");
    text_add_format(&text, "%s ", side_name((enum side)leg->side));
    qty_print(&text, leg->size, 0, QTY_DIGITS);
    text_add_format(
        &text, " on %s, %s, order %s",
        leg->venue < view->universe->venue_count ? view->universe->venues[leg->venue].name : "-",
        leg->maker ? "maker" : "taker", order_state_name(order));
    text = page_line(page, INK_TEXT, "");
    text_add_string(&text, "filled ");
    qty_print(&text, leg->filled, 0, QTY_DIGITS);
    text_add_string(&text, " at ");
    number_px(&text, leg->average, digits, 0);
    text_add_string(&text, ", closed ");
    qty_print(&text, leg->closed, 0, QTY_DIGITS);
    text_add_string(&text, " at ");
    number_px(&text, leg->close_average, digits, 0);
}

static void jobs_details(const struct view *view, uint32_t row, struct page *page) {
    const struct state_job *job = row_of(view, row);
    set_title(view, job, "", page);
    for (int i = 0; i < job->legs && i < JOB_LEGS_MAX; i++) {
        add_leg(view, job, i, page);
    }
    struct text text = page_line(page, INK_TEXT, "size");
    number_usd(&text, job->notional);
    text_add_string(&text, " USD, edge ");
    number_bps_signed(&text, job->edge);
    text_add_string(&text, " bps");
    text = page_line(page, INK_TEXT, "money");
    text_add_string(&text, "pnl ");
    number_usd_signed(&text, job->pnl);
    text_add_string(&text, ", fees ");
    number_usd(&text, job->fees);
    text_add_string(&text, " USD");
    text = page_line(page, INK_TEXT, "unhedged");
    number_usd(&text, job->unhedged);
    text_add_string(&text, " USD now, ");
    number_usd(&text, (struct usd){job->unhedged_usd_s});
    text_add_string(&text, " USD s in all");
    text = page_line(page, INK_TEXT, "scores");
    text_add_string(&text, "safety ");
    number_score(&text, job->safety_ppm);
    text_add_string(&text, ", volume ");
    number_score(&text, job->volume_ppm);
    text_add_string(&text, ", final ");
    number_score(&text, job->final_ppm);
    text = page_line(page, INK_TEXT, "created");
    number_clock_ms(&text, job->created_ns);
    text_add_char(&text, 'Z');
    if (is_over(job)) {
        text_add_string(&text, ", finished ");
        number_clock_ms(&text, job->finished_ns);
        text_add_char(&text, 'Z');
    }
    if (job->rule != RULE_NONE) {
        page_add(page, INK_TEXT, "", "%s", "");
        page_add_verdict(page, view, &job->verdict);
    }
}

static void jobs_why(const struct view *view, uint32_t row, struct page *page) {
    const struct state_job *job = row_of(view, row);
    set_title(view, job, "Why: ", page);
    struct verdict verdict = job->verdict;
    if (verdict.rule == RULE_NONE && job->rule != RULE_NONE && job->rule < RULE_COUNT) {
        page_add(page, INK_WARN, "rule", "%s", rule_name((enum rule)job->rule));
        page_add(page, INK_TEXT, "", "%s", rule_sentence((enum rule)job->rule));
    } else {
        page_add_verdict(page, view, &verdict);
    }
    struct text text = page_line(page, INK_TEXT, "score");
    number_score(&text, job->final_ppm);
    text_add_string(&text, " against ");
    number_score(&text, view->risk->score_min_ppm);
    text_add_string(&text, " of the risk mode");
}

static struct pane_subject jobs_subject(const struct view *view, uint32_t row) {
    const struct state_job *job = row_of(view, row);
    return (struct pane_subject){.venue = CONTROL_ANY, .symbol = job->symbol, .job = job->id};
}

static const struct pane_legend legend[] = {
    {"strat", "arb: a price gap; wash: hedged volume; manual, twap and the others: see the manual"},
    {"leg A leg B", "+ buys, - sells; the share filled, while it closes the share closed"},
    {"unhdg $", "open on one leg and not on the other, now"},
    {"unhdg $s", "that, times the seconds it stood: the job's exposure clock"},
    {"left", "until the state it is in ends by itself"},
    {"edge bps", "net edge when it was decided"},
    {"score", "what decided its place in the queue"},
    {"reason", "the rule that refused or ended it"},
    {NULL, NULL},
};

const struct pane_class pane_jobs = {
    .name = "JOBS",
    .help = "Hedged jobs: + buys, - sells, the share done of each leg, time left in the state.",
    .empty = "no jobs yet",
    .legend = legend,
    .sections = VIEW_BIT(STATE_JOBS) | VIEW_BIT(VIEW_TICK),
    .columns = jobs_columns,
    .rows = jobs_rows,
    .key = jobs_key,
    .rank = jobs_rank,
    .cell = jobs_cell,
    .sort_key = jobs_sort_key,
    .words = jobs_words,
    .details = jobs_details,
    .why = jobs_why,
    .subject = jobs_subject,
};
