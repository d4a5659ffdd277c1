// A changed configuration into a running desk: what may change does, in one piece where it fits an
// event, and the rest is named.
#include <stdlib.h>

#include "base/log.h"
#include "cli/desk_inside.h"

void desk_reload_prepare(struct desk_run *run) {
    run->loaded = *run->options.config;
    run->in_force = run->config;
    run->settings_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    run->target = (struct config_target){&run->config.settings, run->universe.venues,
                                         run->universe.venue_count};
    run->desk.change_setting = config_change_apply;
    run->desk.change_alerts = config_alerts_apply;
    run->desk.change_arg = &run->target;
}

static void apply_changes(struct config *config, const struct config_changes *changes) {
    struct config_target target = {&config->settings, config->venues, config->venues_on};
    for (uint32_t i = 0; i < changes->count; i++) {
        bool applied = config_change_apply(&target, &changes->changes[i]);
        ASSERT(applied);
    }
    if (changes->alerts_differ) {
        config_alerts_apply(&target, &changes->alerts);
    }
}

void desk_settings_change(struct desk_run *run, const struct config_changes *changes) {
    apply_changes(&run->in_force, changes);
    for (uint32_t at = 0; at < changes->count;) {
        struct event_settings event;
        at = config_changes_fill(changes, at, &event);
        engine_input(&run->engine, EVENT_SETTINGS_CHANGED, &event, clock_now_ns(&run->clock));
    }
    if (!changes->alerts_differ) {
        return;
    }
    uint16_t at = 0;
    do { // without any rule one event says so
        struct event_alert_rule event;
        config_alerts_fill(changes, at, &event);
        engine_input(&run->engine, EVENT_ALERT_RULE, &event, clock_now_ns(&run->clock));
    } while (++at < changes->alerts.count);
}

// A venue that was loaded may be off in a demo: its fees are nobody's.
static void number_venues(struct desk_run *run, struct config_changes *changes) {
    uint32_t kept = 0;
    config_changes_renumber(changes, &run->loaded, &run->in_force);
    for (uint32_t i = 0; i < changes->count; i++) {
        const struct setting_change *change = &changes->changes[i];
        if (change->venue == UINT16_MAX || change->venue < run->universe.venue_count) {
            changes->changes[kept++] = *change;
        }
    }
    changes->count = kept;
}

// What is different, a line each in the log; how many lines that are.
static uint32_t tell_changes(const struct desk_run *run, const struct config_changes *changes) {
    char line[LOG_LINE_MAX];
    uint32_t told = changes->count;
    for (uint32_t i = 0; i < changes->count; i++) {
        struct text text = TEXT_OVER(line);
        config_change_print(&text, &run->loaded, &changes->changes[i]);
        log_info("reload", "%s", line);
    }
    struct text text = TEXT_OVER(line);
    uint32_t at = 0;
    while (changes->alerts_differ &&
           config_alert_change_print(&text, &run->loaded.settings.alerts, &changes->alerts, &at)) {
        log_info("reload", "%s", line);
        text = TEXT_OVER(line);
        told++;
    }
    return told;
}

struct reload {
    struct config_changes changes;    // numbered as in `loaded`
    struct config_changes renumbered; // the same as in the universe
    struct config together, checked;
};

// The file is right by itself. What was set by hand since may contradict it.
static enum status check_together(const struct desk_run *run, struct reload *reload) {
    char bytes[2 * LOG_LINE_MAX];
    struct text mistake = TEXT_OVER(bytes);
    reload->together = run->in_force;
    apply_changes(&reload->together, &reload->renumbered);
    enum status status = desk_settings_check(&reload->together, NULL, &reload->checked, &mistake);
    return status == STATUS_CONFIG ? status_fail(status, "with what was set by hand: %s", bytes)
                                   : status;
}

static enum status reload_into(struct desk_run *run, const struct config *config,
                               struct reload *reload) {
    char restart_bytes[LOG_LINE_MAX - 32];
    struct text restart = TEXT_OVER(restart_bytes);
    config_changes_find(&reload->changes, &run->loaded, config, &restart);
    reload->renumbered = reload->changes;
    number_venues(run, &reload->renumbered);
    enum status status = check_together(run, reload);
    if (status != STATUS_OK) {
        return status;
    }
    uint32_t told = tell_changes(run, &reload->changes);
    apply_changes(&run->loaded, &reload->changes);
    if (restart.size > 0) {
        log_warn("reload", "needs a restart: %s", restart_bytes);
    }
    log_info("reload", "%u settings changed", told);
    desk_settings_change(run, &reload->renumbered);
    return STATUS_OK;
}

enum status desk_run_reload(struct desk_run *run, const struct config *config) {
    struct reload *reload = calloc(1, sizeof(*reload));
    if (reload == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a reload");
    }
    pthread_mutex_lock(&run->settings_lock);
    enum status status = reload_into(run, config, reload);
    pthread_mutex_unlock(&run->settings_lock);
    free(reload);
    return status;
}
