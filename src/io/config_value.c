// One value: text to the field's integer and back.
//
// A number is exact or refused: nothing is rounded on the way in, and what is printed reads back to
// the same integer.
#include "io/config_private.h"

#include <ctype.h>

struct unit_row {
    enum config_unit unit;
    enum config_type type;
    const char *name;
    int digits; // decimals a number in this unit may have
    int64_t multiplier;
};

// Per type the finest unit that every value can be printed in comes first.
static const struct unit_row unit_rows[] = {
    {CONFIG_UNIT_BPS, CONFIG_SHARE, "bps", 2, 1},
    {CONFIG_UNIT_PERCENT, CONFIG_SHARE, "%", 4, 1},
    {CONFIG_UNIT_USD, CONFIG_USD, "usd", 6, 1},
    {CONFIG_UNIT_NS, CONFIG_DURATION, "ns", 0, 1},
    {CONFIG_UNIT_US, CONFIG_DURATION, "us", 3, 1},
    {CONFIG_UNIT_MS, CONFIG_DURATION, "ms", 6, 1},
    {CONFIG_UNIT_S, CONFIG_DURATION, "s", 9, 1},
    {CONFIG_UNIT_S, CONFIG_DURATION, "sec", 9, 1},
    {CONFIG_UNIT_MIN, CONFIG_DURATION, "min", 9, 60},
    {CONFIG_UNIT_H, CONFIG_DURATION, "h", 9, 3600},
    {CONFIG_UNIT_DAYS, CONFIG_DURATION, "days", 9, 86400},
    {CONFIG_UNIT_DAYS, CONFIG_DURATION, "d", 9, 86400},
    {CONFIG_UNIT_B, CONFIG_BYTES, "b", 0, 1},
    {CONFIG_UNIT_KB, CONFIG_BYTES, "kb", 0, 1024},
    {CONFIG_UNIT_MB, CONFIG_BYTES, "mb", 0, 1024 * 1024},
    {CONFIG_UNIT_GB, CONFIG_BYTES, "gb", 0, 1024 * 1024 * 1024},
    {CONFIG_UNIT_PERCENT, CONFIG_PPM, "%", 4, 1},
    {CONFIG_UNIT_USD_S, CONFIG_USD_S, "usd_s", 6, 1},
    {CONFIG_UNIT_COUNT, CONFIG_COUNT, "", 0, 1},
};

// Fees and the fixed basis are shares like any other.
static enum config_type number_type(enum config_type type) {
    return type == CONFIG_FEE || type == CONFIG_BASIS ? CONFIG_SHARE : type;
}

static const struct unit_row *row_by_unit(enum config_type type, enum config_unit unit) {
    for (size_t i = 0; i < COUNT_OF(unit_rows); i++) {
        if (unit_rows[i].type == type && unit_rows[i].unit == unit) {
            return &unit_rows[i];
        }
    }
    return NULL;
}

static const struct unit_row *row_by_name(enum config_type type, struct slice name) {
    for (size_t i = 0; i < COUNT_OF(unit_rows); i++) {
        if (unit_rows[i].type == type && slice_equals(name, slice_of(unit_rows[i].name))) {
            return &unit_rows[i];
        }
    }
    return NULL;
}

static const struct unit_row *finest_row(enum config_type type) {
    for (size_t i = 0; i < COUNT_OF(unit_rows); i++) {
        if (unit_rows[i].type == type) {
            return &unit_rows[i];
        }
    }
    ASSERT(false); // a number type without a unit
    return NULL;
}

// The unit a value of the key is printed in: the one its name ends with, else the first.
static const struct unit_row *print_row(const struct config_key *key, int64_t value) {
    enum config_type type = number_type(key->type);
    const struct unit_row *row = row_by_unit(type, key->bare);
    if (row == NULL || value % row->multiplier != 0) {
        row = finest_row(type);
    }
    return row;
}

struct slice config_trim(struct slice text) {
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && isspace((unsigned char)text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

void config_add_quoted(struct text *out, struct slice value) {
    enum { SHOWN_MAX = 60 };
    text_add_char(out, '"');
    for (size_t i = 0; i < value.size && i < SHOWN_MAX; i++) {
        char c = value.data[i];
        text_add_char(out, c >= ' ' && c <= '~' ? c : '?');
    }
    text_add_string(out, value.size > SHOWN_MAX ? "...\"" : "\"");
}

int64_t config_value_get(const struct config_key *key, const void *fields) {
    const char *field = (const char *)fields + key->at;
    uint8_t byte;
    uint32_t word;
    int64_t value;
    switch (key->type) {
    case CONFIG_SHARE:
    case CONFIG_USD:
    case CONFIG_DURATION:
    case CONFIG_BYTES:
    case CONFIG_USD_S:
        memcpy(&value, field, sizeof(value));
        return value;
    case CONFIG_PPM:
    case CONFIG_COUNT:
        memcpy(&word, field, sizeof(word));
        return word;
    case CONFIG_WORD:
        memcpy(&byte, field, sizeof(byte));
        return byte;
    case CONFIG_BASIS:
    case CONFIG_SYMBOLS:
    case CONFIG_BOOKS:
    case CONFIG_PAIRS:
    case CONFIG_ROLE:
    case CONFIG_FEE:
    case CONFIG_FILE:
    case CONFIG_KEYMAP:
    case CONFIG_TEXT:
    case CONFIG_ENDPOINT:
        break;
    }
    ASSERT(false); // a key without a field of its own
    return 0;
}

void config_value_set(const struct config_key *key, void *fields, int64_t value) {
    char *field = (char *)fields + key->at;
    uint8_t byte = (uint8_t)value;
    uint32_t word = (uint32_t)value;
    switch (key->type) {
    case CONFIG_SHARE:
    case CONFIG_USD:
    case CONFIG_DURATION:
    case CONFIG_BYTES:
    case CONFIG_USD_S:
        memcpy(field, &value, sizeof(value));
        return;
    case CONFIG_PPM:
    case CONFIG_COUNT:
        memcpy(field, &word, sizeof(word));
        return;
    case CONFIG_WORD:
        memcpy(field, &byte, sizeof(byte));
        return;
    case CONFIG_BASIS:
    case CONFIG_SYMBOLS:
    case CONFIG_BOOKS:
    case CONFIG_PAIRS:
    case CONFIG_ROLE:
    case CONFIG_FEE:
    case CONFIG_FILE:
    case CONFIG_KEYMAP:
    case CONFIG_TEXT:
    case CONFIG_ENDPOINT:
        break;
    }
    ASSERT(false); // a key without a field of its own
}

void config_value_print(struct text *out, const struct config_key *key, int64_t value) {
    if (key->words != NULL) {
        ASSERT(value >= key->min && value <= key->max);
        text_add_string(out, key->words[value]);
        return;
    }
    const struct unit_row *row = print_row(key, value);
    decimal_print(out, value / row->multiplier, row->digits, 0, row->digits);
    text_add_string(out, row->name);
}

void config_basis_print(struct text *out, const struct settings *settings) {
    switch ((enum basis_mode)settings->scanner.basis_mode) {
    case BASIS_AUTO:
        text_add_string(out, "auto");
        return;
    case BASIS_OFF:
        text_add_string(out, "off");
        return;
    case BASIS_FIXED:
        decimal_print(out, settings->scanner.basis_fixed.v, BPS_DIGITS, 0, BPS_DIGITS);
        text_add_string(out, "bps");
        return;
    }
    ASSERT(false); // basis mode
}

static void print_words(struct text *out, const struct config_key *key) {
    for (int64_t i = key->min; i <= key->max; i++) {
        text_add_string(out, i == key->min ? "" : i == key->max ? " or " : ", ");
        text_add_string(out, key->words[i]);
    }
}

// "bps, %"
static void print_units(struct text *out, enum config_type type) {
    const char *between = "";
    for (size_t i = 0; i < COUNT_OF(unit_rows); i++) {
        if (unit_rows[i].type == type && unit_rows[i].name[0] != '\0') {
            text_add_format(out, "%s%s", between, unit_rows[i].name);
            between = ", ";
        }
    }
}

void config_value_print_range(struct text *out, const struct config_key *key) {
    switch (key->type) {
    case CONFIG_SYMBOLS:
        text_add_format(out, "%d to %d symbols such as BTC/USDT", (int)key->min, (int)key->max);
        return;
    case CONFIG_BOOKS:
        text_add_format(out, "traded, none or at most %d of the symbols", (int)key->max);
        return;
    case CONFIG_PAIRS:
        text_add_format(out, "at most %d pairs such as binance:okx", (int)key->max);
        return;
    case CONFIG_FILE:
        text_add_string(out, "an absolute path, or system");
        return;
    case CONFIG_KEYMAP:
        text_add_string(out, "none, or a list such as pause:P, panic:F8 F12");
        return;
    case CONFIG_TEXT:
        if (key->min > 0) {
            text_add_string(out, "the words of a submit");
            return;
        }
        text_add_string(out, "price_above, price_below, range, percent_change, spread, volatility "
                             "or a metric, with what it needs");
        return;
    case CONFIG_ENDPOINT:
        text_add_format(out, "%s://host:port without a path", key->min == 1 ? "wss" : "https");
        return;
    case CONFIG_BASIS:
        text_add_string(out, "auto, off or ");
        break;
    case CONFIG_WORD:
    case CONFIG_ROLE:
        print_words(out, key);
        return;
    case CONFIG_SHARE:
    case CONFIG_USD:
    case CONFIG_DURATION:
    case CONFIG_BYTES:
    case CONFIG_PPM:
    case CONFIG_USD_S:
    case CONFIG_COUNT:
    case CONFIG_FEE:
        break;
    }
    config_value_print(out, key, key->min);
    text_add_string(out, " to ");
    config_value_print(out, key, key->max);
}

static bool refuse(const struct config_key *key, struct text *why, const char *problem) {
    text_add_format(why, "%s: expected ", problem);
    config_value_print_range(why, key);
    return false;
}

static bool refuse_unit(const struct config_key *key, struct text *why, struct slice unit) {
    if (key->type == CONFIG_COUNT) {
        return refuse(key, why, " is not a plain number");
    }
    text_add_string(why, unit.size == 0 ? " has no unit (" : " has an unknown unit (");
    print_units(why, number_type(key->type));
    return refuse(key, why, ")");
}

static bool parse_word(const struct config_key *key, struct slice text, int64_t *value,
                       struct text *why) {
    for (int64_t i = key->min; i <= key->max; i++) {
        if (slice_equals(text, slice_of(key->words[i]))) {
            *value = i;
            return true;
        }
    }
    return refuse(key, why, " is not a choice");
}

// Where the number ends and the unit begins.
static size_t number_length(struct slice text) {
    size_t at = 0;
    while (at < text.size && (isdigit((unsigned char)text.data[at]) || text.data[at] == '.' ||
                              ((text.data[at] == '-' || text.data[at] == '+') && at == 0))) {
        at++;
    }
    return at;
}

bool config_value_parse(const struct config_key *key, struct slice text, int64_t *value,
                        struct text *why) {
    if (key->words != NULL) {
        return parse_word(key, text, value, why);
    }
    enum config_type type = number_type(key->type);
    size_t length = number_length(text);
    struct slice number = {text.data, length};
    struct slice unit = config_trim((struct slice){text.data + length, text.size - length});
    int64_t whole = 0;
    if (!decimal_parse_near(number, 0, &whole)) {
        return refuse(key, why, " is no number that can be read");
    }
    const struct unit_row *row =
        unit.size > 0 ? row_by_name(type, unit) : row_by_unit(type, key->bare);
    if (unit.size == 0 && row == NULL && decimal_parse(number, 0, &whole) && whole == 0) {
        row = finest_row(type); // nothing is nothing in any unit
    }
    if (row == NULL) {
        return refuse_unit(key, why, unit);
    }
    int64_t scaled = 0;
    if (!decimal_parse(number, row->digits, &scaled)) {
        return refuse(key, why, " has too many digits");
    }
    scaled = mul_div_near(scaled, row->multiplier, 1);
    if (scaled < key->min || scaled > key->max) {
        return refuse(key, why, " is out of range");
    }
    *value = scaled;
    return true;
}
