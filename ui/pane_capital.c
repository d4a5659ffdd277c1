// CAPITAL: equity and the three pools of every venue, as shares in use.
#include "ui/number.h"
#include "ui/pane.h"

enum column { VENUE, EQUITY, PNL, DRAWDOWN, WASH, ARB, RESERVE, IN_FLIGHT, VOLUME, FEES, COLUMNS };

static int capital_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    int bar = view->wide ? 18 : view->full_names ? 6 : 5;
    const struct pane_column columns[COLUMNS] = {
        [VENUE] = {"venue", view_venue_columns(view), .sortable = true},
        [EQUITY] = {"equity $", 9, .right = true, .sortable = true},
        [PNL] = {"pnl $", 8, .right = true, .sortable = true, .priority = 3},
        [DRAWDOWN] = {"dd %", 5, .right = true, .sortable = true, .priority = 1},
        [WASH] = {"wash", bar, .right = false},
        [ARB] = {"arb", bar, .right = false},
        [RESERVE] = {bar > 6 ? "reserve" : "resv", bar, .right = false},
        [IN_FLIGHT] = {"in flight $", 11, .right = true, .priority = 5},
        [VOLUME] = {"volume $", 11, .right = true, .sortable = true, .priority = 6},
        [FEES] = {"fees $", 8, .right = true, .priority = 7},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static const struct state_capital *row_of(const struct view *view, uint32_t row) {
    ASSERT(row < view->count[STATE_CAPITAL]);
    return &view->capital[row];
}

static uint32_t capital_rows(const struct view *view) {
    return view->count[STATE_CAPITAL];
}

static uint64_t capital_key(const struct view *view, uint32_t row) {
    (void)view;
    return row;
}

static void cell_pool(const struct view *view, struct pane_cell *out,
                      const struct state_pool *pool) {
    out->bar_permille = number_permille(pool->used.v, pool->size.v);
    out->ink = out->bar_permille >= 900 ? INK_WARN : INK_BAR;
    if (view->wide) {
        // Of one width, so that the bars of a column are of one length.
        char data[24];
        struct text used = TEXT_OVER(data);
        decimal_print(&used, pool->used.v, USD_DIGITS, 0, 0);
        text_add_format(&out->text, "%5s/", data);
        text_clear(&used);
        decimal_print(&used, pool->size.v, USD_DIGITS, 0, 0);
        text_add_format(&out->text, "%-5s", data);
    }
}

static void capital_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    const struct state_capital *c = row_of(view, row);
    char name[VENUE_NAME_MAX];
    bool is_pool = column == WASH || column == ARB || column == RESERVE;
    if (is_pool && c->model == CAPITAL_FIVE) {
        text_add_string(&out->text, "-"); // layers: the row's details have them
        return;
    }
    switch ((enum column)column) {
    case VENUE:
        text_add_string(&out->text, view_venue(view, (uint16_t)row, name));
        break;
    case EQUITY:
        pane_cell_usd(out, c->equity);
        break;
    case PNL:
        pane_cell_usd_signed(out, c->pnl);
        break;
    case DRAWDOWN:
        number_percent(&out->text, c->drawdown);
        out->ink = c->safe_mode ? INK_WARN : INK_TEXT;
        break;
    case WASH:
        cell_pool(view, out, &c->pools[POOL_WASH]);
        break;
    case ARB:
        if (c->safe_mode) {
            out->ink = INK_WARN;
            text_add_string(&out->text, "SAFE"); // safe mode closes this pool
        } else {
            cell_pool(view, out, &c->pools[POOL_ARB]);
        }
        break;
    case RESERVE:
        cell_pool(view, out, &c->pools[POOL_RESERVE]);
        break;
    case IN_FLIGHT:
        pane_cell_usd(out, c->in_flight);
        break;
    case VOLUME:
        pane_cell_usd(out, c->volume);
        break;
    case FEES:
        pane_cell_usd(out, c->fees);
        break;
    case COLUMNS:
        break;
    }
}

static int64_t capital_sort_key(const struct view *view, uint32_t row, int column) {
    const struct state_capital *c = row_of(view, row);
    switch ((enum column)column) {
    case EQUITY:
        return -c->equity.v;
    case PNL:
        return c->pnl.v;
    case DRAWDOWN:
        return -c->drawdown.v;
    case VOLUME:
        return -c->volume.v;
    case VENUE:
    case WASH:
    case ARB:
    case RESERVE:
    case IN_FLIGHT:
    case FEES:
    case COLUMNS:
        break;
    }
    return row;
}

static void capital_words(const struct view *view, uint32_t row, struct text *out) {
    text_add_string(out, view->universe->venues[row].name);
    text_add_string(out, row_of(view, row)->safe_mode ? " SAFE" : "");
}

static void add_usd(struct page *page, const char *label, struct usd value) {
    struct text text = page_line(page, INK_TEXT, label);
    number_usd(&text, value);
    text_add_string(&text, " USD");
}

static void capital_details(const struct view *view, uint32_t row, struct page *page) {
    const struct state_capital *c = row_of(view, row);
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "Capital on %s", view->universe->venues[row].name);
    add_usd(page, "equity", c->equity);
    add_usd(page, "peak", c->equity_peak);
    struct text text = page_line(page, c->safe_mode ? INK_WARN : INK_TEXT, "drawdown");
    number_percent(&text, c->drawdown);
    bool five = c->model == CAPITAL_FIVE;
    const char *closed = five ? "L1 and L4 alone are open" : "the arb pool is closed";
    text_add_string(&text, " %");
    if (c->safe_mode) {
        text_add_format(&text, ", SAFE MODE: %s", closed);
    }
    for (int i = 0; i < (five ? (int)LAYER_COUNT : (int)POOL_COUNT); i++) {
        const struct state_pool *part = five ? &c->layers[i] : &c->pools[i];
        text =
            page_line(page, INK_TEXT, five ? layer_name((enum layer)i) : pool_name((enum pool)i));
        number_usd(&text, part->used);
        text_add_string(&text, " of ");
        number_usd(&text, part->size);
        text_add_string(&text, " USD reserved");
    }
    add_usd(page, "in flight", c->in_flight);
    add_usd(page, "pnl", c->pnl);
    add_usd(page, "volume", c->volume);
    add_usd(page, "fees", c->fees);
}

static void capital_why(const struct view *view, uint32_t row, struct page *page) {
    const struct state_capital *c = row_of(view, row);
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "May capital of %s be used?", view->universe->venues[row].name);
    if (!c->safe_mode) {
        page_add(page, INK_GOOD, "rule", "none: %s", rule_sentence(RULE_NONE));
        return;
    }
    page_add(page, INK_WARN, "rule", "%s", rule_name(RULE_SAFE_MODE));
    struct text text = page_line(page, INK_STRONG, "figure");
    number_percent(&text, c->drawdown);
    text_add_string(&text, " % drawdown");
    page_add(page, INK_TEXT, "", "arb is closed; wash and reserve stay open");
    page_add(page, INK_TEXT, "", "it leaves by itself once the drawdown is below its limit");
}

static struct pane_subject capital_subject(const struct view *view, uint32_t row) {
    (void)view;
    return (struct pane_subject){.venue = (uint16_t)row, .symbol = CONTROL_ANY};
}

static const struct pane_legend legend[] = {
    {"dd %", "drawdown: equity below its highest"},
    {"wash arb resv", "pools of hedged volume, arbitrage and reserve: the bar is what is reserved "
                      "of each; SAFE: closed by safe mode"},
    {"in flight $", "reserved for jobs that run"},
    {NULL, NULL},
};

const struct pane_class pane_capital = {
    .name = "CAPITAL",
    .help = "Equity and pools of every venue; a bar is the reserved share; SAFE: arb is closed.",
    .empty = "no venues",
    .legend = legend,
    .sections = VIEW_BIT(STATE_CAPITAL),
    .columns = capital_columns,
    .rows = capital_rows,
    .key = capital_key,
    .cell = capital_cell,
    .sort_key = capital_sort_key,
    .words = capital_words,
    .details = capital_details,
    .why = capital_why,
    .subject = capital_subject,
};
