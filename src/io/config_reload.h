// What of a configuration may change while a desk runs, and how it gets there.
//
// A changed file is loaded and checked as a whole like at the start; then the keys that differ and
// may change become setting_changes for the engine, and the others are named. Keys are known by a
// number over section and name, so a journal stays readable when the table gets new rows. Alert
// rules have no numbers: when one of them differs all of them are handed over.
#ifndef PERPDESK_IO_CONFIG_RELOAD_H
#define PERPDESK_IO_CONFIG_RELOAD_H

#include "engine/event.h"
#include "io/config.h"

enum { CONFIG_CHANGES_MAX = 256 };

struct config_changes {
    struct setting_change changes[CONFIG_CHANGES_MAX];
    uint32_t count;
    bool alerts_differ;
    struct settings_alerts alerts; // with alerts_differ: those that are to be in force
};

// Where changes go: a configuration that was loaded, or the settings and venues of a desk.
struct config_target {
    struct settings *settings;
    struct venue_entry *venues;
    uint16_t venue_count;
};

// Whatever differs from `from` to `to`: what may change, with venues and symbols numbered as in
// `from`, and in `restart` the other keys, parted by ", ".
void config_changes_find(struct config_changes *changes, const struct config *from,
                         const struct config *to, struct text *restart);
// The changes from `at` on, as many as an event holds; the number to go on with, changes->count at
// the end.
uint32_t config_changes_fill(const struct config_changes *changes, uint32_t at,
                             struct event_settings *out);
// Rule `at` of changes->alerts as an event; of no rules there is one event, too.
void config_alerts_fill(const struct config_changes *changes, uint16_t at,
                        struct event_alert_rule *out);
// Numbers the venues of `changes` as in `to` instead of `from`; those that are off in `to` count
// as well. Both have the same venues and symbols.
void config_changes_renumber(struct config_changes *changes, const struct config *from,
                             const struct config *to);
// False: no such key, it may not change, or the value is out of range. Fits desk.change_setting
// with a struct config_target as argument.
bool config_change_apply(void *target, const struct setting_change *change);
void config_alerts_apply(void *target, const struct settings_alerts *rules); // change_alerts
// "risk.max_order_usd = 500usd"; `from` names the venue of a fee.
void config_change_print(struct text *out, const struct config *from,
                         const struct setting_change *change);
// The first rule from *at on that is new, other or gone, "alert.slow = jobs_running > 9"; moves *at
// behind it. False: that was all.
bool config_alert_change_print(struct text *out, const struct settings_alerts *from,
                               const struct settings_alerts *to, uint32_t *at);

#endif
