// Conditions of alert rules: words to limits.
#include "engine/alert.h"

#include "base/clock.h"

static const struct {
    const char *name;
    enum rule_unit unit;
} metrics[ALERT_METRIC_COUNT] = {
#define ALERT_METRIC_ROW(code, name, unit) [code] = {name, unit},
    ALERT_METRIC_LIST(ALERT_METRIC_ROW)
#undef ALERT_METRIC_ROW
};

const char *alert_metric_name(enum alert_metric metric) {
    ASSERT((unsigned)metric < ALERT_METRIC_COUNT);
    return metrics[metric].name;
}

const char *alert_action_name(enum alert_action action) {
    static const char *const names[ALERT_ACTION_COUNT] = {
        [ALERT_NOTIFY] = "notify",
        [ALERT_PAUSE_TRADING] = "pause_trading",
        [ALERT_COOLDOWN] = "cooldown",
        [ALERT_SAFE_MODE_ON] = "safe_mode_on",
        [ALERT_EMERGENCY_STOP] = "emergency_stop",
        [ALERT_START_TRADING] = "start_trading",
        [ALERT_AUTO_ORDER] = "auto_order",
    };
    ASSERT((unsigned)action < ALERT_ACTION_COUNT);
    return names[action];
}

enum rule_unit alert_rule_unit(const struct alert_rule *rule) {
    switch ((enum alert_kind)rule->kind) {
    case ALERT_PRICE_ABOVE:
    case ALERT_PRICE_BELOW:
    case ALERT_RANGE:
        return UNIT_PX;
    case ALERT_PERCENT_CHANGE:
    case ALERT_SPREAD:
    case ALERT_VOLATILITY:
        return UNIT_BPS;
    case ALERT_METRIC_ABOVE:
    case ALERT_METRIC_BELOW:
        return metrics[rule->metric].unit;
    }
    ASSERT(false); // alert kind
    return UNIT_NONE;
}

// The words of a condition, taken one after the other.
struct words {
    struct slice rest;
    const struct alert_names *names;
    struct text *why;
};

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static struct slice next(struct words *words) {
    struct slice *rest = &words->rest;
    while (rest->size > 0 && is_blank(rest->data[0])) {
        rest->data++;
        rest->size--;
    }
    struct slice word = {rest->data, 0};
    while (rest->size > 0 && !is_blank(rest->data[0])) {
        word.size++;
        rest->data++;
        rest->size--;
    }
    return word;
}

static bool refuse(const struct words *words, struct slice word, const char *expected) {
    if (word.size == 0) {
        text_add_string(words->why, "ends too early");
    } else {
        text_add_string(words->why, "does not understand \"");
        for (size_t i = 0; i < word.size && i < 40; i++) {
            text_add_char(words->why,
                          word.data[i] >= ' ' && word.data[i] <= '~' ? word.data[i] : '?');
        }
        text_add_char(words->why, '"');
    }
    text_add_format(words->why, ": expected %s", expected);
    return false;
}

static bool find_symbol(const struct words *words, struct slice word, uint16_t *symbol) {
    for (uint16_t i = 0; i < words->names->symbol_count; i++) {
        if (slice_equals(word, slice_of(words->names->symbols[i].name))) {
            *symbol = i;
            return true;
        }
    }
    return false;
}

static bool take_symbol(struct words *words, uint16_t *symbol) {
    struct slice word = next(words);
    return find_symbol(words, word, symbol) || refuse(words, word, "a symbol of [desk] symbols");
}

static bool take_venue(struct words *words, uint16_t *venue) {
    struct slice word = next(words);
    for (uint16_t i = 0; i < words->names->venue_count; i++) {
        if (slice_equals(word, slice_of(words->names->venues[i].name))) {
            *venue = i;
            return true;
        }
    }
    return refuse(words, word, "a venue");
}

static bool take_price(struct words *words, int64_t *price) {
    struct slice word = next(words);
    struct px px;
    if (px_parse(word, &px) && px.v > 0) {
        *price = px.v;
        return true;
    }
    return refuse(words, word, "a price");
}

// What may stand behind a number of a unit, and what one of it is worth in the unit's integers.
static const struct {
    enum rule_unit unit;
    const char *name;
    int digits;
    int64_t multiplier;
} suffixes[] = {
    {UNIT_BPS, "%", 4, 1},   {UNIT_BPS, "bps", 2, 1}, {UNIT_PPM, "%", 4, 1},
    {UNIT_USD, "usd", 6, 1}, {UNIT_MS, "ms", 0, 1},   {UNIT_MS, "s", 3, 1},
    {UNIT_MS, "min", 3, 60}, {UNIT_MS, "h", 3, 3600}, {UNIT_COUNT, "", 0, 1},
};

static size_t number_size(struct slice word) {
    size_t size = 0;
    while (size < word.size && (word.data[size] == '-' || word.data[size] == '.' ||
                                (word.data[size] >= '0' && word.data[size] <= '9'))) {
        size++;
    }
    return size;
}

// A bare number is in the unit the caller's name ends with: the first row of it.
static bool take_number(struct words *words, enum rule_unit unit, bool bare, const char *expected,
                        int64_t *number) {
    struct slice word = next(words);
    size_t size = number_size(word);
    struct slice digits = {word.data, size};
    struct slice suffix = {word.data + size, word.size - size};
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        bool named = slice_equals(suffix, slice_of(suffixes[i].name)) || (bare && suffix.size == 0);
        int64_t value;
        if (suffixes[i].unit == unit && named &&
            decimal_parse(digits, suffixes[i].digits, &value) && value <= INT64_MAX / 3600 &&
            value >= INT64_MIN / 3600) {
            *number = value * suffixes[i].multiplier;
            return true;
        }
    }
    return refuse(words, word, expected);
}

static bool take_share(struct words *words, int64_t *share) {
    return take_number(words, UNIT_BPS, false, "a share such as 20bps or 0.5%", share);
}

// "on VENUE", or the end.
static bool take_place(struct words *words, struct alert_rule *rule) {
    struct slice word = next(words);
    if (word.size == 0) {
        return true;
    }
    return slice_equals(word, SLICE("on")) ? take_venue(words, &rule->venue)
                                           : refuse(words, word, "on VENUE, or nothing more");
}

static bool take_range(struct words *words, struct alert_rule *rule) {
    if (!take_price(words, &rule->low) || !take_price(words, &rule->high)) {
        return false;
    }
    if (rule->low >= rule->high) {
        text_add_string(words->why, "begins at its end or above: expected LOW below HIGH");
        return false;
    }
    return take_place(words, rule);
}

static bool take_change(struct words *words, struct alert_rule *rule) {
    int64_t window_ms = 0;
    if (!take_share(words, &rule->high) ||
        !take_number(words, UNIT_MS, false, "a duration such as 300s", &window_ms)) {
        return false;
    }
    if (window_ms < 1000 || window_ms > INT64_C(86400000)) {
        text_add_string(words->why, "looks back too far or not at all: expected 1s to 24h");
        return false;
    }
    rule->window_ns = window_ms * NS_PER_MS;
    return take_place(words, rule);
}

static bool take_spread(struct words *words, struct alert_rule *rule) {
    struct words ahead = *words;
    if (find_symbol(words, next(&ahead), &rule->other_symbol)) {
        *words = ahead;
    } else if (!take_venue(words, &rule->venue) || !take_venue(words, &rule->other_venue)) {
        return false;
    }
    return take_share(words, &rule->high);
}

static bool take_metric(struct words *words, struct slice name, struct alert_rule *rule) {
    for (int i = 0; i < ALERT_METRIC_COUNT; i++) {
        if (!slice_equals(name, slice_of(metrics[i].name))) {
            continue;
        }
        struct slice sign = next(words);
        bool above = slice_equals(sign, SLICE(">"));
        if (!above && !slice_equals(sign, SLICE("<"))) {
            return refuse(words, sign, "> or <");
        }
        rule->kind = above ? ALERT_METRIC_ABOVE : ALERT_METRIC_BELOW;
        rule->metric = (uint8_t)i;
        return take_number(words, metrics[i].unit, true, "a number in the metric's unit",
                           &rule->high);
    }
    return refuse(words, name, "a condition or a metric of perpdesk.ini(5)");
}

static bool take_condition(struct words *words, struct alert_rule *rule) {
    static const struct {
        const char *name;
        enum alert_kind kind;
    } kinds[] = {
        {"price_above", ALERT_PRICE_ABOVE},
        {"price_below", ALERT_PRICE_BELOW},
        {"range", ALERT_RANGE},
        {"percent_change", ALERT_PERCENT_CHANGE},
        {"spread", ALERT_SPREAD},
        {"volatility", ALERT_VOLATILITY},
    };
    struct slice name = next(words);
    size_t i = 0;
    while (i < COUNT_OF(kinds) && !slice_equals(name, slice_of(kinds[i].name))) {
        i++;
    }
    if (i == COUNT_OF(kinds)) {
        return take_metric(words, name, rule);
    }
    rule->kind = (uint8_t)kinds[i].kind;
    if (!take_symbol(words, &rule->symbol)) {
        return false;
    }
    switch (kinds[i].kind) {
    case ALERT_RANGE:
        return take_range(words, rule);
    case ALERT_PERCENT_CHANGE:
        return take_change(words, rule);
    case ALERT_SPREAD:
        return take_spread(words, rule);
    case ALERT_VOLATILITY:
        return take_share(words, &rule->high);
    case ALERT_PRICE_ABOVE:
    case ALERT_PRICE_BELOW:
    case ALERT_METRIC_ABOVE:
    case ALERT_METRIC_BELOW:
        break;
    }
    return take_price(words, &rule->high) && take_place(words, rule);
}

bool alert_rule_parse(struct alert_rule *rule, struct slice condition,
                      const struct alert_names *names, struct text *why) {
    struct words words = {.rest = condition, .names = names, .why = why};
    struct alert_rule read = *rule;
    read.symbol = read.other_symbol = SYMBOL_MAX;
    read.venue = read.other_venue = VENUE_MAX;
    read.low = read.high = read.window_ns = 0;
    if (!string_copy(read.condition, sizeof(read.condition), condition)) {
        text_add_string(why, "is too long");
        return false;
    }
    if (!take_condition(&words, &read)) {
        return false;
    }
    struct slice more = next(&words);
    if (more.size > 0) {
        return refuse(&words, more, "nothing more");
    }
    *rule = read;
    return true;
}
