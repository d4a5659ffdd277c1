// The private side of Extended's simulated server: who calls, by API key; the account's calls
// (extended.md section 5).
#include <openssl/crypto.h>

#include "base/clock.h"
#include "base/json.h"
#include "exchanges/extended_sim.h"
#include "exchanges/md_decode.h"
#include "exchanges/sign_stark.h"
#include "exchanges/vsim_text.h"

enum { PAGE_MAX = 100, LEVERAGE_MAX = 50 };

static struct extended_private *private_of(const struct vsim_world *world) {
    return world->account->own;
}

// The client's own secrets: the server keeps of them what a server has.
static enum status init(struct vacc *account, const struct slice *secrets) {
    struct extended_private *own = account->own;
    struct u256 secret;
    struct stark_key key;
    int64_t vault;
    if (!string_copy(own->api_key, EXTENDED_SIM_KEY_MAX, secrets[0]) ||
        !string_copy(own->vault, EXTENDED_SIM_VAULT_MAX, secrets[2]) ||
        !decimal_parse(secrets[2], 0, &vault) || vault <= 0 || vault > UINT32_MAX) {
        return status_fail(STATUS_CONFIG, "EXTENDED_VAULT_NUMBER is no number of a vault");
    }
    if (!u256_from_hex(secrets[1], &secret) || stark_key_init(&key, &secret) != STATUS_OK) {
        OPENSSL_cleanse(&secret, sizeof(secret));
        return status_fail(STATUS_CONFIG, "EXTENDED_STARK_PRIVATE_KEY is no key of Starknet");
    }
    OPENSSL_cleanse(&secret, sizeof(secret));
    bool lifted = curve_lift_x(key.public_x, &own->public_point);
    stark_key_finish(&key);
    ASSERT(lifted); // of a private key
    return extended_hash_init(&own->hash, SLICE("SN_MAIN"), (uint32_t)vault, own->public_point.x);
}

uint32_t extended_sim_fail(struct text *body, int code, const char *message) {
    text_add_format(body, "{\"status\":\"ERROR\",\"error\":{\"code\":%d,\"message\":\"%s\"}}", code,
                    message);
    return 400;
}

uint32_t extended_sim_not_found(struct text *body, const char *message) {
    text_add_format(body,
                    "{\"status\":\"ERROR\",\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"%s\"}}",
                    message);
    return 404;
}

bool extended_sim_is_key(const struct vsim_world *world, const struct vsim_request *request) {
    struct slice key;
    return vsim_header(request, "X-Api-Key", &key) &&
           slice_equals(key, slice_of(private_of(world)->api_key));
}

// ---- what the calls share ----------------------------------------------------------------------

static uint32_t ok(const struct extended_sim_call *call) {
    text_add_char(call->body, '}');
    return 200;
}

static void begin_data(const struct extended_sim_call *call) {
    text_add_string(call->body, "{\"status\":\"OK\",\"data\":");
}

// VACC_ALL: no market is named. False: one that there is not.
static bool listing_of(const struct extended_sim_call *call, uint32_t *out) {
    struct slice market;
    *out = VACC_ALL;
    if (!vsim_query(call->request->query, "market", &market)) {
        return true;
    }
    const struct vsim_listing *listing = vsim_find(call->world, market);
    if (listing != NULL) {
        *out = (uint32_t)(listing - call->world->listings);
    }
    return listing != NULL;
}

static uint32_t fail_market(const struct extended_sim_call *call) {
    return extended_sim_fail(call->body, 1001, "Market not found.");
}

static int64_t query_int(const struct extended_sim_call *call, const char *name, int64_t absent) {
    struct slice text;
    int64_t value;
    return vsim_query(call->request->query, name, &text) && decimal_parse(text, 0, &value) &&
                   value >= 0
               ? value
               : absent;
}

// ---- the account's calls -----------------------------------------------------------------------

static uint32_t orders(const struct extended_sim_call *call) {
    uint64_t at = 0;
    uint32_t listing;
    const struct vacc_order *order;
    const char *comma = "";
    if (!listing_of(call, &listing)) {
        return fail_market(call);
    }
    begin_data(call);
    text_add_char(call->body, '[');
    while ((order = vacc_next_live(call->world->account, listing, &at)) != NULL) {
        text_add_string(call->body, comma);
        extended_sim_order(call->world, order, call->body);
        comma = ",";
    }
    text_add_char(call->body, ']');
    return ok(call);
}

static uint32_t order_by_number(const struct extended_sim_call *call) {
    const struct vacc_order *order = extended_sim_named(call->world, call->rest);
    if (order == NULL) {
        return extended_sim_not_found(call->body, "Order not found");
    }
    begin_data(call);
    extended_sim_order(call->world, order, call->body);
    return ok(call);
}

static uint32_t orders_by_client_id(const struct extended_sim_call *call) {
    const struct vacc_order *order = vacc_find_client(call->world->account, call->rest);
    begin_data(call);
    text_add_char(call->body, '[');
    if (order != NULL) {
        extended_sim_order(call->world, order, call->body);
    }
    text_add_char(call->body, ']');
    return ok(call);
}

// Newest first; the cursor is the id of the last row.
static uint32_t trades(const struct extended_sim_call *call) {
    int64_t most = query_int(call, "limit", PAGE_MAX);
    uint64_t before = (uint64_t)query_int(call, "cursor", INT64_MAX);
    uint32_t listing;
    const struct vacc_fill *fill;
    uint64_t last = 0;
    int64_t rows = 0;
    if (!listing_of(call, &listing)) {
        return fail_market(call);
    }
    begin_data(call);
    text_add_char(call->body, '[');
    for (uint32_t n = 0;
         rows < most && rows < PAGE_MAX && (fill = vacc_fill(call->world->account, n)) != NULL;
         n++) {
        if (fill->number >= before || (listing != VACC_ALL && fill->listing != listing)) {
            continue;
        }
        text_add_string(call->body, rows == 0 ? "" : ",");
        extended_sim_fill(call->world, fill, false, call->body);
        last = fill->number;
        rows++;
    }
    text_add_format(call->body, "],\"pagination\":{\"cursor\":%llu,\"count\":%lld}",
                    (unsigned long long)last, (long long)rows);
    return ok(call);
}

static uint32_t positions(const struct extended_sim_call *call) {
    uint32_t listing;
    const char *comma = "";
    if (!listing_of(call, &listing)) {
        return fail_market(call);
    }
    begin_data(call);
    text_add_char(call->body, '[');
    for (uint32_t i = 0; i < call->world->listing_count; i++) {
        const struct vacc_position *position = &call->world->account->positions[i];
        if (position->net.v != 0 && (listing == VACC_ALL || listing == i)) {
            text_add_string(call->body, comma);
            extended_sim_position(call->world, i, position, false, call->body);
            comma = ",";
        }
    }
    text_add_char(call->body, ']');
    return ok(call);
}

static uint32_t balance(const struct extended_sim_call *call) {
    if (vacc_equity(call->world->account, call->world).v == 0) {
        return extended_sim_not_found(call->body, "Balance not found");
    }
    begin_data(call);
    extended_sim_balance(call->world, call->body);
    return ok(call);
}

static uint32_t account_info(const struct extended_sim_call *call) {
    const struct extended_private *own = private_of(call->world);
    struct u256 key = felt_to_u256(own->public_point.x);
    begin_data(call);
    text_add_string(call->body, "{\"accountId\":3017,\"description\":\"simulated\","
                                "\"accountIndex\":0,\"status\":\"ACTIVE\",\"l2Key\":\"");
    u256_add_hex(call->body, &key);
    text_add_format(call->body, "\",\"l2Vault\":\"%s\"}", own->vault);
    return ok(call);
}

static void add_rate(struct text *out, const char *name, struct bps fee) {
    text_add_format(out, ",\"%s\":\"", name);
    decimal_print(out, fee.v, 6, 5, 6);
    text_add_char(out, '"');
}

static uint32_t fees(const struct extended_sim_call *call) {
    const struct vacc_options *options = &call->world->account->options;
    uint32_t listing;
    const char *comma = "";
    if (!listing_of(call, &listing)) {
        return fail_market(call);
    }
    begin_data(call);
    text_add_char(call->body, '[');
    for (uint32_t i = 0; i < call->world->listing_count; i++) {
        if (listing != VACC_ALL && listing != i) {
            continue;
        }
        text_add_format(call->body, "%s{\"market\":\"%s\"", comma,
                        call->world->listings[i].rules.native);
        add_rate(call->body, "makerFeeRate", options->maker_fee);
        add_rate(call->body, "takerFeeRate", options->taker_fee);
        text_add_string(call->body, ",\"builderFeeRate\":\"0\"}");
        comma = ",";
    }
    text_add_char(call->body, ']');
    return ok(call);
}

static uint32_t leverage(const struct extended_sim_call *call) {
    struct json r;
    struct slice key, market = {"", 0}, text = {"", 0};
    int64_t times;
    json_init(&r, call->request->body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("market"))) {
            md_read_text(&r, &market);
        } else if (slice_equals(key, SLICE("leverage"))) {
            md_read_text(&r, &text);
        } else {
            json_skip(&r);
        }
    }
    const struct vsim_listing *listing = json_end(&r) ? vsim_find(call->world, market) : NULL;
    if (listing == NULL) {
        return fail_market(call);
    }
    if (!decimal_parse(text, 0, &times) || times < 1 || times > LEVERAGE_MAX) {
        return extended_sim_fail(call->body, 1050, "Leverage exceeds the maximum");
    }
    call->world->account->leverage[listing - call->world->listings] = (uint32_t)times;
    begin_data(call);
    text_add_format(call->body, "{\"market\":\"%s\",\"leverage\":\"%lld\"}", listing->rules.native,
                    (long long)times);
    return ok(call);
}

// Newest first, as far as the account remembers.
static uint32_t funding(const struct extended_sim_call *call) {
    const struct vacc *account = call->world->account;
    int64_t from_ms = query_int(call, "fromTime", 0);
    const struct vacc_event *event;
    int rows = 0;
    begin_data(call);
    text_add_char(call->body, '[');
    for (uint64_t n = account->event_count; rows < PAGE_MAX && n > 0; n--) {
        event = vacc_event(account, n);
        if (event == NULL || event->time_ns / NS_PER_MS < from_ms) {
            break;
        }
        if (event->kind == VACC_EVENT_FUNDING) {
            text_add_string(call->body, rows == 0 ? "" : ",");
            extended_sim_payment(call->world, event, call->body);
            rows++;
        }
    }
    text_add_char(call->body, ']');
    return ok(call);
}

static uint32_t deadman(const struct extended_sim_call *call) {
    int64_t seconds = query_int(call, "countdownTime", -1);
    if (seconds < 0 || seconds > INT32_MAX) {
        return extended_sim_fail(call->body, 400, "Bad request.");
    }
    vacc_arm(call->world->account, VACC_ALL,
             seconds == 0 ? 0 : call->world->now_ns + seconds * NS_PER_S);
    return 200; // with an empty body
}

static uint32_t answer(const struct vsim_world *world, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    static const struct {
        const char *method, *path;
        bool takes_id; // more of the path follows
        uint32_t (*answer)(const struct extended_sim_call *call);
    } rows[] = {
        // the narrow before the wide
        {"POST", "order/massCancel", false, extended_sim_cancel_many},
        {"POST", "order", false, extended_sim_place},
        {"DELETE", "order", false, extended_sim_cancel},
        {"DELETE", "order/", true, extended_sim_cancel},
        {"GET", "orders", false, orders},
        {"GET", "orders/external/", true, orders_by_client_id},
        {"GET", "orders/", true, order_by_number},
        {"GET", "trades", false, trades},
        {"GET", "positions", false, positions},
        {"GET", "balance", false, balance},
        {"GET", "account/info", false, account_info},
        {"GET", "fees", false, fees},
        {"PATCH", "leverage", false, leverage},
        {"GET", "funding/history", false, funding},
        {"POST", "deadmanswitch", false, deadman},
    };
    struct slice prefix = SLICE("/api/v1/user/");
    if (!slice_starts(request->path, prefix)) {
        return 0;
    }
    if (!extended_sim_is_key(world, request)) {
        (void)extended_sim_fail(&reply->body, 401, "Unauthorized");
        return 401;
    }
    struct slice path = {request->path.data + prefix.size, request->path.size - prefix.size};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct slice row = slice_of(rows[i].path);
        bool same = rows[i].takes_id ? slice_starts(path, row) && path.size > row.size
                                     : slice_equals(path, row);
        if (same && slice_equals(request->method, slice_of(rows[i].method))) {
            struct extended_sim_call call = {
                world, request, {path.data + row.size, path.size - row.size}, &reply->body};
            return rows[i].answer(&call);
        }
    }
    return 0;
}

const struct vsim_private extended_sim_private = {
    .own_size = sizeof(struct extended_private),
    .init = init,
    .answer = answer,
    .open = extended_sim_open,
    .push = extended_sim_push,
};
