// Backpack's private side, the client's and the simulated server's.
#include "exchanges/backpack_oe.h"
#include "exchanges/bytes_text.h"
#include "exchanges/oe_fields.h"
#include "fuzz_oe_both.h"

static const char *instruction_of(const struct vsim_request *request) {
    static const char *const rows[][3] = {
        {"POST", "/api/v1/order", "orderExecute"},
        {"DELETE", "/api/v1/order", "orderCancel"},
        {"DELETE", "/api/v1/orders", "orderCancelAll"},
        {"GET", "/api/v1/order", "orderQuery"},
        {"GET", "/api/v1/orders", "orderQueryAll"},
        {"GET", "/wapi/v1/history/fills", "fillHistoryQueryAll"},
        {"GET", "/wapi/v1/history/funding", "fundingHistoryQueryAll"},
        {"GET", "/api/v1/position", "positionQuery"},
        {"GET", "/api/v1/capital/collateral", "collateralQuery"},
        {"GET", "/api/v1/account", "accountQuery"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(request->method, slice_of(rows[i][0])) &&
            slice_equals(request->path, slice_of(rows[i][1]))) {
            return rows[i][2];
        }
    }
    return "subscribe";
}

// What a client that means it would sign, so that a call gets behind the gate.
static void read_params(const struct vsim_request *request, struct oe_params *params) {
    struct json r;
    struct slice key, rest = request->query;
    oe_params_begin(params);
    while (rest.size > 0) {
        struct slice value = vsim_cut(&rest, '&');
        struct slice name = vsim_cut(&value, '=');
        oe_param(params, name, value);
    }
    json_init(&r, request->body);
    json_object_begin(&r);
    while (!slice_equals(request->method, SLICE("GET")) && json_object_next(&r, &key)) {
        struct slice value = {"", 0};
        md_read_value(&r, &value);
        oe_param(params, key, value);
    }
    oe_params_sort(params);
}

static void sign(const struct vsim_world *world, const struct vsim_request *request,
                 struct text *headers) {
    struct sign_ed25519 key;
    static char prehash_data[4096];
    uint8_t seed[ED25519_SEED_SIZE], public_key[ED25519_PUBLIC_SIZE];
    uint8_t signature[ED25519_SIGNATURE_SIZE];
    struct text prehash = TEXT_OVER(prehash_data);
    struct oe_params params;
    memcpy(seed, "throw-away seed of a test, no. 1", sizeof(seed));
    ASSERT(sign_ed25519_init(&key, seed) == STATUS_OK);
    read_params(request, &params);
    backpack_sign_instruction(&prehash, instruction_of(request), &params);
    backpack_sign_time(&prehash, world->now_ns / NS_PER_MS, BACKPACK_WINDOW_MS);
    ASSERT(sign_ed25519(&key, text_slice(&prehash), signature));
    sign_ed25519_public(&key, public_key);
    sign_ed25519_finish(&key);
    text_add(headers, SLICE("X-API-Key: "));
    base64_add(headers, public_key, sizeof(public_key));
    text_add(headers, SLICE("\r\nX-Signature: "));
    base64_add(headers, signature, sizeof(signature));
    text_add_format(headers, "\r\nX-Timestamp: %lld\r\nX-Window: %d\r\n",
                    (long long)(world->now_ns / NS_PER_MS), BACKPACK_WINDOW_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct fuzz_oe fuzz = {
        .venue = "backpack",
        .secrets = {{"vfByFuH0rHfDCRwacmX3JqyKlht7lqwNja1o517PCAc=", 44},
                    {"dGhyb3ctYXdheSBzZWVkIG9mIGEgdGVzdCwgbm8uIDE=", 44}},
        .sign = sign,
        .socket = "/"};
    return fuzz_private(&fuzz, data, size);
}
