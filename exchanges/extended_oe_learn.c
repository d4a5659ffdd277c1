// What an order of Extended needs besides its market's rules: the assets it is signed over and the
// rates it must accept; and whether what we sign with is the account's.
#include "exchanges/extended_oe.h"
#include "exchanges/md_decode.h"

struct market {
    struct slice name, synthetic, collateral, maker, taker;
    int64_t synthetic_resolution, collateral_resolution;
};

static void read_assets(struct json *r, struct market *market) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("syntheticId"))) {
            md_read_text(r, &market->synthetic);
        } else if (slice_equals(key, SLICE("collateralId"))) {
            md_read_text(r, &market->collateral);
        } else if (slice_equals(key, SLICE("syntheticResolution"))) {
            md_read_int(r, &market->synthetic_resolution);
        } else if (slice_equals(key, SLICE("collateralResolution"))) {
            md_read_int(r, &market->collateral_resolution);
        } else {
            json_skip(r);
        }
    }
}

// A market of the list, or a row of the fees.
static void read_market(struct json *r, struct market *market) {
    struct slice key;
    *market = (struct market){.synthetic_resolution = 0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("name")) || slice_equals(key, SLICE("market"))) {
            md_read_text(r, &market->name);
        } else if (slice_equals(key, SLICE("l2Config")) && json_peek(r) == JSON_OBJECT) {
            read_assets(r, market);
        } else if (slice_equals(key, SLICE("makerFeeRate"))) {
            md_read_text(r, &market->maker);
        } else if (slice_equals(key, SLICE("takerFeeRate"))) {
            md_read_text(r, &market->taker);
        } else {
            json_skip(r);
        }
    }
}

static bool is_resolution(int64_t resolution) {
    return resolution > 0 && resolution <= EXTENDED_RESOLUTION_MAX;
}

static bool learn_asset(struct extended_market *known, const struct market *market) {
    struct extended_asset asset = {.synthetic_resolution = market->synthetic_resolution,
                                   .collateral_resolution = market->collateral_resolution};
    known->known = is_resolution(asset.synthetic_resolution) &&
                   is_resolution(asset.collateral_resolution) &&
                   felt_from_number(market->synthetic, &asset.synthetic) &&
                   felt_from_number(market->collateral, &asset.collateral);
    known->asset = asset;
    return known->known;
}

bool extended_learn_markets(struct oe *oe, const struct oe_call *call, struct json *r,
                            uint32_t *rows, struct oe_sink *sink) {
    struct extended *extended = oe->state;
    struct market market;
    json_array_begin(r);
    while (json_array_next(r)) {
        read_market(r, &market);
        uint16_t symbol = r->failed ? OE_SYMBOL_NONE : oe_find_symbol(oe, market.name);
        if (symbol == OE_SYMBOL_NONE) {
            continue;
        }
        ++*rows;
        if (!learn_asset(&extended->markets[symbol], &market)) {
            oe_emit_text(sink, OE_EVENT_SURPRISE, call, market.name);
        }
    }
    extended->markets_known = !r->failed;
    return !r->failed;
}

// What is signed must not be below the rate: so it keeps every digit, and what a person sees is
// rounded up.
static bool read_rate(struct slice text, struct rate *rate, struct bps *bps) {
    if (text.size == 0 || !decimal_parse(text, RATE_DIGITS, &rate->v) || rate->v >= PX_ONE ||
        rate->v <= -PX_ONE) {
        return false;
    }
    bps->v = mul_div_ceil(rate->v, BPS_WHOLE, PX_ONE);
    rate->v = rate->v < 0 ? 0 : rate->v; // nothing is the least that can be accepted
    return true;
}
_Static_assert(RATE_DIGITS == PX_DIGITS, "PX_ONE is a whole rate, too");

bool extended_learn_fees(struct oe *oe, const struct oe_call *call, struct json *r,
                         struct oe_sink *sink) {
    struct extended *extended = oe->state;
    struct market market;
    bool good = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        struct oe_event event = oe_event_for(OE_EVENT_FEE, call);
        struct rate fees[2];
        read_market(r, &market);
        event.symbol = r->failed ? OE_SYMBOL_NONE : oe_find_symbol(oe, market.name);
        if (event.symbol == OE_SYMBOL_NONE) {
            continue;
        }
        if (!read_rate(market.maker, &fees[0], &event.fee.maker) ||
            !read_rate(market.taker, &fees[1], &event.fee.taker)) {
            good = false;
            continue;
        }
        struct extended_market *known = &extended->markets[event.symbol];
        memcpy(known->fees, fees, sizeof(fees));
        known->fees_known = true;
        sink->on_event(sink, &event);
    }
    return good && !r->failed;
}

// Whose account the API key is of, against what we sign with. The Stark key signs withdrawals too.
bool extended_check_account(const struct extended *extended, const struct oe_call *call,
                            struct json *r, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_KEYS, call);
    struct slice key, status = {"", 0}, stark_key = {"", 0}, vault = {"", 0};
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("status"))) {
            md_read_text(r, &status);
        } else if (slice_equals(key, SLICE("l2Key"))) {
            md_read_text(r, &stark_key);
        } else if (slice_equals(key, SLICE("l2Vault"))) {
            md_read_text(r, &vault);
        } else {
            json_skip(r);
        }
    }
    if (r->failed) {
        return false;
    }
    struct felt public_x;
    bool same_key =
        felt_from_number(stark_key, &public_x) && felt_equals(public_x, extended->key.public_x);
    bool same_vault = slice_equals(vault, slice_of(extended->vault));
    if (!same_key) {
        oe_emit_text(sink, OE_EVENT_NOTICE, call,
                     SLICE("EXTENDED_STARK_PRIVATE_KEY is not the key of this account"));
    }
    if (!same_vault) {
        oe_emit_text(sink, OE_EVENT_NOTICE, call,
                     SLICE("EXTENDED_VAULT_NUMBER is not the vault of this account"));
    }
    event.keys.can_trade = same_key && same_vault && slice_equals(status, SLICE("ACTIVE"));
    event.keys.can_withdraw = same_key;
    sink->on_event(sink, &event);
    return true;
}
