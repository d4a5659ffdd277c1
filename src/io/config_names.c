// Finding keys by name, and helping a person whose name was not found.
#include <ctype.h>

#include "io/config_loader.h"

enum { NEAREST_LENGTH_MAX = 63 };

struct text *config_mistake_begin(struct config_loader *loader, struct config_origin origin) {
    struct text *out = &loader->report->text;
    loader->report->count++;
    if (origin.line == 0) {
        text_add_format(out, "--set %s: ", origin.source);
    } else {
        text_add_format(out, "%s:%u: ", origin.source, origin.line);
    }
    return out;
}

void config_mistake_end(struct config_loader *loader) {
    text_add_char(&loader->report->text, '\n');
}

// A name from outside: what is not printable ASCII becomes '?'.
static void add_name(struct text *out, struct slice name) {
    for (size_t i = 0; i < name.size && i < NEAREST_LENGTH_MAX; i++) {
        char c = name.data[i];
        text_add_char(out, c >= ' ' && c <= '~' ? c : '?');
    }
}

void config_add_key_name(struct text *out, struct slice section, struct slice name) {
    text_add_char(out, '[');
    add_name(out, section);
    text_add_string(out, "] ");
    add_name(out, name);
}

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

// Insertions, deletions, replacements and swaps of neighbours that turn one into the other, upper
// and lower case alike.
static unsigned edit_distance(struct slice a, struct slice b) {
    unsigned rows[3][NEAREST_LENGTH_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    ASSERT(a.size <= NEAREST_LENGTH_MAX && b.size <= NEAREST_LENGTH_MAX);
    for (unsigned j = 0; j <= b.size; j++) {
        last[j] = j;
        before[j] = j;
    }
    for (unsigned i = 1; i <= a.size; i++) {
        now[0] = i;
        for (unsigned j = 1; j <= b.size; j++) {
            int x = tolower((unsigned char)a.data[i - 1]);
            int y = tolower((unsigned char)b.data[j - 1]);
            unsigned best = least(last[j] + 1, now[j - 1] + 1);
            best = least(best, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b.data[j - 2]) &&
                y == tolower((unsigned char)a.data[i - 2])) {
                best = least(best, before[j - 2] + 1);
            }
            now[j] = best;
        }
        unsigned *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b.size];
}

const char *nearest_name(struct slice name, uint32_t count,
                         const char *(*at)(const void *names, uint32_t index), const void *names) {
    const char *nearest = NULL;
    if (name.size == 0 || name.size > NEAREST_LENGTH_MAX) {
        return NULL;
    }
    unsigned best = (unsigned)name.size / 3 + 2; // one less is the most that still helps
    for (uint32_t i = 0; i < count; i++) {
        struct slice candidate = slice_of(at(names, i));
        if (candidate.size > NEAREST_LENGTH_MAX) {
            continue;
        }
        unsigned distance = edit_distance(name, candidate);
        if (name.size >= 3 && slice_starts(candidate, name)) {
            distance = least(distance, 1); // cut short
        }
        if (distance < best) {
            best = distance;
            nearest = candidate.data;
        }
    }
    return nearest;
}

// The last two rows of config_sections stand for the alert rules and for the fees of every venue.
static uint32_t fixed_sections(void) {
    return config_section_count - 2;
}

static const struct slice alert_prefix = {"alert.", 6};

// The rule's name, nothing when the section is none of a rule or the name is none.
static struct slice alert_name(struct slice section) {
    if (!slice_starts(section, alert_prefix)) {
        return (struct slice){NULL, 0};
    }
    struct slice name = {section.data + alert_prefix.size, section.size - alert_prefix.size};
    bool good = name.size > 0 && name.size < ALERT_NAME_MAX;
    for (size_t i = 0; good && i < name.size; i++) {
        unsigned char c = (unsigned char)name.data[i];
        good = islower(c) || isdigit(c) || c == '_' || c == '-';
    }
    return good ? name : (struct slice){NULL, 0};
}

static struct alert_rule *find_alert(const struct config_loader *loader, struct slice name) {
    struct settings_alerts *alerts = &loader->config->settings.alerts;
    for (uint32_t i = 0; name.size > 0 && i < alerts->count; i++) {
        if (slice_equals(name, slice_of(alerts->rules[i].name))) {
            return &alerts->rules[i];
        }
    }
    return NULL;
}

void config_open_section(struct config_loader *loader, struct slice section) {
    struct slice name = alert_name(section);
    struct settings_alerts *alerts = &loader->config->settings.alerts;
    if (name.size == 0 || find_alert(loader, name) != NULL || alerts->count == ALERT_RULES_MAX) {
        return;
    }
    loader->alert_origins[alerts->count] = loader->here;
    struct alert_rule *rule = &alerts->rules[alerts->count++];
    *rule = (struct alert_rule){0};
    bool whole = string_copy(rule->name, sizeof(rule->name), name);
    ASSERT(whole);
    for (uint32_t i = 0; i < config_key_count; i++) {
        if (config_key_of_alert(&config_keys[i]) && config_keys[i].type != CONFIG_TEXT) {
            config_value_set(&config_keys[i], rule, config_keys[i].value);
        }
    }
}

static uint32_t section_count(const struct config_loader *loader) {
    return fixed_sections() + loader->options->venue_count;
}

static const char *section_at(const void *names, uint32_t index) {
    const struct config_loader *loader = names;
    uint32_t fixed = fixed_sections();
    return index < fixed ? config_sections[index].name : loader->fee_sections[index - fixed];
}

static const char *venue_at(const void *names, uint32_t index) {
    const struct config_venue *venues = names;
    return venues[index].name;
}

static const char *key_at(const void *names, uint32_t index) {
    const struct config_key *keys = names;
    return keys[index].name;
}

int config_find_venue(const struct config_loader *loader, struct slice name) {
    for (uint32_t i = 0; i < loader->options->venue_count; i++) {
        if (slice_equals(name, slice_of(loader->options->venues[i].name))) {
            return (int)i;
        }
    }
    return -1;
}

const char *config_nearest_venue(const struct config_loader *loader, struct slice name) {
    return nearest_name(name, loader->options->venue_count, venue_at, loader->options->venues);
}

bool config_section_known(const struct config_loader *loader, struct slice section) {
    for (uint32_t i = 0; i < section_count(loader); i++) {
        if (slice_equals(section, slice_of(section_at(loader, i)))) {
            return true;
        }
    }
    return find_alert(loader, alert_name(section)) != NULL;
}

// The section's name in the key table: every [fees.<venue>] is one row there, every [alert.<name>]
// another.
static struct slice table_section(struct slice section) {
    if (alert_name(section).size > 0) {
        return SLICE("alert.<name>");
    }
    return slice_starts(section, SLICE("fees.")) ? SLICE("fees.<venue>") : section;
}

// "binance_ws": the row is "<venue>_ws". -1 when no venue begins it.
static int endpoint_venue(const struct config_loader *loader, struct slice name,
                          struct slice *row_name) {
    static const struct slice rows[] = {
        {"<venue>_private_ws", 18}, {"<venue>_ws", 10}, {"<venue>_rest", 12}};
    static const size_t prefix = 7; // of <venue>
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct slice end = {rows[i].data + prefix, rows[i].size - prefix};
        if (name.size > end.size &&
            memcmp(name.data + name.size - end.size, end.data, end.size) == 0) {
            int venue = config_find_venue(loader, (struct slice){name.data, name.size - end.size});
            *row_name = venue >= 0 ? rows[i] : name;
            return venue;
        }
    }
    return -1;
}

bool config_find(const struct config_loader *loader, struct slice section, struct slice name,
                 struct config_found *found) {
    int venue = -1;
    struct slice row_name = name;
    if (slice_starts(section, SLICE("fees."))) {
        venue = config_find_venue(loader, (struct slice){section.data + 5, section.size - 5});
    } else if (slice_equals(section, SLICE("venues"))) {
        venue = config_find_venue(loader, name);
        row_name = venue >= 0 ? SLICE("<venue>") : name;
    } else if (slice_equals(section, SLICE("endpoints"))) {
        venue = endpoint_venue(loader, name, &row_name);
    }
    const struct config_key *key = config_key_find(table_section(section), row_name);
    if (key == NULL) {
        return false;
    }
    *found = (struct config_found){.key = key, .slot = (uint32_t)(key - config_keys)};
    if (config_key_of_alert(key)) {
        found->rule = find_alert(loader, alert_name(section));
        if (found->rule == NULL) {
            return false;
        }
        size_t nth = (size_t)(found->rule - loader->config->settings.alerts.rules);
        found->slot += CONFIG_ALERT_SLOTS + (uint32_t)nth * CONFIG_KEYS_MAX;
    }
    if (key->type >= CONFIG_ROLE) {
        if (venue < 0) {
            return false;
        }
        // The rows of venues are the last six of the table.
        found->venue = (uint32_t)venue;
        found->slot =
            CONFIG_KEYS_MAX + (config_key_count - 1 - found->slot) * VENUE_MAX + found->venue;
    }
    ASSERT(found->slot < CONFIG_SLOTS_MAX);
    return true;
}

void config_mistake_section(struct config_loader *loader, struct slice section) {
    struct text *out = config_mistake_begin(loader, loader->here);
    const char *near = nearest_name(section, section_count(loader), section_at, loader);
    text_add_char(out, '[');
    add_name(out, section);
    if (slice_starts(section, alert_prefix)) {
        text_add_format(out,
                        alert_name(section).size > 0
                            ? "] is one rule too many: at most %d"
                            : "] is no name of a rule: expected [alert.NAME] with at most %d small "
                              "letters, digits, - and _",
                        alert_name(section).size > 0 ? (int)ALERT_RULES_MAX : ALERT_NAME_MAX - 1);
        config_mistake_end(loader);
        return;
    }
    text_add_string(out, "] is an unknown section");
    if (near != NULL) {
        text_add_format(out, ": did you mean [%s]?", near);
    } else {
        text_add_string(out, ": expected one of");
        for (uint32_t i = 0; i < config_section_count; i++) {
            text_add_format(out, "%s [%s]", i == 0 ? "" : ",", config_sections[i].name);
        }
    }
    config_mistake_end(loader);
}

// The nearest name within the section, as far as the section is known.
static const char *nearest_key(const struct config_loader *loader, struct slice section,
                               struct slice name) {
    if (slice_equals(section, SLICE("venues"))) {
        return config_nearest_venue(loader, name);
    }
    struct slice row_section = table_section(section);
    uint32_t first = 0, count = 0;
    for (uint32_t i = 0; i < config_key_count; i++) {
        if (slice_equals(row_section, slice_of(config_keys[i].section))) {
            first = count == 0 ? i : first;
            count++;
        }
    }
    return nearest_name(name, count, key_at, &config_keys[first]);
}

void config_mistake_key(struct config_loader *loader, struct slice section, struct slice name) {
    struct text *out = config_mistake_begin(loader, loader->here);
    config_add_key_name(out, section, name);
    bool known = config_section_known(loader, section);
    text_add_string(out, known               ? " is an unknown key"
                         : section.size == 0 ? " stands before the first section"
                                             : " stands in an unknown section");
    const char *near = known ? nearest_key(loader, section, name) : NULL;
    if (near != NULL) {
        text_add_format(out, ": did you mean %s?", near);
        config_mistake_end(loader);
        return;
    }
    const char *between = ": it is a key of";
    for (uint32_t i = 0; i < config_key_count; i++) {
        if (slice_equals(name, slice_of(config_keys[i].name))) {
            text_add_format(out, "%s [%s]", between, config_keys[i].section);
            between = " and";
        }
    }
    if (between[0] == ':') {
        const char *elsewhere = nearest_name(name, config_key_count, key_at, config_keys);
        text_add_format(
            out, elsewhere != NULL ? ": the nearest key is %s" : ": perpdesk.ini(5) lists the keys",
            elsewhere);
    }
    config_mistake_end(loader);
}
