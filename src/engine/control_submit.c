// The words of a submit behind the verb: "buy|sell VENUE SYMBOL USD [against VENUE] [over
// SECONDS]".
#include "engine/control_text.h"

static int shown(struct slice word) { // what an answer repeats of it
    return (int)(word.size < 32 ? word.size : 32);
}

static enum status parse_venue(struct slice word, const struct universe *universe,
                               uint16_t *venue) {
    int found = universe_find_venue(universe, word);
    if (found < 0) {
        return status_fail(STATUS_USAGE, "submit: this desk has no venue %.*s", shown(word),
                           word.data);
    }
    *venue = (uint16_t)found;
    return STATUS_OK;
}

static enum status parse_symbol(struct slice word, const struct universe *universe,
                                uint16_t *symbol) {
    int found = universe_find_symbol(universe, word);
    if (found < 0) {
        return status_fail(STATUS_USAGE, "submit: this desk has no symbol %.*s", shown(word),
                           word.data);
    }
    *symbol = (uint16_t)found;
    return STATUS_OK;
}

static enum status parse_side(struct slice word, uint8_t *side) {
    for (int i = SIDE_BUY; i <= SIDE_SELL; i++) {
        if (slice_equals(word, slice_of(side_name((enum side)i)))) {
            *side = (uint8_t)i;
            return STATUS_OK;
        }
    }
    return status_fail(STATUS_USAGE, "submit: %.*s is neither buy nor sell", shown(word),
                       word.data);
}

static enum status parse_over(struct slice word, uint32_t *over_s) {
    int64_t seconds;
    if (word.size > 1 && word.data[word.size - 1] == 's') {
        word.size--;
    }
    if (!decimal_parse(word, 0, &seconds) || seconds < 1 || seconds > UINT32_MAX) {
        return status_fail(STATUS_USAGE, "submit: %.*s is no number of seconds", shown(word),
                           word.data);
    }
    *over_s = (uint32_t)seconds;
    return STATUS_OK;
}

static enum status parse_option(struct slice name, struct slice value,
                                const struct universe *universe, struct control_request *request) {
    if (slice_equals(name, SLICE("against"))) {
        request->hedged = true;
        return parse_venue(value, universe, &request->hedge_venue);
    }
    if (slice_equals(name, SLICE("over"))) {
        return parse_over(value, &request->over_s);
    }
    return status_fail(STATUS_USAGE, "submit: expected %s", control_operands(CONTROL_SUBMIT));
}

enum status control_parse_submit(struct slice words, const struct universe *universe,
                                 struct control_request *request) {
    struct slice side = slice_take_word(&words), venue = slice_take_word(&words),
                 symbol = slice_take_word(&words), notional = slice_take_word(&words);
    *request = (struct control_request){.verb = CONTROL_SUBMIT, .origin = request->origin};
    if (notional.size == 0) {
        return status_fail(STATUS_USAGE, "submit: expected %s", control_operands(CONTROL_SUBMIT));
    }
    enum status status = parse_side(side, &request->side);
    if (status == STATUS_OK) {
        status = parse_venue(venue, universe, &request->venue);
    }
    if (status == STATUS_OK) {
        status = parse_symbol(symbol, universe, &request->symbol);
    }
    if (status == STATUS_OK && !decimal_parse(notional, USD_DIGITS, &request->value)) {
        status = status_fail(STATUS_USAGE, "submit: %.*s is no amount of USD", shown(notional),
                             notional.data);
    }
    struct slice option = slice_take_word(&words);
    while (status == STATUS_OK && option.size > 0) {
        status = parse_option(option, slice_take_word(&words), universe, request);
        option = slice_take_word(&words);
    }
    return status;
}

void control_print_submit(struct text *out, const struct universe *universe,
                          const struct control_request *request) {
    ASSERT(request->venue < universe->venue_count && request->symbol < universe->symbol_count);
    text_add_format(out, " %s %s %s ", side_name((enum side)request->side),
                    universe->venues[request->venue].name, universe->symbols[request->symbol].name);
    decimal_print(out, request->value, USD_DIGITS, 0, USD_DIGITS);
    if (request->hedged) {
        ASSERT(request->hedge_venue < universe->venue_count);
        text_add_format(out, " against %s", universe->venues[request->hedge_venue].name);
    }
    if (request->over_s > 0) {
        text_add_format(out, " over %u", request->over_s);
    }
}
