// Order entry of Hyperliquid: orders, cancels and changes as posts on the one socket, the account
// by POST /info and the user's streams. Every action is signed by a key (hyperliquid_sign.h), the
// account's own or that of an agent the account approved; what is asked needs no signature, only
// the account's address.
//
// There is no cancel-all and no choice of self-trade prevention: the resting order is the one that
// ends. An order or change carries a time after which the venue refuses it, so that one that was
// held up on its way does not turn up later.
//
// Unconfirmed:
// - Whether `modify` counts what was filled before: its size is taken as the new order's own, and
//   an order that is known to be filled in part is not changed but refused; a fill that crosses the
//   change on its way adds to the size.
// - Whether orderUpdates tells every partial fill: sizes come from userFills.
// - What an IOC that filled in part is called at its end: "filled" with a rest counts as expired.
// - Whether an agent without a name is listed in extraAgents: one that is not listed is reported as
//   wrong keys.
// - The words for a nonce used before and for an action past its time: any text with "nonce" or
//   "expire" counts.
// - The order of userFillsByTime and its cap: pages go on from either end, and rows told twice have
//   the same trade number.
// - Whether one error answers a whole batch: each action has one order.
// - Whether an order that closes a position is exempt from the least value of 10 USD: it is sent,
// and
//   a refusal is told.
// - Collateral of accounts in unified mode lies in the spot state and is not counted: the balance
//   told is that of the perpetuals' account.
#include "exchanges/hyperliquid_oe.h"

#include <openssl/crypto.h>

#include "exchanges/bytes_text.h"
#include "exchanges/md_decode.h"

enum {
    CLOID_SIZE = 34,        // 0x and 32 digits
    ORDER_LIFE_MS = 10000,  // from sending on; late_ms says how long a lane waits for one
    DEADMAN_RETRY_S = 3600, // the volume that it needs grows slowly
    ACTION_MAX = 1024,      // of one order, cancel or change
    INFO_WEIGHT = 20,       // of most requests
    INFO_WEIGHT_LIGHT = 2,
};

const char *const hyperliquid_streams[HYPERLIQUID_STREAMS] = {"orderUpdates", "userFills",
                                                              "userEvents", "clearinghouseState"};

static struct hyperliquid *state_of(const struct oe *oe) {
    ASSERT(oe->venue == &hyperliquid_oe);
    return oe->state;
}

static enum status init(struct oe *oe, const struct slice *secrets) {
    struct hyperliquid *own = state_of(oe);
    uint8_t key[ETH_KEY_SIZE], account[ETH_ADDRESS_SIZE];
    bool good =
        hex_read(secrets[0], key, sizeof(key)) && sign_eth_init(&own->key, key) == STATUS_OK;
    OPENSSL_cleanse(key, sizeof(key));
    if (!good) {
        return status_fail(STATUS_CONFIG, "HYPERLIQUID_PRIVATE_KEY is no key of Hyperliquid");
    }
    memcpy(account, own->key.address, sizeof(account));
    if (secrets[1].size > 0 && !hex_read(secrets[1], account, sizeof(account))) {
        return status_fail(STATUS_CONFIG, "HYPERLIQUID_ACCOUNT_ADDRESS is no address");
    }
    eth_address_lower(account, own->account);
    eth_address_lower(own->key.address, own->signer);
    return STATUS_OK;
}

static void finish(struct oe *oe) {
    sign_eth_finish(&state_of(oe)->key);
}

static void identity(const struct oe *oe, struct text *out) {
    const struct hyperliquid *own = state_of(oe);
    text_add_format(out, "account %s", own->account);
    if (strcmp(own->account, own->signer) != 0) {
        text_add_format(out, ", agent %s", own->signer);
    }
}

// Session and order are 64 bits each, the id 128: no two orders share one.
static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    static const char digits[] = "0123456789abcdef";
    memcpy(out, "0x", 2);
    for (int i = 0; i < 16; i++) {
        out[2 + i] = digits[session_key >> (60 - 4 * i) & 15];
        out[18 + i] = digits[order >> (60 - 4 * i) & 15];
    }
    out[CLOID_SIZE] = '\0';
}

static bool is_cloid(struct slice id) {
    uint8_t bytes[16];
    return id.size == CLOID_SIZE && slice_starts(id, SLICE("0x")) &&
           hex_read(id, bytes, sizeof(bytes));
}

static bool read_order_id(struct slice id, uint64_t *out) {
    int64_t number;
    if (id.size == 0 || !decimal_parse(id, 0, &number) || number <= 0) {
        return false;
    }
    *out = (uint64_t)number;
    return true;
}

// ---- actions -----------------------------------------------------------------------------------

static void add_order(const struct hyperliquid *own, const struct oe_call *call,
                      struct text *action) {
    static const char *const kinds[OE_ORDER_KIND_COUNT] = {
        [OE_POST_ONLY] = "Alo", [OE_IOC] = "Ioc", [OE_GTC] = "Gtc"};
    text_add(action, SLICE("{\"a\":"));
    text_add_int(action, own->assets[call->symbol] - 1);
    text_add(action, call->order.side == SIDE_BUY ? SLICE(",\"b\":true,\"p\":\"")
                                                  : SLICE(",\"b\":false,\"p\":\""));
    px_print(action, call->order.price, 0, PX_DIGITS);
    text_add(action, SLICE("\",\"s\":\""));
    qty_print(action, call->order.size, 0, QTY_DIGITS);
    text_add(action, call->order.reduce_only ? SLICE("\",\"r\":true") : SLICE("\",\"r\":false"));
    text_add(action, SLICE(",\"t\":{\"limit\":{\"tif\":\""));
    text_add_string(action, kinds[call->order.kind]);
    text_add(action, SLICE("\"}}"));
    if (call->client_id.size > 0) {
        text_add(action, SLICE(",\"c\":\""));
        text_add(action, call->client_id);
        text_add_char(action, '"');
    }
    text_add_char(action, '}');
}

static enum status add_cancel(const struct hyperliquid *own, const struct oe_call *call,
                              struct text *action) {
    uint64_t order = 0;
    uint32_t asset = own->assets[call->symbol] - 1;
    // After a change the venue's id is another one, the client id is not.
    if (call->client_id.size > 0) {
        text_add_format(action, "{\"type\":\"cancelByCloid\",\"cancels\":[{\"asset\":%u", asset);
        text_add(action, SLICE(",\"cloid\":\""));
        text_add(action, call->client_id);
        text_add(action, SLICE("\"}]}"));
        return STATUS_OK;
    }
    if (!read_order_id(call->venue_id, &order)) {
        return status_fail(STATUS_DATA, "hyperliquid's ids are numbers");
    }
    text_add_format(action, "{\"type\":\"cancel\",\"cancels\":[{\"a\":%u,\"o\":%llu}]}", asset,
                    (unsigned long long)order);
    return STATUS_OK;
}

static enum status add_change(struct hyperliquid *own, const struct oe_call *call,
                              struct text *action) {
    uint64_t order = 0;
    if (call->venue_id.size == 0) {
        return status_fail(STATUS_UNAVAILABLE, "hyperliquid has not told its id of the order yet");
    }
    if (!read_order_id(call->venue_id, &order)) {
        return status_fail(STATUS_DATA, "hyperliquid's ids are numbers");
    }
    if (hyperliquid_is_touched(own, order)) {
        return status_fail(STATUS_DATA, "hyperliquid cannot change an order filled in part");
    }
    text_add_format(action,
                    "{\"type\":\"modify\",\"oid\":%llu,\"order\":", (unsigned long long)order);
    add_order(own, call, action);
    text_add_char(action, '}');
    hyperliquid_replace(own, order, call->tag);
    return STATUS_OK;
}

static enum status add_deadman(const struct hyperliquid *own, const struct oe_call *call,
                               struct text *action) {
    if (own->deadman_refused_ns != 0 &&
        call->now_ns < own->deadman_refused_ns + DEADMAN_RETRY_S * NS_PER_S) {
        return status_fail(STATUS_UNAVAILABLE,
                           "hyperliquid has no dead-man's switch for an account of little volume");
    }
    text_add(action, SLICE("{\"type\":\"scheduleCancel\""));
    if (call->countdown_ms > 0) {
        text_add(action, SLICE(",\"time\":"));
        text_add_int(action, call->now_ns / NS_PER_MS + call->countdown_ms);
    }
    text_add_char(action, '}');
    return STATUS_OK;
}

static enum status add_action(struct hyperliquid *own, const struct oe_call *call,
                              struct text *action) {
    switch ((int)call->kind) {
    case OE_PLACE:
        text_add(action, SLICE("{\"type\":\"order\",\"orders\":["));
        add_order(own, call, action);
        text_add(action, SLICE("],\"grouping\":\"na\"}"));
        return STATUS_OK;
    case OE_CANCEL:
        return add_cancel(own, call, action);
    case OE_AMEND:
        return add_change(own, call, action);
    case OE_DEADMAN:
        return add_deadman(own, call, action);
    default:
        text_add_format(action,
                        "{\"type\":\"updateLeverage\",\"asset\":%u,\"isCross\":true,"
                        "\"leverage\":%u}",
                        own->assets[call->symbol] - 1, call->leverage);
        return STATUS_OK;
    }
}

static uint64_t next_nonce(struct hyperliquid *own, int64_t now_ns) {
    uint64_t now_ms = (uint64_t)(now_ns / NS_PER_MS);
    own->nonce = now_ms > own->nonce ? now_ms : own->nonce + 1;
    return own->nonce;
}

// Orders go by the socket, what can wait for an answer by REST.
static enum status encode_action(struct oe *oe, const struct oe_call *call,
                                 struct oe_message *out) {
    struct hyperliquid *own = state_of(oe);
    char action_data[ACTION_MAX];
    struct text action = TEXT_OVER(action_data);
    bool is_order = call->kind == OE_PLACE || call->kind == OE_CANCEL || call->kind == OE_AMEND;
    if (call->symbol == OE_SYMBOL_NONE ? call->kind != OE_DEADMAN
                                       : own->assets[call->symbol] == 0) {
        return status_fail(STATUS_UNAVAILABLE, "the asset's number is not known");
    }
    if (is_order && call->client_id.size > 0 && !is_cloid(call->client_id)) {
        return status_fail(STATUS_DATA, "a client id of hyperliquid has 32 hex digits");
    }
    enum status status = add_action(own, call, &action);
    if (status != STATUS_OK) {
        return status;
    }
    struct hyperliquid_action signed_action = {.json = text_slice(&action),
                                               .nonce = next_nonce(own, call->now_ns)};
    if (call->kind == OE_PLACE || call->kind == OE_AMEND) {
        signed_action.expires_ms = (uint64_t)(call->now_ns / NS_PER_MS) + ORDER_LIFE_MS;
    }
    if (is_order) {
        out->way = OE_WAY_SOCKET;
        out->cost.units[HYPERLIQUID_MESSAGES] = 1;
        text_add(&out->body, SLICE("{\"method\":\"post\",\"id\":"));
        text_add_int(&out->body, (int64_t)call->tag << 5 | (int64_t)call->kind);
        text_add(&out->body, SLICE(",\"request\":{\"type\":\"action\",\"payload\":"));
    } else {
        out->method = "POST";
        out->cost.units[HYPERLIQUID_WEIGHT] = 1;
        text_add(&out->path, SLICE("/exchange"));
        text_add(&out->headers, SLICE("Content-Type: application/json\n"));
    }
    bool packed = !action.truncated &&
                  hyperliquid_add_signed(&own->key, &signed_action, oe->testnet, &out->body);
    ASSERT(packed); // we wrote it
    if (is_order) {
        text_add(&out->body, SLICE("}}"));
    }
    return STATUS_OK;
}

// ---- what is asked -----------------------------------------------------------------------------

static enum status add_query(const struct oe_call *call, struct text *body) {
    uint64_t order;
    if (call->client_id.size > 0) {
        if (!is_cloid(call->client_id)) {
            return status_fail(STATUS_DATA, "a client id of hyperliquid has 32 hex digits");
        }
        text_add(body, SLICE(",\"oid\":\""));
        text_add(body, call->client_id);
        text_add_char(body, '"');
        return STATUS_OK;
    }
    if (!read_order_id(call->venue_id, &order)) {
        return status_fail(STATUS_DATA, "hyperliquid's ids are numbers");
    }
    text_add_format(body, ",\"oid\":%llu", (unsigned long long)order);
    return STATUS_OK;
}

// A cursor is a letter and a time: s1700000000000 goes on from there, e… goes back from there.
static enum status add_span(const struct oe_call *call, struct text *body) {
    int64_t since_ms = call->since_ns / NS_PER_MS, at_ms = 0;
    if (call->cursor.size > 0) {
        struct slice digits = {call->cursor.data + 1, call->cursor.size - 1};
        if ((call->cursor.data[0] != 's' && call->cursor.data[0] != 'e') ||
            !decimal_parse(digits, 0, &at_ms) || at_ms < 0) {
            return status_fail(STATUS_DATA, "not a cursor of hyperliquid");
        }
        since_ms = call->cursor.data[0] == 's' ? at_ms : since_ms;
    }
    text_add(body, SLICE(",\"startTime\":"));
    text_add_int(body, since_ms > 0 ? since_ms : 0);
    if (call->cursor.size > 0 && call->cursor.data[0] == 'e') {
        text_add(body, SLICE(",\"endTime\":"));
        text_add_int(body, at_ms);
    }
    return STATUS_OK;
}

static enum status encode_info(const struct oe *oe, const struct oe_call *call,
                               struct oe_message *out) {
    static const struct {
        const char *type;
        uint16_t weight;
    } rows[OE_CALL_KIND_COUNT] = {
        [OE_RULES] = {"meta", INFO_WEIGHT},
        [OE_KEYS] = {"extraAgents", INFO_WEIGHT},
        [OE_QUERY] = {"orderStatus", INFO_WEIGHT_LIGHT},
        [OE_OPEN_ORDERS] = {"frontendOpenOrders", INFO_WEIGHT},
        [OE_FILLS] = {"userFillsByTime", INFO_WEIGHT + HYPERLIQUID_PAGE / 20},
        [OE_POSITIONS] = {"clearinghouseState", INFO_WEIGHT_LIGHT},
        [OE_BALANCES] = {"clearinghouseState", INFO_WEIGHT_LIGHT},
        [OE_FEES] = {"userFees", INFO_WEIGHT},
        [OE_FUNDING_PAID] = {"userFunding", INFO_WEIGHT + HYPERLIQUID_FUNDINGS / 20},
    };
    enum status status = STATUS_OK;
    out->method = "POST";
    out->cost.units[HYPERLIQUID_WEIGHT] = rows[call->kind].weight;
    text_add(&out->path, SLICE("/info"));
    text_add(&out->headers, SLICE("Content-Type: application/json\n"));
    text_add_format(&out->body, "{\"type\":\"%s\"", rows[call->kind].type);
    if (call->kind != OE_RULES) {
        text_add_format(&out->body, ",\"user\":\"%s\"", state_of(oe)->account);
    }
    if (call->kind == OE_QUERY) {
        status = add_query(call, &out->body);
    } else if (call->kind == OE_FILLS || call->kind == OE_FUNDING_PAID) {
        status = add_span(call, &out->body);
    }
    text_add_char(&out->body, '}');
    return status;
}

static enum status encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    bool is_action = call->kind == OE_PLACE || call->kind == OE_CANCEL || call->kind == OE_AMEND ||
                     call->kind == OE_LEVERAGE || call->kind == OE_DEADMAN;
    return is_action ? encode_action(oe, call, out) : encode_info(oe, call, out);
}

// ---- the socket --------------------------------------------------------------------------------

static enum status open_socket(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                               struct text *headers) {
    (void)now_ns;
    (void)headers;
    struct hyperliquid *own = state_of(oe);
    own->acknowledged = 0;
    // What became of changes whose answers were lost is asked for; the end of an order is its end.
    memset(own->replaced, 0, sizeof(own->replaced));
    text_add_string(url, oe->testnet ? hyperliquid_oe.testnet.ws[socket]
                                     : hyperliquid_oe.mainnet.ws[socket]);
    return STATUS_OK;
}

static enum oe_greeting greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                              struct text *out) {
    (void)socket;
    (void)now_ns;
    const struct hyperliquid *own = state_of(oe);
    if (step < HYPERLIQUID_STREAMS) {
        text_add_format(out,
                        "{\"method\":\"subscribe\",\"subscription\":{\"type\":\"%s\","
                        "\"user\":\"%s\"}}",
                        hyperliquid_streams[step], own->account);
        return OE_GREETING_SEND;
    }
    return own->acknowledged == (1U << HYPERLIQUID_STREAMS) - 1 ? OE_GREETING_DONE
                                                                : OE_GREETING_WAIT;
}

static int64_t upkeep(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind) {
    *kind = OE_RULES;
    return state_of(oe)->assets_known ? INT64_MAX : now_ns;
}

const struct venue_oe hyperliquid_oe = {
    .name = "hyperliquid",
    .secrets = {{.variable = "HYPERLIQUID_PRIVATE_KEY"},
                {.variable = "HYPERLIQUID_ACCOUNT_ADDRESS", .optional = true, .open = true}},
    .calls = OE_BIT(OE_RULES) | OE_BIT(OE_KEYS) | OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) |
             OE_BIT(OE_AMEND) | OE_BIT(OE_QUERY) | OE_BIT(OE_OPEN_ORDERS) | OE_BIT(OE_FILLS) |
             OE_BIT(OE_POSITIONS) | OE_BIT(OE_BALANCES) | OE_BIT(OE_FEES) | OE_BIT(OE_LEVERAGE) |
             OE_BIT(OE_FUNDING_PAID) | OE_BIT(OE_DEADMAN),
    .buckets = {[HYPERLIQUID_WEIGHT] = {"weight", 1200, 60000},
                [HYPERLIQUID_MESSAGES] = {"messages", 2000, 60000}},
    .place_cost = {{[HYPERLIQUID_MESSAGES] = 1}},
    .mainnet = {"https://api.hyperliquid.xyz", {"wss://api.hyperliquid.xyz/ws"}},
    .testnet = {"https://api.hyperliquid-testnet.xyz", {"wss://api.hyperliquid-testnet.xyz/ws"}},
    .heartbeat_ms = 30000,
    .heartbeat_text = "{\"method\":\"ping\"}",
    .late_ms = 11000, // expiresAfter
    .deadman_min_ms = 5000,
    .deadman_max_ms = 86400000, // none is known: a day, as its triggers are counted by
    .state_size = sizeof(struct hyperliquid),
    .init = init,
    .finish = finish,
    .identity = identity,
    .client_id = client_id,
    .encode = encode,
    .decode_answer = hyperliquid_decode_answer,
    .open = open_socket,
    .greet = greet,
    .decode_frame = hyperliquid_decode_frame,
    .upkeep = upkeep,
};
