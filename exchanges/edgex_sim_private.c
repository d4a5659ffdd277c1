// The private side of edgeX's simulated server: who calls, by the four headers (edgex.md sections 5
// and 6a), the account by REST and on the private socket. There is no login and no counted number:
// the faults of those have nothing to fail here.
#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/json.h"
#include "exchanges/bytes_text.h"
#include "exchanges/edgex_sim.h"
#include "exchanges/oe_params.h"

enum {
    WINDOW_MS = 60000,
    FOLD_MAX = 4096,
    QUERY_MAX = 1024,
    FIRST_VERSION = 1000,
};

static struct edgex_sim_owner *owner_of(const struct vsim_world *world) {
    return world->account->own;
}

static enum status init(struct vacc *account, const struct slice *secrets) {
    struct edgex_sim_owner *owner = account->own;
    struct sign_eth eth;
    uint8_t key[ETH_KEY_SIZE], contract[ETH_ADDRESS_SIZE];
    int64_t number;
    if (!decimal_parse(secrets[0], 0, &number) || number <= 0 ||
        !string_copy(owner->account_text, EDGEX_SIM_ACCOUNT_TEXT, secrets[0]) ||
        !string_copy(owner->api_key, EDGEX_SIM_KEY_MAX, secrets[1]) ||
        !edgex_hmac_init(&owner->hmac, secrets[2]) ||
        !string_copy(owner->passphrase, EDGEX_SIM_KEY_MAX, secrets[3]) ||
        !hex_read(secrets[4], key, sizeof(key))) {
        return status_fail(STATUS_CONFIG, "these are no secrets of edgeX");
    }
    enum status status = sign_eth_init(&eth, key);
    OPENSSL_cleanse(key, sizeof(key));
    if (status == STATUS_OK) {
        memcpy(owner->signer, eth.address, sizeof(owner->signer));
        sign_eth_finish(&eth);
    }
    bool good = hex_read(SLICE(EDGEX_SIM_DOMAIN), contract, sizeof(contract));
    ASSERT(good);
    edgex_domain(EDGEX_SIM_CHAIN, contract, &owner->domain);
    owner->account = (uint64_t)number;
    return status;
}

// ---- who calls ---------------------------------------------------------------------------------

struct credentials {
    struct slice key, phrase, time, signature;
};

static bool read_credentials(const struct vsim_request *request, struct credentials *out) {
    return vsim_header(request, "X-edgeX-Api-Key", &out->key) &&
           vsim_header(request, "X-edgeX-Passphrase", &out->phrase) &&
           vsim_header(request, "X-edgeX-Timestamp", &out->time) &&
           vsim_header(request, "X-edgeX-Signature", &out->signature);
}

static bool are_right(const struct vsim_world *world, const struct vsim_request *request,
                      const struct credentials *given, struct slice folded) {
    const struct edgex_sim_owner *owner = owner_of(world);
    char right[SIGN_HMAC_HEX_SIZE];
    int64_t time_ms, now_ms = world->now_ns / NS_PER_MS;
    if (!slice_equals(given->key, slice_of(owner->api_key)) ||
        !slice_equals(given->phrase, slice_of(owner->passphrase)) ||
        given->signature.size != sizeof(right) || !decimal_parse(given->time, 0, &time_ms) ||
        time_ms < now_ms - WINDOW_MS || time_ms > now_ms + WINDOW_MS) {
        return false;
    }
    edgex_sign_request(&owner->hmac, given->time, request->method, request->path, folded, right);
    return CRYPTO_memcmp(given->signature.data, right, sizeof(right)) == 0;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

static void add_unescaped(struct text *out, struct slice value) {
    for (size_t i = 0; i < value.size; i++) {
        int high = i + 2 < value.size && value.data[i] == '%' ? hex_digit(value.data[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(value.data[i + 2]) : -1;
        if (low >= 0) {
            text_add_char(out, (char)(high << 4 | low));
            i += 2;
        } else {
            text_add_char(out, value.data[i]);
        }
    }
}

// A query as it is signed: unescaped and sorted. False: too long.
static bool fold_query(struct slice query, struct text *out) {
    struct oe_params params;
    char plain_data[QUERY_MAX];
    struct text plain = TEXT_OVER(plain_data);
    oe_params_begin(&params);
    while (query.size > 0) {
        struct slice value = vsim_cut(&query, '&');
        struct slice name = vsim_cut(&value, '=');
        size_t from = plain.size;
        add_unescaped(&plain, value);
        oe_param(&params, name, (struct slice){plain.data + from, plain.size - from});
    }
    oe_params_sort(&params);
    oe_params_query(&params, out);
    return !params.overflowed && !plain.truncated && !out->truncated;
}

static struct edgex_sim_refusal check_call(const struct vsim_world *world,
                                           const struct vsim_request *request) {
    char folded_data[FOLD_MAX];
    struct text folded = TEXT_OVER(folded_data);
    struct credentials given;
    if (!read_credentials(request, &given)) {
        return (struct edgex_sim_refusal){"GATEWAY_HEADER_REQUIRED", NULL, 401};
    }
    bool posted = slice_equals(request->method, SLICE("POST"));
    if (!(posted ? edgex_fold(request->body, &folded) : fold_query(request->query, &folded))) {
        return (struct edgex_sim_refusal){"GATEWAY_PARAM_INVALID", "body", 400};
    }
    if (!are_right(world, request, &given, text_slice(&folded))) {
        return (struct edgex_sim_refusal){"INVALID_API_KEY", NULL, 401};
    }
    return EDGEX_SIM_TAKEN;
}

// ---- calls
// ---------------------------------------------------------------------------------------

static bool is_owner(const struct edgex_sim_call *call) {
    struct slice account;
    return vsim_query(call->query, "accountId", &account) &&
           slice_equals(account, slice_of(owner_of(call->world)->account_text));
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    static const struct slice folder = {"/api/v2/private", 15};
    if (!slice_starts(request->path, folder)) {
        return 0;
    }
    struct slice path = {request->path.data + folder.size, request->path.size - folder.size};
    const struct edgex_sim_row *row = edgex_sim_find_call(request->method, path);
    if (row == NULL) {
        return 0;
    }
    struct edgex_sim_call call = {world, request->query, request->body, &reply->body};
    struct edgex_sim_refusal refusal = check_call(world, request);
    if (refusal.code == NULL && row->method[0] == 'G' && !is_owner(&call)) {
        refusal = (struct edgex_sim_refusal){"GATEWAY_PARAM_INVALID", "accountId", 400};
    }
    if (refusal.code == NULL) {
        edgex_sim_begin_answer(&reply->body);
        refusal = row->write(&call);
    }
    if (refusal.code != NULL) {
        text_clear(&reply->body);
        return edgex_sim_fail(world, &reply->body, refusal.code, refusal.parameter, refusal.http);
    }
    edgex_sim_end_answer(world, &reply->body);
    return 200;
}

// ---- the socket --------------------------------------------------------------------------------

static bool open_session(struct vsim_session *session, const struct vsim_request *request) {
    const struct vsim_world *world = session->world;
    char folded_data[FOLD_MAX];
    struct text folded = TEXT_OVER(folded_data);
    struct credentials given;
    struct slice account, time;
    if (!slice_equals(request->path, SLICE("/api/v1/private/ws"))) {
        return false;
    }
    session->mode |= EDGEX_SIM_PRIVATE;
    if (!read_credentials(request, &given)) {
        session->over = "a header is missing";
    } else if (!fold_query(request->query, &folded) ||
               !vsim_query(request->query, "accountId", &account) ||
               !slice_equals(account, slice_of(owner_of(world)->account_text)) ||
               !vsim_query(request->query, "timestamp", &time) || !slice_equals(time, given.time) ||
               !are_right(world, request, &given, text_slice(&folded))) {
        session->over = "not the account's key, time or signature";
    }
    return true;
}

// Pings and pongs are the same as on the public socket; there is nothing to subscribe to.
static bool on_text(struct vsim_session *session, struct slice message) {
    if ((session->mode & EDGEX_SIM_PRIVATE) == 0) {
        return false;
    }
    struct slice type = edgex_sim_member(message, "type");
    if (slice_equals(type, SLICE("ping")) || slice_equals(type, SLICE("pong"))) {
        return false;
    }
    edgex_sim_refuse(session, "GATEWAY_UNRECOGNIZED_MESSAGE", "unrecognized message",
                     (struct slice){"", 0});
    return true;
}

static struct text *begin_event(struct vsim_session *session, const char *event) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"type\":\"trade-event\",\"content\":{\"event\":\"%s\",\"version\":%llu",
                    event, (unsigned long long)(FIRST_VERSION + session->account_seen));
    edgex_sim_member_ms(out, "time", world->now_ns);
    text_add_format(out, ",\"accountId\":\"%s\",\"data\":{", owner_of(world)->account_text);
    return out;
}

static void end_event(struct vsim_session *session) {
    text_add_string(&session->world->scratch, "}}}");
    vsim_session_send(session);
}

void edgex_sim_send_snapshot(struct vsim_session *session) {
    const struct vsim_world *world = session->world;
    const struct vacc_order *order;
    uint64_t at = 0;
    const char *comma = "";
    vsim_session_follow(session, 1);
    struct text *out = begin_event(session, "Snapshot");
    text_add_string(out, "\"account\":[],\"collateral\":[");
    edgex_sim_write_collateral(world, out);
    text_add_string(out, "],\"position\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (world->account->positions[i].net.v != 0) {
            text_add_string(out, comma);
            edgex_sim_write_position(world, i, &world->account->positions[i], out);
            comma = ",";
        }
    }
    text_add_string(out, "],\"order\":[");
    comma = "";
    while ((order = vacc_next_live(world->account, VACC_ALL, &at)) != NULL) {
        text_add_string(out, comma);
        edgex_sim_write_order(world, order, out);
        comma = ",";
    }
    text_add_char(out, ']');
    end_event(session);
}

static void push(struct vsim_session *session, const struct vacc_event *event) {
    const struct vsim_world *world = session->world;
    bool funding = event->kind == VACC_EVENT_FUNDING;
    struct text *out = begin_event(session, funding ? "FUNDING_SETTLEMENT" : "ORDER_UPDATE");
    if (event->kind == VACC_EVENT_ORDER || event->kind == VACC_EVENT_FILL) {
        text_add_string(out, "\"order\":[");
        edgex_sim_write_order(world, &event->order, out);
        text_add_char(out, ']');
    }
    if (event->kind == VACC_EVENT_FILL) {
        text_add_string(out, ",\"orderFillTransaction\":[");
        edgex_sim_write_fill(world, &event->fill, out);
        text_add_char(out, ']');
    }
    if (funding) {
        text_add_string(out, "\"collateralTransaction\":[");
        edgex_sim_write_funding(world, event, session->account_seen, out);
        text_add_string(out, "],");
    }
    if (event->kind == VACC_EVENT_POSITION || funding) {
        text_add_string(out, "\"position\":[");
        edgex_sim_write_position(world, event->listing, &event->position, out);
        text_add_string(out, "],\"collateral\":[");
        edgex_sim_write_collateral(world, out);
        text_add_char(out, ']');
    }
    end_event(session);
}

const struct vsim_private edgex_sim_private = {
    .own_size = sizeof(struct edgex_sim_owner),
    .init = init,
    .answer = answer,
    .open = open_session,
    .on_text = on_text,
    .push = push,
};
