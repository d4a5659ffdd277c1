// SHA256() is one of the functions that OpenSSL 3.0 calls deprecated: see sign_hmac.c.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "exchanges/edgex_sign.h"

#include <openssl/crypto.h>

#include "base/json.h"
#include "exchanges/bytes_text.h"
#include "exchanges/eip712.h"

__extension__ typedef unsigned __int128 wide;

// ---- requests ----------------------------------------------------------------------------------

bool edgex_hmac_init(struct sign_hmac *hmac, struct slice secret) {
    char key_data[(EDGEX_SECRET_MAX + 2) / 3 * 4 + 1];
    struct text key = TEXT_OVER(key_data);
    if (secret.size == 0 || secret.size > EDGEX_SECRET_MAX) {
        return false;
    }
    base64_add(&key, (const uint8_t *)secret.data, secret.size);
    sign_hmac_init(hmac, text_slice(&key));
    OPENSSL_cleanse(key_data, sizeof(key_data));
    return true;
}

enum { PREHASH_MAX = 8192 };

void edgex_sign_request(const struct sign_hmac *hmac, struct slice time_ms, struct slice method,
                        struct slice path, struct slice folded, char out[SIGN_HMAC_HEX_SIZE]) {
    char prehash_data[PREHASH_MAX];
    struct text prehash = TEXT_OVER(prehash_data);
    text_add(&prehash, time_ms);
    text_add(&prehash, method);
    text_add(&prehash, path);
    text_add(&prehash, folded);
    ASSERT(!prehash.truncated); // whoever calls has bounded the parts
    sign_hmac_hex(hmac, text_slice(&prehash), out);
}

enum { FOLD_DEPTH_MAX = 4, FOLD_MEMBERS_MAX = 40 };

struct member {
    struct slice key;
    struct json value; // stands on it
};

static bool key_before(struct slice a, struct slice b) {
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    return order != 0 ? order < 0 : a.size < b.size;
}

// Sorted as they come. SIZE_MAX: too many, or no object.
static size_t read_members(struct json *r, struct member members[FOLD_MEMBERS_MAX]) {
    size_t count = 0;
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (count == FOLD_MEMBERS_MAX) {
            return SIZE_MAX;
        }
        size_t at = count++;
        while (at > 0 && key_before(key, members[at - 1].key)) {
            members[at] = members[at - 1];
            at--;
        }
        members[at] = (struct member){key, *r};
        json_skip(r);
    }
    return r->failed ? SIZE_MAX : count;
}

static bool fold_value(struct json *r, int depth, struct text *out);

static bool fold_object(struct json *r, int depth, struct text *out) {
    struct member members[FOLD_MEMBERS_MAX];
    size_t count = read_members(r, members);
    bool good = count != SIZE_MAX;
    for (size_t i = 0; good && i < count; i++) {
        text_add(out, i > 0 ? SLICE("&") : SLICE(""));
        good = json_string_decode(members[i].key, out);
        text_add_char(out, '=');
        good = good && fold_value(&members[i].value, depth + 1, out);
    }
    return good;
}

static bool fold_list(struct json *r, int depth, struct text *out) {
    bool first = true;
    json_array_begin(r);
    while (json_array_next(r)) {
        text_add(out, first ? SLICE("") : SLICE("&"));
        if (!fold_value(r, depth + 1, out)) {
            return false;
        }
        first = false;
    }
    return !r->failed;
}

static bool fold_value(struct json *r, int depth, struct text *out) {
    struct slice text;
    bool flag;
    if (depth > FOLD_DEPTH_MAX) {
        return false;
    }
    switch (json_peek(r)) {
    case JSON_OBJECT:
        return fold_object(r, depth, out);
    case JSON_ARRAY:
        return fold_list(r, depth, out);
    case JSON_STRING:
        return json_string(r, &text) && json_string_decode(text, out);
    case JSON_NUMBER:
        if (!json_number(r, &text)) {
            return false;
        }
        text_add(out, text);
        return true;
    case JSON_BOOL:
        if (!json_bool(r, &flag)) {
            return false;
        }
        text_add(out, flag ? SLICE("true") : SLICE("false"));
        return true;
    case JSON_NULL:
        return json_null(r);
    case JSON_NONE:
    default:
        return false;
    }
}

bool edgex_fold(struct slice json, struct text *out) {
    struct json r;
    json_init(&r, json);
    return fold_value(&r, 0, out) && json_end(&r) && !out->truncated;
}

// ---- orders ------------------------------------------------------------------------------------

void edgex_domain(uint64_t chain_id, const uint8_t contract[ETH_ADDRESS_SIZE],
                  struct edgex_domain *out) {
#define BASE_TYPE                                                                                  \
    "OrderBase(uint256 nonce,address signer,uint64 accountId,uint256 expirationTimestamp)"
    eip712_domain("EdgeX", "1", chain_id, contract, out->separator);
    eip712_text(BASE_TYPE, out->base_type);
    eip712_text("LimitOrderParams(OrderBase base,int256 amountSynthetic,int256 amountCollateral,"
                "uint256 amountFee,uint64 assetIdSynthetic,uint64 assetIdCollateral,"
                "bool isBuyingSynthetic,bytes32 parentOrderHash,uint256 subOrderIndex)" BASE_TYPE,
                out->order_type);
#undef BASE_TYPE
}

uint32_t edgex_nonce(struct slice client_id) {
    uint8_t digest[SHA256_DIGEST_LENGTH];
    (void)SHA256((const unsigned char *)client_id.data, client_id.size, digest);
    return (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 |
           digest[3];
}

// A price times a size has twenty digits after the point; half of them is what 64 bits print.
#define HALF_SCALE  UINT64_C(10000000000)
#define VALUE_SCALE ((wide)HALF_SCALE * HALF_SCALE)
_Static_assert(PX_DIGITS + QTY_DIGITS == 20, "scale of a value");

static void print_value(wide value, char out[EDGEX_VALUE_TEXT]) {
    struct text text = text_over(out, EDGEX_VALUE_TEXT);
    wide rest = value % VALUE_SCALE;
    text_add_format(&text, "%llu.%010llu%010llu", (unsigned long long)(value / VALUE_SCALE),
                    (unsigned long long)(rest / HALF_SCALE),
                    (unsigned long long)(rest % HALF_SCALE));
    size_t size = text.size;
    while (out[size - 1] == '0') {
        size--;
    }
    out[out[size - 1] == '.' ? size - 1 : size] = '\0';
}

static bool fits(wide value, uint64_t *out) {
    *out = (uint64_t)value;
    return value <= INT64_MAX; // a signed member of the order, too
}

// Up to a whole unit: the part below the point is rounded up first, which changes nothing in the
// end and keeps every product below 2^127.
static bool limit_fee(wide value, struct rate rate, uint64_t *out) {
    wide whole = value / VALUE_SCALE, rest = value % VALUE_SCALE, share = (wide)rate.v;
    wide parts = whole * share + (rest * share + VALUE_SCALE - 1) / VALUE_SCALE;
    _Static_assert(RATE_DIGITS == PX_DIGITS, "a rate is in units of 1e-12");
    return fits((parts + PX_ONE - 1) / PX_ONE, out);
}

bool edgex_amounts(const struct edgex_rules *rules, struct px price, struct qty size,
                   struct edgex_order *out) {
    ASSERT(price.v > 0 && size.v > 0 && rules->fee.v >= 0 && rules->fee.v <= PX_ONE &&
           rules->resolution <= EDGEX_RESOLUTION_MAX &&
           rules->coin_resolution <= EDGEX_RESOLUTION_MAX);
    wide value = (wide)price.v * (wide)size.v;
    wide whole = value / VALUE_SCALE, rest = value % VALUE_SCALE, scale = rules->coin_resolution;
    print_value(value, out->value_text);
    out->contract = rules->contract;
    out->coin = rules->coin;
    return fits((wide)size.v * rules->resolution / QTY_ONE, &out->synthetic) &&
           fits(whole * scale + rest * scale / VALUE_SCALE, &out->collateral) &&
           limit_fee(value, rules->fee, &out->fee_whole) && fits(out->fee_whole * scale, &out->fee);
}

void edgex_order_digest(const struct edgex_domain *domain, const struct edgex_order *order,
                        const uint8_t signer[ETH_ADDRESS_SIZE], uint8_t out[ETH_HASH_SIZE]) {
    static const uint8_t no_parent[32];
    uint8_t base[ETH_HASH_SIZE], whole[ETH_HASH_SIZE];
    struct eip712 hash;
    eip712_begin(&hash, domain->base_type);
    eip712_uint(&hash, order->nonce);
    eip712_address(&hash, signer);
    eip712_uint(&hash, order->account);
    eip712_uint(&hash, order->expires_s);
    eip712_end(&hash, base);
    eip712_begin(&hash, domain->order_type);
    eip712_word(&hash, base);
    eip712_uint(&hash, order->synthetic);
    eip712_uint(&hash, order->collateral);
    eip712_uint(&hash, order->fee);
    eip712_uint(&hash, order->contract);
    eip712_uint(&hash, order->coin);
    eip712_uint(&hash, order->buys);
    eip712_word(&hash, no_parent);
    eip712_uint(&hash, 0);
    eip712_end(&hash, whole);
    eip712_digest(domain->separator, whole, out);
}

void edgex_signature_write(const struct eth_signature *signature, char out[EDGEX_SIGNATURE_TEXT]) {
    struct text text = text_over(out, EDGEX_SIGNATURE_TEXT);
    hex_add(&text, signature->r, sizeof(signature->r));
    hex_add(&text, signature->s, sizeof(signature->s));
    hex_add(&text, &signature->v, 1);
}

bool edgex_signature_read(struct slice text, struct eth_signature *out) {
    uint8_t bytes[65];
    if (!hex_read(text, bytes, sizeof(bytes))) {
        return false;
    }
    memcpy(out->r, bytes, 32);
    memcpy(out->s, bytes + 32, 32);
    out->v = bytes[64];
    return true;
}
