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
    return key->reloadable && (key->type <= CONFIG_WORD || key->type == CONFIG_FEE ||
                               key->type == CONFIG_PAIRS || config_key_of_alert(key));
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

// ---- numbers of another configuration ----------------------------------------------------------

static uint16_t venue_named(const struct config *config, const char *name) {
    for (uint16_t i = 0; i < config->venue_count; i++) {
        if (strcmp(config->venues[i].name, name) == 0) {
            return i;
        }
    }
    return UINT16_MAX;
}

static bool renumber_venue(uint16_t *venue, const struct config *from, const struct config *to) {
    if (*venue >= from->venue_count) { // none
        return true;
    }
    *venue = venue_named(to, from->venues[*venue].name);
    return *venue != UINT16_MAX;
}

static bool renumber_symbol(uint16_t *symbol, const struct config *from, const struct config *to) {
    if (*symbol >= from->symbol_count) { // none
        return true;
    }
    for (uint16_t i = 0; i < to->symbol_count; i++) {
        if (strcmp(to->symbols[i].name, from->symbols[*symbol].name) == 0) {
            *symbol = i;
            return true;
        }
    }
    return false;
}

// False: a rule names what `to` does not have.
static bool renumber_alerts(struct settings_alerts *alerts, const struct config *from,
                            const struct config *to) {
    for (uint32_t i = 0; i < alerts->count; i++) {
        struct alert_rule *rule = &alerts->rules[i];
        if (!renumber_venue(&rule->venue, from, to) ||
            !renumber_venue(&rule->other_venue, from, to) ||
            !renumber_symbol(&rule->symbol, from, to) ||
            !renumber_symbol(&rule->other_symbol, from, to)) {
            return false;
        }
    }
    return true;
}

// ---- a pair of venues as a value: 0 is none, since none is paired with itself -------------------

static int64_t pair_value(uint16_t a, uint16_t b) {
    return (int64_t)a << 16 | b;
}

// As many as there are before the first that is none.
static void count_pairs(struct settings_scanner *scanner) {
    scanner->priority_count = 0;
    while (scanner->priority_count < COUNT_OF(scanner->priority) &&
           scanner->priority[scanner->priority_count][0] !=
               scanner->priority[scanner->priority_count][1]) {
        scanner->priority_count++;
    }
}

static bool renumber_pair(int64_t *value, const struct config *from, const struct config *to) {
    uint16_t a = (uint16_t)(*value >> 16);
    uint16_t b = (uint16_t)*value;
    if (*value != 0 && (!renumber_venue(&a, from, to) || !renumber_venue(&b, from, to))) {
        return false;
    }
    *value = *value != 0 ? pair_value(a, b) : 0;
    return true;
}

static void find_pairs(struct config_changes *changes, const struct config_key *key,
                       const struct config *from, const struct config *to) {
    const struct settings_scanner *before = &from->settings.scanner;
    const struct settings_scanner *after = &to->settings.scanner;
    for (uint16_t i = 0; i < COUNT_OF(before->priority); i++) {
        int64_t old = pair_value(before->priority[i][0], before->priority[i][1]);
        int64_t new = pair_value(after->priority[i][0], after->priority[i][1]);
        uint32_t count = changes->count;
        if (renumber_pair(&new, to, from)) {
            add(changes, key, UINT16_MAX, old, new);
        }
        if (changes->count > count) {
            changes->changes[count].place = i;
        }
    }
}

static void find_fees(struct config_changes *changes, const struct config_key *key,
                      const struct config *from, const struct config *to) {
    for (uint16_t v = 0; v < from->venues_on; v++) {
        uint16_t after = venue_named(to, from->venues[v].name);
        if (after != UINT16_MAX) {
            add(changes, key, v, fee_of(key, &from->venues[v]), fee_of(key, &to->venues[after]));
        }
    }
}

// A rule about a symbol that comes with a restart keeps all of them until then.
static void find_alerts(struct config_changes *changes, const struct config *from,
                        const struct config *to) {
    changes->alerts = to->settings.alerts;
    changes->alerts_differ =
        renumber_alerts(&changes->alerts, to, from) &&
        memcmp(&changes->alerts, &from->settings.alerts, sizeof(changes->alerts)) != 0;
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
        } else if (config_key_may_change(key) && key->type == CONFIG_PAIRS) {
            find_pairs(changes, key, from, to);
        } else if (config_key_may_change(key) && !config_key_of_alert(key)) {
            add(changes, key, UINT16_MAX, config_value_get(key, &from->settings),
                config_value_get(key, &to->settings));
        }
    }
    for (uint32_t i = 0; i < changes->count; i++) {
        bool applied = config_change_apply(&target, &changes->changes[i]);
        ASSERT(applied);
    }
    find_alerts(changes, from, to);
    if (changes->alerts_differ) {
        config_alerts_apply(&target, &changes->alerts);
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

void config_alerts_fill(const struct config_changes *changes, uint16_t at,
                        struct event_alert_rule *out) {
    *out = (struct event_alert_rule){.at = at, .count = (uint16_t)changes->alerts.count};
    if (at < changes->alerts.count) {
        out->rule = changes->alerts.rules[at];
    }
}

void config_changes_renumber(struct config_changes *changes, const struct config *from,
                             const struct config *to) {
    for (uint32_t i = 0; i < changes->count; i++) {
        struct setting_change *change = &changes->changes[i];
        const struct config_key *key = key_of(change->key);
        bool known = key != NULL && renumber_venue(&change->venue, from, to) &&
                     (key->type != CONFIG_PAIRS || renumber_pair(&change->value, from, to));
        ASSERT(known);
    }
    bool known = renumber_alerts(&changes->alerts, from, to);
    ASSERT(known);
}

static bool apply_pair(struct settings *settings, const struct setting_change *change) {
    uint16_t a = (uint16_t)(change->value >> 16);
    uint16_t b = (uint16_t)change->value;
    if (change->place >= COUNT_OF(settings->scanner.priority) || a >= VENUE_MAX || b >= VENUE_MAX ||
        pair_value(a, b) != change->value) {
        return false;
    }
    settings->scanner.priority[change->place][0] = a;
    settings->scanner.priority[change->place][1] = b;
    count_pairs(&settings->scanner);
    return true;
}

void config_alerts_apply(void *arg, const struct settings_alerts *rules) {
    const struct config_target *target = arg;
    target->settings->alerts = *rules;
}

bool config_change_apply(void *arg, const struct setting_change *change) {
    const struct config_target *target = arg;
    const struct config_key *key = key_of(change->key);
    if (key != NULL && key->type == CONFIG_PAIRS) {
        return apply_pair(target->settings, change);
    }
    if (key == NULL || !config_key_may_change(key) || config_key_of_alert(key) ||
        change->value < key->min || change->value > key->max) {
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
    if (key->type != CONFIG_PAIRS) {
        config_value_print(out, key, change->value);
    } else if (change->value == 0) {
        text_add_format(out, "no pair %u", change->place + 1);
    } else {
        text_add_format(out, "%s:%s as pair %u", from->venues[change->value >> 16].name,
                        from->venues[change->value & UINT16_MAX].name, change->place + 1);
    }
}

static const struct alert_rule *rule_named(const struct settings_alerts *alerts, const char *name) {
    for (uint32_t i = 0; i < alerts->count; i++) {
        if (strcmp(alerts->rules[i].name, name) == 0) {
            return &alerts->rules[i];
        }
    }
    return NULL;
}

bool config_alert_change_print(struct text *out, const struct settings_alerts *from,
                               const struct settings_alerts *to, uint32_t *at) {
    for (; *at < to->count; ++*at) {
        const struct alert_rule *after = &to->rules[*at];
        const struct alert_rule *before = rule_named(from, after->name);
        if (before == NULL || memcmp(before, after, sizeof(*before)) != 0) {
            text_add_format(out, "alert.%s = %s", after->name, after->condition);
            ++*at;
            return true;
        }
    }
    for (; *at < to->count + from->count; ++*at) {
        const struct alert_rule *before = &from->rules[*at - to->count];
        if (rule_named(to, before->name) == NULL) {
            text_add_format(out, "alert.%s is gone", before->name);
            ++*at;
            return true;
        }
    }
    return false;
}
