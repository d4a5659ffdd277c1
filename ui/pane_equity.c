// EQUITY: what the account was worth over time, and the best crossing of every symbol over the last
// minute.
#include "ui/chart.h"
#include "ui/head.h"
#include "ui/number.h"
#include "ui/pane.h"

enum column { SYMBOL, NOW, LOW, HIGH, CURVE, COLUMNS };
enum { ROWS_KEPT = 4, CHART_ROWS_MOST = 16, SCALE_COLUMNS = 12 };

static int equity_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    const struct pane_column columns[COLUMNS] = {
        [SYMBOL] = {"symbol", view_symbol_columns(view), .sortable = true},
        [NOW] = {"cross bps", 9, .right = true, .sortable = true},
        [LOW] = {"least", 8, .right = true, .sortable = true, .priority = 1},
        [HIGH] = {"most", 8, .right = true, .sortable = true, .priority = 1},
        [CURVE] = {"last 60 s", 10, .flexible = true, .most = 60},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static uint32_t equity_rows(const struct view *view) {
    return view->spreads.count > 0 ? view->universe->symbol_count : 0;
}

static uint64_t equity_key(const struct view *view, uint32_t row) {
    (void)view;
    return row;
}

struct minute {
    int64_t points[VIEW_SPREADS_MAX];
    int64_t low, high, now;
    int count;
};

static struct minute minute_of(const struct view *view, uint32_t symbol) {
    struct bps spreads[VIEW_SPREADS_MAX];
    struct minute minute = {
        .count = (int)view_spreads_of(view, (uint16_t)symbol, VIEW_SPREADS_MAX, spreads)};
    for (int i = 0; i < minute.count; i++) {
        minute.points[i] = spreads[i].v;
    }
    chart_range(minute.points, minute.count, &minute.low, &minute.high);
    minute.now = minute.count > 0 ? minute.points[minute.count - 1] : 0;
    return minute;
}

// One scale for all rows of the column, so that curves compare.
static void scale_of(const struct view *view, int64_t *low, int64_t *high) {
    *low = 0;
    *high = 0;
    for (uint32_t i = 0; i < view->universe->symbol_count; i++) {
        struct minute minute = minute_of(view, i);
        *low = minute.low < *low ? minute.low : *low;
        *high = minute.high > *high ? minute.high : *high;
    }
}

static void cell_curve(const struct view *view, const struct minute *minute,
                       struct pane_cell *out) {
    int64_t low = 0;
    int64_t high = 0;
    scale_of(view, &low, &high);
    out->ink = INK_BAR;
    out->spark_count = minute->count < PANE_SPARK_MAX ? minute->count : PANE_SPARK_MAX;
    for (int i = 0; i < out->spark_count; i++) {
        int64_t point = minute->points[minute->count - out->spark_count + i];
        out->spark[i] = (uint8_t)chart_level(point, low, high, DRAW_LEVELS - 1);
    }
}

static void equity_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    struct minute minute = minute_of(view, row);
    switch ((enum column)column) {
    case SYMBOL:
        text_add_string(&out->text, view_symbol(view, (uint16_t)row));
        break;
    case NOW:
        number_bps_signed(&out->text, (struct bps){minute.now});
        out->ink = minute.now > 0 ? INK_GOOD : INK_TEXT;
        break;
    case LOW:
        number_bps_signed(&out->text, (struct bps){minute.low});
        break;
    case HIGH:
        number_bps_signed(&out->text, (struct bps){minute.high});
        break;
    case CURVE:
        cell_curve(view, &minute, out);
        break;
    case COLUMNS:
        break;
    }
}

static int64_t equity_sort_key(const struct view *view, uint32_t row, int column) {
    struct minute minute = minute_of(view, row);
    switch ((enum column)column) {
    case NOW:
        return -minute.now;
    case LOW:
        return -minute.low;
    case HIGH:
        return -minute.high;
    case SYMBOL:
    case CURVE:
    case COLUMNS:
        break;
    }
    return row;
}

static void equity_words(const struct view *view, uint32_t row, struct text *out) {
    text_add_string(out, view_symbol(view, (uint16_t)row));
}

static void add_usd(struct page *page, const char *label, struct usd value) {
    struct text text = page_line(page, INK_TEXT, label);
    number_usd(&text, value);
    text_add_string(&text, " USD");
}

static void equity_details(const struct view *view, uint32_t row, struct page *page) {
    const struct state_header *h = view->header;
    struct minute minute = minute_of(view, row);
    page_clear(page, "Equity");
    add_usd(page, "equity", h->equity);
    add_usd(page, "at start", h->equity_start);
    add_usd(page, "peak", view->equity->peak);
    add_usd(page, "trough", view->equity->trough);
    add_usd(page, "realised", h->realised);
    add_usd(page, "unrealised", h->unrealised);
    add_usd(page, "fees today", h->day_fees);
    add_usd(page, "funding", h->funding);
    struct text text = page_line(page, INK_TEXT, view_symbol(view, (uint16_t)row));
    text_add_string(&text, "highest bid against lowest ask: ");
    number_bps_signed(&text, (struct bps){minute.now});
    text_add_string(&text, " bps, in a minute ");
    number_bps_signed(&text, (struct bps){minute.low});
    text_add_string(&text, " to ");
    number_bps_signed(&text, (struct bps){minute.high});
}

// The curve is made of this.
static void equity_why(const struct view *view, uint32_t row, struct page *page) {
    equity_details(view, row, page);
}

static struct pane_subject equity_subject(const struct view *view, uint32_t row) {
    (void)view;
    return (struct pane_subject){.venue = CONTROL_ANY, .symbol = (uint16_t)row};
}

static void add_figures(struct head *head, const struct view *view) {
    const struct state_header *h = view->header;
    struct text *text = head_add(head, "equity $", HEAD_NO_BAR, INK_STRONG);
    number_usd(text, h->equity);
    text_add_string(text, ", ");
    number_usd_signed(text, usd_sub(h->equity, h->equity_start));
    text_add_string(text, " since start, ");
    number_usd_signed(text, h->day_pnl);
    text_add_string(text, " today");
}

static void draw_scale(const struct view *view, struct canvas *canvas, struct rect area,
                       const int64_t *values, int count) {
    int64_t low = 0;
    int64_t high = 0;
    chart_range(values, count, &low, &high);
    char data[32];
    struct text text = TEXT_OVER(data);
    number_usd(&text, (struct usd){high});
    draw_right(canvas, area, 0, 0, SCALE_COLUMNS - 1, INK_FAINT, text_slice(&text));
    text_clear(&text);
    number_usd(&text, (struct usd){low});
    draw_right(canvas, area, 0, area.rows - 1, SCALE_COLUMNS - 1, INK_FAINT, text_slice(&text));
    if (area.rows > 2) {
        text_clear(&text);
        number_age(&text, (int64_t)view->equity->step_s * count * 1000);
        draw_right(canvas, area, 0, 1, SCALE_COLUMNS - 1, INK_FAINT, text_slice(&text));
    }
}

static int equity_head(const struct view *view, struct canvas *canvas, struct rect area) {
    struct head head = {.count = 0};
    add_figures(&head, view);
    int used = head_draw(&head, canvas, area, 1);
    const struct state_equity *equity = view->equity;
    int count =
        equity->count < STATE_EQUITY_POINTS_MAX ? (int)equity->count : STATE_EQUITY_POINTS_MAX;
    int wanted = view->universe->symbol_count + 1;
    int kept = wanted < ROWS_KEPT ? wanted : ROWS_KEPT;
    int rows = area.rows - used - kept;
    rows = rows < CHART_ROWS_MOST ? rows : CHART_ROWS_MOST;
    if (rows < 2 || count < 2 || area.columns <= SCALE_COLUMNS) {
        return used;
    }
    int64_t values[STATE_EQUITY_POINTS_MAX];
    for (int i = 0; i < count; i++) {
        values[i] = equity->points[i].v;
    }
    struct rect chart = {area.x, area.y + used, area.columns, rows};
    draw_scale(view, canvas, chart, values, count);
    chart.x += SCALE_COLUMNS;
    chart.columns -= SCALE_COLUMNS;
    chart_draw(canvas, chart, values, count, INK_BAR);
    return used + rows;
}

static const struct pane_legend legend[] = {
    {"cross bps", "highest bid less lowest ask of all venues"},
    {"least most", "of the last sixty seconds"},
    {NULL, NULL},
};

const struct pane_class pane_equity = {
    .name = "EQUITY",
    .help = "The account's worth over time; below, the best crossing of each symbol in a minute.",
    .empty = "no quotes yet",
    .legend = legend,
    .sections = VIEW_BIT(STATE_EQUITY) | VIEW_BIT(VIEW_TICK),
    .columns = equity_columns,
    .rows = equity_rows,
    .key = equity_key,
    .cell = equity_cell,
    .sort_key = equity_sort_key,
    .words = equity_words,
    .details = equity_details,
    .why = equity_why,
    .subject = equity_subject,
    .head = equity_head,
};
