#include "ui/alarm.h"

#include "ui/number.h"

bool alarm_is_open(const struct state_alert *alert) {
    return !alert->acknowledged && !alert->over && alert->severity != SEVERITY_INFO;
}

const char *alarm_level(const struct state_alert *alert) {
    static const char *const severities[] = {"alert", "ALERT", "ALARM"};
    return alert->severity <= SEVERITY_RED ? severities[alert->severity] : "?";
}

enum ink alarm_ink(const struct state_alert *alert) {
    if (!alarm_is_open(alert)) {
        return INK_FAINT;
    }
    return alert->severity == SEVERITY_RED ? INK_ALARM : INK_WARN;
}

const struct state_alert *alarm_foremost(const struct view *view) {
    const struct state_alert *foremost = NULL;
    for (uint32_t i = 0; i < view->count[STATE_ALERTS]; i++) {
        const struct state_alert *alert = &view->alerts[i]; // newest first
        if (alarm_is_open(alert) && (foremost == NULL || alert->severity > foremost->severity)) {
            foremost = alert;
        }
    }
    return foremost;
}

void alarm_page(const struct state_alert *alert, struct page *page) {
    page_clear(page, "Alert");
    struct text text = page_line(page, INK_TEXT, "time");
    number_clock_ms(&text, alert->time_ns);
    text_add_char(&text, 'Z');
    page_add(page, alarm_ink(alert), "level", "%s", alarm_level(alert));
    page_add(page, INK_TEXT, "rule", "%s", alert->rule);
    page_add_wrapped(page, INK_STRONG, "text", alert->text, 60);
    if (alert->unit != UNIT_NONE) {
        text = page_line(page, INK_STRONG, "figure");
        rule_figure_print(&text, (enum rule_unit)alert->unit, alert->figure);
        text = page_line(page, INK_TEXT, "limit");
        rule_figure_print(&text, (enum rule_unit)alert->unit, alert->limit);
    }
    text = page_line(page, INK_TEXT, "number");
    text_add_format(&text, "%llu, ", (unsigned long long)alert->id);
    if (alert->acknowledged) {
        text_add_string(&text, "acknowledged at ");
        number_clock(&text, alert->acknowledged_ns);
        text_add_char(&text, 'Z');
    } else {
        text_add_string(&text, alert->over            ? "over: it is well again"
                               : alarm_is_open(alert) ? "not acknowledged (a)"
                                                      : "for information");
    }
    page_add(page, INK_FAINT, "", "man perpdesk-runbook says what to do about it");
}
