// What the files of the configuration share: the key table's row and the value codec.
#ifndef PERPDESK_IO_CONFIG_PRIVATE_H
#define PERPDESK_IO_CONFIG_PRIVATE_H

#include "io/config.h"

enum config_type {
    CONFIG_SHARE,    // struct bps
    CONFIG_USD,      // struct usd
    CONFIG_DURATION, // int64_t ns
    CONFIG_BYTES,    // uint64_t
    CONFIG_PPM,      // uint32_t
    CONFIG_USD_S,    // int64_t, 1e-6 USD * s
    CONFIG_COUNT,    // uint32_t
    CONFIG_WORD,     // uint8_t or bool: index into words
    CONFIG_BASIS,    // auto, off or a share: basis_mode and basis_fixed
    CONFIG_SYMBOLS,  // list of symbols
    CONFIG_BOOKS,    // traded, none or a list of symbols
    CONFIG_PAIRS,    // list of venue:venue
    CONFIG_FILE,     // absolute path, or system: ca_file
    CONFIG_KEYMAP,   // list of action:keys, or none: console_keys
    CONFIG_TEXT,     // words: the condition of the alert rule the section is named after
    CONFIG_ROLE,     // of the venue the key is named after
    CONFIG_FEE,      // struct bps of the venue the section is named after
    CONFIG_ENDPOINT  // scheme, host and port of the venue the key begins with
};

enum config_unit {
    CONFIG_UNIT_NONE, // a bare number is not enough: the key's name tells no unit
    CONFIG_UNIT_BPS,
    CONFIG_UNIT_PERCENT,
    CONFIG_UNIT_USD,
    CONFIG_UNIT_NS,
    CONFIG_UNIT_US,
    CONFIG_UNIT_MS,
    CONFIG_UNIT_S,
    CONFIG_UNIT_MIN,
    CONFIG_UNIT_H,
    CONFIG_UNIT_DAYS,
    CONFIG_UNIT_B,
    CONFIG_UNIT_KB,
    CONFIG_UNIT_MB,
    CONFIG_UNIT_GB,
    CONFIG_UNIT_USD_S,
    CONFIG_UNIT_COUNT
};

struct config_key {
    const char *section;
    const char *name;
    enum config_type type;
    enum config_unit bare; // unit of a number without one: the key's name ends with it
    int64_t min, max;      // in the unit of the field, both allowed
    int64_t value;         // default
    const char *const *words;
    bool reloadable; // may change while the desk runs: only the engine's side reads it
    uint32_t at;     // offset in struct settings; of [alert.<name>] in struct alert_rule
    const char *help;
};

extern const struct config_key config_keys[];
extern const uint32_t config_key_count;

// Sections in the order of the file, with a sentence each. The last two stand for every
// [alert.<name>] and every [fees.<venue>].
struct config_section {
    const char *name;
    const char *help;
};
extern const struct config_section config_sections[];
extern const uint32_t config_section_count;

// Rules between two keys: the first may not exceed the second. Both of one type.
struct config_order {
    const char *low_section, *low_name;
    const char *high_section, *high_name;
};
extern const struct config_order config_orders[];
extern const uint32_t config_order_count;

// Whether a running desk takes a new value (io/config_reload.h).
bool config_key_may_change(const struct config_key *key);
const struct config_key *config_key_find(struct slice section, struct slice name);

// The plain value of a key with a field of its own (not a list, not a role, not a fee), in the
// settings, or in the alert rule for a key of [alert.<name>].
int64_t config_value_get(const struct config_key *key, const void *fields);
void config_value_set(const struct config_key *key, void *fields, int64_t value);
bool config_key_of_alert(const struct config_key *key);
// Reads one value; on refusal adds to `why` what is wrong and what is expected.
bool config_value_parse(const struct config_key *key, struct slice text, int64_t *value,
                        struct text *why);
void config_value_print(struct text *out, const struct config_key *key, int64_t value);
// "0.01% to 100%", "yes or no", "a list of symbols": what may stand there.
void config_value_print_range(struct text *out, const struct config_key *key);
void config_basis_print(struct text *out, const struct settings *settings);

// Adds text from outside: bytes that are not printable ASCII become '?', long ones are cut.
void config_add_quoted(struct text *out, struct slice value);

struct slice config_trim(struct slice text);

#endif
