// Alerts of the desk: raised by any component, kept in a short list, acknowledged by a person.
// (Alert rules of the configuration have their own file, alert_rule.c.)
#ifndef PERPDESK_TRADE_WATCH_H
#define PERPDESK_TRADE_WATCH_H

#include "base/clock.h"
#include "engine/bus.h"

struct watch {
    struct state_alert alerts[STATE_ALERTS_MAX]; // ring
    uint32_t count;                              // ever raised
};

extern const struct component watch_component;

// Emits an ALERT event; the text is cut to EVENT_TEXT_MAX - 1 bytes.
void watch_alert(struct bus *bus, enum severity severity, const char *rule, const char *format,
                 ...) COLD PRINTF_LIKE(4, 5);
// The same with the values it is raised on, in `unit`.
struct watch_values {
    enum rule_unit unit;
    int64_t figure, limit;
};
void watch_alert_on(struct bus *bus, enum severity severity, const char *rule,
                    struct watch_values values, const char *format, ...) COLD PRINTF_LIKE(5, 6);

// Short texts for messages, by value: no buffer to name at the caller.
struct watch_text {
    char text[40];
};
struct watch_text watch_bps(struct bps value);
struct watch_text watch_usd(struct usd value);

// NULL: there is none, or it has left the list.
const struct state_alert *watch_find(const struct watch *watch, uint64_t id);
uint32_t watch_open_count(const struct watch *watch);

#endif
