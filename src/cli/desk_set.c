// One setting changed by hand in a running desk, and the configuration that is in force there.
//
// A setting goes the way of a changed file (desk_reload.c): the whole configuration is checked with
// it, what may change is one event for the engine, and what needs a restart is refused. It lasts
// until the desk ends or its file says something else.
#include <stdlib.h>

#include "base/log.h"
#include "cli/desk_inside.h"
#include "cli/verbs.h"

// What config_parse has to say first, without naming the one setting again, nor a line of a text
// that nobody sees.
static struct slice mistake_of(const struct config_report *report, const char *set) {
    struct slice line = text_slice(&report->text);
    const char *end = line.size > 0 ? memchr(line.data, '\n', line.size) : NULL;
    line.size = end != NULL ? (size_t)(end - line.data) : line.size;
    size_t named = strlen("--set ") + (set != NULL ? strlen(set) : 0) + strlen(": ");
    if (line.size > named && memcmp(line.data, "--set ", strlen("--set ")) == 0) {
        line.data += named;
        line.size -= named;
    } else if (line.size > 0 && memchr(line.data, ' ', line.size) != NULL) {
        const char *behind = (const char *)memchr(line.data, ' ', line.size) + 1;
        line.size -= (size_t)(behind - line.data);
        line.data = behind;
    }
    return line;
}

enum status desk_settings_check(const struct config *config, const char *set, struct config *out,
                                struct text *mistake) {
    static char bytes[CONFIG_TEXT_MAX];
    static struct config_report report;
    struct config_venue venues[VENUE_MAX];
    struct config_options options = {.venues = venues,
                                     .venue_count = cli_venues(venues),
                                     .sets = &set,
                                     .set_count = set != NULL ? 1 : 0};
    struct text text = TEXT_OVER(bytes);
    config_report_init(&report);
    config_print(config, &text);
    enum status status = config_parse(out, &options, "desk", text_slice(&text), &report);
    if (status == STATUS_CONFIG) {
        text_add(mistake, mistake_of(&report, set));
    }
    return status;
}

struct setting {
    char words[CONFIG_LINE_MAX]; // "section.key=value"
    struct config config;
    struct config_changes changes;
};

static enum status read_setting(const struct desk_run *run, struct slice change,
                                struct setting *setting) {
    char bytes[2 * LOG_LINE_MAX];
    struct text mistake = TEXT_OVER(bytes);
    if (change.size == 0 || memchr(change.data, '=', change.size) == NULL ||
        !string_copy(setting->words, sizeof(setting->words), change)) {
        return status_fail(STATUS_USAGE, "set: expected section.key=value, such as "
                                         "risk.max_order_usd=500");
    }
    enum status status =
        desk_settings_check(&run->in_force, setting->words, &setting->config, &mistake);
    return status == STATUS_CONFIG ? status_fail(STATUS_USAGE, "set: %s", bytes) : status;
}

static enum status apply(struct desk_run *run, struct setting *setting, struct text *answer) {
    char bytes[LOG_LINE_MAX - 64];
    struct text restart = TEXT_OVER(bytes);
    config_changes_find(&setting->changes, &run->in_force, &setting->config, &restart);
    if (restart.size > 0) {
        return status_fail(STATUS_REFUSED, "set: %s needs a restart of the desk", bytes);
    }
    if (setting->changes.count == 0 && !setting->changes.alerts_differ) {
        text_add_format(answer, "%s: it is so already", setting->words);
        return STATUS_OK;
    }
    desk_settings_change(run, &setting->changes);
    for (uint32_t i = 0; i < setting->changes.count; i++) {
        text_add_string(answer, i > 0 ? ", " : "set: ");
        config_change_print(answer, &run->in_force, &setting->changes.changes[i]);
    }
    if (setting->changes.alerts_differ) {
        text_add_format(answer, "%s%s",
                        setting->changes.count > 0 ? ", " : "set: ", setting->words);
    }
    log_info("settings", "%.*s", (int)answer->size, answer->data);
    return STATUS_OK;
}

enum status desk_run_set(struct desk_run *run, struct slice change, struct text *answer) {
    struct setting *setting = calloc(1, sizeof(*setting));
    if (setting == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a setting");
    }
    pthread_mutex_lock(&run->settings_lock);
    enum status status = read_setting(run, change, setting);
    if (status == STATUS_OK) {
        status = apply(run, setting, answer);
    }
    pthread_mutex_unlock(&run->settings_lock);
    free(setting);
    return status;
}

void desk_run_print_config(struct desk_run *run, struct text *out) {
    pthread_mutex_lock(&run->settings_lock);
    config_print(&run->in_force, out);
    pthread_mutex_unlock(&run->settings_lock);
}
