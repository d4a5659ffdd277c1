// What Hyperliquid answers about its assets, the account's keys and fees: hyperliquid.md sections
// 1, 2 and 5.2.
#include "exchanges/hyperliquid_oe.h"
#include "exchanges/md_decode.h"

enum { AGENT_NOTICE_DAYS = 7 };

bool hyperliquid_decode_meta(struct oe *oe, const struct oe_call *call, struct slice body,
                             struct oe_sink *sink) {
    struct hyperliquid *own = oe->state;
    struct meta {
        struct slice universe;
    } meta = {.universe = {"", 0}};
    static const struct md_field fields[] = {{"universe", offsetof(struct meta, universe)}};
    struct asset {
        struct slice name;
    };
    static const struct md_field asset_fields[] = {{"name", offsetof(struct asset, name)}};
    struct json r;
    uint32_t place = 0;
    if (!md_read_object(body, fields, COUNT_OF(fields), &meta)) {
        return false;
    }
    json_init(&r, meta.universe);
    json_array_begin(&r);
    for (; json_array_next(&r); place++) { // delisted ones keep their places
        struct asset asset = {.name = {"", 0}};
        md_read_fields(&r, asset_fields, COUNT_OF(asset_fields), &asset);
        uint16_t symbol = oe_find_symbol(oe, asset.name);
        if (!r.failed && symbol != OE_SYMBOL_NONE) {
            own->assets[symbol] = place + 1;
        }
    }
    if (!json_end(&r) || place == 0) {
        return false;
    }
    own->assets_known = true;
    oe_emit_end(sink, call, place, (struct slice){"", 0});
    return true;
}

bool hyperliquid_is_address(struct slice text, const char *address) {
    for (size_t i = 0; i < text.size && text.size == ETH_ADDRESS_TEXT - 1; i++) {
        char c = text.data[i];
        c = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
        if (c != address[i]) {
            return false;
        }
    }
    return text.size == ETH_ADDRESS_TEXT - 1;
}

// The key is the account's own, which may do everything, or that of an agent, which only trades.
bool hyperliquid_decode_agents(struct oe *oe, const struct oe_call *call, struct slice body,
                               struct oe_sink *sink) {
    const struct hyperliquid *own = oe->state;
    struct agent {
        struct slice address, until;
    };
    static const struct md_field fields[] = {
        {"address", offsetof(struct agent, address)},
        {"validUntil", offsetof(struct agent, until)},
    };
    struct json r;
    int64_t until_ms = 0;
    json_init(&r, body);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct agent agent = {.address = {"", 0}};
        md_read_fields(&r, fields, COUNT_OF(fields), &agent);
        if (!r.failed && hyperliquid_is_address(agent.address, own->signer) &&
            !decimal_parse(agent.until, 0, &until_ms)) {
            return false;
        }
    }
    if (!json_end(&r)) {
        return false;
    }
    bool is_owner = strcmp(own->account, own->signer) == 0;
    if (!is_owner && md_ns_from_ms(until_ms) <= call->now_ns) {
        oe_emit_refused(sink, call, OE_ERROR_KEYS,
                        until_ms == 0 ? SLICE("the key is neither the account's nor an agent's")
                                      : SLICE("the agent of this key has expired"));
        return true;
    }
    if (!is_owner &&
        md_ns_from_ms(until_ms) < call->now_ns + AGENT_NOTICE_DAYS * 86400 * NS_PER_S) {
        oe_emit_text(sink, OE_EVENT_NOTICE, call,
                     SLICE("the agent of this key expires in less than a week"));
    }
    struct oe_event event = oe_event_for(OE_EVENT_KEYS, call);
    event.keys.can_trade = true;
    event.keys.can_withdraw = is_owner;
    sink->on_event(sink, &event);
    return true;
}

static bool read_fee(struct slice text, struct bps *out) {
    struct rate rate;
    if (!decimal_parse_near(text, RATE_DIGITS, &rate.v)) {
        return false;
    }
    out->v = mul_div_ceil(rate.v, BPS_WHOLE, INT64_C(1000000000000));
    return true;
}

bool hyperliquid_decode_fees(const struct oe_call *call, struct slice body, struct oe_sink *sink) {
    struct fees {
        struct slice taker, maker;
    } fees = {.taker = {"", 0}};
    static const struct md_field fields[] = {
        {"userCrossRate", offsetof(struct fees, taker)},
        {"userAddRate", offsetof(struct fees, maker)},
    };
    struct oe_event event = oe_event_for(OE_EVENT_FEE, call);
    if (!md_read_object(body, fields, COUNT_OF(fields), &fees) ||
        !read_fee(fees.taker, &event.fee.taker) || !read_fee(fees.maker, &event.fee.maker)) {
        return false;
    }
    sink->on_event(sink, &event);
    return true;
}
