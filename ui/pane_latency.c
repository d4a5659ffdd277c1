// LATENCY: where the time goes between a venue's price and our fill, venue by venue.
//
// The way in is the venue's stamp to the stored quote (tick). The way out: the pass that decided
// to the command, encoding and signing, the hand-over to the socket (machine time), and the venue's
// first word and first fill (desk time). A narrow screen keeps the p99 of each.
#include "ui/number.h"
#include "ui/pane.h"

enum stage { STAGE_DECIDE, STAGE_SIGN, STAGE_WRITE, STAGE_ACK, STAGE_FILL, STAGE_COUNT };
enum quantile { P50, P99, P999, QUANTILE_COUNT };
enum { VENUE, TICK, TICK_P99, FIRST, COUNT = FIRST + STAGE_COUNT * QUANTILE_COUNT, COLUMNS };
_Static_assert((int)COLUMNS <= (int)PANE_COLUMNS_MAX, "every stage has its columns");

static const char *const titles[STAGE_COUNT][QUANTILE_COUNT] = {
    [STAGE_DECIDE] = {"dec p50", "dec p99", "99.9"},
    [STAGE_SIGN] = {"sign p50", "sign p99", "99.9"},
    [STAGE_WRITE] = {"wr p50", "wr p99", "99.9"},
    [STAGE_ACK] = {"ack p50", "ack p99", "99.9"},
    [STAGE_FILL] = {"fill p50", "fill p99", "99.9"},
};

static int latency_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    // What goes first when room is short.
    static const uint8_t priorities[QUANTILE_COUNT] = {[P50] = 3, [P99] = 1, [P999] = 4};
    out[VENUE] = (struct pane_column){"venue", view_venue_columns(view), .sortable = true};
    out[TICK] = (struct pane_column){"tick avg", 8, .right = true, .sortable = true, .priority = 3};
    out[TICK_P99] = (struct pane_column){"tick p99", 8, .right = true, .sortable = true};
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        for (int q = 0; q < QUANTILE_COUNT; q++) {
            out[FIRST + stage * QUANTILE_COUNT + q] = (struct pane_column){
                titles[stage][q], 8, .right = true, .sortable = true, .priority = priorities[q]};
        }
    }
    out[COUNT] = (struct pane_column){"orders", 7, .right = true, .sortable = true, .priority = 2};
    return COLUMNS;
}

static uint32_t latency_rows(const struct view *view) {
    return view->count[STATE_VENUES];
}

static uint64_t latency_key(const struct view *view, uint32_t row) {
    (void)view;
    return row;
}

static struct state_quantiles stage_of(const struct state_latency *latency, int stage) {
    const struct state_quantiles stages[STAGE_COUNT] = {
        [STAGE_DECIDE] = latency->decide, [STAGE_SIGN] = latency->encode,
        [STAGE_WRITE] = latency->write,   [STAGE_ACK] = latency->answer,
        [STAGE_FILL] = latency->fill,
    };
    ASSERT(stage >= 0 && stage < STAGE_COUNT);
    return stages[stage];
}

// -1: nothing is known.
static int64_t latency_of(const struct view *view, uint32_t row, int column) {
    ASSERT(row < view->count[STATE_VENUES]);
    const struct state_venue *v = &view->venues[row];
    if (column == TICK || column == TICK_P99) {
        int64_t tick_ns = column == TICK ? v->latency_mean_ns : v->latency_p99_ns;
        return v->updates > 0 ? tick_ns : -1;
    }
    if (row >= view->count[STATE_LATENCY] || column < FIRST || column >= COUNT) {
        return -1;
    }
    struct state_quantiles q = stage_of(&view->latencies[row], (column - FIRST) / QUANTILE_COUNT);
    const int64_t values[QUANTILE_COUNT] = {[P50] = q.p50_ns, [P99] = q.p99_ns, [P999] = q.p999_ns};
    return q.count > 0 ? values[(column - FIRST) % QUANTILE_COUNT] : -1;
}

static uint64_t orders_of(const struct view *view, uint32_t row) {
    return row < view->count[STATE_LATENCY] ? view->latencies[row].decide.count : 0;
}

static void latency_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    if (column == VENUE) {
        char name[VENUE_NAME_MAX];
        text_add_string(&out->text, view_venue(view, (uint16_t)row, name));
    } else if (column == COUNT) {
        text_add_format(&out->text, "%llu", (unsigned long long)orders_of(view, row));
    } else {
        int64_t value_ns = latency_of(view, row, column);
        out->ink = value_ns < 0 ? INK_FAINT : INK_TEXT;
        number_latency(&out->text, value_ns);
    }
}

// The slowest comes first.
static int64_t latency_sort_key(const struct view *view, uint32_t row, int column) {
    if (column == VENUE) {
        return row;
    }
    return column == COUNT ? -(int64_t)orders_of(view, row) : -latency_of(view, row, column);
}

static void latency_words(const struct view *view, uint32_t row, struct text *out) {
    text_add_string(out, view->universe->venues[row].name);
}

static void add_stage(struct page *page, const char *label, const struct state_quantiles *q,
                      const char *what) {
    struct text text = page_line(page, INK_TEXT, label);
    if (q->count == 0) {
        text_add_format(&text, "none yet: %s", what);
        return;
    }
    text_add_string(&text, "p50 ");
    number_latency(&text, q->p50_ns);
    text_add_string(&text, ", p99 ");
    number_latency(&text, q->p99_ns);
    text_add_string(&text, ", p99.9 ");
    number_latency(&text, q->p999_ns);
    text_add_format(&text, " of %llu: %s", (unsigned long long)q->count, what);
}

static void latency_page(const struct view *view, uint32_t row, struct page *page) {
    static const struct {
        const char *label, *what;
    } stages[STAGE_COUNT] = {
        [STAGE_DECIDE] = {"decide", "the pass began, to the command"},
        [STAGE_SIGN] = {"sign", "encoded and signed"},
        [STAGE_WRITE] = {"write", "handed to the socket"},
        [STAGE_ACK] = {"ack", "the venue's first word"},
        [STAGE_FILL] = {"fill", "the first fill"},
    };
    ASSERT(row < view->count[STATE_VENUES]);
    const struct state_venue *v = &view->venues[row];
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "Latency of %s", view->universe->venues[row].name);
    struct text text = page_line(page, INK_TEXT, "tick");
    text_add_string(&text, "mean ");
    number_latency(&text, v->updates > 0 ? v->latency_mean_ns : -1);
    text_add_string(&text, ", p99 ");
    number_latency(&text, v->updates > 0 ? v->latency_p99_ns : -1);
    text_add_string(&text, ": the venue's stamp to the stored quote");
    struct state_latency latency =
        row < view->count[STATE_LATENCY] ? view->latencies[row] : (struct state_latency){0};
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        struct state_quantiles q = stage_of(&latency, stage);
        add_stage(page, stages[stage].label, &q, stages[stage].what);
    }
    page_add(page, INK_FAINT, "", "%s", "Since start. On paper nothing is signed or written.");
}

static struct pane_subject latency_subject(const struct view *view, uint32_t row) {
    (void)view;
    return (struct pane_subject){.venue = (uint16_t)row, .symbol = CONTROL_ANY};
}

static const struct pane_legend legend[] = {
    {"tick", "the venue's stamp to the stored quote"},
    {"dec", "decide: the pass began, to the command"},
    {"sign", "encoded and signed"},
    {"wr", "write: handed to the socket"},
    {"ack", "the venue's first word"},
    {"fill", "the first fill"},
    {"p50 p99 99.9", "half, 99 and 99.9 of a hundred were faster"},
    {"orders", "that were decided"},
    {NULL, NULL},
};

const struct pane_class pane_latency = {
    .name = "LATENCY",
    .help = "Every venue's way from tick to decision, signature, socket, answer and fill.",
    .empty = "no venues",
    .legend = legend,
    .sections = VIEW_BIT(STATE_VENUES) | VIEW_BIT(STATE_LATENCY),
    .columns = latency_columns,
    .rows = latency_rows,
    .key = latency_key,
    .cell = latency_cell,
    .sort_key = latency_sort_key,
    .words = latency_words,
    .details = latency_page,
    .why = latency_page,
    .subject = latency_subject,
};
