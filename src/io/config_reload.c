#include "io/config_reload.h"

#include <stdlib.h>

#include "base/table.h"
#include "io/config_private.h"

static uint64_t number_of(const struct config_key *key) {
    uint64_t section = hash_bytes(key->section, strlen(key->section), 0);
    return hash_bytes(key->name, strlen(key->name), section);
}

static const struct config_key *key_of(uint64_t number) {
    for (uint32_t i = 0; i < config_key_count; i++) {
        if (number_of(&config_keys[i]) == number) {
            return &config_keys[i];
        }
    }
    return NULL;
}

bool config_key_may_change(const struct config_key *key) {
    return key->reloadable && !config_key_of_alert(key) &&
           (key->type <= CONFIG_WORD || key->type == CONFIG_FEE);
}

static int64_t fee_of(const struct config_key *key, const struct venue_entry *venue) {
    int64_t value;
    memcpy(&value, (const char *)venue + key->at, sizeof(value));
    return value;
}

static void add(struct config_changes *changes, const struct config_key *key, uint16_t venue,
                int64_t from, int64_t to) {
    if (from != to && changes->count < CONFIG_CHANGES_MAX) {
        changes->changes[changes->count++] =
            (struct setting_change){.key = number_of(key), .value = to, .venue = venue};
    }
}

static const struct venue_entry *venue_named(const struct config *config, const char *name) {
    for (uint16_t i = 0; i < config->venue_count; i++) {
        if (strcmp(config->venues[i].name, name) == 0) {
            return &config->venues[i];
        }
    }
    return NULL;
}

static void find_fees(struct config_changes *changes, const struct config_key *key,
                      const struct config *from, const struct config *to) {
    for (uint16_t v = 0; v < from->venues_on; v++) {
        const struct venue_entry *after = venue_named(to, from->venues[v].name);
        if (after != NULL) {
            add(changes, key, v, fee_of(key, &from->venues[v]), fee_of(key, after));
        }
    }
}

// ---- what needs a restart -----------------------------------------------------------------------

struct lines {
    struct slice rest, section, name, line;
};

// The next `name = value` of an effective text.
static bool next_line(struct lines *lines) {
    while (lines->rest.size > 0) {
        const char *end = memchr(lines->rest.data, '\n', lines->rest.size);
        size_t size = end == NULL ? lines->rest.size : (size_t)(end - lines->rest.data);
        struct slice line = {lines->rest.data, size};
        size_t taken = end == NULL ? size : size + 1;
        lines->rest = (struct slice){lines->rest.data + taken, lines->rest.size - taken};
        if (size > 2 && line.data[0] == '[') {
            lines->section = (struct slice){line.data + 1, size - 2};
            continue;
        }
        const char *equals = size == 0 ? NULL : memchr(line.data, '=', size);
        if (equals != NULL) {
            lines->name = config_trim((struct slice){line.data, (size_t)(equals - line.data)});
            lines->line = line;
            return true;
        }
    }
    return false;
}

// Whether `text` has this key; with `whole`, with this value.
static bool has_line(struct slice text, const struct lines *wanted, bool whole) {
    struct lines lines = {.rest = text};
    while (next_line(&lines)) {
        if (slice_equals(lines.section, wanted->section) &&
            slice_equals(lines.name, wanted->name) &&
            (!whole || slice_equals(lines.line, wanted->line))) {
            return true;
        }
    }
    return false;
}

static void add_restart(struct text *out, const struct lines *lines) {
    text_add_string(out, out->size > 0 ? ", " : "");
    text_add(out, lines->section);
    text_add_char(out, '.');
    text_add(out, lines->name);
}

static void find_restart(struct text *out, struct slice from, struct slice to) {
    struct lines after = {.rest = to};
    while (next_line(&after)) {
        if (!has_line(from, &after, true)) {
            add_restart(out, &after);
        }
    }
    struct lines before = {.rest = from};
    while (next_line(&before)) {
        if (!has_line(to, &before, false)) {
            add_restart(out, &before);
        }
    }
}

void config_changes_find(struct config_changes *changes, const struct config *from,
                         const struct config *to, struct text *restart) {
    static char before_bytes[CONFIG_TEXT_MAX], after_bytes[CONFIG_TEXT_MAX];
    struct text before = TEXT_OVER(before_bytes);
    struct text after = TEXT_OVER(after_bytes);
    struct config changed = *from;
    struct config_target target = {&changed.settings, changed.venues, changed.venues_on};
    changes->count = 0;
    for (uint32_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (config_key_may_change(key) && key->type == CONFIG_FEE) {
            find_fees(changes, key, from, to);
        } else if (config_key_may_change(key)) {
            add(changes, key, UINT16_MAX, config_value_get(key, &from->settings),
                config_value_get(key, &to->settings));
        }
    }
    for (uint32_t i = 0; i < changes->count; i++) {
        bool applied = config_change_apply(&target, &changes->changes[i]);
        ASSERT(applied);
    }
    config_print(&changed, &before);
    config_print(to, &after);
    find_restart(restart, text_slice(&before), text_slice(&after));
}

uint32_t config_changes_fill(const struct config_changes *changes, uint32_t at,
                             struct event_settings *out) {
    *out = (struct event_settings){0};
    while (at < changes->count && out->count < EVENT_SETTINGS_MAX) {
        out->changes[out->count++] = changes->changes[at++];
    }
    return at;
}

bool config_change_apply(void *arg, const struct setting_change *change) {
    const struct config_target *target = arg;
    const struct config_key *key = key_of(change->key);
    if (key == NULL || !config_key_may_change(key) || change->value < key->min ||
        change->value > key->max) {
        return false;
    }
    if (key->type != CONFIG_FEE) {
        config_value_set(key, target->settings, change->value);
        return true;
    }
    if (change->venue >= target->venue_count) {
        return false;
    }
    memcpy((char *)&target->venues[change->venue] + key->at, &change->value, sizeof(change->value));
    return true;
}

void config_change_print(struct text *out, const struct config *from,
                         const struct setting_change *change) {
    const struct config_key *key = key_of(change->key);
    ASSERT(key != NULL);
    if (key->type == CONFIG_FEE) {
        ASSERT(change->venue < from->venue_count);
        text_add_format(out, "fees.%s.%s = ", from->venues[change->venue].name, key->name);
    } else {
        text_add_format(out, "%s.%s = ", key->section, key->name);
    }
    config_value_print(out, key, change->value);
}
