// Sources: binance.md section 6, aster.md section 6.
#include "exchanges/fapi_sim_caller.h"

#include <openssl/crypto.h>

#include "base/clock.h"

#include "exchanges/fapi_sim.h"

enum {
    LISTEN_KEY_MS = 3600000,
    WINDOW_MS = 5000,       // where the request names none
    WINDOW_MOST_MS = 60000, // and at most
    AHEAD_MS = 1000,        // a request may be this far ahead of the venue's clock
};

bool fapi_sim_key_init(struct fapi_sim_key *key, struct slice api_key, struct slice secret) {
    sign_hmac_init(&key->hmac, secret);
    return string_copy(key->api_key, FAPI_SIM_KEY_MAX, api_key);
}

uint32_t fapi_sim_check_key(const struct fapi_sim_key *key, struct slice given, struct text *body) {
    if (slice_equals(given, slice_of(key->api_key))) {
        return 0;
    }
    (void)fapi_sim_fail(body, -2015, "Invalid API-key, IP, or permissions for action.");
    return 401;
}

uint32_t fapi_sim_check_signature(const struct fapi_sim_key *key, struct slice prehash,
                                  struct slice signature, struct text *body) {
    char right[SIGN_HMAC_HEX_SIZE];
    sign_hmac_hex(&key->hmac, prehash, right);
    return signature.size == sizeof(right) &&
                   CRYPTO_memcmp(signature.data, right, sizeof(right)) == 0
               ? 0
               : fapi_sim_fail(body, -1022, "Signature for this request is not valid.");
}

uint32_t fapi_sim_check_time(const struct vsim_world *world, struct slice query,
                             struct text *body) {
    struct slice text;
    int64_t stamp_ms, window_ms = WINDOW_MS, now_ms = world->now_ns / NS_PER_MS;
    if (!vsim_query(query, "timestamp", &text) || !decimal_parse(text, 0, &stamp_ms)) {
        return fapi_sim_fail(body, -1102, "Mandatory parameter 'timestamp' was not sent.");
    }
    if (vsim_query(query, "recvWindow", &text) &&
        (!decimal_parse(text, 0, &window_ms) || window_ms < 0 || window_ms > WINDOW_MOST_MS)) {
        return fapi_sim_fail(body, -1131, "recvWindow must be less than 60000.");
    }
    if (stamp_ms >= now_ms + AHEAD_MS || stamp_ms < now_ms - window_ms) {
        return fapi_sim_fail(body, -1021,
                             "Timestamp for this request is outside of the recvWindow.");
    }
    return 0;
}

bool fapi_sim_cut_signature(struct slice *query, struct slice *signature) {
    static const char name[] = "&signature=";
    size_t size = sizeof(name) - 1;
    for (size_t at = 0; at + size <= query->size; at++) {
        if (memcmp(query->data + at, name, size) == 0) {
            *signature = (struct slice){query->data + at + size, query->size - at - size};
            query->size = at;
            return true;
        }
    }
    return false;
}

uint32_t fapi_sim_check_call(const struct vsim_world *world, const struct fapi_sim_key *key,
                             const struct vsim_request *request, struct slice query,
                             struct text *body) {
    struct slice given = {"", 0}, signature = {"", 0};
    (void)vsim_header(request, "X-MBX-APIKEY", &given);
    uint32_t refused = fapi_sim_check_key(key, given, body);
    if (refused == 0) {
        (void)fapi_sim_cut_signature(&query, &signature);
        refused = fapi_sim_check_signature(key, query, signature, body);
    }
    if (refused == 0 && vacc_fault(world->account, VACC_FAULT_NONCE)) {
        refused =
            fapi_sim_fail(body, -1021, "Timestamp for this request is outside of the recvWindow.");
    }
    return refused != 0 ? refused : fapi_sim_check_time(world, query, body);
}

// ---- listen key --------------------------------------------------------------------------------

static void write_listen_key(const struct fapi_sim_listen *listen, struct text *out) {
    text_add_format(out, "simulated%llu", (unsigned long long)listen->key);
}

uint32_t fapi_sim_listen_call(const struct vsim_world *world, struct fapi_sim_listen *listen,
                              struct slice method, struct text *body) {
    bool living = listen->key != 0 && world->now_ns < listen->until_ns;
    if (slice_equals(method, SLICE("DELETE"))) {
        listen->until_ns = 0;
        text_add_string(body, "{}");
        return 200;
    }
    if (slice_equals(method, SLICE("PUT")) &&
        (!living || vacc_fault(world->account, VACC_FAULT_LOGIN))) {
        listen->until_ns = 0;
        return fapi_sim_fail(body, -1125, "This listenKey does not exist.");
    }
    listen->key += !living;
    listen->until_ns = world->now_ns + LISTEN_KEY_MS * NS_PER_MS;
    text_add_string(body, "{\"listenKey\":\"");
    write_listen_key(listen, body);
    text_add_string(body, "\"}");
    return 200;
}

bool fapi_sim_is_listen_key(const struct vsim_world *world, const struct fapi_sim_listen *listen,
                            struct slice text) {
    char right_data[40];
    struct text right = TEXT_OVER(right_data);
    write_listen_key(listen, &right);
    return listen->key != 0 && world->now_ns < listen->until_ns &&
           slice_equals(text, text_slice(&right));
}
