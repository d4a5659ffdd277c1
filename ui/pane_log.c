// LOG: alarms nobody has acknowledged, then the log, newest first, then the alarms of before.
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

// What only informs is no alarm.
static bool is_open(const struct state_alert *alert) {
    return !alert->acknowledged && alert->severity != SEVERITY_INFO;
}

static uint32_t alerts_open(const struct view *view) {
    uint32_t open = 0;
    for (uint32_t i = 0; i < view->count[STATE_ALERTS]; i++) {
        open += is_open(&view->alerts[i]) ? 1 : 0;
    }
    return open;
}

// The n-th alert that is (or is not) open, in the order of the section.
static const struct state_alert *alert_nth(const struct view *view, uint32_t n, bool open) {
    for (uint32_t i = 0; i < view->count[STATE_ALERTS]; i++) {
        if (is_open(&view->alerts[i]) == open && n-- == 0) {
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
        return (struct entry){.alert = alert_nth(view, row, true)};
    }
    row -= open;
    if (row < view->log_count) {
        return (struct entry){.line = view_log_line(view, row),
                              .number = view_log_number(view, row)};
    }
    return (struct entry){.alert = alert_nth(view, row - view->log_count, false)};
}

static uint32_t log_rows(const struct view *view) {
    return view->count[STATE_ALERTS] + view->log_count;
}

static uint64_t log_key(const struct view *view, uint32_t row) {
    struct entry entry = entry_of(view, row);
    ASSERT(entry.alert != NULL || entry.line != NULL);
    return entry.alert != NULL ? entry.alert->id | UINT64_C(1) << 63 : entry.number;
}

static const char *level_of(const struct entry *entry) {
    static const char *const levels[LOG_LEVEL_COUNT] = {"debug", "info", "WARN", "ERROR"};
    static const char *const severities[] = {"alert", "ALERT", "ALARM"};
    if (entry->alert != NULL) {
        return entry->alert->severity <= SEVERITY_RED ? severities[entry->alert->severity] : "?";
    }
    return (unsigned)entry->line->level < LOG_LEVEL_COUNT ? levels[entry->line->level] : "?";
}

static enum ink ink_of(const struct entry *entry) {
    if (entry->alert != NULL) {
        if (!is_open(entry->alert)) {
            return INK_FAINT;
        }
        return entry->alert->severity == SEVERITY_RED ? INK_ALARM : INK_WARN;
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

static int64_t letters_of(const char *name) {
    int64_t letters = 0;
    for (int i = 0; i < 7; i++) { // as many as a number holds: enough for the order of names
        letters = letters << 8 | (unsigned char)*name;
        name += *name != '\0';
    }
    return letters;
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
        return letters_of(entry.alert != NULL ? entry.alert->rule : entry.line->component);
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

static void add_alert(struct page *page, const struct state_alert *alert) {
    if (alert->unit != UNIT_NONE) {
        struct text text = page_line(page, INK_STRONG, "figure");
        rule_figure_print(&text, (enum rule_unit)alert->unit, alert->figure);
        text = page_line(page, INK_TEXT, "limit");
        rule_figure_print(&text, (enum rule_unit)alert->unit, alert->limit);
    }
    struct text text = page_line(page, INK_TEXT, "number");
    text_add_format(&text, "%llu, ", (unsigned long long)alert->id);
    if (alert->acknowledged) {
        text_add_string(&text, "acknowledged at ");
        number_clock(&text, alert->acknowledged_ns);
        text_add_char(&text, 'Z');
    } else {
        text_add_string(&text, is_open(alert) ? "not acknowledged (a)" : "for information");
    }
}

static void log_page(const struct view *view, uint32_t row, struct page *page) {
    struct entry entry = entry_of(view, row);
    page_clear(page, entry.alert != NULL ? "Alert" : "Log line");
    struct text text = page_line(page, INK_TEXT, "time");
    number_clock_ms(&text, entry.alert != NULL ? entry.alert->time_ns : entry.line->time_ns);
    text_add_char(&text, 'Z');
    page_add(page, ink_of(&entry), "level", "%s", level_of(&entry));
    page_add(page, INK_TEXT, entry.alert != NULL ? "rule" : "part", "%s",
             entry.alert != NULL ? entry.alert->rule : entry.line->component);
    const char *words = entry.alert != NULL ? entry.alert->text : entry.line->text;
    for (size_t at = 0, size = strlen(words); at < size; at += 60) {
        page_add(page, INK_STRONG, at == 0 ? "text" : "", "%.60s", words + at);
    }
    if (entry.alert != NULL) {
        add_alert(page, entry.alert);
    }
}

static struct pane_subject log_subject(const struct view *view, uint32_t row) {
    struct entry entry = entry_of(view, row);
    bool waits = entry.alert != NULL && is_open(entry.alert);
    return (struct pane_subject){
        .venue = CONTROL_ANY, .symbol = CONTROL_ANY, .alert = waits ? entry.alert->id : 0};
}

const struct pane_class pane_log = {
    .name = "LOG",
    .help = "Open alarms (a acknowledges), then the log, newest first.",
    .empty = "nothing has been logged",
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
