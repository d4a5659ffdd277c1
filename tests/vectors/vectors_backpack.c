#include "exchanges/backpack_oe.h"
#include "exchanges/bytes_text.h"
#include "vectors.h"

// ---- Ed25519 itself ----------------------------------------------------------------------------

static void run_rfc(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        uint8_t seed[ED25519_SEED_SIZE], public_key[ED25519_PUBLIC_SIZE], message[64];
        uint8_t signature[ED25519_SIGNATURE_SIZE];
        struct sign_ed25519 key = {0};
        struct slice hex = vectors_slice(one, "message");
        struct slice bytes = {(const char *)message, hex.size / 2};
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        if (vectors_true(vectors,
                         hex.size <= 2 * sizeof(message) && hex_read(hex, message, hex.size / 2) &&
                             hex_read(vectors_slice(one, "seed"), seed, sizeof(seed)) &&
                             sign_ed25519_init(&key, seed) == STATUS_OK &&
                             sign_ed25519(&key, bytes, signature),
                         "signing failed")) {
            sign_ed25519_public(&key, public_key);
            (void)vectors_same_bytes(vectors, "public key", public_key, sizeof(public_key),
                                     vectors_text(one, "public_key"));
            (void)vectors_same_bytes(vectors, "signature", signature, sizeof(signature),
                                     vectors_text(one, "signature"));
            (void)vectors_true(vectors, ed25519_verify(public_key, bytes, signature),
                               "the signature does not verify");
        }
        sign_ed25519_finish(&key);
        vectors_end(vectors);
    }
}

// ---- what is signed ----------------------------------------------------------------------------

// An object's members, in order.
static void read_params(const json_t *object, struct oe_params *params) {
    const char *name;
    const json_t *value;
    oe_params_begin(params);
    json_object_foreach((json_t *)(uintptr_t)object, name, value) {
        if (json_is_integer(value)) {
            oe_param_int(params, slice_of(name), json_integer_value(value));
        } else if (json_is_boolean(value)) {
            oe_param_bare(params, slice_of(name),
                          json_is_true(value) ? SLICE("true") : SLICE("false"));
        } else {
            oe_param(params, slice_of(name), slice_of(json_string_value(value)));
        }
    }
    oe_params_sort(params);
}

static void add_body(const struct oe_params *params, struct text *out) {
    text_add_char(out, '{');
    oe_params_members(params, out);
    text_add_char(out, '}');
}

// One request, or a list of them signed together.
static void check_instruction(struct vectors *vectors, const json_t *one, const char *instruction,
                              const json_t *told) {
    char prehash_data[2048], body_data[2048];
    struct text prehash = TEXT_OVER(prehash_data), body = TEXT_OVER(body_data);
    struct oe_params params;
    if (json_is_array(told)) {
        size_t i;
        const json_t *item;
        json_array_foreach(told, i, item) {
            read_params(item, &params);
            backpack_sign_instruction(&prehash, instruction, &params);
            text_add_char(&body, i == 0 ? '[' : ',');
            add_body(&params, &body);
        }
        text_add_char(&body, ']');
    } else {
        read_params(told, &params);
        backpack_sign_instruction(&prehash, instruction, &params);
        add_body(&params, &body);
    }
    backpack_sign_time(&prehash, vectors_int(one, "timestamp"), vectors_int(one, "window"));
    (void)vectors_same(vectors, "signing string", text_slice(&prehash),
                       vectors_slice(one, "signing_string"));
    if (json_is_string(json_object_get(one, "body"))) {
        (void)vectors_same(vectors, "body", text_slice(&body), vectors_slice(one, "body"));
    }
}

static void check_signature(struct vectors *vectors, const json_t *one) {
    uint8_t seed[ED25519_SEED_SIZE], public_key[ED25519_PUBLIC_SIZE];
    uint8_t signature[ED25519_SIGNATURE_SIZE];
    char key_data[64], signature_data[96];
    struct text key_text = TEXT_OVER(key_data), signature_text = TEXT_OVER(signature_data);
    struct sign_ed25519 key = {0};
    size_t size;
    if (vectors_true(vectors,
                     base64_read(vectors_slice(one, "seed_base64"), seed, sizeof(seed), &size) &&
                         size == sizeof(seed) && sign_ed25519_init(&key, seed) == STATUS_OK &&
                         sign_ed25519(&key, vectors_slice(one, "signing_string"), signature),
                     "signing failed")) {
        sign_ed25519_public(&key, public_key);
        base64_add(&key_text, public_key, sizeof(public_key));
        base64_add(&signature_text, signature, sizeof(signature));
        (void)vectors_same(vectors, "key", text_slice(&key_text),
                           vectors_slice(one, "api_key_base64"));
        (void)vectors_same(vectors, "signature", text_slice(&signature_text),
                           vectors_slice(one, "signature_base64"));
    }
    sign_ed25519_finish(&key);
}

// ---- what the venue's own code sends -----------------------------------------------------------

// The calls whose every member is the same here; an order's are not (self-trade prevention).
static bool read_call(const json_t *one, const char *instruction, const json_t *params,
                      struct oe_call *call) {
    static const struct {
        const char *instruction;
        enum oe_call_kind kind;
    } rows[] = {
        {"orderCancel", OE_CANCEL},       {"orderCancelAll", OE_CANCEL_ALL},
        {"orderQuery", OE_QUERY},         {"orderQueryAll", OE_OPEN_ORDERS},
        {"collateralQuery", OE_BALANCES}, {"positionQuery", OE_POSITIONS},
        {"accountQuery", OE_FEES},
    };
    static char id[24];
    struct slice symbol = vectors_slice(params, "symbol");
    struct text text = TEXT_OVER(id);
    size_t i = 0;
    while (i < COUNT_OF(rows) && strcmp(rows[i].instruction, instruction) != 0) {
        i++;
    }
    if (i == COUNT_OF(rows) || vectors_int(one, "window") != BACKPACK_WINDOW_MS ||
        json_is_integer(json_object_get(params, "orderId")) ||
        (symbol.size > 0 && !slice_equals(symbol, SLICE("SOL_USDC_PERP")))) {
        return false;
    }
    text_add_int(&text, vectors_int(params, "clientId"));
    *call = (struct oe_call){.kind = rows[i].kind,
                             .tag = 1,
                             .symbol = symbol.size > 0 ? 0 : OE_SYMBOL_NONE,
                             .venue_id = vectors_slice(params, "orderId"),
                             .now_ns = vectors_int(one, "timestamp") * NS_PER_MS};
    if (json_object_get(params, "clientId") != NULL) {
        call->client_id = text_slice(&text);
    }
    return true;
}

static void check_header(struct vectors *vectors, struct slice lines, const json_t *want,
                         const char *name) {
    char line_data[256];
    struct text line = TEXT_OVER(line_data);
    text_add_format(&line, "%s: %s\n", name, vectors_text(want, name));
    for (size_t i = 0; i + line.size <= lines.size; i++) {
        if (memcmp(lines.data + i, line.data, line.size) == 0) {
            return;
        }
    }
    (void)vectors_true(vectors, false, line.data);
}

static void check_encoded(struct vectors *vectors, const json_t *one, const char *instruction,
                          const json_t *params) {
    static const char *const symbols[] = {"SOL/USDT", NULL};
    static struct vectors_account account;
    const struct slice secrets[OE_SECRETS_MAX] = {vectors_slice(one, "api_key_base64"),
                                                  vectors_slice(one, "seed_base64")};
    const struct oe_message *message = &account.message;
    const json_t *headers = json_object_get(one, "headers");
    struct oe_call call;
    char url_data[OE_PATH_MAX];
    struct text url = TEXT_OVER(url_data);
    if (!read_call(one, instruction, params, &call)) {
        return;
    }
    if (vectors_account_create(vectors, &account, "backpack", symbols, secrets, false) &&
        vectors_true(vectors, oe_encode(&account.oe, &call, &account.message) == STATUS_OK,
                     status_text())) {
        text_add_string(&url, backpack_oe.mainnet.rest);
        text_add(&url, text_slice(&message->path));
        (void)vectors_same(vectors, "method", slice_of(message->method),
                           vectors_slice(one, "method"));
        (void)vectors_same(vectors, "url", text_slice(&url), vectors_slice(one, "url"));
        (void)vectors_same(vectors, "sent body", text_slice(&message->body),
                           vectors_slice(one, "body"));
        check_header(vectors, text_slice(&message->headers), headers, "X-API-Key");
        check_header(vectors, text_slice(&message->headers), headers, "X-Signature");
        check_header(vectors, text_slice(&message->headers), headers, "X-Timestamp");
        check_header(vectors, text_slice(&message->headers), headers, "X-Window");
    }
    vectors_account_finish(&account);
}

static void run_requests(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        const char *instruction = vectors_text(one, "instruction");
        const json_t *params = json_object_get(one, "params");
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        check_instruction(vectors, one, instruction, params);
        check_signature(vectors, one);
        if (json_is_object(params)) {
            check_encoded(vectors, one, instruction, params);
        }
        vectors_end(vectors);
    }
}

// These tell what is signed only in the signing string, the query and the body.
static json_t *params_of(const json_t *one) {
    json_error_t error;
    if (json_is_string(json_object_get(one, "body"))) {
        return json_loads(vectors_text(one, "body"), 0, &error);
    }
    json_t *params = json_object();
    const char *at = strchr(vectors_text(one, "url"), '?');
    while (at != NULL) {
        char name[64], value[128];
        const char *from = at + 1, *equals = strchr(from, '=');
        size_t size = strcspn(from, "&");
        if (equals == NULL) {
            break;
        }
        (void)string_copy(name, sizeof(name), (struct slice){from, (size_t)(equals - from)});
        (void)string_copy(value, sizeof(value),
                          (struct slice){equals + 1, (size_t)(from + size - equals - 1)});
        (void)json_object_set_new(params, name, json_string(value));
        at = strchr(from, '&');
    }
    return params;
}

static void run_ccxt(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        char instruction[64];
        const char *from = strchr(vectors_text(one, "signing_string"), '=');
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        if (vectors_true(vectors, from != NULL, "no instruction")) {
            json_t *params = params_of(one);
            (void)string_copy(instruction, sizeof(instruction),
                              (struct slice){from + 1, strcspn(from + 1, "&")});
            check_instruction(vectors, one, instruction, params);
            check_signature(vectors, one);
            check_encoded(vectors, one, instruction, params);
            json_decref(params);
        }
        vectors_end(vectors);
    }
}

const struct vectors_format vectors_backpack[] = {
    {"ed25519.json", run_rfc},
    {"signed_requests.json", run_requests},
    {"ccxt_requests.json", run_ccxt},
    {NULL, NULL},
};
