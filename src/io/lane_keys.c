// Whether the venue takes our keys. What it refused for them stays refused, and nothing opens,
// until the like of it is taken: a gateway's 401 is of the moment, keys that are wrong are refused
// again.
#include "base/log.h"
#include "io/lane_private.h"

static bool has_keys_call(const struct lane *lane) {
    return (lane->oe.venue->calls & OE_BIT(OE_KEYS)) != 0;
}

static int64_t keys_wait_ms(const struct lane *lane) {
    int64_t wait_ms = has_keys_call(lane) ? LANE_KEYS_MS : LANE_KEYS_BLIND_MS;
    wait_ms <<= lane->keys_refusals < 10 ? lane->keys_refusals : 10;
    return wait_ms < LANE_KEYS_MAX_MS ? wait_ms : LANE_KEYS_MAX_MS;
}

// What shows that such a call would be taken now: an answer to the same list, a login; for all that
// changes something that the keys may trade.
static uint32_t keys_bit(enum oe_call_kind kind) {
    bool reads = kind == OE_OPEN_ORDERS || kind == OE_FILLS || kind == OE_POSITIONS ||
                 kind == OE_BALANCES || kind == OE_NONCE || kind == OE_KEYS;
    bool login = kind == OE_LOGIN || kind == OE_REFRESH;
    return OE_BIT(login ? OE_LOGIN : reads ? kind : OE_PLACE);
}

void lane_keys_wrong(struct lane *lane, enum oe_call_kind kind, struct slice text) {
    uint32_t bit = keys_bit(kind);
    if (lane->keys_refused == 0) {
        log_error(lane->oe.venue->name, "the venue does not take our keys: %.*s",
                  (int)(text.size < 100 ? text.size : 100), text.size > 0 ? text.data : "");
    }
    if ((bit & (OE_BIT(OE_PLACE) | OE_BIT(OE_KEYS))) != 0) {
        lane->keys_again_ms = lane_loop_ms(lane) + keys_wait_ms(lane);
        lane->keys_refusals++;
    }
    lane->keys_refused |= bit;
    lane_explain(lane, "keys refused: %.*s", (int)(text.size < 30 ? text.size : 30),
                 text.size > 0 ? text.data : "");
}

void lane_keys_taken(struct lane *lane, uint32_t bits) {
    bool refused = lane->keys_refused != 0;
    lane->keys_refused &= ~bits;
    if (refused && lane->keys_refused == 0) {
        log_info(lane->oe.venue->name, "the venue takes our keys again");
    }
}

void lane_keys_list(struct lane *lane, enum oe_call_kind kind) {
    bool blind = !has_keys_call(lane) && lane_loop_ms(lane) >= lane->keys_again_ms;
    lane_keys_taken(lane, keys_bit(kind) | (blind ? OE_BIT(OE_PLACE) : 0));
}

bool lane_keys_due(const struct lane *lane) {
    // At the start what it says matters, not that it comes: signed reads follow.
    bool doubted = (lane->keys_refused & (OE_BIT(OE_KEYS) | OE_BIT(OE_PLACE))) != 0;
    return has_keys_call(lane) &&
           (!lane->keys_checked || (doubted && lane_loop_ms(lane) >= lane->keys_again_ms));
}

void lane_keys_asked(struct lane *lane) {
    lane->keys_checked = true;
    lane->keys_again_ms = lane_loop_ms(lane) + keys_wait_ms(lane);
}
