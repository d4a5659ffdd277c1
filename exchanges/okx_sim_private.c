// The private side of OKX's simulated server: headers and login are verified, orders taken on the
// socket, the account told by REST and by three channels (okx.md sections 5 to 7).
#include <openssl/crypto.h>

#include "base/json.h"
#include "exchanges/iso_time.h"
#include "exchanges/md_decode.h"
#include "exchanges/sign_hmac.h"
#include "exchanges/venue_account.h"
#include "exchanges/venue_oe.h"
#include "exchanges/vsim_text.h"

enum {
    KEY_MAX = 64,
    CODE_FIRST = 10459, // instIdCode of the first listing, and from one to the next: okx_sim.c
    CODE_STEP = 2,
    WINDOW_S = 30,
    PAGE = 100,
    MODE_PRIVATE = 1 << 8,   // of a session: the private address
    MODE_LOGGED_IN = 1 << 9, // and who it is
};
enum { FOLLOW_ORDERS = 1, FOLLOW_POSITIONS = 2, FOLLOW_ACCOUNT = 4 };

struct okx_private {
    char api_key[KEY_MAX], passphrase[KEY_MAX];
    struct sign_hmac hmac;
};

static const struct okx_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct okx_private *own = account->own;
    if (!string_copy(own->api_key, KEY_MAX, secrets[0]) ||
        !string_copy(own->passphrase, KEY_MAX, secrets[2])) {
        return status_fail(STATUS_CONFIG, "a key of OKX is too long");
    }
    sign_hmac_init(&own->hmac, secrets[1]);
    return STATUS_OK;
}

// ---- who calls ---------------------------------------------------------------------------------

static bool is_signature(const struct okx_private *own, struct slice prehash, struct slice given) {
    char right[SIGN_HMAC_BASE64_SIZE];
    sign_hmac_base64(&own->hmac, prehash, right);
    return given.size == sizeof(right) && CRYPTO_memcmp(given.data, right, sizeof(right)) == 0;
}

static bool in_window(const struct vsim_world *world, int64_t time_ns) {
    int64_t off_ns = world->now_ns - time_ns;
    return off_ns < WINDOW_S * NS_PER_S && off_ns > -WINDOW_S * NS_PER_S;
}

static uint32_t fail(struct text *body, int code, const char *text) {
    text_add_format(body, "{\"code\":\"%d\",\"data\":[],\"msg\":\"%s\"}", code, text);
    return code >= 50100 && code <= 50119 ? 401 : 200;
}

// 0: it is the account's owner.
static uint32_t check_call(const struct vsim_world *world, const struct vsim_request *request,
                           struct text *body) {
    const struct okx_private *own = private_of(world);
    struct slice key = {"", 0}, phrase = key, time = key, signature = key;
    int64_t time_ns;
    char prehash_data[8192];
    struct text prehash = TEXT_OVER(prehash_data);
    (void)vsim_header(request, "OK-ACCESS-KEY", &key);
    (void)vsim_header(request, "OK-ACCESS-PASSPHRASE", &phrase);
    (void)vsim_header(request, "OK-ACCESS-TIMESTAMP", &time);
    (void)vsim_header(request, "OK-ACCESS-SIGN", &signature);
    if (!slice_equals(key, slice_of(own->api_key))) {
        return fail(body, 50111, "Invalid OK-ACCESS-KEY");
    }
    if (!slice_equals(phrase, slice_of(own->passphrase))) {
        return fail(body, 50105, "Request header OK-ACCESS-PASSPHRASE incorrect.");
    }
    if (!iso_time_read(time, &time_ns) || !in_window(world, time_ns)) {
        return fail(body, 50102, "Timestamp request expired");
    }
    text_add(&prehash, time);
    text_add(&prehash, request->method);
    text_add(&prehash, request->path);
    if (request->query.size > 0) {
        text_add_char(&prehash, '?');
        text_add(&prehash, request->query);
    }
    text_add(&prehash, request->body);
    if (prehash.truncated || !is_signature(own, text_slice(&prehash), signature)) {
        return fail(body, 50113, "Invalid Sign");
    }
    return 0;
}

// ---- writing -----------------------------------------------------------------------------------

// A size in contracts.
static void member_size(struct text *out, const char *name, const struct vsim_listing *listing,
                        struct qty size) {
    struct qty contracts = {mul_div_near(size.v, QTY_ONE, listing->rules.contract.v)};
    text_add_format(out, ",\"%s\":\"", name);
    qty_print(out, contracts, 0, QTY_DIGITS);
    text_add_char(out, '"');
}

static void member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, 0, USD_DIGITS);
    text_add_char(out, '"');
}

static void member_number(struct text *out, const char *name, uint64_t value) {
    text_add_format(out, ",\"%s\":\"%llu\"", name, (unsigned long long)value);
}

static void member_ms(struct text *out, const char *name, int64_t time_ns) {
    member_number(out, name, (uint64_t)(time_ns / NS_PER_MS));
}

static const char *state_of(const struct vacc_order *order) {
    return order->end == VACC_FILLED ? "filled"
           : order->end != VACC_LIVE ? "canceled"
           : order->filled.v > 0     ? "partially_filled"
                                     : "live";
}

static const char *kind_of(const struct vacc_order *order) {
    static const char *const words[] = {[VACC_POST_ONLY] = "post_only",
                                        [VACC_IOC] = "ioc",
                                        [VACC_GTC] = "limit",
                                        [VACC_FOK] = "fok",
                                        [VACC_MARKET] = "market"};
    return words[order->kind];
}

// `fill` NULL: none is told with it.
static void write_order(const struct vsim_world *world, const struct vacc_order *order,
                        const struct vacc_fill *fill, struct text *out) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    text_add_format(out, "{\"instType\":\"SWAP\",\"instId\":\"%s\"", listing->rules.native);
    member_number(out, "ordId", order->number);
    vsim_member_string(out, "clOrdId", order->client_id);
    vsim_member_string(out, "side", order->side == SIDE_BUY ? "buy" : "sell");
    vsim_member_string(out, "posSide", "net");
    vsim_member_string(out, "tdMode", "cross");
    vsim_member_string(out, "ordType", kind_of(order));
    vsim_member_px(out, "px", listing, order->price);
    member_size(out, "sz", listing, order->size);
    vsim_member_string(out, "state", state_of(order));
    member_size(out, "accFillSz", listing, order->filled);
    vsim_member_px(out, "avgPx", listing, vacc_average(order));
    vsim_member_string(out, "reduceOnly", order->reduce_only ? "true" : "false");
    vsim_member_string(out, "cancelSource", order->end == VACC_POST_ONLY_END ? "31" : "");
    vsim_member_string(out, "category",
                       fill != NULL && fill->liquidation ? "full_liquidation" : "normal");
    if (fill != NULL) {
        vsim_member_px(out, "fillPx", listing, fill->price);
        member_size(out, "fillSz", listing, fill->size);
        member_number(out, "tradeId", fill->number);
        vsim_member_string(out, "execType", fill->maker ? "M" : "T");
        member_usd(out, "fillFee", usd_sub((struct usd){0}, fill->fee));
        vsim_member_string(out, "fillFeeCcy", "USDT");
        member_ms(out, "fillTime", fill->time_ns);
    } else {
        text_add_string(out,
                        ",\"fillPx\":\"\",\"fillSz\":\"0\",\"tradeId\":\"\",\"fillTime\":\"\"");
    }
    member_ms(out, "cTime", order->created_ns);
    member_ms(out, "uTime", order->updated_ns);
    text_add_char(out, '}');
}

static void write_position(const struct vsim_world *world, uint32_t i, struct text *out) {
    const struct vacc_position *position = &world->account->positions[i];
    const struct vsim_listing *listing = &world->listings[i];
    text_add_format(out, "{\"instType\":\"SWAP\",\"instId\":\"%s\",\"posSide\":\"net\"",
                    listing->rules.native);
    member_size(out, "pos", listing, position->net);
    vsim_member_px(out, "avgPx", listing, vacc_entry(position));
    member_usd(out, "upl", vacc_unrealised(world->account, world, i));
    vsim_member_string(out, "liqPx", "");
    vsim_member_string(out, "mgnMode", "cross");
    member_ms(out, "uTime", position->updated_ns);
    text_add_char(out, '}');
}

static void write_balance(const struct vsim_world *world, struct text *out) {
    struct usd equity = vacc_equity(world->account, world);
    text_add_string(out, "{\"adjEq\":\"\",\"details\":[{\"ccy\":\"USDT\"");
    member_usd(out, "eq", equity);
    member_usd(out, "cashBal", world->account->cash);
    member_usd(out, "availEq", vacc_available(world->account, world));
    text_add_string(out, "}]");
    member_usd(out, "totalEq", equity);
    member_ms(out, "uTime", world->now_ns);
    text_add_char(out, '}');
}

// ---- orders on the socket ----------------------------------------------------------------------

struct refusal {
    int code;
    const char *text;
};

static const struct refusal refusals[VACC_REFUSAL_COUNT] = {
    [VACC_NO_LISTING] = {51001, "Instrument ID does not exist"},
    [VACC_OFF_TICK] = {51006, "Order price is not within the price limit"},
    [VACC_OFF_STEP] = {51121, "Order quantity must be a multiple of the lot size."},
    [VACC_TOO_SMALL] = {51020, "Order amount should be greater than the min available amount."},
    [VACC_BELOW_NOTIONAL] = {51020, "Order amount should be greater than the min."},
    [VACC_NO_MARGIN] = {51008, "Order failed. Insufficient USDT margin in account"},
    [VACC_NOT_REDUCING] = {51112, "Close order size exceeds available position."},
    [VACC_DUPLICATE] = {51016, "Duplicated client order ID"},
    [VACC_TOO_MANY] = {51005, "Order amount exceeds the limit."},
    [VACC_WOULD_TAKE] = {51000, "Parameter error"},
    [VACC_FORCED] = {51000, "Parameter error"},
};

struct arguments {
    struct slice kind, side, size, price, client_id, venue_id, new_size, new_price, mode;
    int64_t code;
    bool reduce_only;
};

static void read_arguments(struct json *r, struct arguments *arguments) {
    static const struct {
        const char *name;
        size_t offset;
    } fields[] = {
        {"ordType", offsetof(struct arguments, kind)},
        {"side", offsetof(struct arguments, side)},
        {"sz", offsetof(struct arguments, size)},
        {"px", offsetof(struct arguments, price)},
        {"clOrdId", offsetof(struct arguments, client_id)},
        {"ordId", offsetof(struct arguments, venue_id)},
        {"newSz", offsetof(struct arguments, new_size)},
        {"newPx", offsetof(struct arguments, new_price)},
        {"tdMode", offsetof(struct arguments, mode)},
    };
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        bool known = false;
        for (size_t i = 0; i < COUNT_OF(fields); i++) {
            if (slice_equals(key, slice_of(fields[i].name))) {
                md_read_text(r, (struct slice *)(void *)((char *)arguments + fields[i].offset));
                known = true;
            }
        }
        if (slice_equals(key, SLICE("instIdCode"))) {
            md_read_int(r, &arguments->code);
        } else if (slice_equals(key, SLICE("reduceOnly")) && json_peek(r) == JSON_BOOL) {
            json_bool(r, &arguments->reduce_only);
        } else if (!known) {
            json_skip(r);
        }
    }
}

static bool read_contracts(const struct vsim_listing *listing, struct slice text, struct qty *out) {
    struct qty contracts;
    if (text.size == 0 || !qty_parse(text, &contracts) || contracts.v < 0) {
        return false;
    }
    out->v = mul_div_near(contracts.v, listing->rules.contract.v, QTY_ONE);
    return true;
}

static struct refusal place(const struct vsim_world *world, const struct arguments *arguments,
                            uint32_t listing, uint64_t *number) {
    static const struct {
        struct slice word;
        enum vacc_kind kind;
    } kinds[] = {{{"post_only", 9}, VACC_POST_ONLY},
                 {{"ioc", 3}, VACC_IOC},
                 {{"limit", 5}, VACC_GTC},
                 {{"fok", 3}, VACC_FOK},
                 {{"market", 6}, VACC_MARKET}};
    struct vacc_request request = {.listing = listing,
                                   .side = slice_equals(arguments->side, SLICE("sell")) ? SIDE_SELL
                                                                                        : SIDE_BUY,
                                   .reduce_only = arguments->reduce_only,
                                   .client_id = arguments->client_id};
    size_t kind = 0;
    while (kind < COUNT_OF(kinds) && !slice_equals(kinds[kind].word, arguments->kind)) {
        kind++;
    }
    if (kind == COUNT_OF(kinds) || !slice_equals(arguments->mode, SLICE("cross")) ||
        (request.side == SIDE_BUY && !slice_equals(arguments->side, SLICE("buy"))) ||
        arguments->client_id.size > 32 ||
        !read_contracts(&world->listings[listing], arguments->size, &request.size) ||
        (kinds[kind].kind != VACC_MARKET && !px_parse(arguments->price, &request.price))) {
        return (struct refusal){51000, "Parameter error"};
    }
    for (size_t i = 0; i < arguments->client_id.size; i++) {
        struct slice one = {arguments->client_id.data + i, 1};
        char c = one.data[0];
        if (!oe_is_plain(one, 1) || c == '-' || c == '_' || c == '.') { // letters and digits only
            return (struct refusal){51000, "Parameter clOrdId error"};
        }
    }
    request.kind = kinds[kind].kind;
    const struct vacc_order *order;
    enum vacc_refusal refusal = vacc_place(world->account, world, &request, &order);
    *number = refusal == VACC_TAKEN ? order->number : 0;
    return refusals[refusal];
}

static const struct vacc_order *named_order(const struct vsim_world *world, struct slice venue_id,
                                            struct slice client_id) {
    int64_t number;
    if (venue_id.size > 0) {
        return decimal_parse(venue_id, 0, &number) ? vacc_find(world->account, (uint64_t)number)
                                                   : NULL;
    }
    return vacc_find_client(world->account, client_id);
}

static struct refusal cancel(const struct vsim_world *world, const struct arguments *arguments,
                             uint64_t *number) {
    const struct vacc_order *order = named_order(world, arguments->venue_id, arguments->client_id);
    if (order == NULL) {
        return (struct refusal){51400, "Cancellation failed as the order does not exist."};
    }
    *number = order->number;
    if (!vacc_cancel(world->account, world, order, VACC_CANCELED)) {
        return order->end == VACC_FILLED
                   ? (struct refusal){51402, "Cancellation failed: completed already."}
                   : (struct refusal){51401, "Cancellation failed: canceled already."};
    }
    return (struct refusal){0, ""};
}

static struct refusal amend(const struct vsim_world *world, const struct arguments *arguments,
                            uint32_t listing, uint64_t *number) {
    const struct vacc_order *order = named_order(world, arguments->venue_id, arguments->client_id);
    struct px price;
    struct qty size;
    if (order == NULL || order->end != VACC_LIVE) {
        return (struct refusal){51400, "Modification failed as the order does not exist."};
    }
    if (!px_parse(arguments->new_price, &price) ||
        !read_contracts(&world->listings[listing], arguments->new_size, &size)) {
        return (struct refusal){51000, "Parameter error"};
    }
    *number = order->number;
    return refusals[vacc_amend(world->account, world, order, price, size, (struct slice){"", 0})];
}

static struct refusal run_op(const struct vsim_world *world, struct slice op,
                             const struct arguments *arguments, uint64_t *number) {
    int64_t listing = (arguments->code - CODE_FIRST) / CODE_STEP;
    if (arguments->code < CODE_FIRST || (arguments->code - CODE_FIRST) % CODE_STEP != 0 ||
        listing >= world->listing_count) {
        return refusals[VACC_NO_LISTING];
    }
    if (slice_equals(op, SLICE("order"))) {
        return place(world, arguments, (uint32_t)listing, number);
    }
    if (slice_equals(op, SLICE("cancel-order"))) {
        return cancel(world, arguments, number);
    }
    return amend(world, arguments, (uint32_t)listing, number);
}

static void answer_op(struct vsim_session *session, struct slice id, struct slice op,
                      const struct arguments *arguments) {
    struct vsim_world *world = session->world;
    uint64_t number = 0;
    struct refusal refusal = run_op(world, op, arguments, &number);
    struct text *out = &world->scratch;
    text_clear(out);
    text_add_string(out, "{\"id\":");
    json_write_string(out, id);
    text_add_string(out, ",\"op\":");
    json_write_string(out, op);
    text_add_format(out, ",\"code\":\"%d\",\"msg\":\"\",\"data\":[{\"tag\":\"\"",
                    refusal.code != 0);
    text_add_string(out, ",\"clOrdId\":");
    json_write_string(out, arguments->client_id);
    if (number != 0) {
        member_number(out, "ordId", number);
    } else {
        vsim_member_string(out, "ordId", "");
    }
    text_add_format(out, ",\"sCode\":\"%d\"", refusal.code);
    vsim_member_string(out, "sMsg", refusal.code != 0 ? refusal.text : "");
    member_ms(out, "ts", world->now_ns);
    text_add_string(out, "}]}");
    vsim_session_send(session);
}

// ---- the socket --------------------------------------------------------------------------------

static bool open_session(struct vsim_session *session, const struct vsim_request *request) {
    if (!slice_equals(request->path, SLICE("/ws/v5/private"))) {
        return false;
    }
    session->mode = MODE_PRIVATE;
    session->free_messages = true; // orders have limits of their own
    return true;
}

static void say_event(struct vsim_session *session, const char *event, int code, const char *text) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"event\":\"%s\",\"code\":\"%d\",\"msg\":\"%s\",\"connId\":\"sim%u\"}",
                    event, code, text, session->number);
    vsim_session_send(session);
}

struct login {
    struct slice key, phrase, time, signature;
};

static void login(struct vsim_session *session, const struct login *login) {
    const struct vsim_world *world = session->world;
    const struct okx_private *own = private_of(world);
    char prehash_data[64];
    struct text prehash = TEXT_OVER(prehash_data);
    int64_t seconds;
    text_add(&prehash, login->time);
    text_add(&prehash, SLICE("GET/users/self/verify"));
    if (!slice_equals(login->key, slice_of(own->api_key))) {
        say_event(session, "error", 60005, "Invalid apiKey");
    } else if (!decimal_parse(login->time, 0, &seconds) || seconds < 0 ||
               seconds > INT32_MAX * INT64_C(2) || !in_window(world, seconds * NS_PER_S)) {
        say_event(session, "error", 60006, "Timestamp request expired");
    } else if (prehash.truncated || !slice_equals(login->phrase, slice_of(own->passphrase)) ||
               !is_signature(own, text_slice(&prehash), login->signature)) {
        say_event(session, "error", 60007, "Invalid sign");
    } else {
        session->mode |= MODE_LOGGED_IN;
        say_event(session, "login", 0, "");
    }
}

static void push_snapshot(struct vsim_session *session, uint32_t channel) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    text_clear(out);
    if (channel == FOLLOW_POSITIONS) {
        text_add_string(out,
                        "{\"arg\":{\"channel\":\"positions\",\"instType\":\"SWAP\"},\"data\":[");
        const char *comma = "";
        for (uint32_t i = 0; i < world->listing_count; i++) {
            if (world->account->positions[i].net.v != 0) {
                text_add_string(out, comma);
                write_position(world, i, out);
                comma = ",";
            }
        }
    } else {
        text_add_string(out, "{\"arg\":{\"channel\":\"account\"},\"data\":[");
        write_balance(world, out);
    }
    text_add_string(out, "]}");
    vsim_session_send(session);
}

static void subscribe(struct vsim_session *session, struct slice channel) {
    static const struct {
        const char *name;
        uint32_t bit;
    } channels[] = {
        {"orders", FOLLOW_ORDERS}, {"positions", FOLLOW_POSITIONS}, {"account", FOLLOW_ACCOUNT}};
    struct text *out = &session->world->scratch;
    if ((session->mode & MODE_LOGGED_IN) == 0) {
        say_event(session, "error", 60011, "Please log in");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        if (!slice_equals(channel, slice_of(channels[i].name))) {
            continue;
        }
        vsim_session_follow(session, channels[i].bit);
        text_clear(out);
        text_add_format(out,
                        "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"%s\"},\"connId\":\"sim\"}",
                        channels[i].name);
        vsim_session_send(session);
        if (channels[i].bit != FOLLOW_ORDERS) { // orders have no snapshot
            push_snapshot(session, channels[i].bit);
        }
        return;
    }
    say_event(session, "error", 60018, "Wrong URL or channel doesn't exist");
}

// Every argument of a login or a subscription.
static void run_session_op(struct vsim_session *session, struct slice op, struct slice list) {
    struct json r;
    struct slice key;
    json_init(&r, list);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct login credentials = {.key = {"", 0}};
        struct slice channel = {"", 0};
        json_object_begin(&r);
        while (json_object_next(&r, &key)) {
            struct slice *to = slice_equals(key, SLICE("apiKey"))       ? &credentials.key
                               : slice_equals(key, SLICE("passphrase")) ? &credentials.phrase
                               : slice_equals(key, SLICE("timestamp"))  ? &credentials.time
                               : slice_equals(key, SLICE("sign"))       ? &credentials.signature
                               : slice_equals(key, SLICE("channel"))    ? &channel
                                                                        : NULL;
            if (to != NULL) {
                md_read_text(&r, to);
            } else {
                json_skip(&r);
            }
        }
        if (r.failed) {
            return;
        }
        if (slice_equals(op, SLICE("login"))) {
            login(session, &credentials);
        } else {
            subscribe(session, channel);
        }
    }
}

static void run_orders(struct vsim_session *session, struct slice id, struct slice op,
                       struct slice list) {
    struct json r;
    struct arguments arguments = {.code = 0};
    json_init(&r, list);
    json_array_begin(&r);
    if (json_array_next(&r)) { // one order a message
        read_arguments(&r, &arguments);
    }
    if ((session->mode & MODE_LOGGED_IN) == 0 ||
        vacc_fault(session->world->account, VACC_FAULT_LOGIN)) {
        session->mode &= ~(uint32_t)MODE_LOGGED_IN;
        say_event(session, "error", 60011, "Please log in");
    } else if (r.failed) {
        say_event(session, "error", 60012, "Illegal request");
    } else {
        answer_op(session, id, op, &arguments);
    }
}

static bool on_text(struct vsim_session *session, struct slice message) {
    struct json r;
    struct slice key, id = {"", 0}, op = {"", 0}, list = {"[]", 2};
    if ((session->mode & MODE_PRIVATE) == 0) {
        return false;
    }
    if (slice_equals(message, SLICE("ping"))) {
        vsim_session_say(session, SLICE("pong"));
        return true;
    }
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("id"))) {
            md_read_text(&r, &id);
        } else if (slice_equals(key, SLICE("op"))) {
            md_read_text(&r, &op);
        } else if (slice_equals(key, SLICE("args"))) {
            list = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    if (!json_end(&r)) {
        say_event(session, "error", 60012, "Illegal request");
    } else if (slice_equals(op, SLICE("login")) || slice_equals(op, SLICE("subscribe"))) {
        run_session_op(session, op, list);
    } else if (slice_equals(op, SLICE("order")) || slice_equals(op, SLICE("cancel-order")) ||
               slice_equals(op, SLICE("amend-order"))) {
        run_orders(session, id, op, list);
    } else {
        say_event(session, "error", 60012, "Illegal request");
    }
    return true;
}

static void push(struct vsim_session *session, const struct vacc_event *event) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    bool is_order = event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL;
    if (is_order && (session->account_mode & FOLLOW_ORDERS) != 0) {
        text_clear(out);
        text_add_string(out, "{\"arg\":{\"channel\":\"orders\",\"instType\":\"SWAP\"},\"data\":[");
        write_order(world, &event->order, event->kind == VACC_EVENT_FILL ? &event->fill : NULL,
                    out);
        text_add_string(out, "]}");
        vsim_session_send(session);
    } else if (!is_order) {
        if ((session->account_mode & FOLLOW_POSITIONS) != 0) {
            text_clear(out);
            text_add_string(
                out, "{\"arg\":{\"channel\":\"positions\",\"instType\":\"SWAP\"},\"data\":[");
            write_position(world, event->listing, out);
            text_add_string(out, "]}");
            vsim_session_send(session);
        }
        if ((session->account_mode & FOLLOW_ACCOUNT) != 0) {
            push_snapshot(session, FOLLOW_ACCOUNT);
        }
    }
}

// ---- REST --------------------------------------------------------------------------------------

struct call {
    const struct vsim_world *world;
    const struct vsim_request *request;
    struct text *body;
};

static uint32_t listing_of(const struct call *call) {
    struct slice native;
    const struct vsim_listing *listing =
        vsim_query(call->request->query, "instId", &native) ? vsim_find(call->world, native) : NULL;
    return listing == NULL ? VACC_ALL : (uint32_t)(listing - call->world->listings);
}

static struct refusal query_order(const struct call *call) {
    struct slice venue_id = {"", 0}, client_id = {"", 0};
    (void)vsim_query(call->request->query, "ordId", &venue_id);
    (void)vsim_query(call->request->query, "clOrdId", &client_id);
    const struct vacc_order *order = named_order(call->world, venue_id, client_id);
    if (order == NULL) {
        return (struct refusal){51603, "Order does not exist"};
    }
    write_order(call->world, order, NULL, call->body);
    return (struct refusal){0, ""};
}

static struct refusal pending(const struct call *call) {
    struct slice text;
    int64_t after = 0;
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    if (vsim_query(call->request->query, "after", &text) && !decimal_parse(text, 0, &after)) {
        return (struct refusal){51000, "Parameter after error"};
    }
    at = (uint64_t)after; // pages go on from the id told last
    for (int rows = 0; rows < PAGE && (order = vacc_next_live(call->world->account,
                                                              listing_of(call), &at)) != NULL;
         rows++) {
        text_add_string(call->body, comma);
        write_order(call->world, order, NULL, call->body);
        comma = ",";
    }
    return (struct refusal){0, ""};
}

static struct refusal fills(const struct call *call) {
    struct slice text;
    int64_t before = INT64_MAX; // bills are numbered as fills are
    const struct vacc_fill *fill;
    int rows = 0;
    if (vsim_query(call->request->query, "after", &text) && !decimal_parse(text, 0, &before)) {
        return (struct refusal){51000, "Parameter after error"};
    }
    for (uint32_t n = 0; rows < PAGE && (fill = vacc_fill(call->world->account, n)) != NULL; n++) {
        if ((int64_t)fill->number >= before) {
            continue;
        }
        const struct vsim_listing *listing = &call->world->listings[fill->listing];
        text_add_format(call->body, "%s{\"instType\":\"SWAP\",\"instId\":\"%s\"",
                        rows == 0 ? "" : ",", listing->rules.native);
        member_number(call->body, "ordId", fill->order);
        vsim_member_string(call->body, "clOrdId", fill->client_id);
        vsim_member_string(call->body, "side", fill->side == SIDE_BUY ? "buy" : "sell");
        vsim_member_px(call->body, "fillPx", listing, fill->price);
        member_size(call->body, "fillSz", listing, fill->size);
        member_number(call->body, "tradeId", fill->number);
        member_number(call->body, "billId", fill->number);
        vsim_member_string(call->body, "execType", fill->maker ? "M" : "T");
        member_usd(call->body, "fee", usd_sub((struct usd){0}, fill->fee));
        vsim_member_string(call->body, "feeCcy", "USDT");
        member_ms(call->body, "ts", fill->time_ns);
        text_add_char(call->body, '}');
        rows++;
    }
    return (struct refusal){0, ""};
}

static struct refusal positions(const struct call *call) {
    const char *comma = "";
    for (uint32_t i = 0; i < call->world->listing_count; i++) {
        if (call->world->account->positions[i].net.v != 0) {
            text_add_string(call->body, comma);
            write_position(call->world, i, call->body);
            comma = ",";
        }
    }
    return (struct refusal){0, ""};
}

static struct refusal balance(const struct call *call) {
    write_balance(call->world, call->body);
    return (struct refusal){0, ""};
}

static struct refusal config(const struct call *call) {
    text_add_string(call->body, "{\"acctLv\":\"2\",\"acctStpMode\":\"cancel_maker\",\"posMode\":"
                                "\"net_mode\",\"perm\":\"read_only,trade\",\"uid\":\"1\"}");
    return (struct refusal){0, ""};
}

static void add_rate(struct text *out, const char *name, struct bps fee) {
    text_add_format(out, ",\"%s\":\"", name);
    decimal_print(out, -fee.v, 6, 0, 6); // negative: it is paid
    text_add_char(out, '"');
}

static struct refusal fees(const struct call *call) {
    const struct vacc_options *options = &call->world->account->options;
    text_add_string(call->body, "{\"instType\":\"SWAP\",\"level\":\"Lv1\"");
    add_rate(call->body, "makerU", options->maker_fee);
    add_rate(call->body, "takerU", options->taker_fee);
    text_add_char(call->body, '}');
    return (struct refusal){0, ""};
}

static struct slice body_member(const struct call *call, const char *name) {
    struct json r;
    struct slice key, value = {"", 0};
    json_init(&r, call->request->body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, slice_of(name))) {
            md_read_text(&r, &value);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r) ? value : (struct slice){"", 0};
}

static struct refusal leverage(const struct call *call) {
    const struct vsim_listing *listing = vsim_find(call->world, body_member(call, "instId"));
    int64_t times;
    if (listing == NULL || !decimal_parse(body_member(call, "lever"), 0, &times) || times < 1 ||
        times > 125) {
        return (struct refusal){51000, "Parameter lever error"};
    }
    call->world->account->leverage[listing - call->world->listings] = (uint32_t)times;
    text_add_format(call->body, "{\"lever\":\"%lld\",\"mgnMode\":\"cross\",\"instId\":\"%s\"}",
                    (long long)times, listing->rules.native);
    return (struct refusal){0, ""};
}

static struct refusal cancel_all_after(const struct call *call) {
    int64_t seconds;
    if (!decimal_parse(body_member(call, "timeOut"), 0, &seconds) ||
        (seconds != 0 && (seconds < 10 || seconds > 120))) {
        return (struct refusal){51000, "Parameter timeOut error"};
    }
    int64_t until_ns = seconds == 0 ? 0 : call->world->now_ns + seconds * NS_PER_S;
    vacc_arm(call->world->account, VACC_ALL, until_ns);
    text_add_string(call->body, "{\"tag\":\"\"");
    member_ms(call->body, "triggerTime", until_ns);
    member_ms(call->body, "ts", call->world->now_ns);
    text_add_char(call->body, '}');
    return (struct refusal){0, ""};
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    static const struct {
        const char *method, *path;
        struct refusal (*write)(const struct call *call);
    } rows[] = {
        {"GET", "/api/v5/trade/order", query_order},
        {"GET", "/api/v5/trade/orders-pending", pending},
        {"GET", "/api/v5/trade/fills", fills},
        {"GET", "/api/v5/account/positions", positions},
        {"GET", "/api/v5/account/balance", balance},
        {"GET", "/api/v5/account/config", config},
        {"GET", "/api/v5/account/trade-fee", fees},
        {"POST", "/api/v5/account/set-leverage", leverage},
        {"POST", "/api/v5/trade/cancel-all-after", cancel_all_after},
    };
    struct call call = {world, request, &reply->body};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!slice_equals(request->method, slice_of(rows[i].method)) ||
            !slice_equals(request->path, slice_of(rows[i].path))) {
            continue;
        }
        uint32_t refused = check_call(world, request, &reply->body);
        if (refused != 0) {
            return refused;
        }
        text_add_string(&reply->body, "{\"code\":\"0\",\"msg\":\"\",\"data\":[");
        struct refusal refusal = rows[i].write(&call);
        if (refusal.code != 0) {
            text_clear(&reply->body);
            return fail(&reply->body, refusal.code, refusal.text);
        }
        text_add_string(&reply->body, "]}");
        return 200;
    }
    return 0;
}

const struct vsim_private okx_sim_private = {
    .own_size = sizeof(struct okx_private),
    .init = init,
    .answer = answer,
    .open = open_session,
    .on_text = on_text,
    .push = push,
};
