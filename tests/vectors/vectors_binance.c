#include "exchanges/bytes_text.h"
#include "exchanges/oe_params.h"
#include "exchanges/sign_ed25519.h"
#include "exchanges/sign_hmac.h"
#include "vectors_book.h"

static void check_hmac(struct vectors *vectors, const struct sign_hmac *hmac, const json_t *one) {
    char hex[SIGN_HMAC_HEX_SIZE];
    sign_hmac_hex(hmac, vectors_slice(one, "prehash"), hex);
    (void)vectors_same(vectors, "signature", (struct slice){hex, sizeof(hex)},
                       vectors_slice(one, "signature"));
}

// What is signed is the parameters as they are sent, percent-encoded.
static void check_prehash(struct vectors *vectors, const json_t *one) {
    struct oe_params params;
    char escaped_data[2048], query_data[2048];
    struct text escaped = TEXT_OVER(escaped_data), query = TEXT_OVER(query_data);
    size_t i;
    const json_t *pair;
    oe_params_begin(&params);
    json_array_foreach(json_object_get(one, "params_in_order"), i, pair) {
        size_t from = escaped.size;
        vectors_escape(&escaped, slice_of(json_string_value(json_array_get(pair, 1))));
        oe_param(&params, slice_of(json_string_value(json_array_get(pair, 0))),
                 (struct slice){escaped.data + from, escaped.size - from});
    }
    oe_params_query(&params, &query);
    (void)vectors_same(vectors, "prehash", text_slice(&query), vectors_slice(one, "prehash"));
}

static void run_hmac(struct vectors *vectors, const json_t *root) {
    struct sign_hmac hmac;
    size_t i;
    const json_t *one;
    sign_hmac_init(&hmac, vectors_slice(root, "secret"));
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, NULL);
        if (vectors_text(one, "prehash")[0] != '\0') {
            check_hmac(vectors, &hmac, one);
            if (json_object_get(one, "params_in_order") != NULL) {
                check_prehash(vectors, one);
            }
        } else { // sent with the key alone
            (void)vectors_true(vectors, vectors_text(one, "signature")[0] == '\0',
                               "a signature over nothing");
        }
        vectors_end(vectors);
    }
    sign_hmac_finish(&hmac);
}

static void check_ed25519(struct vectors *vectors, const json_t *root, const json_t *one,
                          const char *signature_name) {
    uint8_t seed[ED25519_SEED_SIZE], signature[ED25519_SIGNATURE_SIZE];
    uint8_t public_key[ED25519_PUBLIC_SIZE];
    struct sign_ed25519 key;
    char base64_data[128];
    struct text base64 = TEXT_OVER(base64_data);
    struct slice prehash = vectors_slice(one, "prehash");
    if (!vectors_true(vectors, hex_read(vectors_slice(root, "ed25519_seed_hex"), seed, 32),
                      "the seed is no hex") ||
        !vectors_true(vectors, sign_ed25519_init(&key, seed) == STATUS_OK, "the seed is no key")) {
        return;
    }
    (void)vectors_true(vectors, sign_ed25519(&key, prehash, signature), "signing failed");
    sign_ed25519_public(&key, public_key);
    (void)vectors_true(vectors, ed25519_verify(public_key, prehash, signature),
                       "our own signature does not verify");
    base64_add(&base64, signature, sizeof(signature));
    (void)vectors_same(vectors, "signature", text_slice(&base64),
                       vectors_slice(one, signature_name));
    sign_ed25519_finish(&key);
}

static void run_ed25519(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, NULL);
        check_ed25519(vectors, root, one, "signature_base64");
        vectors_end(vectors);
    }
}

// The parameters of the message, sorted, are what is signed; and the message as we write it holds
// the same.
static void check_message(struct vectors *vectors, const json_t *one) {
    struct oe_params params;
    char query_data[2048];
    struct text query = TEXT_OVER(query_data);
    char numbers[8][24];
    size_t used = 0;
    const char *name;
    const json_t *value;
    oe_params_begin(&params);
    json_object_foreach(json_object_get(json_object_get(one, "message"), "params"), name, value) {
        if (strcmp(name, "signature") == 0) {
            continue;
        }
        struct slice text = {json_string_value(value), json_string_length(value)};
        if (json_is_integer(value) && used < COUNT_OF(numbers)) {
            struct text number = TEXT_OVER(numbers[used]);
            text_add_int(&number, json_integer_value(value));
            text = slice_of(numbers[used++]);
        }
        oe_param(&params, slice_of(name), text);
    }
    oe_params_sort(&params);
    oe_params_query(&params, &query);
    (void)vectors_same(vectors, "prehash", text_slice(&query), vectors_slice(one, "prehash"));
}

static void run_ws_api(struct vectors *vectors, const json_t *root) {
    struct sign_hmac hmac;
    size_t i;
    const json_t *one;
    sign_hmac_init(&hmac, vectors_slice(root, "secret"));
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, NULL);
        check_message(vectors, one);
        if (strcmp(vectors_text(one, "key_type"), "HMAC") == 0) {
            check_hmac(vectors, &hmac, one);
        } else {
            check_ed25519(vectors, root, one, "signature");
        }
        vectors_end(vectors);
    }
    sign_hmac_finish(&hmac);
}

// ---- a peer's requests: fields, not signatures -------------------------------------------------

static bool read_call(const json_t *one, struct slice fields, struct oe_call *call) {
    const char *method = vectors_text(one, "method");
    struct slice text;
    *call = (struct oe_call){.tag = 1, .symbol = 0, .now_ns = NS_PER_S};
    (void)vectors_field(fields, "origClientOrderId", &call->client_id);
    (void)vectors_field(fields, "newClientOrderId", &call->client_id);
    if (vectors_field(fields, "side", &text)) {
        call->order.side = slice_equals(text, SLICE("SELL")) ? SIDE_SELL : SIDE_BUY;
    }
    if (vectors_field(fields, "timeInForce", &text)) {
        call->order.kind = slice_equals(text, SLICE("GTX"))   ? OE_POST_ONLY
                           : slice_equals(text, SLICE("IOC")) ? OE_IOC
                                                              : OE_GTC;
    }
    bool priced = vectors_field(fields, "price", &text) && px_parse(text, &call->order.price) &&
                  vectors_field(fields, "quantity", &text) && qty_parse(text, &call->order.size);
    if (strcmp(method, "createOrder") == 0) {
        call->kind = OE_PLACE;
        return priced;
    }
    if (strcmp(method, "editOrderWithClientOrderId") == 0) {
        call->kind = OE_AMEND;
        return priced;
    }
    call->kind = OE_CANCEL;
    return strcmp(method, "cancelOrderWithClientOrderId") == 0;
}

// The members of a request on the socket as name=value.
static void read_frame(struct vectors_account *account, struct text *out) {
    json_error_t error;
    json_t *frame = json_loads(account->message.body.data, 0, &error);
    const char *name;
    const json_t *value;
    json_object_foreach(json_object_get(frame, "params"), name, value) {
        if (out->size > 0) {
            text_add_char(out, '&');
        }
        text_add_string(out, name);
        text_add_char(out, '=');
        if (json_is_string(value)) {
            text_add_string(out, json_string_value(value));
        } else {
            text_add_int(out, json_integer_value(value));
        }
    }
    json_decref(frame);
}

static void run_ccxt(struct vectors *vectors, const json_t *root) {
    static const char *const symbols[] = {"LTC/USDT", NULL};
    static const struct slice secrets[OE_SECRETS_MAX] = {{"key", 3}, {"secret", 6}};
    // Of REST and of the peer; the key is a parameter on the socket and a header by REST.
    static const char extra[] = "newOrderRespType orderId clientOrderId apiKey";
    static struct vectors_account account;
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, NULL);
        const char *question = strchr(vectors_text(one, "url"), '?');
        struct slice fields =
            question != NULL ? slice_of(question + 1) : vectors_slice(one, "output");
        struct oe_call call;
        if (!read_call(one, fields, &call)) {
            vectors_skip(vectors, "perpdesk has no market orders: an IOC with a collar instead");
            continue;
        }
        char got_data[2048];
        struct text got = TEXT_OVER(got_data);
        if (vectors_account_create(vectors, &account, "binance", symbols, secrets, true)) {
            vectors_learn(&account, 0, (struct px){PX_ONE / 100}, (struct qty){QTY_ONE / 1000});
            if (vectors_true(vectors, oe_encode(&account.oe, &call, &account.message) == STATUS_OK,
                             status_text())) {
                read_frame(&account, &got);
                vectors_same_fields(vectors, text_slice(&got), fields,
                                    json_object_get(root, "skipKeys"), extra);
            }
        }
        vectors_account_finish(&account);
        vectors_end(vectors);
    }
}

const struct vectors_format vectors_binance[] = {
    {"rest_hmac.json", run_hmac},
    {"hmac_doc_example.json", run_hmac},
    {"rest_ed25519.json", run_ed25519},
    {"ws_api.json", run_ws_api},
    {"ccxt_static_requests.json", run_ccxt},
    {"book_chain.json", vectors_run_book_chain},
    {NULL, NULL},
};
