// The private side of Lighter's simulated server: tokens and what is read with them by REST
// (lighter.md section 5). The socket is lighter_sim_stream.c's, transactions are
// lighter_sim_tx.c's.
//
// The server is that of the main network, a standard account's.
#include "exchanges/lighter_sim_private.h"

#include <inttypes.h>
#include <openssl/crypto.h>

#include "base/json.h"
#include "exchanges/bytes_text.h"
#include "exchanges/lighter_sim.h"
#include "exchanges/md_decode.h"
#include "exchanges/vsim_text.h"

enum {
    FIRST_NONCE = 722,
    TOKEN_LIFE_S = 8 * 3600,
    PAGE = 100,
    MARKET_ALL = 255,
};

struct lighter_private *lighter_private_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct lighter_private *own = account->own;
    uint8_t secret[SCHNORR_KEY_SIZE];
    struct schnorr_key key;
    int64_t index = 0, api_key = 0;
    bool good =
        hex_read(secrets[0], secret, sizeof(secret)) && schnorr_key_init(&key, secret) == STATUS_OK;
    OPENSSL_cleanse(secret, sizeof(secret));
    if (!good || !decimal_parse(secrets[1], 0, &index) || index < 0 ||
        !decimal_parse(secrets[2], 0, &api_key) || api_key < 0) {
        return status_fail(STATUS_CONFIG, "no secrets of Lighter");
    }
    own->public_key = key.public_key;
    schnorr_key_finish(&key);
    own->account = (uint64_t)index;
    own->api_key = (uint64_t)api_key;
    own->nonce = FIRST_NONCE;
    return STATUS_OK;
}

// ---- who asks ----------------------------------------------------------------------------------

// "deadline:account:key:signature". 0: it is the account's, and good until *until_ns.
int lighter_sim_check_token(const struct vsim_world *world, struct slice token, int64_t *until_ns) {
    struct lighter_private *own = lighter_private_of(world);
    struct slice rest = token;
    struct slice deadline = vsim_cut(&rest, ':'), account = vsim_cut(&rest, ':');
    struct slice api_key = vsim_cut(&rest, ':');
    uint8_t signature[SCHNORR_SIGNATURE_SIZE];
    int64_t deadline_s, account_number, key_number;
    int64_t now_s = world->now_ns / NS_PER_S;
    if (token.size == 0 || token.size >= LIGHTER_TOKEN_MAX ||
        !decimal_parse(deadline, 0, &deadline_s) || !decimal_parse(account, 0, &account_number) ||
        !decimal_parse(api_key, 0, &key_number) || !hex_read(rest, signature, sizeof(signature))) {
        return 20001;
    }
    if ((uint64_t)account_number != own->account || (uint64_t)key_number != own->api_key) {
        return 21109;
    }
    struct slice message = {token.data, (size_t)(rest.data - token.data) - 1};
    if (!slice_equals(token, slice_of(own->verified))) { // sent with every request, for hours
        if (!schnorr_verify(own->public_key, lighter_token_hash(message), signature)) {
            return 21120;
        }
        (void)string_copy(own->verified, sizeof(own->verified), token);
    }
    if (deadline_s <= now_s || deadline_s > now_s + TOKEN_LIFE_S ||
        vacc_fault(world->account, VACC_FAULT_LOGIN)) {
        return 20001;
    }
    *until_ns = deadline_s * NS_PER_S;
    return 0;
}

const char *lighter_sim_token_words(int code) {
    return code == 21120   ? "invalid signature"
           : code == 21109 ? "api key not found"
                           : "invalid param: auth";
}

static uint32_t fail(struct text *body, int code, const char *message) {
    text_add_format(body, "{\"code\":%d,\"message\":\"%s\"}", code, message);
    return 400;
}

// ---- REST --------------------------------------------------------------------------------------

struct call {
    const struct vsim_world *world;
    const struct vsim_request *request;
    struct text *body;
};

static bool number_in(const struct call *call, const char *name, int64_t *out) {
    struct slice text;
    return vsim_query(call->request->query, name, &text) && decimal_parse(text, 0, out);
}

static bool is_ours(const struct call *call, const char *name) {
    int64_t account;
    return number_in(call, name, &account) &&
           (uint64_t)account == lighter_private_of(call->world)->account;
}

// VACC_ALL without one, and for 255. False: no such market.
static bool listing_of(const struct call *call, uint32_t *out) {
    int64_t market = MARKET_ALL;
    (void)number_in(call, "market_id", &market);
    const struct vsim_listing *listing = lighter_sim_find(call->world, market);
    *out = listing == NULL ? VACC_ALL : (uint32_t)(listing - call->world->listings);
    return listing != NULL || market == MARKET_ALL;
}

static uint32_t next_nonce(const struct call *call) {
    const struct lighter_private *own = lighter_private_of(call->world);
    int64_t api_key;
    if (!is_ours(call, "account_index") || !number_in(call, "api_key_index", &api_key) ||
        (uint64_t)api_key != own->api_key) {
        return fail(call->body, 21109, "api key not found");
    }
    text_add_format(call->body, "{\"code\":200,\"nonce\":%" PRIu64 "}", own->nonce);
    return 200;
}

static uint32_t api_keys(const struct call *call) {
    const struct lighter_private *own = lighter_private_of(call->world);
    uint8_t key[FP5_SIZE];
    if (!is_ours(call, "account_index")) {
        return fail(call->body, 21100, "account not found");
    }
    text_add_format(call->body,
                    "{\"code\":200,\"api_keys\":[{\"account_index\":%" PRIu64
                    ",\"api_key_index\":%" PRIu64 ",\"nonce\":%" PRIu64 ",\"public_key\":\"",
                    own->account, own->api_key, own->nonce);
    fp5_to_bytes(own->public_key, key);
    hex_add(call->body, key, sizeof(key));
    text_add_string(call->body, "\"}]}");
    return 200;
}

static uint32_t account(const struct call *call) {
    const struct vsim_world *world = call->world;
    struct text *out = call->body;
    struct slice by;
    if (!vsim_query(call->request->query, "by", &by) || !slice_equals(by, SLICE("index")) ||
        !is_ours(call, "value")) {
        return fail(out, 21100, "account not found");
    }
    text_add_format(out, "{\"code\":200,\"total\":1,\"accounts\":[{\"code\":0,\"index\":%" PRIu64,
                    lighter_private_of(world)->account);
    vsim_member_int(out, "cancel_all_time", world->account->deadman_all_ns / NS_PER_MS);
    lighter_sim_member_usd(out, "available_balance", vacc_available(world->account, world));
    lighter_sim_member_usd(out, "collateral", world->account->cash);
    lighter_sim_member_usd(out, "total_asset_value", vacc_equity(world->account, world));
    text_add_string(out, ",\"positions\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        text_add_string(out, i > 0 ? "," : "");
        lighter_sim_write_position(world, i, out); // flat ones, too
    }
    text_add_string(out, "],\"assets\":[],\"shares\":[]}]}");
    return 200;
}

static uint32_t active_orders(const struct call *call) {
    uint32_t listing;
    int64_t client = 0;
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    if (!is_ours(call, "account_index") || !listing_of(call, &listing)) {
        return fail(call->body, 20001, "invalid param");
    }
    bool one = number_in(call, "client_order_index", &client);
    text_add_string(call->body, "{\"code\":200,\"orders\":[");
    while ((order = vacc_next_live(call->world->account, listing, &at)) != NULL) {
        if (!one || lighter_sim_client_of(order->client_id) == (uint64_t)client) {
            text_add_string(call->body, comma);
            lighter_sim_write_order(call->world, order, call->body);
            comma = ",";
        }
    }
    text_add_string(call->body, "]}");
    return 200;
}

// Newest first; the cursor is the number of the last one told.
static uint32_t trades(const struct call *call) {
    uint32_t listing;
    int64_t before = INT64_MAX, limit = 0;
    const struct vacc_fill *fill;
    int64_t rows = 0;
    if (!is_ours(call, "account_index") || !listing_of(call, &listing) ||
        !number_in(call, "limit", &limit) || limit < 1 || limit > PAGE) {
        return fail(call->body, 20001, "invalid param");
    }
    (void)number_in(call, "cursor", &before);
    text_add_string(call->body, "{\"code\":200,\"trades\":[");
    for (uint32_t n = 0; rows < limit && (fill = vacc_fill(call->world->account, n)) != NULL; n++) {
        if ((int64_t)fill->number < before && (listing == VACC_ALL || fill->listing == listing)) {
            text_add_string(call->body, rows++ > 0 ? "," : "");
            lighter_sim_write_trade(call->world, fill, call->body);
            before = (int64_t)fill->number;
        }
    }
    text_add_char(call->body, ']');
    if (rows == limit) {
        text_add_format(call->body, ",\"next_cursor\":\"%" PRId64 "\"", before);
    }
    text_add_char(call->body, '}');
    return 200;
}

static uint32_t limits(const struct call *call) {
    const struct vacc_options *options = &call->world->account->options;
    text_add_format(call->body,
                    "{\"code\":200,\"user_tier\":\"std\",\"user_tier_name\":\"standard\","
                    "\"current_maker_fee_tick\":%" PRId64 ",\"current_taker_fee_tick\":%" PRId64
                    "}",
                    (int64_t)options->maker_fee.v, (int64_t)options->taker_fee.v);
    return 200;
}

static uint32_t position_funding(const struct call *call) {
    const struct vacc *vacc = call->world->account;
    const struct vacc_event *event;
    uint32_t rows = 0, listing;
    if (!is_ours(call, "account_index") || !listing_of(call, &listing)) {
        return fail(call->body, 20001, "invalid param");
    }
    text_add_string(call->body, "{\"code\":200,\"position_fundings\":[");
    for (uint64_t n = vacc->event_count; rows < PAGE && (event = vacc_event(vacc, n)) != NULL;
         n--) {
        if (event->kind != VACC_EVENT_FUNDING ||
            (listing != VACC_ALL && event->listing != listing)) {
            continue;
        }
        text_add_format(call->body, "%s{\"funding_id\":%" PRIu64 ",\"market_id\":%u",
                        rows++ > 0 ? "," : "", n,
                        lighter_sim_market(call->world, &call->world->listings[event->listing]));
        lighter_sim_member_usd(call->body, "change", usd_sub((struct usd){0}, event->amount));
        vsim_member_int(call->body, "timestamp", event->time_ns / NS_PER_S);
        text_add_char(call->body, '}');
    }
    text_add_string(call->body, "]}");
    return 200;
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    static const struct {
        const char *path;
        bool with_token;
        uint32_t (*write)(const struct call *call);
    } rows[] = {
        {"/api/v1/nextNonce", false, next_nonce},
        {"/api/v1/apikeys", false, api_keys},
        {"/api/v1/account", false, account},
        {"/api/v1/accountActiveOrders", true, active_orders},
        {"/api/v1/trades", true, trades},
        {"/api/v1/accountLimits", true, limits},
        {"/api/v1/positionFunding", true, position_funding},
    };
    struct call call = {world, request, &reply->body};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct slice token = {"", 0};
        int64_t until_ns;
        if (!slice_equals(request->path, slice_of(rows[i].path)) ||
            !slice_equals(request->method, SLICE("GET"))) {
            continue;
        }
        bool told = vsim_header(request, "authorization", &token) ||
                    vsim_query(request->query, "auth", &token);
        int code =
            told || rows[i].with_token ? lighter_sim_check_token(world, token, &until_ns) : 0;
        return code != 0 ? fail(&reply->body, code, lighter_sim_token_words(code))
                         : rows[i].write(&call);
    }
    return 0;
}

const struct vsim_private lighter_sim_private = {
    .own_size = sizeof(struct lighter_private),
    .init = init,
    .answer = answer,
    .on_text = lighter_sim_on_text,
    .push = lighter_sim_push,
};
