// One row a verb says how its value is written; a verb without a row takes plain whole numbers.
#include "engine/control_text.h"

#include <ctype.h>

static const char *risk_mode_word(int64_t value) {
    return risk_mode_name((enum risk_mode)value);
}
static const char *state_word(int64_t value) {
    return trading_state_name((enum trading_state)value);
}
static const char *role_word(int64_t value) {
    return venue_role_name((enum venue_role)value);
}
static const char *strategy_word(int64_t value) {
    return strategy_name((enum strategy)value);
}
static const char *switch_word(int64_t value) {
    return value == 0 ? "off" : "on";
}
static const char *kill_word(int64_t value) {
    return value == 0 ? "" : "flatten";
}

struct control_words {
    const char *operands, *example;
    const char *(*word)(int64_t value);   // names of the value; NULL: a number
    const char *(*word2)(int64_t value2); // of the second value, which then comes first
    const char *unit;                     // may follow the number
    const char *below;                    // is -1; no number below 0 is typed then
    int digits;                           // after the point
    bool optional;                        // the value may be left out: 0 is meant
};

static const struct control_words control_words[CONTROL_COUNT] = {
    [CONTROL_RISK_MODE] = {"conservative|balanced|aggressive", "balanced", .word = risk_mode_word},
    [CONTROL_OVERRIDE] = {"SECONDS", "300", .unit = "s"},
    [CONTROL_THRESHOLD] = {"BPS|auto", "2.5", .unit = "bps", .below = "auto", .digits = BPS_DIGITS},
    [CONTROL_STATE] = {"active|reducing|halted", "reducing", .word = state_word},
    [CONTROL_KILL] = {"[flatten]", "", .word = kill_word, .optional = true},
    [CONTROL_SUBMIT] = {"buy|sell VENUE SYMBOL USD [against VENUE] [over SECONDS]",
                        "buy okx BTC/USDT 250"},
    [CONTROL_CANCEL_JOB] = {"JOB", "17"},
    [CONTROL_FLATTEN] = {"[VENUE] [SYMBOL]", "okx BTC/USDT"},
    [CONTROL_VENUE_ROLE] = {"VENUE trade|reference|off", "okx reference", .word = role_word},
    [CONTROL_STRATEGY] = {"STRATEGY on|off", "wash off", .word = switch_word,
                          .word2 = strategy_word},
    [CONTROL_ACKNOWLEDGE] = {"[ALARM|all]", "", .below = "all", .optional = true},
};

static const struct control_words *words_of(enum control_verb verb) {
    ASSERT((unsigned)verb < CONTROL_COUNT);
    return &control_words[verb];
}

static bool takes_value(enum control_verb verb) {
    const struct control_range *range = control_range_of(verb);
    return range->value_min != 0 || range->value_max != 0;
}

const char *control_operands(enum control_verb verb) {
    const char *operands = words_of(verb)->operands;
    return operands != NULL    ? takes_value(verb) || control_range_of(verb)->venue ? operands : ""
           : takes_value(verb) ? "NUMBER"
                               : "";
}

const char *control_example(enum control_verb verb) {
    const char *example = words_of(verb)->example;
    return example != NULL ? example : takes_value(verb) ? "1" : "";
}

bool control_find(struct slice name, enum control_verb *verb) {
    for (uint32_t i = 0; i < CONTROL_COUNT; i++) {
        if (slice_equals(name, slice_of(control_name((enum control_verb)i)))) {
            *verb = (enum control_verb)i;
            return true;
        }
    }
    return false;
}

// ---- reading -----------------------------------------------------------------------------------

static bool same_word(struct slice word, const char *name) {
    size_t size = strlen(name);
    for (size_t i = 0; i < size && word.size == size; i++) {
        if (tolower((unsigned char)word.data[i]) != tolower((unsigned char)name[i])) {
            return false;
        }
    }
    return word.size == size && size > 0;
}

static bool find_word(struct slice word, const char *(*name)(int64_t value), int64_t value_max,
                      int64_t *value) {
    for (int64_t i = 0; i <= value_max; i++) {
        if (same_word(word, name(i))) {
            *value = i;
            return true;
        }
    }
    return false;
}

static bool read_number(struct slice word, const struct control_words *words, int64_t *value) {
    if (words->below != NULL && same_word(word, words->below)) {
        *value = -1;
        return true;
    }
    size_t unit = words->unit != NULL ? strlen(words->unit) : 0;
    if (unit > 0 && word.size > unit &&
        memcmp(word.data + word.size - unit, words->unit, unit) == 0) {
        word.size -= unit;
    }
    return decimal_parse(word, words->digits, value);
}

static enum status expected(const struct control_request *request) {
    return status_fail(STATUS_USAGE, "%s: expected %s", control_name(request->verb),
                       control_operands(request->verb));
}

// Where a word stands for what is below 0: in the unit that was typed.
static enum status check_above(struct slice word, const struct control_request *request) {
    const struct control_words *words = words_of(request->verb);
    int64_t most = control_range_of(request->verb)->value_max;
    if (same_word(word, words->below) || (request->value >= 0 && request->value <= most)) {
        return STATUS_OK;
    }
    char data[32];
    struct text end = TEXT_OVER(data);
    decimal_print(&end, most, words->digits, 0, words->digits);
    return status_fail(STATUS_USAGE, "%s: %.*s is not in 0..%s%s%s: expected %s",
                       control_name(request->verb), (int)(word.size < 32 ? word.size : 32),
                       word.data, data, words->unit != NULL ? " " : "",
                       words->unit != NULL ? words->unit : "", words->operands);
}

static enum status read_value(struct slice word, struct control_request *request) {
    const struct control_words *words = words_of(request->verb);
    if (words->word == NULL && !read_number(word, words, &request->value)) {
        return expected(request);
    }
    if (words->word == NULL) {
        return words->below != NULL ? check_above(word, request) : STATUS_OK;
    }
    int64_t most = control_range_of(request->verb)->value_max;
    return find_word(word, words->word, most, &request->value) ? STATUS_OK : expected(request);
}

static enum status read_target(struct slice *word, struct slice *rest,
                               const struct universe *universe, struct control_request *request) {
    const struct control_range *range = control_range_of(request->verb);
    if (range->venue && word->size > 0 && memchr(word->data, '/', word->size) == NULL) {
        int venue = universe_find_venue(universe, *word);
        if (venue < 0) {
            return status_fail(STATUS_USAGE, "%s: this desk has no venue %.*s",
                               control_name(request->verb), (int)word->size, word->data);
        }
        request->venue = (uint16_t)venue;
        *word = slice_take_word(rest);
    }
    if (range->symbol && word->size > 0) {
        int symbol = universe_find_symbol(universe, *word);
        if (symbol < 0) {
            return status_fail(STATUS_USAGE, "%s: this desk has no symbol %.*s",
                               control_name(request->verb), (int)word->size, word->data);
        }
        request->symbol = (uint16_t)symbol;
        *word = slice_take_word(rest);
    }
    return STATUS_OK;
}

enum status control_parse(struct slice line, const struct universe *universe,
                          struct control_request *request) {
    struct slice rest = line;
    struct slice name = slice_take_word(&rest);
    *request = (struct control_request){.venue = CONTROL_ANY, .symbol = CONTROL_ANY};
    if (!control_find(name, &request->verb)) {
        return status_fail(STATUS_USAGE, "there is no control verb %.*s",
                           (int)(name.size < 32 ? name.size : 32), name.data);
    }
    if (request->verb == CONTROL_SUBMIT) {
        enum status submit = control_parse_submit(rest, universe, request);
        return submit == STATUS_OK ? control_check(request, universe) : submit;
    }
    const struct control_words *words = words_of(request->verb);
    struct slice word = slice_take_word(&rest);
    enum status status = read_target(&word, &rest, universe, request);
    if (status == STATUS_OK && words->word2 != NULL) {
        int64_t most = control_range_of(request->verb)->value2_max;
        status =
            find_word(word, words->word2, most, &request->value2) ? STATUS_OK : expected(request);
        word = slice_take_word(&rest);
    }
    if (status == STATUS_OK && takes_value(request->verb)) {
        if (word.size == 0 && words->optional) {
            request->value = 0;
        } else {
            status = read_value(word, request);
            word = slice_take_word(&rest);
        }
    }
    if (status == STATUS_OK && word.size > 0) {
        status =
            status_fail(STATUS_USAGE, "%s: %.*s is one word too many", control_name(request->verb),
                        (int)(word.size < 32 ? word.size : 32), word.data);
    }
    return status == STATUS_OK ? control_check(request, universe) : status;
}

// ---- writing -----------------------------------------------------------------------------------

static void add_word(struct text *out, const char *word) {
    if (word[0] != '\0') {
        text_add_format(out, " %s", word);
    }
}

void control_print(struct text *out, const struct universe *universe,
                   const struct control_request *request) {
    const struct control_words *words = words_of(request->verb);
    text_add_string(out, control_name(request->verb));
    if (request->verb == CONTROL_SUBMIT) {
        control_print_submit(out, universe, request);
        return;
    }
    if (request->venue != CONTROL_ANY) {
        ASSERT(request->venue < universe->venue_count);
        add_word(out, universe->venues[request->venue].name);
    }
    if (request->symbol != CONTROL_ANY) {
        ASSERT(request->symbol < universe->symbol_count);
        add_word(out, universe->symbols[request->symbol].name);
    }
    if (words->word2 != NULL) {
        add_word(out, words->word2(request->value2));
    }
    if (!takes_value(request->verb)) {
        return;
    }
    if (words->word != NULL) {
        add_word(out, words->word(request->value));
    } else if (words->below != NULL && request->value < 0) {
        add_word(out, words->below);
    } else {
        text_add_char(out, ' ');
        decimal_print(out, request->value, words->digits, 0, words->digits);
    }
}

void control_print_floor(struct text *out, const struct control_request *request,
                         struct bps least) {
    if (request->verb == CONTROL_THRESHOLD && request->value >= 0 && request->value < least.v) {
        text_add_string(out, ": the mode's ");
        bps_print(out, least);
        text_add_string(out, " bps holds");
    }
}
