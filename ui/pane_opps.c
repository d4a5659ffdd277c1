// OPPORTUNITIES: every crossing of two venues, what is left of it after costs, and why it is not
// traded.
#include "ui/number.h"
#include "ui/pane.h"

enum column {
    SYMBOL,
    ROUTE,
    GROSS,
    COSTS,
    NET,
    ROUND_TRIP,
    SCORE,
    CONFIDENCE,
    SIZE,
    SINCE,
    WHY,
    COLUMNS
};

static int opps_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    int route = 2 * view_venue_columns(view) + 1;
    const struct pane_column columns[COLUMNS] = {
        [SYMBOL] = {"symbol", view_symbol_columns(view), .sortable = true},
        [ROUTE] = {"buy→sell", route, .right = false},
        [GROSS] = {"gross", 6, .right = true, .sortable = true},
        [COSTS] = {"costs", 6, .right = true, .priority = 5},
        [NET] = {"net bps", 7, .right = true, .sortable = true},
        [ROUND_TRIP] = {"trip", 7, .right = true, .sortable = true, .priority = 1},
        [SCORE] = {"score", 5, .right = true, .sortable = true, .priority = 3},
        [CONFIDENCE] = {"conf %", 6, .right = true, .priority = 4},
        [SIZE] = {"size $", 8, .right = true, .priority = 6},
        [SINCE] = {"since", 6, .right = true, .sortable = true, .priority = 2},
        [WHY] = {"why not", 21, .flexible = true, .most = 60},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static const struct state_opportunity *row_of(const struct view *view, uint32_t row) {
    ASSERT(row < view->count[STATE_OPPORTUNITIES]);
    return &view->opportunities[row];
}

static uint32_t opps_rows(const struct view *view) {
    return view->count[STATE_OPPORTUNITIES];
}

static uint64_t opps_key(const struct view *view, uint32_t row) {
    const struct state_opportunity *o = row_of(view, row);
    return ((uint64_t)o->symbol << 32) | ((uint64_t)o->buy_venue << 16) | o->sell_venue;
}

static int64_t costs_of(const struct state_opportunity *o) {
    return add_saturating(add_saturating(o->fees.v, o->slippage.v), o->basis.v);
}

static void cell_why(struct pane_cell *out, const struct state_opportunity *o) {
    if (o->job != 0) {
        out->ink = INK_GOOD;
        text_add_format(&out->text, "job %u", o->job);
    } else if (o->verdict.rule == RULE_NONE || o->verdict.rule >= RULE_COUNT) {
        out->ink = INK_GOOD;
        text_add_string(&out->text, "may trade");
    } else {
        enum rule rule = (enum rule)o->verdict.rule;
        text_add_string(&out->text, rule_name(rule));
        if (rule_unit_of(rule) != UNIT_NONE) {
            text_add_char(&out->text, ' ');
            rule_figure_print(&out->text, rule_unit_of(rule), o->verdict.figure);
        }
    }
}

static void cell_edge(struct pane_cell *out, struct bps edge) {
    number_bps_signed(&out->text, edge);
    out->ink = edge.v > 0 ? INK_GOOD : edge.v < 0 ? INK_BAD : INK_TEXT;
}

static void opps_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    const struct state_opportunity *o = row_of(view, row);
    switch ((enum column)column) {
    case SYMBOL:
        text_add_string(&out->text, view_symbol(view, o->symbol));
        break;
    case ROUTE:
        view_add_route(view, o->buy_venue, o->sell_venue, &out->text);
        break;
    case GROSS:
        number_bps(&out->text, o->gross);
        break;
    case COSTS:
        number_bps(&out->text, (struct bps){costs_of(o)});
        break;
    case NET:
        cell_edge(out, o->net);
        break;
    case ROUND_TRIP:
        cell_edge(out, o->round_trip);
        break;
    case SCORE:
        number_score(&out->text, o->score_ppm);
        break;
    case CONFIDENCE:
        text_add_int(&out->text, o->confidence_permille / 10);
        break;
    case SIZE:
        pane_cell_usd(out, o->size);
        break;
    case SINCE:
        number_age(&out->text, (view_now_ns(view) - o->first_seen_ns) / NS_PER_MS);
        break;
    case WHY:
        cell_why(out, o);
        break;
    case COLUMNS:
        break;
    }
}

static int64_t opps_sort_key(const struct view *view, uint32_t row, int column) {
    const struct state_opportunity *o = row_of(view, row);
    switch ((enum column)column) {
    case SYMBOL:
        return o->symbol;
    case GROSS:
        return -o->gross.v;
    case NET:
        return -o->net.v;
    case ROUND_TRIP:
        return -o->round_trip.v;
    case SCORE:
        return -o->score_ppm;
    case SINCE:
        return o->first_seen_ns;
    case ROUTE:
    case COSTS:
    case CONFIDENCE:
    case SIZE:
    case WHY:
    case COLUMNS:
        break;
    }
    return 0;
}

static void opps_words(const struct view *view, uint32_t row, struct text *out) {
    const struct state_opportunity *o = row_of(view, row);
    text_add_format(out, "%s %s %s %s", view_symbol(view, o->symbol),
                    view->universe->venues[o->buy_venue].name,
                    view->universe->venues[o->sell_venue].name,
                    o->verdict.rule < RULE_COUNT ? rule_name((enum rule)o->verdict.rule) : "");
}

static void set_title(const struct view *view, const struct state_opportunity *o,
                      const char *before, struct page *page) {
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "%s%s: buy %s, sell %s", before, view_symbol(view, o->symbol),
                    view->universe->venues[o->buy_venue].name,
                    view->universe->venues[o->sell_venue].name);
}

static void add_side(const struct view *view, struct page *page, const char *label,
                     const char *word, uint16_t venue, uint16_t symbol, struct px price,
                     struct qty size) {
    const struct state_quote *quote = view_quote(view, venue, symbol);
    struct text text = page_line(page, INK_TEXT, label);
    number_px(&text, price, quote != NULL ? quote->digits : 4, 0);
    text_add_string(&text, " x ");
    qty_print(&text, size, 0, QTY_DIGITS);
    text_add_format(&text, " %s %s", word, view->universe->venues[venue].name);
}

static void add_bps(struct page *page, const char *label, struct bps value, const char *note) {
    struct text text = page_line(page, INK_TEXT, label);
    number_bps_signed(&text, value);
    text_add_format(&text, " bps%s%s", note[0] != '\0' ? "  " : "", note);
}

static void opps_details(const struct view *view, uint32_t row, struct page *page) {
    const struct state_opportunity *o = row_of(view, row);
    set_title(view, o, "", page);
    add_side(view, page, "buy", "asked on", o->buy_venue, o->symbol, o->buy_ask, o->buy_size);
    add_side(view, page, "sell", "bid on", o->sell_venue, o->symbol, o->sell_bid, o->sell_size);
    add_bps(page, "gross", o->gross, "(sell bid - buy ask) / buy ask");
    add_bps(page, "fees", (struct bps){-o->fees.v}, "opening both legs");
    add_bps(page, "slippage", (struct bps){-o->slippage.v}, "walking the books for the size");
    add_bps(page, "basis", (struct bps){-o->basis.v}, "between quote currencies");
    add_bps(page, "net", o->net, "");
    add_bps(page, "round trip", o->round_trip, "against the usual gap, all four fills paid");
    add_bps(page, "funding", o->funding, "over the holding time");
    struct text text = page_line(page, INK_TEXT, "size");
    number_usd(&text, o->size);
    text_add_string(&text, " USD");
    text = page_line(page, INK_TEXT, "score");
    number_score(&text, o->score_ppm);
    text_add_format(&text, ", confidence %u %%", o->confidence_permille / 10U);
    page_add(page, INK_TEXT, "", "%s", "");
    page_add_verdict(page, view, &o->verdict);
}

static void opps_why(const struct view *view, uint32_t row, struct page *page) {
    const struct state_opportunity *o = row_of(view, row);
    if (o->job != 0) {
        set_title(view, o, "Why: ", page);
        page_add(page, INK_GOOD, "job", "%u trades it", o->job);
        return;
    }
    set_title(view, o, o->verdict.rule == RULE_NONE ? "Why: " : "Why not: ", page);
    page_add_verdict(page, view, &o->verdict);
}

static struct pane_subject opps_subject(const struct view *view, uint32_t row) {
    const struct state_opportunity *o = row_of(view, row);
    return (struct pane_subject){.venue = CONTROL_ANY, .symbol = o->symbol, .job = o->job};
}

static const struct pane_legend legend[] = {
    {"gross", "bps between what one venue bids and another asks"},
    {"costs", "bps of fees, slippage and basis when both legs are opened"},
    {"net bps", "gross less costs"},
    {"trip", "bps left when all four fills are paid and the gap is as usual"},
    {"score", "0 to 100: profit, size and how well both venues are"},
    {"conf %", "how far the quotes can be relied on"},
    {"since", "how long it has stood"},
    {"why not", "the rule against it and its figure; w says more"},
    {NULL, NULL},
};

const struct pane_class pane_opportunities = {
    .name = "OPPORTUNITIES",
    .help = "Every crossing: gross, net after costs, the round trip, and the rule against it (w).",
    .empty = "no two venues cross",
    .legend = legend,
    .sections = VIEW_BIT(STATE_OPPORTUNITIES) | VIEW_BIT(VIEW_TICK),
    .columns = opps_columns,
    .rows = opps_rows,
    .key = opps_key,
    .cell = opps_cell,
    .sort_key = opps_sort_key,
    .words = opps_words,
    .details = opps_details,
    .why = opps_why,
    .subject = opps_subject,
};
