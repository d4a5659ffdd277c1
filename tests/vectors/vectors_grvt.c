#include "exchanges/bytes_text.h"
#include "exchanges/eip712.h"
#include "exchanges/grvt_oe.h"
#include "vectors.h"

// ---- orders as they are signed -----------------------------------------------------------------

// A decimal as it is scaled for signing: digits beyond are cut off, as the venue's own client does.
static bool read_scaled(struct slice text, int digits, uint64_t *out) {
    const char *point = memchr(text.data, '.', text.size);
    size_t fraction = point != NULL ? text.size - (size_t)(point - text.data) - 1 : 0;
    int64_t value;
    if (fraction > (size_t)digits) {
        text.size -= fraction - (size_t)digits;
    }
    if (!decimal_parse(text, digits, &value)) {
        return false;
    }
    *out = (uint64_t)value;
    return true;
}

static int64_t read_number(const json_t *object, const char *name) {
    int64_t number;
    if (json_is_integer(json_object_get(object, name))) {
        return vectors_int(object, name);
    }
    return decimal_parse(vectors_slice(object, name), 0, &number) ? number : 0;
}

static const json_t *leg_of(const json_t *order) {
    return json_array_get(json_object_get(order, "legs"), 0);
}

static const json_t *instrument_of(const json_t *one, const json_t *order) {
    return json_object_get(json_object_get(one, "instruments"),
                           vectors_text(leg_of(order), "instrument"));
}

static enum grvt_force read_force(const char *word) {
    return strcmp(word, "GOOD_TILL_TIME") == 0        ? GRVT_GTT
           : strcmp(word, "IMMEDIATE_OR_CANCEL") == 0 ? GRVT_IOC
           : strcmp(word, "FILL_OR_KILL") == 0        ? GRVT_FOK
                                                      : GRVT_AON;
}

static bool read_terms(struct vectors *vectors, const json_t *one, const json_t *order,
                       struct grvt_terms *terms) {
    const json_t *signature = json_object_get(order, "signature"), *leg = leg_of(order);
    const json_t *instrument = instrument_of(one, order);
    int64_t decimals = vectors_int(instrument, "base_decimals");
    struct qty size;
    struct px price;
    uint64_t scaled;
    *terms = (struct grvt_terms){.sub_account = (uint64_t)read_number(order, "sub_account_id"),
                                 .is_market = json_is_true(json_object_get(order, "is_market")),
                                 .post_only = json_is_true(json_object_get(order, "post_only")),
                                 .reduce_only = json_is_true(json_object_get(order, "reduce_only")),
                                 .buys = json_is_true(json_object_get(leg, "is_buying_asset")),
                                 .force = read_force(vectors_text(order, "time_in_force")),
                                 .nonce = (uint32_t)read_number(signature, "nonce"),
                                 .expiration_ns = read_number(signature, "expiration")};
    if (!vectors_true(
            vectors,
            hex_read_number(vectors_slice(instrument, "instrument_hash"), terms->asset, 32) &&
                read_scaled(vectors_slice(leg, "size"), (int)decimals, &terms->size) &&
                read_scaled(vectors_slice(leg, "limit_price"), GRVT_PRICE_DIGITS, &terms->price),
            "an order that cannot be read")) {
        return false;
    }
    // What fits our own numbers comes out of our own scaling.
    if (qty_parse(vectors_slice(leg, "size"), &size)) {
        (void)vectors_true(
            vectors, grvt_scale_size(size, (uint32_t)decimals, &scaled) && scaled == terms->size,
            "the size is scaled otherwise");
    }
    if (px_parse(vectors_slice(leg, "limit_price"), &price) && price.v % 1000 == 0) {
        (void)vectors_true(vectors, grvt_scale_price(price, &scaled) && scaled == terms->price,
                           "the price is scaled otherwise");
    }
    terms->price = terms->is_market ? 0 : terms->price;
    return true;
}

// The variant for orders with a builder's fee, which perpdesk does not send.
static void builder_digest(const struct grvt_terms *terms, const json_t *expected,
                           const uint8_t builder[ETH_ADDRESS_SIZE], const uint8_t domain[32],
                           uint8_t out[32]) {
    const json_t *message = json_object_get(expected, "message");
    uint8_t type[32], leg[32], legs[32], order[32];
    struct eip712 hash;
    eip712_text(vectors_text(expected, "encode_type"), type);
    grvt_leg_hash(terms, leg);
    keccak256((struct slice){(const char *)leg, 32}, legs);
    eip712_begin(&hash, type);
    eip712_uint(&hash, terms->sub_account);
    eip712_uint(&hash, terms->is_market);
    eip712_uint(&hash, terms->force);
    eip712_uint(&hash, terms->post_only);
    eip712_uint(&hash, terms->reduce_only);
    eip712_word(&hash, legs);
    eip712_address(&hash, builder);
    eip712_uint(&hash, (uint64_t)read_number(message, "builderFee"));
    eip712_uint(&hash, terms->nonce);
    eip712_int(&hash, terms->expiration_ns);
    eip712_end(&hash, order);
    eip712_digest(domain, order, out);
}

static void find_digest(struct vectors *vectors, const json_t *one, const struct grvt_terms *terms,
                        uint8_t digest[32]) {
    const json_t *expected = json_object_get(one, "expected");
    uint64_t chain = (uint64_t)vectors_int(one, "chain_id");
    uint8_t domain[32], builder[ETH_ADDRESS_SIZE];
    eip712_domain("GRVT Exchange", "0", chain, NULL, domain);
    (void)vectors_same_bytes(vectors, "domain", domain, 32,
                             vectors_text(expected, "domain_separator"));
    if (strcmp(vectors_text(expected, "primary_type"), "Order") != 0) {
        if (vectors_true(vectors,
                         hex_read(vectors_slice(json_object_get(expected, "message"), "builder"),
                                  builder, sizeof(builder)),
                         "no builder")) {
            builder_digest(terms, expected, builder, domain, digest);
        }
    } else {
        grvt_digest(terms, chain == 326, digest);
    }
    (void)vectors_same_bytes(vectors, "digest", digest, 32, vectors_text(expected, "digest"));
}

static void check_signed(struct vectors *vectors, const json_t *one, const uint8_t digest[32]) {
    const json_t *expected = json_object_get(one, "expected");
    uint8_t key[ETH_KEY_SIZE], address[ETH_ADDRESS_SIZE];
    struct sign_eth eth = {0};
    struct eth_signature signature;
    if (vectors_true(vectors,
                     hex_read(vectors_slice(one, "private_key"), key, sizeof(key)) &&
                         sign_eth_init(&eth, key) == STATUS_OK,
                     "no key")) {
        sign_eth(&eth, digest, &signature);
        (void)vectors_same_bytes(vectors, "r", signature.r, 32, vectors_text(expected, "r"));
        (void)vectors_same_bytes(vectors, "s", signature.s, 32, vectors_text(expected, "s"));
        (void)vectors_true(vectors, signature.v == vectors_int(expected, "v"), "v is another");
        (void)vectors_true(vectors, eth_recover(digest, &signature, address),
                           "our own signature is none");
        (void)vectors_same_bytes(vectors, "signer", address, sizeof(address),
                                 vectors_text(expected, "signer"));
    }
    sign_eth_finish(&eth);
}

static void check_recovered(struct vectors *vectors, const json_t *signature,
                            const uint8_t digest[32], const char *signer) {
    struct eth_signature told = {.v = (uint8_t)vectors_int(signature, "v")};
    uint8_t address[ETH_ADDRESS_SIZE];
    if (vectors_true(vectors,
                     hex_read(vectors_slice(signature, "r"), told.r, 32) &&
                         hex_read(vectors_slice(signature, "s"), told.s, 32) &&
                         eth_recover(digest, &told, address),
                     "the signature is none")) {
        (void)vectors_same_bytes(vectors, "signer", address, sizeof(address), signer);
    }
}

// ---- what the venue's own code sends -----------------------------------------------------------

static void ignore_event(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    (void)event;
}

// An account with its rules and a login, as answers would bring them.
static bool begin_account(struct vectors *vectors, struct vectors_account *account,
                          const json_t *one, const json_t *order, const char *sub_account) {
    char base[16], symbol[32], rules[256];
    const char *native =
        order != NULL ? vectors_text(leg_of(order), "instrument") : "BTC_USDT_Perp";
    const char *const symbols[] = {symbol, NULL};
    const char *key = vectors_text(one, "private_key");
    const struct slice secrets[OE_SECRETS_MAX] = {
        SLICE("key"),
        key[0] != '\0'
            ? slice_of(key)
            : SLICE("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"),
        slice_of(sub_account)};
    struct oe_sink ignore = {ignore_event};
    struct text symbol_text = TEXT_OVER(symbol), rules_text = TEXT_OVER(rules);
    struct oe_call call = {.kind = OE_RULES, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = 1};
    (void)string_copy(base, sizeof(base), (struct slice){native, strcspn(native, "_")});
    text_add_format(&symbol_text, "%s/USDT", base);
    if (!vectors_account_create(vectors, account, "grvt", symbols, secrets,
                                vectors_int(one, "chain_id") == 326)) {
        return false;
    }
    vectors_learn(account, 0, (struct px){1000}, (struct qty){1});
    if (order != NULL) {
        const json_t *instrument = instrument_of(one, order);
        text_add_format(&rules_text,
                        "{\"result\":[{\"instrument\":\"%s\",\"instrument_hash\":\"%s\","
                        "\"base_decimals\":%lld}]}",
                        native, vectors_text(instrument, "instrument_hash"),
                        (long long)vectors_int(instrument, "base_decimals"));
        grvt_oe.decode_answer(&account->oe, &call, 200, SLICE(""), text_slice(&rules_text),
                              &ignore);
    }
    call.kind = OE_LOGIN;
    grvt_oe.decode_answer(
        &account->oe, &call, 200,
        SLICE("Set-Cookie: gravity=sample123; Path=/; expires=Wed, 21 Oct 2026 07:28:00 GMT\r\n"
              "X-Grvt-Account-Id: kbAc342752835723\r\n"),
        SLICE("{\"location\":\"\",\"status\":\"success\"}"), &ignore);
    return true;
}

// The same numbers may be written with other zeros.
static void normalise(json_t *body) {
    static const char *const names[] = {"size", "limit_price"};
    json_t *leg = (json_t *)(uintptr_t)leg_of(json_object_get(body, "order"));
    for (size_t i = 0; leg != NULL && i < COUNT_OF(names); i++) {
        char data[64];
        struct text text = TEXT_OVER(data);
        int64_t value;
        if (decimal_parse(vectors_slice(leg, names[i]), PX_DIGITS, &value)) {
            decimal_print(&text, value, PX_DIGITS, 0, PX_DIGITS);
            (void)json_object_set_new(leg, names[i], json_string(data));
        }
    }
}

static void check_message(struct vectors *vectors, const struct vectors_account *account,
                          const json_t *one) {
    const struct oe_message *message = &account->message;
    char url_data[OE_PATH_MAX];
    struct text url = TEXT_OVER(url_data);
    json_error_t error;
    json_t *got = json_loadb(message->body.data, message->body.size, 0, &error);
    json_t *want = json_loads(vectors_text(one, "body"), 0, &error);
    normalise(got);
    normalise(want);
    text_add_string(&url, message->rest != NULL ? message->rest
                          : account->oe.testnet ? grvt_oe.testnet.rest
                                                : grvt_oe.mainnet.rest);
    text_add(&url, text_slice(&message->path));
    (void)vectors_same(vectors, "method", slice_of(message->method), vectors_slice(one, "method"));
    (void)vectors_same(vectors, "url", text_slice(&url), vectors_slice(one, "url"));
    (void)vectors_true(vectors, got != NULL && json_equal(got, want) == 1, message->body.data);
    if (json_object_get(one, "headers") != NULL) {
        (void)vectors_same(vectors, "headers", text_slice(&message->headers),
                           SLICE("Content-Type: application/json\nCookie: gravity=sample123\n"
                                 "X-Grvt-Account-Id: kbAc342752835723\n"));
    }
    json_decref(got);
    json_decref(want);
}

// False: an order perpdesk does not send.
static bool read_call(const json_t *order, struct oe_call *call) {
    enum grvt_force force = read_force(vectors_text(order, "time_in_force"));
    const json_t *leg = leg_of(order), *signature = json_object_get(order, "signature");
    const json_t *metadata = json_object_get(order, "metadata");
    *call = (struct oe_call){
        .kind = OE_PLACE,
        .tag = 1,
        .order = {.side =
                      json_is_true(json_object_get(leg, "is_buying_asset")) ? SIDE_BUY : SIDE_SELL,
                  .kind = json_is_true(json_object_get(order, "post_only")) ? OE_POST_ONLY
                          : force == GRVT_IOC                               ? OE_IOC
                                                                            : OE_GTC,
                  .reduce_only = json_is_true(json_object_get(order, "reduce_only"))},
        .client_id = vectors_slice(metadata, "client_order_id"),
        .now_ns = read_number(signature, "expiration") - 24 * 3600 * NS_PER_S,
        .random = (uint64_t)read_number(signature, "nonce")};
    return !json_is_true(json_object_get(order, "is_market")) &&
           (force == GRVT_GTT || force == GRVT_IOC) &&
           json_object_get(metadata, "trigger") == NULL &&
           json_object_get(order, "builder") == NULL &&
           qty_parse(vectors_slice(leg, "size"), &call->order.size) &&
           px_parse(vectors_slice(leg, "limit_price"), &call->order.price);
}

static void check_encoded(struct vectors *vectors, const json_t *one, const json_t *order) {
    static struct vectors_account account;
    struct oe_call call;
    if (!read_call(order, &call)) {
        return;
    }
    if (begin_account(vectors, &account, one, order, vectors_text(order, "sub_account_id")) &&
        vectors_true(vectors, oe_encode(&account.oe, &call, &account.message) == STATUS_OK,
                     status_text())) {
        check_message(vectors, &account, one);
    }
    vectors_account_finish(&account);
}

static void run_orders(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        const json_t *order = json_object_get(one, "order");
        const json_t *expected = json_object_get(one, "expected");
        struct grvt_terms terms;
        uint8_t digest[32], leg[32];
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        if (read_terms(vectors, one, order, &terms)) {
            grvt_leg_hash(&terms, leg);
            (void)vectors_same_bytes(vectors, "leg", leg, 32,
                                     json_string_value(json_array_get(
                                         json_object_get(expected, "leg_struct_hashes"), 0)));
            find_digest(vectors, one, &terms, digest);
            if (strcmp(vectors_text(one, "kind"), "recover") == 0) {
                check_recovered(vectors, json_object_get(order, "signature"), digest,
                                vectors_text(expected, "recovered_signer"));
            } else {
                check_signed(vectors, one, digest);
            }
            if (json_object_get(one, "body") != NULL) {
                check_encoded(vectors, one, order);
            }
        }
        vectors_end(vectors);
    }
}

// ---- requests of a peer ------------------------------------------------------------------------

// A wallet's login: signed by the same means, though perpdesk logs in by API key.
static void check_wallet(struct vectors *vectors, const json_t *one, const json_t *body) {
    const json_t *signature = json_object_get(body, "signature");
    uint8_t type[32], domain[32], login[32], digest[32], signer[ETH_ADDRESS_SIZE];
    struct eip712 hash;
    if (!vectors_true(vectors, hex_read(vectors_slice(body, "address"), signer, sizeof(signer)),
                      "no address")) {
        return;
    }
    eip712_domain("GRVT Exchange", "0", (uint64_t)vectors_int(one, "chain_id"), NULL, domain);
    eip712_text(vectors_text(one, "encode_type"), type);
    eip712_begin(&hash, type);
    eip712_address(&hash, signer);
    eip712_uint(&hash, (uint64_t)read_number(signature, "nonce"));
    eip712_int(&hash, read_number(signature, "expiration"));
    eip712_end(&hash, login);
    eip712_digest(domain, login, digest);
    (void)vectors_same_bytes(vectors, "digest", digest, 32, vectors_text(one, "digest"));
    check_recovered(vectors, signature, digest, vectors_text(body, "address"));
}

static void check_order_request(struct vectors *vectors, const json_t *one, const json_t *body) {
    const json_t *order = json_object_get(body, "order");
    struct grvt_terms terms;
    uint8_t digest[32];
    if (read_terms(vectors, one, order, &terms)) {
        grvt_digest(&terms, vectors_int(one, "chain_id") == 326, digest);
        (void)vectors_same_bytes(vectors, "digest", digest, 32, vectors_text(one, "digest"));
        check_recovered(vectors, json_object_get(order, "signature"), digest,
                        vectors_text(json_object_get(order, "signature"), "signer"));
        check_encoded(vectors, one, order);
    }
}

static void check_account_request(struct vectors *vectors, const json_t *one, const json_t *body,
                                  enum oe_call_kind kind) {
    static struct vectors_account account;
    struct oe_call call = {
        .kind = kind,
        .tag = 1,
        .symbol = json_object_get(body, "base") != NULL || kind == OE_QUERY ? 0 : OE_SYMBOL_NONE,
        .venue_id = vectors_slice(body, "order_id"),
        .now_ns = NS_PER_S};
    if (begin_account(vectors, &account, one, NULL, vectors_text(body, "sub_account_id")) &&
        vectors_true(vectors, oe_encode(&account.oe, &call, &account.message) == STATUS_OK,
                     status_text())) {
        check_message(vectors, &account, one);
    }
    vectors_account_finish(&account);
}

static enum oe_call_kind kind_of(const char *path) {
    static const struct {
        const char *path;
        enum oe_call_kind kind;
    } rows[] = {{"cancel_all_orders", OE_CANCEL_ALL},
                {"positions", OE_POSITIONS},
                {"account_summary", OE_BALANCES},
                {"order", OE_QUERY}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(path, rows[i].path) == 0) {
            return rows[i].kind;
        }
    }
    return OE_CALL_KIND_COUNT;
}

static void run_ccxt(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_error_t error;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        const char *slash = strrchr(vectors_text(one, "url"), '/');
        const char *path = slash != NULL ? slash + 1 : "";
        enum oe_call_kind kind = kind_of(path);
        json_t *body = json_loads(vectors_text(one, "body"), 0, &error);
        vectors_begin(vectors, one, i, vectors_text(one, "name"));
        if (strcmp(path, "login") == 0) {
            check_wallet(vectors, one, body);
        } else if (strcmp(path, "create_order") == 0) {
            check_order_request(vectors, one, body);
        } else if (kind != OE_CALL_KIND_COUNT) {
            check_account_request(vectors, one, body, kind);
        } else {
            vectors_skip(vectors, "perpdesk takes books and rates from the streams");
            json_decref(body);
            continue;
        }
        vectors_end(vectors);
        json_decref(body);
    }
}

const struct vectors_format vectors_grvt[] = {
    {"order_sdk.json", run_orders},
    {"order_more.json", run_orders},
    {"order_live_recover.json", run_orders},
    {"ccxt_requests.json", run_ccxt},
    {NULL, NULL},
};
