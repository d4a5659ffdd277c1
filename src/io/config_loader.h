// One run of the loader: what it fills, what it has seen, and how it names keys and mistakes.
#ifndef PERPDESK_IO_CONFIG_LOADER_H
#define PERPDESK_IO_CONFIG_LOADER_H

#include "io/config_private.h"
#include "io/config_read.h"

enum {
    CONFIG_KEYS_MAX = 320,
    CONFIG_ALERT_SLOTS = CONFIG_KEYS_MAX + 6 * VENUE_MAX, // the first of the alert rules'
    CONFIG_SLOTS_MAX = CONFIG_ALERT_SLOTS + CONFIG_KEYS_MAX * ALERT_RULES_MAX
};

enum config_books { CONFIG_BOOKS_TRADED, CONFIG_BOOKS_NONE, CONFIG_BOOKS_LISTED };

// Where a key was last set: a line of a file, or a setting of the command line (line 0).
struct config_origin {
    const char *source; // NULL: never, the default stands
    uint32_t line;
    bool refused; // what was set is wrong and reported
};

struct config_loader {
    struct config *config;
    const struct config_options *options;
    struct config_report *report;
    struct config_reader reader;
    struct config_origin here;                           // of the line at hand
    struct config_origin origins[CONFIG_SLOTS_MAX];      // by slot
    uint32_t seen_line[CONFIG_SLOTS_MAX];                // by slot, in this file
    char fee_sections[VENUE_MAX][VENUE_NAME_MAX + 8];    // "fees.okx"
    struct config_origin alert_origins[ALERT_RULES_MAX]; // where each rule was first named
    enum config_books books_choice;
    uint32_t book_count;
    struct symbol books[CONFIG_BOOKS_MAX];
};

// A key as it was found: its row, the venue for [venues] and [fees.<venue>], the rule for
// [alert.<name>]. Slots number all keys there are, those of venues and rules too.
struct config_found {
    const struct config_key *key;
    uint32_t venue;
    struct alert_rule *rule; // NULL for every other section
    uint32_t slot;
};

// Begins a line of the report; the caller adds what is wrong and ends it.
struct text *config_mistake_begin(struct config_loader *loader, struct config_origin origin);
void config_mistake_end(struct config_loader *loader);

void config_add_key_name(struct text *out, struct slice section, struct slice name);
int config_find_venue(const struct config_loader *loader, struct slice name); // -1 when unknown
const char *config_nearest_venue(const struct config_loader *loader, struct slice name);
bool config_section_known(const struct config_loader *loader, struct slice section);
// Makes the rule of an [alert.<name>] section that is named for the first time.
void config_open_section(struct config_loader *loader, struct slice section);
bool config_find(const struct config_loader *loader, struct slice section, struct slice name,
                 struct config_found *found);
void config_mistake_section(struct config_loader *loader, struct slice section);
void config_mistake_key(struct config_loader *loader, struct slice section, struct slice name);

// Applies one value, or reports what is wrong with it. `name` may end with '+': add to a list.
void config_apply(struct config_loader *loader, struct slice section, struct slice name,
                  struct slice value);
// What can be judged only when everything is read: lists of symbols, rules between keys.
void config_settle(struct config_loader *loader);
void config_set_defaults(struct config_loader *loader);

#endif
