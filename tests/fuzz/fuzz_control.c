// A control line as a shell sends it. What is taken fits its verb, and written out again it is the
// same request.
#include <stddef.h>
#include <stdint.h>

#include "engine/control_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const struct control_request *a, const struct control_request *b) {
    return a->verb == b->verb && a->venue == b->venue && a->symbol == b->symbol &&
           a->value == b->value && a->value2 == b->value2 && a->side == b->side &&
           a->hedged == b->hedged && (!a->hedged || a->hedge_venue == b->hedge_venue) &&
           a->over_s == b->over_s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct universe universe;
    if (universe.venue_count == 0) {
        ASSERT(universe_create(&universe, 2, 2) == STATUS_OK);
        (void)string_copy(universe.venues[0].name, VENUE_NAME_MAX, SLICE("okx"));
        (void)string_copy(universe.venues[1].name, VENUE_NAME_MAX, SLICE("grvt"));
        (void)string_copy(universe.symbols[0].name, SYMBOL_NAME_MAX, SLICE("BTC/USDT"));
        (void)string_copy(universe.symbols[1].name, SYMBOL_NAME_MAX, SLICE("ETH/USDT"));
    }
    struct control_request request, again;
    char line[CONTROL_TEXT_MAX];
    struct text text = TEXT_OVER(line);
    if (control_parse((struct slice){(const char *)data, size}, &universe, &request) != STATUS_OK) {
        return 0;
    }
    request.origin = ORIGIN_TEST;
    ASSERT(control_check(&request, &universe) == STATUS_OK);
    control_print(&text, &universe, &request);
    ASSERT(!text.truncated);
    ASSERT(control_parse(text_slice(&text), &universe, &again) == STATUS_OK);
    ASSERT(same(&request, &again));
    return 0;
}
