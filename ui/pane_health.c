// HEALTH: how well each part of the desk is and why not better, what the screen costs, and below it
// every venue's two sides: its data, and the orders sent there.
#include "ui/head.h"
#include "ui/number.h"
#include "ui/pane.h"

enum column {
    VENUE,
    FEED,
    AGE,
    RATE,
    TICK,
    TICK_P99,
    CLOCK,
    LANE,
    MESSAGES,
    BUDGET_ORDERS,
    BUDGET_DATA,
    ANSWER_P99,
    RECONNECTS,
    RELIABLE,
    NOTE,
    COLUMNS
};
enum { ROWS_KEPT = 4, SCORE_WARN = 90, SCORE_BAD = 60 };

static int health_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    const struct pane_column columns[COLUMNS] = {
        [VENUE] = {"venue", view_venue_columns(view), .sortable = true},
        [FEED] = {"feed", 10, .sortable = true},
        [AGE] = {"age", 6, .right = true, .sortable = true},
        [RATE] = {"upd/s", 6, .right = true, .sortable = true, .priority = 2},
        [TICK] = {"tick avg", 8, .right = true, .sortable = true, .priority = 6},
        [TICK_P99] = {"tick p99", 8, .right = true, .sortable = true, .priority = 3},
        [CLOCK] = {"clock", 7, .right = true, .sortable = true, .priority = 4},
        [LANE] = {"lane", 10, .sortable = true},
        [MESSAGES] = {"msg/s", 5, .right = true, .sortable = true, .priority = 5},
        [BUDGET_ORDERS] = {"ord limit", 9, .right = true, .sortable = true, .priority = 7},
        [BUDGET_DATA] = {"rest limit", 10, .right = true, .sortable = true, .priority = 8},
        [ANSWER_P99] = {"ack p99", 8, .right = true, .sortable = true, .priority = 1},
        [RECONNECTS] = {"reconn", 6, .right = true, .sortable = true, .priority = 10},
        [RELIABLE] = {"ok %", 5, .right = true, .sortable = true, .priority = 11},
        [NOTE] = {"note", 8, .flexible = true, .priority = 12},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static const struct state_venue *row_of(const struct view *view, uint32_t row) {
    ASSERT(row < view->count[STATE_VENUES]);
    return &view->venues[row];
}

static uint32_t health_rows(const struct view *view) {
    return view->count[STATE_VENUES];
}

static uint64_t health_key(const struct view *view, uint32_t row) {
    (void)view;
    return row;
}

// Nothing is known of a venue that was sent nothing.
static struct state_latency latency_of(const struct view *view, uint32_t venue) {
    return venue < view->count[STATE_LATENCY] ? view->latencies[venue] : (struct state_latency){0};
}

static void add_quantile(struct text *out, const struct state_quantiles *q, int64_t value_ns) {
    number_latency(out, q->count > 0 ? value_ns : -1);
}

static const char *feed_of(const struct state_venue *v) {
    if (v->role == VENUE_OFF) {
        return "off";
    }
    return v->state < FEED_STATE_COUNT ? feed_state_name((enum feed_state)v->state) : "?";
}

static enum ink feed_ink(const struct state_venue *v) {
    if (v->role == VENUE_OFF) {
        return INK_FAINT;
    }
    return v->state == FEED_LIVE ? INK_GOOD : INK_WARN;
}

static const char *lane_of(const struct view *view, const struct state_venue *v) {
    if (v->tripped) {
        return "BREAKER";
    }
    if (v->lane == LANE_NONE && view->header->mode != DESK_LIVE) {
        return "paper"; // orders do not leave the program
    }
    return v->lane < LANE_STATE_COUNT ? lane_state_name((enum lane_state)v->lane) : "?";
}

static enum ink lane_ink(const struct state_venue *v) {
    if (v->tripped) {
        return INK_WARN;
    }
    return v->lane == LANE_READY ? INK_GOOD : v->lane == LANE_NONE ? INK_FAINT : INK_WARN;
}

static void cell_feed(struct pane_cell *out, const struct state_venue *v, enum column column) {
    switch (column) {
    case FEED:
        out->ink = feed_ink(v);
        text_add_string(&out->text, feed_of(v));
        break;
    case AGE:
        number_age(&out->text, v->age_ms);
        break;
    case RATE:
        text_add_int(&out->text, v->updates_per_s);
        break;
    case TICK:
        number_latency(&out->text, v->updates > 0 ? v->latency_mean_ns : -1);
        break;
    case TICK_P99:
        number_latency(&out->text, v->updates > 0 ? v->latency_p99_ns : -1);
        break;
    case CLOCK:
        text_add_format(&out->text, "%+lldms", (long long)(v->clock_offset_ns / NS_PER_MS));
        break;
    case RECONNECTS:
        text_add_int(&out->text, v->reconnects);
        break;
    case RELIABLE:
        number_score(&out->text, v->reliability_ppm);
        break;
    case VENUE:
    case LANE:
    case MESSAGES:
    case BUDGET_ORDERS:
    case BUDGET_DATA:
    case ANSWER_P99:
    case NOTE:
    case COLUMNS:
        break;
    }
}

static void cell_budget(struct pane_cell *out, struct state_budget budget) {
    if (budget.limit == 0) {
        out->ink = INK_FAINT;
        text_add_string(&out->text, "--");
        return;
    }
    int permille = number_permille(budget.used, budget.limit);
    out->ink = permille >= 900 ? INK_BAD : permille >= 600 ? INK_WARN : INK_TEXT;
    text_add_format(&out->text, "%u/%u", budget.used, budget.limit);
}

static void cell_lane(const struct view *view, struct pane_cell *out, const struct state_venue *v,
                      const struct state_latency *latency, enum column column) {
    switch (column) {
    case LANE:
        out->ink = lane_ink(v);
        text_add_string(&out->text, lane_of(view, v));
        break;
    case MESSAGES:
        text_add_int(&out->text, v->messages);
        break;
    case BUDGET_ORDERS:
        cell_budget(out, latency->orders);
        break;
    case BUDGET_DATA:
        cell_budget(out, latency->data);
        break;
    case ANSWER_P99:
        add_quantile(&out->text, &latency->answer, latency->answer.p99_ns);
        break;
    case NOTE:
        out->ink = INK_WARN;
        text_add_string(&out->text, v->text[0] != '\0' ? v->text : v->lane_text);
        break;
    case VENUE:
    case FEED:
    case AGE:
    case RATE:
    case TICK:
    case TICK_P99:
    case CLOCK:
    case RECONNECTS:
    case RELIABLE:
    case COLUMNS:
        break;
    }
}

static void health_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    const struct state_venue *v = row_of(view, row);
    if (column == VENUE) {
        char name[VENUE_NAME_MAX];
        text_add_string(&out->text, view_venue(view, (uint16_t)row, name));
        return;
    }
    struct state_latency latency = latency_of(view, row);
    cell_feed(out, v, (enum column)column);
    cell_lane(view, out, v, &latency, (enum column)column);
}

// What needs a look comes first.
static int64_t health_sort_key(const struct view *view, uint32_t row, int column) {
    const struct state_venue *v = row_of(view, row);
    struct state_latency latency = latency_of(view, row);
    switch ((enum column)column) {
    case FEED:
        return v->role == VENUE_OFF ? INT64_MAX : v->state == FEED_LIVE;
    case AGE:
        return -v->age_ms;
    case RATE:
        return -(int64_t)v->updates_per_s;
    case TICK:
        return -v->latency_mean_ns;
    case TICK_P99:
        return -v->latency_p99_ns;
    case CLOCK:
        return v->clock_offset_ns < 0 ? v->clock_offset_ns : -v->clock_offset_ns;
    case LANE:
        return v->tripped ? -1 : v->lane == LANE_READY;
    case MESSAGES:
        return -(int64_t)v->messages;
    case BUDGET_ORDERS:
        return -number_permille(latency.orders.used, latency.orders.limit);
    case BUDGET_DATA:
        return -number_permille(latency.data.used, latency.data.limit);
    case ANSWER_P99:
        return -latency.answer.p99_ns;
    case RECONNECTS:
        return -(int64_t)v->reconnects;
    case RELIABLE:
        return v->reliability_ppm;
    case VENUE:
    case NOTE:
    case COLUMNS:
        break;
    }
    return row;
}

static void health_words(const struct view *view, uint32_t row, struct text *out) {
    const struct state_venue *v = row_of(view, row);
    text_add_format(out, "%s %s %s %s", view->universe->venues[row].name, feed_of(v),
                    lane_of(view, v), v->text);
}

static void add_budget(struct page *page, const char *label, struct state_budget budget,
                       const char *what) {
    if (budget.limit > 0) {
        page_add(page, INK_TEXT, label, "%u of our %u used: %s", budget.used, budget.limit, what);
    }
}

static void add_data_side(struct page *page, const struct state_venue *v) {
    page_add(page, feed_ink(v), "feed", "%s%s%s, role %s", feed_of(v),
             v->text[0] != '\0' ? ": " : "", v->text,
             v->role < VENUE_ROLE_COUNT ? venue_role_name((enum venue_role)v->role) : "?");
    page_add(page, INK_TEXT, "updates", "%llu, %u a second, %u books, %u reconnects",
             (unsigned long long)v->updates, v->updates_per_s, v->books_live, v->reconnects);
    struct text text = page_line(page, INK_TEXT, "tick");
    text_add_string(&text, "mean ");
    number_latency(&text, v->latency_mean_ns);
    text_add_string(&text, ", p99 ");
    number_latency(&text, v->latency_p99_ns);
    text_add_string(&text, " from the venue's stamp to the stored quote");
    text = page_line(page, INK_TEXT, "clock");
    text_add_format(&text, "%+lld ms, measured over ", (long long)(v->clock_offset_ns / NS_PER_MS));
    number_latency(&text, v->round_trip_ns);
    text = page_line(page, INK_TEXT, "healthy");
    number_score(&text, v->reliability_ppm);
    text_add_string(&text, " % of the last five minutes");
}

static void add_order_side(const struct view *view, struct page *page, uint32_t row) {
    const struct state_venue *v = row_of(view, row);
    struct state_latency latency = latency_of(view, row);
    page_add(page, lane_ink(v), "lane", "%s%s%s", lane_of(view, v),
             v->lane_text[0] != '\0' ? ": " : "", v->lane_text);
    page_add(page, INK_TEXT, "orders", "%u open, %u of them unknown, %u messages this second",
             v->orders, v->unknown, v->messages);
    page_add(page, v->rejects > 0 ? INK_WARN : INK_TEXT, "rejects",
             "%u in a row, the breaker opens at %u", v->rejects, v->rejects_max);
    add_budget(page, "ord limit", latency.orders, "the fullest of its limits on orders");
    add_budget(page, "rest limit", latency.data, "the weight of REST requests for data");
    if (v->deadman_until_ns != 0) {
        struct text text = page_line(page, INK_TEXT, "dead man");
        text_add_string(&text, "the venue cancels all in ");
        number_countdown(&text, v->deadman_until_ns - view_now_ns(view));
        text_add_string(&text, " unless told to wait");
    } else if (v->deadman == DEADMAN_FAILED) {
        page_add(page, INK_WARN, "dead man", "could not be armed: no new orders there");
    } else if (v->deadman == DEADMAN_NONE) {
        page_add(page, INK_WARN, "dead man", "the venue has none: what rests there stays");
    }
}

static void health_details(const struct view *view, uint32_t row, struct page *page) {
    const struct state_venue *v = row_of(view, row);
    struct text title = TEXT_OVER(page->title);
    text_add_format(&title, "Health of %s", view->universe->venues[row].name);
    add_data_side(page, v);
    for (int i = 0; i < FEED_CAUSE_COUNT && i < FEED_CAUSE_MAX; i++) {
        if (v->errors[i] > 0) {
            page_add(page, INK_TEXT, "refused", "%u %s: %s", v->errors[i],
                     feed_cause_name((enum feed_cause)i), feed_cause_sentence((enum feed_cause)i));
        }
    }
    add_order_side(view, page, row);
}

static enum ink score_ink(uint32_t score) {
    return score < SCORE_BAD ? INK_BAD : score < SCORE_WARN ? INK_WARN : INK_GOOD;
}

// Why is the score not 100: of the whole desk, because a venue's part in it is seen there.
static void health_why(const struct view *view, uint32_t row, struct page *page) {
    (void)row;
    const struct state_health *h = view->health;
    page_clear(page, "Why this health?");
    page_add(page, score_ink(h->overall), "overall", "%u of 100", h->overall);
    for (int i = 0; i < HEALTH_PART_COUNT; i++) {
        const struct state_health_part *part = &h->parts[i];
        page_add(page, score_ink(part->score), health_part_name((enum health_part)i),
                 "%u, weight %u %%%s%s", part->score, part->weight,
                 part->reason[0] != '\0' ? ": " : "", part->reason);
    }
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct state_metric *metric = &h->metrics[i];
        struct text text =
            page_line(page, metric->over ? INK_WARN : INK_TEXT, i == 0 ? "metrics" : "");
        text_add_format(&text, "%s ", health_metric_name((enum health_metric)i));
        if (!metric->known) {
            text_add_string(&text, "nothing to judge yet");
            continue;
        }
        rule_figure_print(&text, (enum rule_unit)metric->unit, metric->figure);
        text_add_string(&text, metric->over ? " is beyond " : " against ");
        rule_figure_print(&text, (enum rule_unit)metric->unit, metric->limit);
    }
}

static struct pane_subject health_subject(const struct view *view, uint32_t row) {
    (void)view;
    return (struct pane_subject){.venue = (uint16_t)row, .symbol = CONTROL_ANY};
}

static void add_part(struct head *head, const struct state_health_part *part, const char *name) {
    struct text *text = head_add(head, name, HEAD_NO_BAR, score_ink(part->score));
    text_add_format(text, "%3u  ", part->score);
    if (part->heartbeat_age_ms < 0) {
        text_add_string(text, "no heartbeat yet");
    } else {
        text_add_format(text, "beat %llds ago", (long long)(part->heartbeat_age_ms / 1000));
    }
    if (part->reason[0] != '\0') {
        text_add_format(text, "  %s", part->reason);
    }
}

// The part that takes most from the whole, the first one where none does.
static int worst_part(const struct state_health *h) {
    int worst = 0;
    uint32_t most = 0;
    for (int i = 0; i < HEALTH_PART_COUNT; i++) {
        uint32_t takes = (100 - h->parts[i].score) * h->parts[i].weight;
        if (takes > most) {
            most = takes;
            worst = i;
        }
    }
    return worst;
}

// Where there is no room for all of them the worst comes first.
static void add_parts(struct head *head, const struct state_health *h, int room) {
    int first = room < HEALTH_PART_COUNT ? worst_part(h) : 0;
    add_part(head, &h->parts[first], health_part_name((enum health_part)first));
    for (int i = 0; i < HEALTH_PART_COUNT; i++) {
        if (i != first) {
            add_part(head, &h->parts[i], health_part_name((enum health_part)i));
        }
    }
}

static void add_over(struct head *head, const struct state_health *h) {
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct state_metric *metric = &h->metrics[i];
        if (metric->known && metric->over) {
            struct text *text = head_add(head, "beyond", HEAD_NO_BAR, INK_WARN);
            text_add_format(text, "%s ", health_metric_name((enum health_metric)i));
            rule_figure_print(text, (enum rule_unit)metric->unit, metric->figure);
            text_add_string(text, " against ");
            rule_figure_print(text, (enum rule_unit)metric->unit, metric->limit);
        }
    }
}

static void add_engine(struct head *head, const struct state_header *h) {
    struct text *text = head_add(head, "engine", HEAD_NO_BAR, INK_TEXT);
    text_add_string(text, "longest pass ");
    number_latency(text, (int64_t)h->longest_pass_ns);
}

// In steps of a tenth of a kilobyte, so that telling the cost does not itself cost.
static void add_screen(struct head *head, const struct view_screen *screen) {
    struct text *text = head_add(head, "screen", HEAD_NO_BAR, INK_TEXT);
    text_add_format(text, "%u frames/s, %u skipped, %llu.%llu kB/s", screen->frames,
                    screen->skipped, (unsigned long long)(screen->bytes / 1000),
                    (unsigned long long)(screen->bytes / 100 % 10));
}

static int health_head(const struct view *view, struct canvas *canvas, struct rect area) {
    struct head head = {.count = 0};
    const struct state_health *h = view->health;
    struct text *text = head_add(&head, "overall", (int)h->overall * 10, score_ink(h->overall));
    text_add_format(text, h->time_ns != 0 ? "%u of 100" : "not told yet", h->overall);
    add_over(&head, h);
    int wanted = (int)view->count[STATE_VENUES] + 1;
    int kept = wanted < area.rows / 2 ? wanted : area.rows / 2;
    kept = kept < ROWS_KEPT ? ROWS_KEPT : kept;
    add_parts(&head, h, area.rows - kept - head.count);
    add_screen(&head, &view->screen);
    add_engine(&head, view->header);
    return head_draw(&head, canvas, area, kept);
}

static const struct pane_legend legend[] = {
    {"beat", "when the part was last heard of"},
    {"upd/s", "quotes a second"},
    {"tick avg", "from the venue's stamp to the stored quote, with tick p99 its slow end"},
    {"clock", "the venue's clock less ours"},
    {"lane", "where its orders go: ready, paper, or why not"},
    {"msg/s", "orders and cancels in this second"},
    {"ord limit", "used of our share of the fullest limit on orders"},
    {"rest limit", "used of our share of the weight of REST requests"},
    {"ack p99", "the venue's first word, slowest in a hundred"},
    {"ok %", "time it was well, of the last five minutes"},
    {NULL, NULL},
};

const struct pane_class pane_health = {
    .name = "HEALTH",
    .help = "Scores and heartbeats of the desk's parts; every venue's data, lane and limits.",
    .empty = "no venues",
    .legend = legend,
    .sections = VIEW_BIT(STATE_HEALTH) | VIEW_BIT(STATE_VENUES) | VIEW_BIT(STATE_LATENCY) |
                VIEW_BIT(VIEW_TICK),
    .columns = health_columns,
    .rows = health_rows,
    .key = health_key,
    .cell = health_cell,
    .sort_key = health_sort_key,
    .words = health_words,
    .details = health_details,
    .why = health_why,
    .subject = health_subject,
    .head = health_head,
};
