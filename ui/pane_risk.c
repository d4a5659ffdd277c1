// RISK: the desk's limits with what is used of each, and below them what was lately denied.
//
// The figures come in order of weight, so a small pane shows what matters most and a large one
// everything.
#include "ui/head.h"
#include "ui/number.h"
#include "ui/pane.h"

enum column { SINCE, TIMES, STRATEGY, SYMBOL, ROUTE, RULE, FIGURE, LIMIT, COLUMNS };
enum { ROWS_KEPT = 3, FREEZES_SHOWN = 4, FIGURE_COLUMNS = 11 };

static int risk_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    const struct pane_column columns[COLUMNS] = {
        [SINCE] = {"ago", 5, .right = true, .sortable = true, .priority = 3},
        [TIMES] = {"times", 5, .right = true, .sortable = true, .priority = 4},
        [STRATEGY] = {"strat", 6, .priority = 2},
        [SYMBOL] = {"symbol", view_symbol_columns(view), .priority = 1},
        [ROUTE] = {"buy→sell", 2 * view_venue_columns(view) + 1, .priority = 5},
        [RULE] = {"denied by", 10, .sortable = true, .flexible = true, .most = 24},
        [FIGURE] = {"figure", FIGURE_COLUMNS, .right = true},
        [LIMIT] = {"limit", FIGURE_COLUMNS, .right = true, .priority = 1},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static const struct state_denial *row_of(const struct view *view, uint32_t row) {
    ASSERT(row < view->risk->denial_count && row < STATE_DENIALS_MAX);
    return &view->risk->denials[row];
}

static uint32_t risk_rows(const struct view *view) {
    uint32_t count = view->risk->denial_count;
    return count < STATE_DENIALS_MAX ? count : STATE_DENIALS_MAX;
}

static uint64_t risk_key(const struct view *view, uint32_t row) {
    const struct state_denial *d = row_of(view, row);
    return (uint64_t)d->buy_venue << 56 | (uint64_t)(d->sell_venue & 0xff) << 48 |
           (uint64_t)d->strategy << 40 | (uint64_t)d->symbol << 16 | d->verdict.rule;
}

static enum rule rule_of(const struct state_denial *d) {
    return d->verdict.rule < RULE_COUNT ? (enum rule)d->verdict.rule : RULE_NONE;
}

static void cell_figure(struct pane_cell *out, enum rule rule, int64_t figure) {
    if (rule_unit_of(rule) != UNIT_NONE) {
        rule_figure_print(&out->text, rule_unit_of(rule), figure);
    }
    if (rule_unit_of(rule) == UNIT_USD && out->text.size > FIGURE_COLUMNS) {
        text_clear(&out->text);
        number_usd_short(&out->text, (struct usd){figure});
        text_add_string(&out->text, " USD");
    }
}

static const char *strategy_of(uint16_t strategy) {
    return strategy < STRATEGY_COUNT ? strategy_name((enum strategy)strategy) : "-";
}

static void risk_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    const struct state_denial *d = row_of(view, row);
    switch ((enum column)column) {
    case SINCE:
        number_age(&out->text, (view_now_ns(view) - d->time_ns) / NS_PER_S * 1000);
        break;
    case TIMES:
        text_add_int(&out->text, d->count);
        break;
    case STRATEGY:
        text_add_string(&out->text, strategy_of(d->strategy));
        break;
    case SYMBOL:
        text_add_string(&out->text, view_symbol(view, d->symbol));
        break;
    case ROUTE:
        view_add_route(view, d->buy_venue, d->sell_venue, &out->text);
        break;
    case RULE:
        text_add_string(&out->text, rule_name(rule_of(d)));
        break;
    case FIGURE:
        cell_figure(out, rule_of(d), d->verdict.figure);
        break;
    case LIMIT:
        cell_figure(out, rule_of(d), d->verdict.limit);
        break;
    case COLUMNS:
        break;
    }
}

static int64_t risk_sort_key(const struct view *view, uint32_t row, int column) {
    const struct state_denial *d = row_of(view, row);
    switch ((enum column)column) {
    case SINCE:
        return -d->time_ns;
    case TIMES:
        return -(int64_t)d->count;
    case RULE:
        return d->verdict.rule;
    case STRATEGY:
    case SYMBOL:
    case ROUTE:
    case FIGURE:
    case LIMIT:
    case COLUMNS:
        break;
    }
    return 0;
}

static void risk_words(const struct view *view, uint32_t row, struct text *out) {
    const struct state_denial *d = row_of(view, row);
    text_add_format(out, "%s %s %s", strategy_of(d->strategy), view_symbol(view, d->symbol),
                    rule_name(rule_of(d)));
}

static void risk_page(const struct view *view, uint32_t row, struct page *page) {
    const struct state_denial *d = row_of(view, row);
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "Why not: %s %s", strategy_of(d->strategy),
                    view_symbol(view, d->symbol));
    page_add_verdict(page, view, &d->verdict);
    if (d->buy_venue < view->universe->venue_count && d->sell_venue < view->universe->venue_count) {
        page_add(page, INK_TEXT, "legs", "buy %s, sell %s",
                 view->universe->venues[d->buy_venue].name,
                 view->universe->venues[d->sell_venue].name);
    }
    struct text text = page_line(page, INK_TEXT, "times");
    text_add_format(&text, "%u, last at ", d->count);
    number_clock_ms(&text, d->time_ns);
    text_add_char(&text, 'Z');
}

static struct pane_subject risk_subject(const struct view *view, uint32_t row) {
    (void)view;
    (void)row;
    return (struct pane_subject){.venue = CONTROL_ANY, .symbol = CONTROL_ANY};
}

static void add_loss(struct head *head, const struct state_risk *r) {
    int permille = number_permille(r->day_loss.v, r->day_loss_limit.v);
    struct text *text = head_add(head, "day loss", permille, head_used_ink(permille));
    number_usd(text, r->day_loss);
    text_add_char(text, '/');
    number_usd(text, r->day_loss_limit);
    text_add_string(text, " $");
}

static void add_drawdown(struct head *head, const struct state_risk *r) {
    int permille = number_permille(r->drawdown.v, r->drawdown_limit.v);
    struct text *text = head_add(head, "drawdown", permille, head_used_ink(permille));
    number_percent(text, r->drawdown);
    text_add_char(text, '/');
    number_percent(text, r->drawdown_limit);
    text_add_string(text, " %");
}

static void add_unhedged(struct head *head, const struct state_risk *r) {
    int permille = number_permille(r->unhedged.v, r->unhedged_max.v);
    struct text *text = head_add(head, "unhedged", permille, head_used_ink(permille));
    number_usd(text, r->unhedged);
    text_add_char(text, '/');
    number_usd(text, r->unhedged_max);
    text_add_string(text, " $");
    permille = number_permille(r->unhedged_usd_s, r->unhedged_usd_s_max);
    text = head_add(head, "worst job", permille, head_used_ink(permille));
    number_usd(text, (struct usd){r->unhedged_usd_s});
    text_add_char(text, '/');
    number_usd(text, (struct usd){r->unhedged_usd_s_max});
    text_add_string(text, " $s");
}

static void add_freezes(struct head *head, const struct view *view) {
    const struct state_risk *r = view->risk;
    uint32_t count = r->freeze_count < FREEZES_SHOWN ? r->freeze_count : FREEZES_SHOWN;
    for (uint32_t i = 0; i < count; i++) {
        const struct state_freeze *f = &r->freezes[i];
        struct text *text = head_add(head, i == 0 ? "frozen" : "", HEAD_NO_BAR, INK_WARN);
        text_add_string(text, view_symbol(view, f->symbol));
        text_add_char(text, ' ');
        number_countdown(text, f->until_ns - view_now_ns(view));
        text_add_format(text, " %s", f->rule < RULE_COUNT ? rule_name((enum rule)f->rule) : "");
    }
    if (r->freeze_count > count) {
        text_add_format(head_add(head, "", HEAD_NO_BAR, INK_WARN), "and %u more",
                        r->freeze_count - count);
    }
}

static const char *venue_name(const struct view *view, uint32_t venue) {
    return view->universe->venues[venue].name;
}

// How far a kill has come: what it still waits for.
static void add_kill(struct head *head, const struct state_risk *r) {
    if (r->kill_step == KILL_NONE || r->kill_step >= KILL_STEP_COUNT) {
        return;
    }
    enum kill_step step = (enum kill_step)r->kill_step;
    struct text *text =
        head_add(head, "kill", HEAD_NO_BAR, step == KILL_DONE ? INK_TEXT : INK_WARN);
    text_add_string(text, kill_step_name(step));
    if (step == KILL_CANCELLING) {
        text_add_format(text, ", %u order%s still open", r->kill_orders,
                        r->kill_orders == 1 ? "" : "s");
    }
}

// What acts by itself when its time is up: breakers, blocked lanes, the venues' own switches.
static void add_countdowns(struct head *head, const struct view *view) {
    int64_t now_ns = view_now_ns(view);
    for (uint32_t i = 0; i < view->count[STATE_VENUES]; i++) {
        const struct state_venue *v = &view->venues[i];
        if (v->tripped) {
            struct text *text = head_add(head, "breaker", HEAD_NO_BAR, INK_WARN);
            text_add_format(text, "%s open, %u rejects, closes in ", venue_name(view, i),
                            v->rejects);
            number_countdown(text, v->tripped_until_ns - now_ns);
        }
        if (v->lane_blocked_until_ns > now_ns) {
            struct text *text = head_add(head, "blocked", HEAD_NO_BAR, INK_WARN);
            text_add_format(text, "%s sends again in ", venue_name(view, i));
            number_countdown(text, v->lane_blocked_until_ns - now_ns);
        }
        if (v->deadman_until_ns != 0) {
            struct text *text = head_add(head, "dead man", HEAD_NO_BAR, INK_TEXT);
            text_add_format(text, "%s cancels all in ", venue_name(view, i));
            number_countdown(text, v->deadman_until_ns - now_ns);
        }
    }
}

static void add_switches(struct head *head, const struct view *view) {
    const struct state_header *h = view->header;
    if (h->overridden) {
        struct text *text = head_add(head, "override", HEAD_NO_BAR, INK_NOTICE);
        text_add_string(text, "soft rules passed, ends in ");
        number_countdown(text, h->override_until_ns - view_now_ns(view));
    }
    if (view->risk->strategies_off != 0) {
        struct text *text = head_add(head, "off", HEAD_NO_BAR, INK_WARN);
        for (int i = 0; i < STRATEGY_COUNT; i++) {
            if ((view->risk->strategies_off >> i & 1U) != 0) {
                text_add_format(text, "%s ", strategy_name((enum strategy)i));
            }
        }
    }
}

static void add_mode(struct head *head, const struct view *view) {
    const struct state_risk *r = view->risk;
    struct text *text = head_add(head, "mode", HEAD_NO_BAR, INK_TEXT);
    text_add_string(text, "edge >= ");
    number_bps(text, r->min_edge);
    text_add_string(text, ", loss <= ");
    number_bps(text, r->max_loss);
    text_add_string(text, " bps");
    text = head_add(head, "", HEAD_NO_BAR, INK_TEXT);
    text_add_string(text, "moves <= ");
    number_percent(text, r->volatility_max);
    text_add_format(text, " %%, %lld ms latency, score >= ", (long long)r->latency_max_ms);
    number_score(text, r->score_min_ppm);
    text = head_add(head, "in all", HEAD_NO_BAR, INK_TEXT);
    number_usd(text, (struct usd){r->unhedged_usd_s_total});
    text_add_format(text, " $s unhedged, %u legs vanished", r->vanished);
    text = head_add(head, "decided", HEAD_NO_BAR, INK_TEXT);
    text_add_format(text, "%llu accepted, %llu denied", (unsigned long long)r->accepted,
                    (unsigned long long)r->denied);
}

static void head_fill(struct head *head, const struct view *view) {
    const struct state_risk *r = view->risk;
    const struct state_header *h = view->header;
    head->count = 0;
    bool active = h->state == TRADING_ACTIVE && !h->killed;
    struct text *text = head_add(head, "state", HEAD_NO_BAR, active ? INK_GOOD : INK_WARN);
    text_add_format(
        text, "%s %s, %u/%u failed",
        h->killed                        ? "KILLED"
        : h->state < TRADING_STATE_COUNT ? trading_state_name((enum trading_state)h->state)
                                         : "?",
        h->risk_mode < RISK_MODE_COUNT ? risk_mode_name((enum risk_mode)h->risk_mode) : "?",
        r->failures, r->failures_max);
    add_kill(head, r);
    add_loss(head, r);
    add_switches(head, view);
    add_freezes(head, view);
    add_drawdown(head, r);
    add_unhedged(head, r);
    add_countdowns(head, view);
    add_mode(head, view);
}

static int risk_head(const struct view *view, struct canvas *canvas, struct rect area) {
    struct head head;
    head_fill(&head, view);
    // Denials keep a few lines of a pane that has more than a few.
    int kept = area.rows > 2 * ROWS_KEPT ? ROWS_KEPT : area.rows > ROWS_KEPT ? 2 : 0;
    return head_draw(&head, canvas, area, kept);
}

static const struct pane_legend legend[] = {
    {"day loss", "realised and open loss of the day against its limit"},
    {"worst job", "exposure clock: dollars unhedged times seconds"},
    {"mode", "what the risk mode asks of a job"},
    {"times", "how often in a row since it was first denied"},
    {"denied by", "the rule; figure is what was found, limit what is allowed"},
    {NULL, NULL},
};

const struct pane_class pane_risk = {
    .name = "RISK",
    .help = "Limits and what is used of them; below, what was denied, with figure and limit.",
    .empty = "nothing was denied",
    .legend = legend,
    .sections = VIEW_BIT(STATE_RISK) | VIEW_BIT(STATE_VENUES) | VIEW_BIT(VIEW_TICK),
    .columns = risk_columns,
    .rows = risk_rows,
    .key = risk_key,
    .cell = risk_cell,
    .sort_key = risk_sort_key,
    .words = risk_words,
    .details = risk_page,
    .why = risk_page,
    .subject = risk_subject,
    .head = risk_head,
};
