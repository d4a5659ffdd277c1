// The words of a submit: one reader for the keyboard's prompt, the shell and HTTP.
#include "engine/control.h"

static struct slice next_word(struct slice *text) {
    while (text->size > 0 && text->data[0] == ' ') {
        text->data++, text->size--;
    }
    struct slice word = {text->data, 0};
    while (text->size > 0 && text->data[0] != ' ') {
        text->data++, text->size--, word.size++;
    }
    return word;
}

static enum status parse_venue(struct slice word, const struct universe *universe,
                               uint16_t *venue) {
    for (uint16_t i = 0; i < universe->venue_count; i++) {
        if (slice_equals(word, slice_of(universe->venues[i].name))) {
            *venue = i;
            return STATUS_OK;
        }
    }
    return status_fail(STATUS_USAGE, "submit: this desk has no venue \"%.*s\"", (int)word.size,
                       word.data);
}

static enum status parse_symbol(struct slice word, const struct universe *universe,
                                uint16_t *symbol) {
    for (uint16_t i = 0; i < universe->symbol_count; i++) {
        if (slice_equals(word, slice_of(universe->symbols[i].name))) {
            *symbol = i;
            return STATUS_OK;
        }
    }
    return status_fail(STATUS_USAGE, "submit: this desk has no symbol \"%.*s\"", (int)word.size,
                       word.data);
}

static enum status parse_side(struct slice word, uint8_t *side) {
    if (slice_equals(word, SLICE("buy"))) {
        *side = SIDE_BUY;
        return STATUS_OK;
    }
    if (slice_equals(word, SLICE("sell"))) {
        *side = SIDE_SELL;
        return STATUS_OK;
    }
    return status_fail(STATUS_USAGE, "submit: \"%.*s\" is neither buy nor sell", (int)word.size,
                       word.data);
}

static enum status parse_over(struct slice word, uint32_t *over_s) {
    int64_t seconds;
    if (!decimal_parse(word, 0, &seconds) || seconds < 1 || seconds > UINT32_MAX) {
        return status_fail(STATUS_USAGE, "submit: \"%.*s\" is no number of seconds", (int)word.size,
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
    return status_fail(STATUS_USAGE,
                       "submit: \"%.*s\" is not understood: against VENUE, over "
                       "SECONDS",
                       (int)name.size, name.data);
}

enum status control_parse_submit(struct slice words, const struct universe *universe,
                                 struct control_request *request) {
    struct slice side = next_word(&words), venue = next_word(&words), symbol = next_word(&words),
                 notional = next_word(&words);
    if (notional.size == 0) {
        return status_fail(STATUS_USAGE, "submit: buy|sell VENUE SYMBOL USD [against VENUE] [over "
                                         "SECONDS]");
    }
    *request = (struct control_request){.verb = CONTROL_SUBMIT, .origin = request->origin};
    enum status status = parse_side(side, &request->side);
    if (status == STATUS_OK) {
        status = parse_venue(venue, universe, &request->venue);
    }
    if (status == STATUS_OK) {
        status = parse_symbol(symbol, universe, &request->symbol);
    }
    if (status == STATUS_OK && !decimal_parse(notional, USD_DIGITS, &request->value)) {
        status = status_fail(STATUS_USAGE, "submit: \"%.*s\" is no amount of USD",
                             (int)notional.size, notional.data);
    }
    struct slice option = next_word(&words);
    while (status == STATUS_OK && option.size > 0) {
        status = parse_option(option, next_word(&words), universe, request);
        option = next_word(&words);
    }
    return status;
}
