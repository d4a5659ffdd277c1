// The private side of Paradex's simulated server: who logs in, and the account by REST (paradex.md
// sections 5 to 7).
#include "exchanges/paradex_sim.h"

#include <openssl/crypto.h>

#include "exchanges/md_decode.h"
#include "exchanges/vsim_text.h"

enum {
    TOKEN_LIFE_S = 300,
    CLOCK_SLACK_S = 60, // of the time a login was signed at
    SIGNATURE_LIFE_MAX_S = 7 * 24 * 3600,
    PAGE_MAX = 100,
    LEVERAGE_MAX = 50,
};

static void print_felt(struct felt felt, char out[PARADEX_SIM_HEX_SIZE]) {
    struct text text = text_over(out, PARADEX_SIM_HEX_SIZE);
    struct u256 number = felt_to_u256(felt);
    u256_add_hex(&text, &number);
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct paradex_private *own = account->own;
    struct u256 secret;
    struct stark_key key;
    enum status status =
        u256_from_hex(secrets[0], &secret) ? stark_key_init(&key, &secret) : STATUS_CONFIG;
    OPENSSL_cleanse(&secret, sizeof(secret));
    bool good = status == STATUS_OK && curve_lift_x(key.public_x, &own->public_point) &&
                felt_from_number(secrets[1], &own->account);
    stark_key_finish(&key);
    if (!good) {
        return status_fail(STATUS_CONFIG, "no key or address of Paradex");
    }
    print_felt(own->public_point.x, own->public_key);
    print_felt(own->account, own->account_text);
    return paradex_hash_init(&own->hash, SLICE(PARADEX_SIM_CHAIN), own->account);
}

// ---- who calls ---------------------------------------------------------------------------------

bool paradex_sim_signed(const struct paradex_private *own, struct felt message,
                        struct slice signature) {
    char plain_data[200];
    struct text plain = TEXT_OVER(plain_data);
    struct stark_signature parts;
    for (size_t i = 0; i < signature.size; i++) {
        if (signature.data[i] != '\\') {
            text_add_char(&plain, signature.data[i]);
        }
    }
    struct slice rest = text_slice(&plain);
    if (plain.truncated || !slice_starts(rest, SLICE("[\"")) || rest.size < 4 ||
        memcmp(rest.data + rest.size - 2, "\"]", 2) != 0) {
        return false;
    }
    rest = (struct slice){rest.data + 2, rest.size - 4};
    struct slice r = vsim_cut(&rest, '"');
    return slice_starts(rest, SLICE(",\"")) && u256_from_decimal(r, &parts.r) &&
           u256_from_decimal((struct slice){rest.data + 2, rest.size - 2}, &parts.s) &&
           stark_verify(&own->public_point, message, &parts);
}

bool paradex_sim_knows_token(const struct vsim_world *world, struct slice token) {
    const struct paradex_private *own = paradex_private_of(world);
    for (size_t i = 0; i < PARADEX_SIM_TOKENS; i++) {
        if (own->tokens[i].text[0] != '\0' && slice_equals(slice_of(own->tokens[i].text), token)) {
            return world->now_ns - own->tokens[i].issued_ns < TOKEN_LIFE_S * NS_PER_S;
        }
    }
    return false;
}

void paradex_sim_forget_tokens(const struct vsim_world *world) {
    struct paradex_private *own = paradex_private_of(world);
    memset(own->tokens, 0, sizeof(own->tokens));
}

static uint32_t fail(struct text *body, uint32_t status, const char *name, const char *message) {
    text_clear(body);
    text_add_format(body, "{\"error\":\"%s\",\"message\":\"%s\",\"data\":null}", name, message);
    return status;
}

static bool header_seconds(const struct vsim_request *request, const char *name, int64_t *out) {
    struct slice value;
    return vsim_header(request, name, &value) && decimal_parse(value, 0, out) && *out >= 0 &&
           *out <= UINT32_MAX;
}

static uint32_t issue_token(const struct vsim_world *world, struct text *body) {
    struct paradex_private *own = paradex_private_of(world);
    size_t slot = own->token_count++ % PARADEX_SIM_TOKENS;
    struct text token = TEXT_OVER(own->tokens[slot].text);
    text_clear(&token);
    text_add_format(&token, "eyJhbGciOiJFUzM4NCJ9.sim%llu.%016llx",
                    (unsigned long long)own->token_count,
                    (unsigned long long)hash_mix(own->token_count ^ (uint64_t)world->now_ns));
    own->tokens[slot].issued_ns = world->now_ns;
    text_add_format(body, "{\"jwt_token\":\"%s\"}", own->tokens[slot].text);
    return 200;
}

// `key`: the public key behind the path; empty: not told.
static uint32_t login(const struct vsim_world *world, const struct vsim_request *request,
                      struct slice key, struct text *body) {
    const struct paradex_private *own = paradex_private_of(world);
    struct slice account, signature;
    struct felt address, public_x;
    int64_t signed_s, expires_s, now_s = world->now_ns / NS_PER_S;
    if (!vsim_header(request, "PARADEX-STARKNET-ACCOUNT", &account) ||
        !vsim_header(request, "PARADEX-STARKNET-SIGNATURE", &signature) ||
        !header_seconds(request, "PARADEX-TIMESTAMP", &signed_s) ||
        !header_seconds(request, "PARADEX-SIGNATURE-EXPIRATION", &expires_s)) {
        return fail(body, 400, "VALIDATION_ERROR", "a header is missing");
    }
    if (!felt_from_number(account, &address) || !felt_equals(address, own->account)) {
        return fail(body, 400, "NOT_ONBOARDED", "User has never called /onboarding endpoint");
    }
    if (key.size > 0 &&
        (!felt_from_number(key, &public_x) || !felt_equals(public_x, own->public_point.x))) {
        return fail(body, 400, "INVALID_SUBKEY", "subkey is not registered");
    }
    if (signed_s > now_s + CLOCK_SLACK_S || signed_s < now_s - CLOCK_SLACK_S ||
        expires_s <= now_s || expires_s - signed_s > SIGNATURE_LIFE_MAX_S) {
        return fail(body, 400, "INVALID_TIMESTAMP", "timestamp or expiration is out of range");
    }
    if (!paradex_sim_signed(own,
                            paradex_hash_auth(&own->hash, (uint64_t)signed_s, (uint64_t)expires_s),
                            signature)) {
        return fail(body, 400, "STARKNET_SIGNATURE_VERIFICATION_FAILED", "invalid signature");
    }
    return issue_token(world, body);
}

static bool is_owner(const struct vsim_world *world, const struct vsim_request *request) {
    struct slice value;
    if (vacc_fault(world->account, VACC_FAULT_LOGIN)) {
        paradex_sim_forget_tokens(world);
    }
    return vsim_header(request, "Authorization", &value) && slice_starts(value, SLICE("Bearer ")) &&
           paradex_sim_knows_token(world, (struct slice){value.data + 7, value.size - 7});
}

// ---- lists -------------------------------------------------------------------------------------

struct call {
    const struct vsim_world *world;
    const struct vsim_request *request;
    struct text *body;
};

// Of the market in the query. False: there is none of that name; none told is all.
static bool read_market(const struct call *call, uint32_t *out) {
    struct slice native;
    *out = VACC_ALL;
    if (!vsim_query(call->request->query, "market", &native)) {
        return true;
    }
    const struct vsim_listing *listing = vsim_find(call->world, native);
    *out = listing == NULL ? 0 : (uint32_t)(listing - call->world->listings);
    return listing != NULL;
}

struct page {
    uint32_t listing;
    int64_t from_ns;
    uint64_t before; // number of the row told last
    uint32_t most;
};

static bool query_int(const struct call *call, const char *name, int64_t most, int64_t *out) {
    struct slice text;
    return !vsim_query(call->request->query, name, &text) ||
           (decimal_parse(text, 0, out) && *out >= 0 && *out <= most);
}

// A cursor is "n", the number told last and "==", which a client has to escape.
static bool read_page(const struct call *call, struct page *page) {
    struct slice text;
    int64_t from_ms = 0, most = PAGE_MAX, before = INT64_MAX;
    if (!read_market(call, &page->listing) ||
        !query_int(call, "start_at", INT64_MAX / NS_PER_MS, &from_ms) ||
        !query_int(call, "page_size", PAGE_MAX, &most) || most == 0) {
        return false;
    }
    if (vsim_query(call->request->query, "cursor", &text)) {
        struct slice number = vsim_cut(&text, '%');
        if (number.size < 2 || number.data[0] != 'n' || !slice_equals(text, SLICE("3D%3D")) ||
            !decimal_parse((struct slice){number.data + 1, number.size - 1}, 0, &before) ||
            before < 0) {
            return false;
        }
    }
    page->from_ns = from_ms * NS_PER_MS;
    page->before = (uint64_t)before;
    page->most = (uint32_t)most;
    return true;
}

static void begin_list(const struct call *call) {
    text_add_string(call->body, "{\"results\":[");
}

// `last` 0: there is no other page.
static uint32_t end_list(const struct call *call, uint64_t last) {
    if (last > 0) {
        text_add_format(call->body, "],\"prev\":null,\"next\":\"n%llu==\"}",
                        (unsigned long long)last);
    } else {
        text_add_string(call->body, "],\"prev\":null,\"next\":null}");
    }
    return 200;
}

static uint32_t bad_query(const struct call *call) {
    return fail(call->body, 400, "INVALID_REQUEST_PARAMETER", "a parameter is wrong");
}

static uint32_t open_orders(const struct call *call) {
    uint32_t listing;
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    if (!read_market(call, &listing)) {
        return bad_query(call);
    }
    begin_list(call);
    while ((order = vacc_next_live(call->world->account, listing, &at)) != NULL) {
        text_add_string(call->body, comma);
        paradex_sim_write_order(call->world, order, call->body);
        comma = ",";
    }
    text_add_string(call->body, "]}");
    return 200;
}

static uint32_t fills(const struct call *call) {
    struct page page;
    uint32_t rows = 0;
    uint64_t last = 0;
    const struct vacc_fill *fill;
    if (!read_page(call, &page)) {
        return bad_query(call);
    }
    begin_list(call);
    for (uint32_t n = 0; (fill = vacc_fill(call->world->account, n)) != NULL; n++) {
        if (fill->number >= page.before || fill->time_ns < page.from_ns ||
            (page.listing != VACC_ALL && fill->listing != page.listing)) {
            continue;
        }
        if (rows == page.most) {
            return end_list(call, last);
        }
        text_add_string(call->body, rows++ > 0 ? "," : "");
        paradex_sim_write_fill(call->world, fill, call->body);
        last = fill->number;
    }
    return end_list(call, 0);
}

static uint32_t funding_payments(const struct call *call) {
    const struct vacc *account = call->world->account;
    struct page page;
    uint32_t rows = 0;
    uint64_t last = 0;
    const struct vacc_event *event;
    if (!read_page(call, &page) || page.listing == VACC_ALL) {
        return bad_query(call);
    }
    begin_list(call);
    for (uint64_t n = account->event_count; (event = vacc_event(account, n)) != NULL; n--) {
        if (event->kind != VACC_EVENT_FUNDING || event->listing != page.listing ||
            n >= page.before || event->time_ns < page.from_ns) {
            continue;
        }
        if (rows == page.most) {
            return end_list(call, last);
        }
        text_add_string(call->body, rows++ > 0 ? "," : "");
        paradex_sim_write_funding(call->world, event, call->body);
        last = n;
    }
    return end_list(call, 0);
}

// A position that was closed stays in the list.
static uint32_t positions(const struct call *call) {
    const char *comma = "";
    begin_list(call);
    for (uint32_t i = 0; i < call->world->listing_count; i++) {
        if (call->world->account->positions[i].updated_ns != 0) {
            text_add_string(call->body, comma);
            paradex_sim_write_position(call->world, i, call->body);
            comma = ",";
        }
    }
    text_add_string(call->body, "]}");
    return 200;
}

static uint32_t account(const struct call *call) {
    paradex_sim_write_account(call->world, call->body);
    return 200;
}

// ---- one thing ---------------------------------------------------------------------------------

// Only open ones are found.
static uint32_t one_order(const struct call *call, struct slice id) {
    const struct vacc *account = call->world->account;
    int64_t number;
    bool by_client = slice_starts(id, SLICE("by_client_id/"));
    const struct vacc_order *order = NULL;
    if (by_client) {
        struct slice client_id = {id.data + 13, id.size - 13};
        order = vacc_find_client(account, client_id);
    } else if (decimal_parse(id, 0, &number) && number > 0) {
        order = vacc_find(account, (uint64_t)number);
    }
    if (order == NULL || order->end != VACC_LIVE) {
        return fail(call->body, 404, by_client ? "CLIENT_ORDER_ID_NOT_FOUND" : "ORDER_ID_NOT_FOUND",
                    "order not found");
    }
    paradex_sim_write_order(call->world, order, call->body);
    return 200;
}

static uint32_t set_margin(const struct call *call, struct slice market) {
    struct margin {
        struct slice leverage, type;
    } margin;
    static const struct md_field fields[] = {
        {"leverage", offsetof(struct margin, leverage)},
        {"margin_type", offsetof(struct margin, type)},
    };
    const struct vsim_listing *listing = vsim_find(call->world, market);
    int64_t times;
    if (listing == NULL) {
        return fail(call->body, 404, "MARKET_NOT_FOUND", "market not found");
    }
    if (!md_read_members(call->request->body, fields, COUNT_OF(fields), &margin) ||
        !slice_equals(margin.type, SLICE("CROSS")) || !decimal_parse(margin.leverage, 0, &times) ||
        times < 1 || times > LEVERAGE_MAX) {
        return fail(call->body, 400, "VALIDATION_ERROR", "leverage or margin_type is wrong");
    }
    call->world->account->leverage[listing - call->world->listings] = (uint32_t)times;
    text_add_format(call->body, "{\"account\":\"%s\",\"leverage\":%lld",
                    paradex_private_of(call->world)->account_text, (long long)times);
    vsim_member_string(call->body, "margin_type", "CROSS");
    vsim_member_string(call->body, "market", listing->rules.native);
    text_add_char(call->body, '}');
    return 200;
}

// ---- calls -------------------------------------------------------------------------------------

static bool behind(struct slice path, struct slice prefix, struct slice *rest) {
    if (!slice_starts(path, prefix)) {
        return false;
    }
    *rest = (struct slice){path.data + prefix.size, path.size - prefix.size};
    return rest->size > 0;
}

static uint32_t answer_owner(const struct call *call) {
    static const struct {
        const char *path;
        uint32_t (*write)(const struct call *call);
    } rows[] = {
        {"/v1/orders", open_orders},
        {"/v1/fills", fills},
        {"/v1/positions", positions},
        {"/v1/account", account},
        {"/v1/funding/payments", funding_payments},
    };
    struct slice path = call->request->path, rest = {"", 0};
    bool gets = slice_equals(call->request->method, SLICE("GET"));
    uint32_t (*write)(const struct call *call) = NULL;
    for (size_t i = 0; gets && i < COUNT_OF(rows); i++) {
        write = slice_equals(path, slice_of(rows[i].path)) ? rows[i].write : write;
    }
    bool one = gets && behind(path, SLICE("/v1/orders/"), &rest);
    bool margin = slice_equals(call->request->method, SLICE("POST")) &&
                  behind(path, SLICE("/v1/account/margin/"), &rest);
    if (write == NULL && !one && !margin) {
        return 0;
    }
    if (!is_owner(call->world, call->request)) {
        return fail(call->body, 401, "UNAUTHORIZED_ERROR", "invalid or expired token");
    }
    return write != NULL ? write(call) : one ? one_order(call, rest) : set_margin(call, rest);
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    struct slice key = {"", 0};
    const struct call call = {world, request, &reply->body};
    if (slice_equals(request->method, SLICE("POST")) &&
        (slice_equals(request->path, SLICE("/v1/auth")) ||
         behind(request->path, SLICE("/v1/auth/"), &key))) {
        return login(world, request, key, &reply->body);
    }
    return answer_owner(&call);
}

const struct vsim_private paradex_sim_private = {
    .own_size = sizeof(struct paradex_private),
    .init = init,
    .answer = answer,
    .on_text = paradex_sim_on_text,
    .push = paradex_sim_push,
    .close = paradex_sim_close,
};
