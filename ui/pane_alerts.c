// ALERTS: what the desk wants a person to know. Those that wait for an acknowledgement stand first,
// the others below them, each newest first.
#include "ui/alarm.h"
#include "ui/number.h"
#include "ui/pane.h"

enum column { TIME, LEVEL, RULE, TEXT, FIGURE, LIMIT, SEEN, COLUMNS };

static int alerts_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    const struct pane_column columns[COLUMNS] = {
        [TIME] = {"time", view->full_names ? 13 : 9, .sortable = true},
        [LEVEL] = {"level", 5, .sortable = true},
        [RULE] = {"rule", 16, .sortable = true, .priority = 3},
        [TEXT] = {"text", 40, .flexible = true, .most = 110},
        [FIGURE] = {"figure", 12, .right = true, .priority = 4},
        [LIMIT] = {"limit", 12, .right = true, .priority = 5},
        [SEEN] = {"seen", 9, .priority = 2},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static const struct state_alert *row_of(const struct view *view, uint32_t row) {
    ASSERT(row < view->count[STATE_ALERTS]);
    return &view->alerts[row];
}

static uint32_t alerts_rows(const struct view *view) {
    return view->count[STATE_ALERTS];
}

static uint64_t alerts_key(const struct view *view, uint32_t row) {
    return row_of(view, row)->id;
}

static int64_t alerts_rank(const struct view *view, uint32_t row) {
    const struct state_alert *alert = row_of(view, row);
    return !alarm_is_open(alert) ? 2 : alert->severity == SEVERITY_RED ? 0 : 1;
}

static void add_time(const struct view *view, struct text *out, int64_t time_ns) {
    if (view->full_names) {
        number_clock_ms(out, time_ns);
    } else {
        number_clock(out, time_ns);
    }
    text_add_char(out, 'Z');
}

static void add_figure(struct text *out, const struct state_alert *alert, int64_t figure) {
    if (alert->unit != UNIT_NONE) {
        rule_figure_print(out, (enum rule_unit)alert->unit, figure);
    }
}

static void add_seen(struct pane_cell *out, const struct state_alert *alert) {
    if (alert->acknowledged) {
        out->ink = INK_FAINT;
        number_clock(&out->text, alert->acknowledged_ns);
        text_add_char(&out->text, 'Z');
    } else if (alarm_is_open(alert)) {
        out->ink = INK_WARN;
        text_add_string(&out->text, "a to ack");
    } else if (alert->over) {
        out->ink = INK_FAINT;
        text_add_string(&out->text, "over");
    }
}

static void alerts_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    const struct state_alert *alert = row_of(view, row);
    bool open = alarm_is_open(alert);
    out->ink = open ? INK_TEXT : INK_FAINT;
    switch ((enum column)column) {
    case TIME:
        out->ink = INK_FAINT;
        add_time(view, &out->text, alert->time_ns);
        break;
    case LEVEL:
        out->ink = alarm_ink(alert);
        text_add_string(&out->text, alarm_level(alert));
        break;
    case RULE:
        out->ink = open ? INK_HEAD : INK_FAINT;
        text_add_string(&out->text, alert->rule);
        break;
    case TEXT:
        out->ink = open ? INK_WARN : INK_FAINT;
        text_add_string(&out->text, alert->text);
        break;
    case FIGURE:
        add_figure(&out->text, alert, alert->figure);
        break;
    case LIMIT:
        add_figure(&out->text, alert, alert->limit);
        break;
    case SEEN:
        add_seen(out, alert);
        break;
    case COLUMNS:
        break;
    }
}

static int64_t alerts_sort_key(const struct view *view, uint32_t row, int column) {
    const struct state_alert *alert = row_of(view, row);
    switch ((enum column)column) {
    case TIME:
        return -alert->time_ns;
    case LEVEL:
        return -(int64_t)alert->severity;
    case RULE:
        return pane_letters(alert->rule);
    case TEXT:
    case FIGURE:
    case LIMIT:
    case SEEN:
    case COLUMNS:
        break;
    }
    return 0;
}

static void alerts_words(const struct view *view, uint32_t row, struct text *out) {
    const struct state_alert *alert = row_of(view, row);
    text_add_format(out, "%s %s %s", alarm_level(alert), alert->rule, alert->text);
}

static void alerts_page(const struct view *view, uint32_t row, struct page *page) {
    alarm_page(row_of(view, row), page);
}

static struct pane_subject alerts_subject(const struct view *view, uint32_t row) {
    const struct state_alert *alert = row_of(view, row);
    return (struct pane_subject){
        .venue = CONTROL_ANY, .symbol = CONTROL_ANY, .alert = alarm_is_open(alert) ? alert->id : 0};
}

static const struct pane_legend legend[] = {
    {"level", "ALARM red, ALERT amber, alert for information"},
    {"figure", "what it was raised on, beside the limit of its rule"},
    {"seen", "when it was acknowledged; a to ack: it waits"},
    {NULL, NULL},
};

const struct pane_class pane_alerts = {
    .name = "ALERTS",
    .help = "Alarms with figure and limit; those that wait stand first, a acknowledges one.",
    .empty = "no alerts since the start",
    .legend = legend,
    .sections = VIEW_BIT(STATE_ALERTS),
    .columns = alerts_columns,
    .rows = alerts_rows,
    .key = alerts_key,
    .rank = alerts_rank,
    .cell = alerts_cell,
    .sort_key = alerts_sort_key,
    .words = alerts_words,
    .details = alerts_page,
    .why = alerts_page,
    .subject = alerts_subject,
};
