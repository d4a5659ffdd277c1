// LOG: the alarms that wait for a person, then the log, newest first. All alerts are in ALERTS.
#include "ui/alarm.h"
#include "ui/number.h"
#include "ui/pane.h"

enum column { TIME, LEVEL, COMPONENT, TEXT, COLUMNS };

static int log_columns(const struct view *view, struct pane_column out[PANE_COLUMNS_MAX]) {
    const struct pane_column columns[COLUMNS] = {
        [TIME] = {"time", view->full_names ? 13 : 9, .sortable = true},
        [LEVEL] = {"level", 5, .sortable = true},
        [COMPONENT] = {"part", 11, .sortable = true, .priority = 1},
        [TEXT] = {"text", 20, .flexible = true},
    };
    memcpy(out, columns, sizeof(columns));
    return COLUMNS;
}

static uint32_t alerts_open(const struct view *view) {
    uint32_t open = 0;
    for (uint32_t i = 0; i < view->count[STATE_ALERTS]; i++) {
        open += alarm_is_open(&view->alerts[i]) ? 1 : 0;
    }
    return open;
}

// The n-th that waits, in the order of the section.
static const struct state_alert *alert_nth(const struct view *view, uint32_t n) {
    for (uint32_t i = 0; i < view->count[STATE_ALERTS]; i++) {
        if (alarm_is_open(&view->alerts[i]) && n-- == 0) {
            return &view->alerts[i];
        }
    }
    return NULL;
}

struct entry {
    const struct state_alert *alert; // or
    const struct log_line *line;
    uint64_t number;
};

static struct entry entry_of(const struct view *view, uint32_t row) {
    uint32_t open = alerts_open(view);
    if (row < open) {
        return (struct entry){.alert = alert_nth(view, row)};
    }
    return (struct entry){.line = view_log_line(view, row - open),
                          .number = view_log_number(view, row - open)};
}

static uint32_t log_rows(const struct view *view) {
    return alerts_open(view) + view->log_count;
}

static uint64_t log_key(const struct view *view, uint32_t row) {
    struct entry entry = entry_of(view, row);
    ASSERT(entry.alert != NULL || entry.line != NULL);
    return entry.alert != NULL ? entry.alert->id | UINT64_C(1) << 63 : entry.number;
}

static const char *level_of(const struct entry *entry) {
    static const char *const levels[LOG_LEVEL_COUNT] = {"debug", "info", "WARN", "ERROR"};
    if (entry->alert != NULL) {
        return alarm_level(entry->alert);
    }
    return (unsigned)entry->line->level < LOG_LEVEL_COUNT ? levels[entry->line->level] : "?";
}

static enum ink ink_of(const struct entry *entry) {
    if (entry->alert != NULL) {
        return alarm_ink(entry->alert);
    }
    switch (entry->line->level) {
    case LOG_ERROR:
        return INK_BAD;
    case LOG_WARN:
        return INK_WARN;
    case LOG_DEBUG:
        return INK_FAINT;
    case LOG_INFO:
    case LOG_LEVEL_COUNT:
        break;
    }
    return INK_TEXT;
}

static void log_cell(const struct view *view, uint32_t row, int column, struct pane_cell *out) {
    struct entry entry = entry_of(view, row);
    const struct state_alert *alert = entry.alert;
    switch ((enum column)column) {
    case TIME:
        out->ink = INK_FAINT;
        if (view->full_names) {
            number_clock_ms(&out->text, alert != NULL ? alert->time_ns : entry.line->time_ns);
        } else {
            number_clock(&out->text, alert != NULL ? alert->time_ns : entry.line->time_ns);
        }
        text_add_char(&out->text, 'Z');
        break;
    case LEVEL:
        out->ink = ink_of(&entry);
        text_add_string(&out->text, level_of(&entry));
        break;
    case COMPONENT:
        out->ink = INK_HEAD;
        text_add_string(&out->text, alert != NULL ? alert->rule : entry.line->component);
        break;
    case TEXT:
        out->ink = ink_of(&entry) == INK_ALARM ? INK_WARN : ink_of(&entry);
        text_add_string(&out->text, alert != NULL ? alert->text : entry.line->text);
        break;
    case COLUMNS:
        break;
    }
}

static int64_t log_sort_key(const struct view *view, uint32_t row, int column) {
    struct entry entry = entry_of(view, row);
    switch ((enum column)column) {
    case TIME:
        return entry.alert != NULL ? entry.alert->time_ns : entry.line->time_ns;
    case LEVEL: // alarms, errors, warnings
        return entry.alert != NULL ? -LOG_LEVEL_COUNT - (int64_t)entry.alert->severity
                                   : -(int64_t)entry.line->level;
    case COMPONENT:
        return pane_letters(entry.alert != NULL ? entry.alert->rule : entry.line->component);
    case TEXT:
    case COLUMNS:
        break;
    }
    return row;
}

static void log_words(const struct view *view, uint32_t row, struct text *out) {
    struct entry entry = entry_of(view, row);
    text_add_format(out, "%s %s %s", level_of(&entry),
                    entry.alert != NULL ? entry.alert->rule : entry.line->component,
                    entry.alert != NULL ? entry.alert->text : entry.line->text);
}

static void log_page(const struct view *view, uint32_t row, struct page *page) {
    struct entry entry = entry_of(view, row);
    if (entry.alert != NULL) {
        alarm_page(entry.alert, page);
        return;
    }
    page_clear(page, "Log line");
    struct text text = page_line(page, INK_TEXT, "time");
    number_clock_ms(&text, entry.line->time_ns);
    text_add_char(&text, 'Z');
    page_add(page, ink_of(&entry), "level", "%s", level_of(&entry));
    page_add(page, INK_TEXT, "part", "%s", entry.line->component);
    page_add_wrapped(page, INK_STRONG, "text", entry.line->text, 60);
}

static struct pane_subject log_subject(const struct view *view, uint32_t row) {
    struct entry entry = entry_of(view, row);
    return (struct pane_subject){.venue = CONTROL_ANY,
                                 .symbol = CONTROL_ANY,
                                 .alert = entry.alert != NULL ? entry.alert->id : 0};
}

static const struct pane_legend legend[] = {
    {"level", "ALARM and ALERT wait for a person; the others are the log's"},
    {NULL, NULL},
};

const struct pane_class pane_log = {
    .name = "LOG",
    .help = "Alarms that wait (a acknowledges one), then the log, newest first.",
    .empty = "nothing has been logged",
    .legend = legend,
    .sections = VIEW_BIT(VIEW_LOG) | VIEW_BIT(STATE_ALERTS),
    .columns = log_columns,
    .rows = log_rows,
    .key = log_key,
    .cell = log_cell,
    .sort_key = log_sort_key,
    .words = log_words,
    .details = log_page,
    .why = log_page,
    .subject = log_subject,
};
