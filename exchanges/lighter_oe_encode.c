// What Lighter is sent: transactions over the socket, questions by REST.
#include <inttypes.h>

#include "base/clock.h"
#include "exchanges/lighter_oe.h"

enum {
    TX_LIFE_MS = 599000, // what the reference client gives
    // Of an order: late_ms says how long a lane waits for one. Less, and a clock that is some
    // seconds off would have them all refused.
    ORDER_TX_LIFE_MS = 15000,
    TOKEN_LIFE_S = 8 * 3600 - 120, // eight hours are the most
    ORDER_DAYS = 28,
};
static const int64_t ms_per_day = INT64_C(24) * 3600 * 1000;

// ---- transactions ------------------------------------------------------------------------------

// As the venue's integer: exactly, or not at all.
static bool to_units(int64_t value, int64_t unit, uint64_t most, uint64_t *out) {
    *out = (uint64_t)(value / unit);
    return value > 0 && value % unit == 0 && *out <= most;
}

static enum status add_amounts(const struct lighter_market_rules *market,
                               const struct oe_order *order, uint64_t *base, uint64_t *price) {
    if (!to_units(order->price.v, market->price_unit, UINT32_MAX, price)) {
        return status_fail(STATUS_DATA, "the price cannot be told in Lighter's units");
    }
    if (!to_units(order->size.v, market->size_unit, (UINT64_C(1) << 48) - 1, base)) {
        return status_fail(STATUS_DATA, "the size cannot be told in Lighter's units");
    }
    return STATUS_OK;
}

// The venue's own number of an order, or the client's, which is smaller than any of those.
static enum status add_index(const struct oe_call *call, uint64_t *out) {
    struct slice id = call->venue_id.size > 0 ? call->venue_id : call->client_id;
    return lighter_read_index(id, 1, INT64_MAX, out)
               ? STATUS_OK
               : status_fail(STATUS_DATA, "the order's id is no number of Lighter");
}

static enum status fill_place(const struct lighter_market_rules *market, const struct oe_call *call,
                              struct lighter_tx *tx) {
    static const uint64_t times_in_force[OE_ORDER_KIND_COUNT] = {
        [OE_IOC] = 0, [OE_GTC] = 1, [OE_POST_ONLY] = 2};
    const struct oe_order *order = &call->order;
    int64_t expiry_ms = call->now_ns / NS_PER_MS + ORDER_DAYS * ms_per_day;
    uint64_t *fields = tx->fields;
    tx->type = LIGHTER_CREATE_ORDER;
    fields[LIGHTER_ORDER_MARKET] = (uint64_t)market->market;
    fields[LIGHTER_ORDER_IS_ASK] = order->side == SIDE_SELL;
    fields[LIGHTER_ORDER_TIME_IN_FORCE] = times_in_force[order->kind];
    fields[LIGHTER_ORDER_REDUCE_ONLY] = order->reduce_only;
    fields[LIGHTER_ORDER_EXPIRY_MS] = order->kind == OE_IOC ? 0 : (uint64_t)expiry_ms;
    if (!lighter_read_index(call->client_id, 1, (INT64_C(1) << LIGHTER_CLIENT_BITS) - 1,
                            &fields[LIGHTER_ORDER_CLIENT])) {
        return status_fail(STATUS_DATA, "the client id is no number of Lighter");
    }
    return add_amounts(market, order, &fields[LIGHTER_ORDER_BASE], &fields[LIGHTER_ORDER_PRICE]);
}

static enum status fill_amend(const struct lighter_market_rules *market, const struct oe_call *call,
                              struct lighter_tx *tx) {
    tx->type = LIGHTER_MODIFY_ORDER;
    tx->fields[0] = (uint64_t)market->market;
    enum status status = add_index(call, &tx->fields[1]);
    return status == STATUS_OK ? add_amounts(market, &call->order, &tx->fields[2], &tx->fields[3])
                               : status;
}

static enum status fill_leverage(const struct lighter_market_rules *market,
                                 const struct oe_call *call, struct lighter_tx *tx) {
    enum { WHOLE = 10000 };
    if (call->leverage < 1 || call->leverage > WHOLE) {
        return status_fail(STATUS_DATA, "no such leverage");
    }
    tx->type = LIGHTER_UPDATE_LEVERAGE;
    tx->fields[0] = (uint64_t)market->market;
    tx->fields[1] = (WHOLE + call->leverage - 1) / call->leverage; // never more than was asked for
    return STATUS_OK;
}

static void fill_cancel_all(const struct lighter_market_rules *market, struct lighter_tx *tx) {
    tx->type = LIGHTER_CANCEL_ALL_ORDERS;
    if (market != NULL) {
        tx->attributes[tx->attribute_count++] =
            (struct lighter_attribute){LIGHTER_ATTRIBUTE_CANCEL_MARKET, (uint64_t)market->market};
    }
}

static void fill_deadman(const struct oe_call *call, struct lighter_tx *tx) {
    tx->type = LIGHTER_CANCEL_ALL_ORDERS;
    tx->fields[0] = call->countdown_ms == 0 ? 2 : 1; // abort, schedule
    tx->fields[1] =
        call->countdown_ms == 0 ? 0 : (uint64_t)(call->now_ns / NS_PER_MS) + call->countdown_ms;
}

static enum status fill_tx(const struct oe *oe, const struct oe_call *call, struct lighter_tx *tx) {
    const struct lighter *lighter = lighter_of(oe);
    const struct lighter_market_rules *market = NULL;
    if (call->symbol != OE_SYMBOL_NONE) {
        market = &lighter->markets[call->symbol];
        if (!market->known) {
            return status_fail(STATUS_UNAVAILABLE, "the market of %s is not known yet",
                               oe->listings[call->symbol].native);
        }
    } else if (call->kind != OE_CANCEL_ALL && call->kind != OE_DEADMAN) {
        return status_fail(STATUS_DATA, "a call without symbol");
    }
    switch ((int)call->kind) {
    case OE_PLACE:
        return fill_place(market, call, tx);
    case OE_AMEND:
        return fill_amend(market, call, tx);
    case OE_LEVERAGE:
        return fill_leverage(market, call, tx);
    case OE_CANCEL_ALL:
        fill_cancel_all(market, tx);
        return STATUS_OK;
    case OE_DEADMAN:
        fill_deadman(call, tx);
        return STATUS_OK;
    default:
        tx->type = LIGHTER_CANCEL_ORDER;
        tx->fields[0] = (uint64_t)market->market;
        return add_index(call, &tx->fields[1]);
    }
}

static enum status encode_tx(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    struct lighter *lighter = lighter_of(oe);
    struct lighter_tx tx = {.account = lighter->account, .api_key = lighter->api_key};
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    enum status status = fill_tx(oe, call, &tx);
    if (status != STATUS_OK) {
        return status;
    }
    lighter_give_up(lighter, call->now_ns);
    if (!lighter->nonce_known) {
        return status_fail(STATUS_UNAVAILABLE, "the next number of the key is not known");
    }
    struct lighter_flight *flight = lighter_take_off(lighter, call);
    if (flight == NULL) {
        return status_fail(STATUS_UNAVAILABLE, "too many transactions are on the way");
    }
    tx.nonce = flight->nonce;
    bool is_order = call->kind == OE_PLACE || call->kind == OE_AMEND;
    tx.expired_at_ms = (uint64_t)(call->now_ns / NS_PER_MS);
    tx.expired_at_ms += is_order ? ORDER_TX_LIFE_MS : TX_LIFE_MS;
    flight->until_ns = call->kind == OE_DEADMAN ? (int64_t)tx.fields[1] * NS_PER_MS : 0;
    struct fp5 hash =
        lighter_tx_hash(&tx, oe->testnet ? LIGHTER_CHAIN_TESTNET : LIGHTER_CHAIN_MAINNET);
    schnorr_sign(&lighter->key, hash, call->random, signature);
    out->way = OE_WAY_SOCKET;
    out->number = tx.nonce + 1;
    out->cost.units[LIGHTER_TRANSACTIONS] = 1;
    text_add(&out->body, SLICE("{\"type\":\"jsonapi/sendtx\",\"data\":{\"id\":\""));
    oe_write_tag(&out->body, call);
    text_add_format(&out->body, "\",\"tx_type\":%d,\"tx_info\":", tx.type);
    lighter_tx_write(&tx, signature, &out->body);
    text_add(&out->body, SLICE("}}"));
    return STATUS_OK;
}

// ---- reading -----------------------------------------------------------------------------------

// One that lives as long as a socket, at least.
const char *lighter_token_at(struct lighter *lighter, int64_t now_ns) {
    if (lighter->token_until_ns - now_ns < LIGHTER_TOKEN_REST_S * NS_PER_S) {
        struct text text = TEXT_OVER(lighter->token);
        int64_t deadline_s = now_ns / NS_PER_S + TOKEN_LIFE_S;
        lighter_token_write(&lighter->key, (uint64_t)deadline_s, lighter->account, lighter->api_key,
                            (uint64_t)now_ns, &text);
        lighter->token_until_ns = deadline_s * NS_PER_S;
    }
    return lighter->token;
}

static void add_number(struct text *path, const char *name, uint64_t value) {
    text_add_format(path, "%c%s=%" PRIu64, strchr(path->data, '?') == NULL ? '?' : '&', name,
                    value);
}

static enum status add_market(const struct oe *oe, const struct oe_call *call, struct text *path) {
    const struct lighter_market_rules *market;
    if (call->symbol == OE_SYMBOL_NONE) { // of all, unless the call wants that said
        if (call->kind == OE_OPEN_ORDERS) {
            add_number(path, "market_id", LIGHTER_MARKET_ALL);
        }
        return STATUS_OK;
    }
    market = &lighter_of(oe)->markets[call->symbol];
    if (!market->known) {
        return status_fail(STATUS_UNAVAILABLE, "the market of %s is not known yet",
                           oe->listings[call->symbol].native);
    }
    add_number(path, "market_id", (uint64_t)market->market);
    return STATUS_OK;
}

static enum status encode_read(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    enum { ACCOUNT = 1, KEY = 2, MARKET = 4, PAGED = 8, TOKEN = 16 };
    static const struct {
        const char *path;
        unsigned parts;
    } rows[OE_CALL_KIND_COUNT] = {
        [OE_RULES] = {"/api/v1/orderBookDetails?filter=perp", 0},
        [OE_NONCE] = {"/api/v1/nextNonce", ACCOUNT | KEY},
        [OE_KEYS] = {"/api/v1/apikeys", ACCOUNT | KEY},
        [OE_QUERY] = {"/api/v1/accountActiveOrders", ACCOUNT | MARKET | TOKEN},
        [OE_OPEN_ORDERS] = {"/api/v1/accountActiveOrders", ACCOUNT | MARKET | PAGED | TOKEN},
        [OE_FILLS] = {"/api/v1/trades?sort_by=timestamp&sort_dir=desc&limit=100",
                      ACCOUNT | MARKET | PAGED | TOKEN},
        [OE_POSITIONS] = {"/api/v1/account?by=index", TOKEN},
        [OE_BALANCES] = {"/api/v1/account?by=index", TOKEN},
        [OE_FEES] = {"/api/v1/accountLimits", ACCOUNT | TOKEN},
        [OE_FUNDING_PAID] = {"/api/v1/positionFunding?limit=100", ACCOUNT | MARKET | PAGED | TOKEN},
    };
    struct lighter *lighter = lighter_of(oe);
    unsigned parts = rows[call->kind].parts;
    enum status status = STATUS_OK;
    out->method = "GET";
    out->cost.units[LIGHTER_CALLS] = 1;
    text_add_string(&out->path, rows[call->kind].path);
    if (call->kind == OE_NONCE) {
        lighter_give_up(lighter, call->now_ns);
    }
    if (call->kind == OE_POSITIONS || call->kind == OE_BALANCES) {
        add_number(&out->path, "value", lighter->account);
    }
    if ((parts & ACCOUNT) != 0) {
        add_number(&out->path, "account_index", lighter->account);
    }
    if ((parts & KEY) != 0) {
        add_number(&out->path, "api_key_index", lighter->api_key);
    }
    if ((parts & MARKET) != 0) {
        status = add_market(oe, call, &out->path);
    }
    if (call->kind == OE_QUERY && call->client_id.size > 0) {
        text_add(&out->path, SLICE("&client_order_index="));
        text_add(&out->path, call->client_id);
    }
    if ((parts & PAGED) != 0 && call->cursor.size > 0) {
        if (!oe_is_plain(call->cursor, 128)) {
            return status_fail(STATUS_DATA, "the list cannot be read on");
        }
        text_add(&out->path, SLICE("&cursor="));
        text_add(&out->path, call->cursor);
    }
    if ((parts & TOKEN) != 0) { // digits, letters and colons: as it is in a query
        const char *token = lighter_token_at(lighter, call->now_ns);
        text_add_format(&out->headers, "authorization: %s\n", token);
        text_add_format(&out->path, "&auth=%s", token);
    }
    return status;
}

enum status lighter_encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    return oe_call_changes(call->kind) ? encode_tx(oe, call, out) : encode_read(oe, call, out);
}
