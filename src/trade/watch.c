#include "trade/watch.h"

#include <stdio.h>

#include "trade/desk.h"

PRINTF_LIKE(5, 0)
static void raise_alert(struct bus *bus, enum severity severity, const char *rule,
                        struct watch_values values, const char *format, va_list arguments) {
    struct event_alert alert = {.severity = (uint8_t)severity,
                                .unit = (uint8_t)values.unit,
                                .figure = values.figure,
                                .limit = values.limit};
    (void)string_copy(alert.rule, sizeof(alert.rule), slice_of(rule));
    vsnprintf(alert.text, sizeof(alert.text), format, arguments);
    bus_emit(bus, EVENT_ALERT, &alert);
}

void watch_alert(struct bus *bus, enum severity severity, const char *rule, const char *format,
                 ...) {
    va_list arguments;
    va_start(arguments, format);
    raise_alert(bus, severity, rule, (struct watch_values){.unit = UNIT_NONE}, format, arguments);
    va_end(arguments);
}

void watch_alert_on(struct bus *bus, enum severity severity, const char *rule,
                    struct watch_values values, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    raise_alert(bus, severity, rule, values, format, arguments);
    va_end(arguments);
}

struct watch_text watch_bps(struct bps value) {
    struct watch_text out;
    struct text text = TEXT_OVER(out.text);
    bps_print(&text, value);
    return out;
}

struct watch_text watch_usd(struct usd value) {
    struct watch_text out;
    struct text text = TEXT_OVER(out.text);
    usd_print(&text, value, 2, 2);
    return out;
}

static bool waits(const struct state_alert *alert) {
    return alert->acknowledged == 0 && alert->over == 0 && alert->severity != SEVERITY_INFO;
}

uint32_t watch_open_count(const struct watch *watch) {
    uint32_t open = 0;
    uint32_t kept = watch->count < STATE_ALERTS_MAX ? watch->count : STATE_ALERTS_MAX;
    for (uint32_t i = 0; i < kept; i++) {
        open += waits(&watch->alerts[i]);
    }
    return open;
}

const struct state_alert *watch_find(const struct watch *watch, uint64_t id) {
    for (uint32_t i = 0; id != 0 && i < STATE_ALERTS_MAX; i++) {
        if (watch->alerts[i].id == id) {
            return &watch->alerts[i];
        }
    }
    return NULL;
}

// Number 0: the newest that waits for a person, below it: all that do. One that has left the list
// has nothing to say.
static void acknowledge(struct watch *watch, int64_t id, int64_t now_ns) {
    uint32_t kept = watch->count < STATE_ALERTS_MAX ? watch->count : STATE_ALERTS_MAX;
    for (uint32_t i = 0; i < kept; i++) {
        struct state_alert *alert = &watch->alerts[(watch->count - 1 - i) % STATE_ALERTS_MAX];
        bool meant = id <= 0 ? waits(alert) : alert->id == (uint64_t)id;
        if (meant && alert->acknowledged == 0) {
            alert->acknowledged = 1;
            alert->acknowledged_ns = now_ns;
            if (id >= 0) {
                return;
            }
        }
    }
}

// Rules whose all-clear (SEVERITY_INFO) speaks of one venue, the first word of both texts. The
// others' holds for the desk.
static const struct {
    const char *clear, *raised;
} venue_rules[] = {{"feed", "feed"}, {"feed", "feed_stale"}, {"safe_mode", "safe_mode"}};

static bool same_subject(const char *a, const char *b) {
    size_t size = strcspn(a, " :");
    return size == strcspn(b, " :") && memcmp(a, b, size) == 0;
}

static bool clears(const struct event_alert *clear, const struct state_alert *raised) {
    bool of_venue = false;
    for (size_t i = 0; i < COUNT_OF(venue_rules); i++) {
        if (strcmp(venue_rules[i].clear, clear->rule) == 0) {
            of_venue = true;
            if (strcmp(venue_rules[i].raised, raised->rule) == 0) {
                return same_subject(clear->text, raised->text);
            }
        }
    }
    return !of_venue && strcmp(clear->rule, raised->rule) == 0;
}

// What is well again is news no longer: its alarms stay in the list and wait for nobody.
static void end_cleared(struct watch *watch, const struct event_alert *clear) {
    for (uint32_t i = 0; i < STATE_ALERTS_MAX && clear->severity == SEVERITY_INFO; i++) {
        struct state_alert *alert = &watch->alerts[i];
        alert->over = alert->over != 0 || (waits(alert) && clears(clear, alert));
    }
}

static enum status watch_on_event(void *self, struct bus *bus, const struct event *event) {
    struct watch *watch = &((struct desk *)self)->watch;
    if (event->header.kind == EVENT_CONTROL) {
        if (event->u.control.verb == CONTROL_ACKNOWLEDGE) {
            acknowledge(watch, event->u.control.value, bus->now_ns);
        }
        return STATUS_OK;
    }
    end_cleared(watch, &event->u.alert);
    struct state_alert *alert = &watch->alerts[watch->count++ % STATE_ALERTS_MAX];
    *alert = (struct state_alert){.time_ns = bus->now_ns,
                                  .severity = event->u.alert.severity,
                                  .unit = event->u.alert.unit,
                                  .id = watch->count,
                                  .figure = event->u.alert.figure,
                                  .limit = event->u.alert.limit};
    memcpy(alert->rule, event->u.alert.rule, sizeof(alert->rule));
    memcpy(alert->text, event->u.alert.text, sizeof(alert->text));
    return STATUS_OK;
}

static void watch_publish(void *self, struct state_draft *draft, int64_t now_ns) {
    const struct watch *watch = &((struct desk *)self)->watch;
    struct state_alert *rows = STATE_ROWS(draft, STATE_ALERTS, struct state_alert);
    uint32_t kept = watch->count < STATE_ALERTS_MAX ? watch->count : STATE_ALERTS_MAX;
    (void)now_ns;
    for (uint32_t i = 0; i < kept; i++) { // newest first
        rows[i] = watch->alerts[(watch->count - 1 - i) % STATE_ALERTS_MAX];
    }
    draft->count[STATE_ALERTS] = kept;
}

const struct component watch_component = {
    .name = "watch",
    .kinds = EVENT_BIT(EVENT_ALERT) | EVENT_BIT(EVENT_CONTROL),
    .on_event = watch_on_event,
    .publish = watch_publish,
};
