// Order entry of Lighter: every order is a signed transaction over the socket, the account is told
// on the same socket and by REST (lighter.md section 5, lighter-crypto.md).
//
// A key's transactions are numbered without a gap. The count is asked for at the start, after a
// refused number and after a connection that was lost with transactions on the way; a refusal gives
// the number back if no newer one is out.
//
// Unconfirmed:
// - The largest client order index: 48 bits by the sheet, while one client saw 21727 for large
//   ones. All 48 are used; 21727 is reported as a malformed request.
// - Whether the size of a change (ModifyOrder) counts what is filled already: the whole size is
//   sent, as for a new order.
// - Whether an open order's list takes a client id to filter by: it is sent, and the rows are
//   looked through all the same. A finished order is not found: its fills are.
// - Whether tokens are wanted in the header, the query or both: both.
// - The unit of an order's times: told by the magnitude.
// - An error on the socket without an id: it is taken for the answer to the only transaction on the
//   way; with several on the way all are unknown and the count is asked for.
// - What the venue does with a subscription whose token is over: the socket is opened anew before.
// - The sign of a funding payment (positionFunding.change): a change of the balance, so negative is
//   paid.
// - The price band of immediate orders (21733): the collar is the desk's own.
// - Whether a key can take money out: a withdrawal pays the owner's wallet only, anything else
//   needs the wallet's signature, so a key is told as one that cannot.
#include "exchanges/lighter_oe.h"

#include <inttypes.h>
#include <openssl/crypto.h>

#include "exchanges/bytes_text.h"
#include "exchanges/md_decode.h"

enum {
    TX_LIFE_MS = 599000,           // what the reference client gives
    TOKEN_LIFE_S = 8 * 3600 - 120, // eight hours are the most
    SOCKET_LIFE_S = 6 * 3600,      // its token lives longer
    TOKEN_REST_S = SOCKET_LIFE_S + 600,
    FLIGHT_LIFE_MS = 10000, // then no answer is expected any more
    ORDER_DAYS = 28,
    CLIENT_BITS = 48,
    ACCOUNT_BITS = 48,
    API_KEY_MIN = 2,
    API_KEY_MAX = 254,
};
static const int64_t ms_per_day = INT64_C(24) * 3600 * 1000;

static struct lighter *state_of(const struct oe *oe) {
    ASSERT(oe->venue == &lighter_oe);
    return oe->state;
}

// ---- who ---------------------------------------------------------------------------------------

static bool read_index(struct slice text, int64_t least, int64_t most, uint64_t *out) {
    int64_t value = -1;
    bool good = decimal_parse(text, 0, &value) && value >= least && value <= most;
    *out = good ? (uint64_t)value : 0;
    return good;
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct lighter *lighter = state_of(oe);
    uint8_t secret[SCHNORR_KEY_SIZE];
    bool good = hex_read(secrets[0], secret, sizeof(secret)) &&
                schnorr_key_init(&lighter->key, secret) == STATUS_OK;
    OPENSSL_cleanse(secret, sizeof(secret));
    if (!good) {
        return status_fail(STATUS_CONFIG, "LIGHTER_PRIVATE_KEY is no key of Lighter");
    }
    if (!read_index(secrets[1], 0, (INT64_C(1) << ACCOUNT_BITS) - 2, &lighter->account)) {
        return status_fail(STATUS_CONFIG, "LIGHTER_ACCOUNT_INDEX is no account's number");
    }
    if (!read_index(secrets[2], API_KEY_MIN, API_KEY_MAX, &lighter->api_key)) {
        return status_fail(STATUS_CONFIG, "LIGHTER_API_KEY_INDEX is not from %d to %d", API_KEY_MIN,
                           API_KEY_MAX);
    }
    return STATUS_OK;
}

static void identity(const struct oe *oe, struct text *out) {
    const struct lighter *lighter = state_of(oe);
    text_add_format(out, "account %" PRIu64 ", API key %" PRIu64, lighter->account,
                    lighter->api_key);
}

// A permutation of the numbers of 48 bits, chosen by the session: four rounds over two halves.
static uint64_t shuffled(uint64_t session_key, uint64_t number) {
    const uint64_t half_mask = (UINT64_C(1) << (CLIENT_BITS / 2)) - 1;
    uint64_t left = number >> (CLIENT_BITS / 2) & half_mask;
    uint64_t right = number & half_mask;
    for (uint64_t round = 1; round <= 4; round++) {
        uint64_t mixed = left ^ (hash_mix(session_key ^ hash_mix(right << 8 | round)) & half_mask);
        left = right;
        right = mixed;
    }
    return left << (CLIENT_BITS / 2) | right;
}

// From 1 to 2^48 - 1. Two orders of a session differ as long as they differ in their lowest 48
// bits, that is for four thousand million jobs; two sessions of 10000 orders have one in common
// once in three million times.
static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    struct text text = text_over(out, OE_CLIENT_ID_MAX);
    uint64_t number = shuffled(session_key, order);
    if (number == 0) { // no id: what would stand for 0 is taken, and the map stays one to one
        number = shuffled(session_key, number);
    }
    text_add_int(&text, (int64_t)number);
}

// ---- numbers -----------------------------------------------------------------------------------

static void drop_flight(struct lighter *lighter, struct lighter_flight *flight) {
    flight->tag = 0;
    lighter->flight_count--;
}

// The number of a transaction that never counted: free again, or others behind it fail with it.
static void give_back(struct lighter *lighter, uint64_t nonce) {
    if (lighter->nonce_known && lighter->nonce == nonce + 1) {
        lighter->nonce = nonce;
    } else {
        lighter->nonce_known = false;
    }
}

bool lighter_land(struct lighter *lighter, uint32_t tag, enum oe_error refused,
                  struct lighter_flight *out) {
    for (size_t i = 0; tag != 0 && i < LIGHTER_FLIGHTS_MAX; i++) {
        struct lighter_flight *flight = &lighter->flights[i];
        if (flight->tag != tag) {
            continue;
        }
        *out = *flight;
        drop_flight(lighter, flight);
        if (refused == OE_ERROR_NONCE) {
            lighter->nonce_known = false;
        } else if (refused != OE_ERROR_NONE) {
            give_back(lighter, out->nonce);
        }
        return true;
    }
    return false;
}

// Those that got no answer in time: nobody knows whether they counted.
static void give_up(struct lighter *lighter, int64_t now_ns) {
    for (size_t i = 0; i < LIGHTER_FLIGHTS_MAX; i++) {
        struct lighter_flight *flight = &lighter->flights[i];
        if (flight->tag != 0 && now_ns - flight->sent_ns >= FLIGHT_LIFE_MS * NS_PER_MS) {
            drop_flight(lighter, flight);
            lighter->nonce_known = false;
        }
    }
}

static struct lighter_flight *take_off(struct lighter *lighter, const struct oe_call *call) {
    for (size_t i = 0; i < LIGHTER_FLIGHTS_MAX; i++) {
        struct lighter_flight *flight = &lighter->flights[i];
        if (flight->tag == 0) {
            *flight = (struct lighter_flight){.tag = call->tag,
                                              .kind = call->kind,
                                              .symbol = call->symbol,
                                              .nonce = lighter->nonce++,
                                              .sent_ns = call->now_ns};
            lighter->flight_count++;
            return flight;
        }
    }
    return NULL;
}

// A message's number is one more than the nonce: the first nonce of a key is 0.
static void number_unused(struct oe *oe, uint64_t number) {
    struct lighter *lighter = state_of(oe);
    for (size_t i = 0; i < LIGHTER_FLIGHTS_MAX; i++) {
        struct lighter_flight *flight = &lighter->flights[i];
        if (flight->tag != 0 && flight->nonce + 1 == number) {
            drop_flight(lighter, flight);
            give_back(lighter, number - 1);
        }
    }
}

// When the count may be asked for: not while transactions are on the way that it may lack.
static int64_t count_due_ns(const struct lighter *lighter, int64_t now_ns) {
    int64_t due_ns = now_ns;
    for (size_t i = 0; i < LIGHTER_FLIGHTS_MAX; i++) {
        const struct lighter_flight *flight = &lighter->flights[i];
        int64_t over_ns = flight->sent_ns + FLIGHT_LIFE_MS * NS_PER_MS;
        if (flight->tag != 0 && over_ns > due_ns) {
            due_ns = over_ns;
        }
    }
    return due_ns;
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    const struct lighter *lighter = state_of(oe);
    *kind = lighter->markets_known ? OE_NONCE : OE_RULES;
    return !lighter->markets_known ? now_ns
           : lighter->nonce_known  ? INT64_MAX
                                   : count_due_ns(lighter, now_ns);
}

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
    return read_index(id, 1, INT64_MAX, out)
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
    if (!read_index(call->client_id, 1, (INT64_C(1) << CLIENT_BITS) - 1,
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
    const struct lighter *lighter = state_of(oe);
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
    struct lighter *lighter = state_of(oe);
    struct lighter_tx tx = {.account = lighter->account, .api_key = lighter->api_key};
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    enum status status = fill_tx(oe, call, &tx);
    if (status != STATUS_OK) {
        return status;
    }
    give_up(lighter, call->now_ns);
    if (!lighter->nonce_known) {
        return status_fail(STATUS_UNAVAILABLE, "the next number of the key is not known");
    }
    struct lighter_flight *flight = take_off(lighter, call);
    if (flight == NULL) {
        return status_fail(STATUS_UNAVAILABLE, "too many transactions are on the way");
    }
    tx.nonce = flight->nonce;
    tx.expired_at_ms = (uint64_t)(call->now_ns / NS_PER_MS) + TX_LIFE_MS;
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
static const char *token_at(struct lighter *lighter, int64_t now_ns) {
    if (lighter->token_until_ns - now_ns < TOKEN_REST_S * NS_PER_S) {
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
    if (call->symbol == OE_SYMBOL_NONE) {
        add_number(path, "market_id", LIGHTER_MARKET_ALL);
        return STATUS_OK;
    }
    market = &state_of(oe)->markets[call->symbol];
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
    struct lighter *lighter = state_of(oe);
    unsigned parts = rows[call->kind].parts;
    enum status status = STATUS_OK;
    out->method = "GET";
    out->cost.units[LIGHTER_CALLS] = 1;
    text_add_string(&out->path, rows[call->kind].path);
    if (call->kind == OE_NONCE) {
        give_up(lighter, call->now_ns);
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
        const char *token = token_at(lighter, call->now_ns);
        text_add_format(&out->headers, "authorization: %s\n", token);
        text_add_format(&out->path, "&auth=%s", token);
    }
    return status;
}

static enum status encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    return oe_call_changes(call->kind) ? encode_tx(oe, call, out) : encode_read(oe, call, out);
}

// ---- the socket --------------------------------------------------------------------------------

static enum status open_socket(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                               struct text *headers) {
    (void)now_ns;
    (void)headers;
    struct lighter *lighter = state_of(oe);
    lighter->connected = false;
    lighter->acknowledged = 0;
    if (lighter->flight_count > 0) { // nobody knows which of them arrived
        memset(lighter->flights, 0, sizeof(lighter->flights));
        lighter->flight_count = 0;
        lighter->nonce_known = false;
    }
    text_add_string(url,
                    oe->testnet ? lighter_oe.testnet.ws[socket] : lighter_oe.mainnet.ws[socket]);
    return STATUS_OK;
}

static enum oe_greeting greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                              struct text *out) {
    static const char *const channels[LIGHTER_CHANNELS] = {
        "account_all_orders", "account_all_trades", "account_all_positions", "user_stats"};
    (void)socket;
    struct lighter *lighter = state_of(oe);
    if (!lighter->connected) {
        return OE_GREETING_WAIT;
    }
    if (step < LIGHTER_CHANNELS) {
        text_add_format(out,
                        "{\"type\":\"subscribe\",\"channel\":\"%s/%" PRIu64 "\",\"auth\":\"%s\"}",
                        channels[step], lighter->account, token_at(lighter, now_ns));
        return OE_GREETING_SEND;
    }
    return lighter->acknowledged < LIGHTER_CHANNELS ? OE_GREETING_WAIT : OE_GREETING_DONE;
}

// What a frame says of itself; the rows stand as they are in the frame.
struct frame {
    struct slice type, id, text;
    struct json content;
    bool has_content, is_error;
    int64_t code;
};

static void read_error(struct json *r, struct frame *frame) {
    struct slice key;
    frame->is_error = true;
    if (json_peek(r) != JSON_OBJECT) {
        md_read_text(r, &frame->text);
        return;
    }
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_int(r, &frame->code);
        } else if (slice_equals(key, SLICE("message"))) {
            md_read_text(r, &frame->text);
        } else {
            json_skip(r);
        }
    }
}

static bool read_frame(struct slice text, struct frame *frame) {
    struct json r;
    struct slice key;
    *frame = (struct frame){.code = 0};
    json_init(&r, text);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("type"))) {
            md_read_text(&r, &frame->type);
        } else if (slice_equals(key, SLICE("id"))) {
            md_read_text(&r, &frame->id);
        } else if (slice_equals(key, SLICE("message"))) {
            md_read_text(&r, &frame->text);
        } else if (slice_equals(key, SLICE("code"))) {
            md_read_int(&r, &frame->code);
        } else if (slice_equals(key, SLICE("error")) && !json_null(&r)) {
            read_error(&r, frame);
        } else if (slice_equals(key, SLICE("orders")) || slice_equals(key, SLICE("trades")) ||
                   slice_equals(key, SLICE("positions")) || slice_equals(key, SLICE("stats"))) {
            frame->has_content = !json_null(&r);
            frame->content = r;
            if (frame->has_content) {
                json_skip(&r);
            }
        } else if (!slice_equals(key, SLICE("error"))) {
            json_skip(&r);
        }
    }
    return json_end(&r);
}

static void tell_session(bool on, enum oe_error error, struct slice text, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_SESSION, NULL);
    event.session.on = on;
    event.error = error;
    event.text = text;
    sink->on_event(sink, &event);
}

static void tell_deadman(const struct oe_call *call, int64_t until_ns, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_DEADMAN, call);
    event.deadman.until_ns = until_ns;
    sink->on_event(sink, &event);
}

// The answer to the transaction of that tag.
static void decode_result(struct lighter *lighter, uint32_t tag, const struct frame *frame,
                          struct slice whole, struct oe_sink *sink) {
    struct lighter_flight flight;
    enum oe_error error = frame->code == 200 ? OE_ERROR_NONE : lighter_error_of(frame->code);
    bool unknown = lighter_is_unknown(frame->code) || frame->code == 0;
    if (!lighter_land(lighter, tag, unknown ? OE_ERROR_NONE : error, &flight)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, whole);
        return;
    }
    struct oe_call call = {.kind = flight.kind, .tag = tag, .symbol = flight.symbol};
    if (unknown) {
        lighter->nonce_known = false;
        oe_emit_text(sink, OE_EVENT_UNKNOWN, &call, frame->text);
    } else if (frame->code != 200) {
        lighter_emit_failure(&call, frame->code, frame->text, sink);
    } else if (flight.kind == OE_DEADMAN) {
        tell_deadman(&call, flight.until_ns, sink);
    } else {
        oe_emit(sink, OE_EVENT_ACCEPTED, &call);
    }
}

static uint32_t only_flight(const struct lighter *lighter) {
    uint32_t tag = 0;
    for (size_t i = 0; lighter->flight_count == 1 && i < LIGHTER_FLIGHTS_MAX; i++) {
        tag = lighter->flights[i].tag != 0 ? lighter->flights[i].tag : tag;
    }
    return tag;
}

// An error that names no request.
static void decode_error(struct lighter *lighter, const struct frame *frame, struct slice whole,
                         struct oe_sink *sink) {
    enum oe_error error = lighter_error_of(frame->code);
    bool of_transaction = frame->code >= 21000 && frame->code <= 21999;
    uint32_t tag = only_flight(lighter);
    if (frame->code == 30003) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL); // subscribed already
    } else if (of_transaction && tag != 0) {
        decode_result(lighter, tag, frame, whole, sink);
    } else if (of_transaction && lighter->flight_count > 0) {
        lighter->nonce_known = false;
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, whole);
    } else if (lighter->acknowledged < LIGHTER_CHANNELS &&
               (error == OE_ERROR_KEYS || error == OE_ERROR_REQUEST || error == OE_ERROR_OTHER)) {
        tell_session(false, error == OE_ERROR_KEYS ? error : OE_ERROR_LOGIN, frame->text, sink);
    } else {
        oe_emit_text(sink, frame->code != 0 ? OE_EVENT_NOTICE : OE_EVENT_SURPRISE, NULL,
                     frame->code != 0 ? frame->text : whole);
    }
}

static void acknowledge(struct lighter *lighter, struct oe_sink *sink) {
    if (lighter->acknowledged < LIGHTER_CHANNELS && ++lighter->acknowledged == LIGHTER_CHANNELS) {
        tell_session(true, OE_ERROR_NONE, (struct slice){"", 0}, sink);
    }
    oe_emit(sink, OE_EVENT_ALIVE, NULL);
}

// "subscribed/account_all_orders" or "update/…": the picture, or what is new.
static bool decode_push(struct oe *oe, struct frame *frame, struct oe_sink *sink) {
    struct slice first = SLICE("subscribed/"), update = SLICE("update/");
    bool snapshot = slice_starts(frame->type, first);
    size_t size = snapshot ? first.size : update.size;
    struct slice channel = {frame->type.data + size, frame->type.size - size};
    uint32_t count = 0;
    int64_t oldest_ns = 0;
    if (snapshot) {
        acknowledge(state_of(oe), sink);
    }
    bool is_positions = slice_equals(channel, SLICE("account_all_positions"));
    if (!frame->has_content && !is_positions) {
        return snapshot; // nothing there yet
    }
    if (slice_equals(channel, SLICE("account_all_orders")) ||
        slice_equals(channel, SLICE("account_orders"))) {
        return lighter_decode_orders(oe, NULL, snapshot, &frame->content, &count, sink);
    }
    if (slice_equals(channel, SLICE("account_all_trades"))) {
        return lighter_decode_trades(oe, NULL, snapshot, &frame->content, &count, &oldest_ns, sink);
    }
    if (is_positions) {
        struct json none;
        json_init(&none, SLICE("{}"));
        return lighter_decode_positions(oe, NULL, snapshot,
                                        frame->has_content ? &frame->content : &none, &count, sink);
    }
    return slice_equals(channel, SLICE("user_stats")) &&
           lighter_decode_stats(&frame->content, sink);
}

static void decode_frame(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                         struct oe_sink *sink) {
    (void)socket;
    struct lighter *lighter = state_of(oe);
    struct frame frame;
    enum oe_call_kind kind;
    uint32_t tag = 0;
    give_up(lighter, now_ns);
    if (!read_frame(text, &frame)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    } else if (slice_starts(frame.type, SLICE("jsonapi/sendtx"))) {
        if (frame.id.size > 0 && oe_read_tag(frame.id, &kind, &tag)) {
            decode_result(lighter, tag, &frame, text, sink);
        } else if (frame.code == 200) {
            oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text); // of a request that is none of ours
        } else {
            decode_error(lighter, &frame, text, sink);
        }
    } else if (frame.is_error || slice_equals(frame.type, SLICE("error"))) {
        decode_error(lighter, &frame, text, sink);
    } else if (slice_equals(frame.type, SLICE("ping"))) {
        oe_emit_text(sink, OE_EVENT_REPLY, NULL, SLICE("{\"type\":\"pong\"}"));
    } else if (slice_equals(frame.type, SLICE("connected"))) {
        lighter->connected = true;
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    } else if (slice_equals(frame.type, SLICE("pong")) ||
               slice_equals(frame.type, SLICE("unsubscribed"))) {
        oe_emit(sink, OE_EVENT_ALIVE, NULL);
    } else if ((!slice_starts(frame.type, SLICE("subscribed/")) &&
                !slice_starts(frame.type, SLICE("update/"))) ||
               !decode_push(oe, &frame, sink)) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, NULL, text);
    }
}

const struct venue_oe lighter_oe = {
    .name = "lighter",
    .secrets = {{.variable = "LIGHTER_PRIVATE_KEY"},
                {.variable = "LIGHTER_ACCOUNT_INDEX", .open = true},
                {.variable = "LIGHTER_API_KEY_INDEX", .open = true}},
    .calls = OE_BIT(OE_RULES) | OE_BIT(OE_NONCE) | OE_BIT(OE_KEYS) | OE_BIT(OE_PLACE) |
             OE_BIT(OE_CANCEL) | OE_BIT(OE_CANCEL_ALL) | OE_BIT(OE_AMEND) | OE_BIT(OE_QUERY) |
             OE_BIT(OE_OPEN_ORDERS) | OE_BIT(OE_FILLS) | OE_BIT(OE_POSITIONS) |
             OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) | OE_BIT(OE_LEVERAGE) | OE_BIT(OE_FUNDING_PAID) |
             OE_BIT(OE_DEADMAN),
    .flags = OE_CAN_CANCEL_ACCOUNT | OE_QUERY_ONLY_OPEN,
    // Of a standard account, the least there is.
    .buckets = {[LIGHTER_TRANSACTIONS] = {"transactions", 60, 60000},
                [LIGHTER_CALLS] = {"calls", 60, 60000}},
    .mainnet = {"https://mainnet.zklighter.elliot.ai",
                {"wss://mainnet.zklighter.elliot.ai/stream"}},
    .testnet = {"https://testnet.zklighter.elliot.ai",
                {"wss://testnet.zklighter.elliot.ai/stream"}},
    .heartbeat_ms = 30000,
    .heartbeat_text = "{\"type\":\"ping\"}",
    .socket_age_max_s = SOCKET_LIFE_S,
    .deadman_min_ms = 5 * 60 * 1000,
    .deadman_max_ms = 15 * 24 * 3600 * 1000U,
    .state_size = sizeof(struct lighter),
    .init = init,
    .identity = identity,
    .client_id = client_id,
    .encode = encode,
    .decode_answer = lighter_decode_answer,
    .open = open_socket,
    .greet = greet,
    .decode_frame = decode_frame,
    .upkeep = upkeep,
    .number_unused = number_unused,
};
