#include "exchanges/lighter_tx.h"

#include <inttypes.h>

#include "base/decimal.h"
#include "base/json.h"
#include "exchanges/bytes_text.h"
#include "exchanges/hash_poseidon2.h"

enum {
    HEAD_SIZE = 6,
    ELEMENTS_MAX = HEAD_SIZE + 2 * LIGHTER_TX_FIELDS_MAX,
    DIGEST_SIZE = 4, // of a hash of an order
};

// Parts that only a few types have.
enum {
    FORM_ORDERS = 1,     // a list of orders
    FORM_MEMO = 2,       // 32 bytes
    FORM_PUBLIC_KEY = 4, // its five fields are one key in the JSON
    FORM_L1_EARLY = 8,   // the wallet's signature, before ExpiredAt
    FORM_L1_LATE = 16,   // or after Sig
    FORM_FROM = 32,      // the account is named FromAccountIndex
};

// A name that begins with '+' is of an amount, hashed as two halves of 32 bits, the low one first.
struct form {
    enum lighter_tx_type type;
    unsigned parts;
    const char *fields[LIGHTER_TX_FIELDS_MAX];
};

#define ORDER_FIELDS                                                                               \
    "MarketIndex", "ClientOrderIndex", "BaseAmount", "Price", "IsAsk", "Type", "TimeInForce",      \
        "ReduceOnly", "TriggerPrice", "OrderExpiry"

static const char *const order_fields[LIGHTER_ORDER_FIELDS] = {ORDER_FIELDS};

static const struct form forms[] = {
    {LIGHTER_CHANGE_PUB_KEY, FORM_PUBLIC_KEY | FORM_L1_EARLY, {"0", "1", "2", "3", "4"}},
    {LIGHTER_CREATE_SUB_ACCOUNT, 0, {NULL}},
    {LIGHTER_CREATE_PUBLIC_POOL, 0, {"OperatorFee", "InitialTotalShares", "MinOperatorShareRate"}},
    {LIGHTER_UPDATE_PUBLIC_POOL,
     0,
     {"PublicPoolIndex", "Status", "OperatorFee", "MinOperatorShareRate"}},
    {LIGHTER_TRANSFER,
     FORM_MEMO | FORM_L1_LATE | FORM_FROM,
     {"ToAccountIndex", "AssetIndex", "FromRouteType", "ToRouteType", "+Amount", "+USDCFee"}},
    {LIGHTER_WITHDRAW, FORM_FROM, {"AssetIndex", "RouteType", "+Amount"}},
    {LIGHTER_CREATE_ORDER, 0, {ORDER_FIELDS}},
    {LIGHTER_CANCEL_ORDER, 0, {"MarketIndex", "Index"}},
    {LIGHTER_CANCEL_ALL_ORDERS, 0, {"TimeInForce", "Time"}},
    {LIGHTER_MODIFY_ORDER, 0, {"MarketIndex", "Index", "BaseAmount", "Price", "TriggerPrice"}},
    {LIGHTER_MINT_SHARES, 0, {"PublicPoolIndex", "ShareAmount"}},
    {LIGHTER_BURN_SHARES, 0, {"PublicPoolIndex", "ShareAmount"}},
    {LIGHTER_UPDATE_LEVERAGE, 0, {"MarketIndex", "InitialMarginFraction", "MarginMode"}},
    {LIGHTER_CREATE_GROUPED_ORDERS, FORM_ORDERS, {"GroupingType"}},
    {LIGHTER_UPDATE_MARGIN, 0, {"MarketIndex", "+USDCAmount", "Direction"}},
    {LIGHTER_STAKE_ASSETS, 0, {"StakingPoolIndex", "ShareAmount"}},
    {LIGHTER_UNSTAKE_ASSETS, 0, {"StakingPoolIndex", "ShareAmount"}},
    {LIGHTER_UPDATE_ACCOUNT_CONFIG, 0, {"AccountTradingMode"}},
    {LIGHTER_UPDATE_ACCOUNT_ASSET_CONFIG, 0, {"AssetIndex", "AssetMarginMode"}},
    {LIGHTER_APPROVE_INTEGRATOR,
     FORM_L1_LATE,
     {"IntegratorAccountIndex", "MaxPerpsTakerFee", "MaxPerpsMakerFee", "MaxSpotTakerFee",
      "MaxSpotMakerFee", "ApprovalExpiry"}},
};

static const struct form *form_of(int64_t type) {
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if ((int64_t)forms[i].type == type) {
            return &forms[i];
        }
    }
    return NULL;
}

static const struct form *known_form(const struct lighter_tx *tx) {
    const struct form *form = form_of(tx->type);
    ASSERT(form != NULL && tx->attribute_count <= LIGHTER_TX_ATTRIBUTES_MAX &&
           tx->order_count <= LIGHTER_TX_ORDERS_MAX);
    return form;
}

bool lighter_tx_is_known(int64_t type) {
    return form_of(type) != NULL;
}

static bool is_field(const struct form *form, size_t i) {
    return i < LIGHTER_TX_FIELDS_MAX && form->fields[i] != NULL;
}

static bool is_amount(const char *field) {
    return field[0] == '+';
}

static const char *account_name(const struct form *form) {
    return (form->parts & FORM_FROM) != 0 ? "FromAccountIndex" : "AccountIndex";
}

static const char *field_name(const char *field) {
    return is_amount(field) ? field + 1 : field;
}

// ---- what is hashed ----------------------------------------------------------------------------

// All orders as one digest: the first one's, then each further one's joined to it.
static void hash_orders(const struct lighter_tx *tx, uint64_t digest[DIGEST_SIZE]) {
    uint64_t both[2 * DIGEST_SIZE];
    poseidon2_hash(tx->orders[0], LIGHTER_ORDER_FIELDS, digest, DIGEST_SIZE);
    for (uint32_t i = 1; i < tx->order_count; i++) {
        memcpy(both, digest, DIGEST_SIZE * sizeof(both[0]));
        poseidon2_hash(tx->orders[i], LIGHTER_ORDER_FIELDS, both + DIGEST_SIZE, DIGEST_SIZE);
        poseidon2_hash(both, COUNT_OF(both), digest, DIGEST_SIZE);
    }
}

static struct fp5 body_hash(const struct form *form, const struct lighter_tx *tx, uint32_t chain) {
    uint64_t elements[ELEMENTS_MAX] = {chain,       tx->type,   tx->nonce, tx->expired_at_ms,
                                       tx->account, tx->api_key};
    size_t count = HEAD_SIZE;
    for (size_t i = 0; is_field(form, i); i++) {
        if (is_amount(form->fields[i])) {
            elements[count++] = tx->fields[i] & UINT32_MAX;
            elements[count++] = tx->fields[i] >> 32;
        } else {
            elements[count++] = tx->fields[i];
        }
    }
    if ((form->parts & FORM_ORDERS) != 0) {
        hash_orders(tx, elements + count);
        count += DIGEST_SIZE;
    }
    return poseidon2_fp5(elements, count);
}

// An attribute with this value is as good as absent.
static uint64_t nil_value(uint8_t type) {
    return type == LIGHTER_ATTRIBUTE_CANCEL_MARKET ? 255 : 0;
}

struct fp5 lighter_tx_hash(const struct lighter_tx *tx, uint32_t chain) {
    struct fp5 body = body_hash(known_form(tx), tx, chain);
    uint64_t pairs[2 * LIGHTER_TX_ATTRIBUTES_MAX] = {0}, elements[2 * FP5_DEGREE];
    size_t count = 0;
    for (uint32_t i = 0; i < tx->attribute_count; i++) {
        const struct lighter_attribute *attribute = &tx->attributes[i];
        if (attribute->value != nil_value(attribute->type)) {
            pairs[count++] = attribute->type;
            pairs[count++] = attribute->value;
        }
    }
    if (count == 0) {
        return body;
    }
    memcpy(elements, body.c, sizeof(body.c));
    poseidon2_hash(pairs, COUNT_OF(pairs), elements + FP5_DEGREE, FP5_DEGREE);
    return poseidon2_fp5(elements, COUNT_OF(elements));
}

// ---- writing -----------------------------------------------------------------------------------

static void add_number(struct text *out, char separator, const char *name, uint64_t value) {
    text_add_format(out, "%c\"%s\":%" PRIu64, separator, name, value);
}

static void add_base64(struct text *out, const char *name, const uint8_t *bytes, size_t size) {
    text_add_format(out, ",\"%s\":\"", name);
    base64_add(out, bytes, size);
    text_add_char(out, '"');
}

static void add_public_key(struct text *out, const struct lighter_tx *tx) {
    struct fp5 key;
    uint8_t bytes[FP5_SIZE];
    memcpy(key.c, tx->fields, sizeof(key.c));
    fp5_to_bytes(key, bytes);
    add_base64(out, "PubKey", bytes, sizeof(bytes));
}

static void add_orders(struct text *out, const struct lighter_tx *tx) {
    text_add(out, SLICE(",\"Orders\":["));
    for (uint32_t i = 0; i < tx->order_count; i++) {
        text_add(out, i > 0 ? SLICE(",") : SLICE(""));
        for (size_t j = 0; j < LIGHTER_ORDER_FIELDS; j++) {
            add_number(out, j > 0 ? ',' : '{', order_fields[j], tx->orders[i][j]);
        }
        text_add_char(out, '}');
    }
    text_add_char(out, ']');
}

static void add_memo(struct text *out, const struct lighter_tx *tx) {
    text_add(out, SLICE(",\"Memo\":["));
    for (size_t i = 0; i < LIGHTER_TX_MEMO_SIZE; i++) {
        text_add_format(out, i > 0 ? ",%u" : "%u", tx->memo[i]);
    }
    text_add_char(out, ']');
}

static void add_attributes(struct text *out, const struct lighter_tx *tx) {
    text_add(out, SLICE(",\"L2TxAttributes\":"));
    if (tx->attribute_count == 0) {
        text_add(out, SLICE("null"));
        return;
    }
    for (uint32_t i = 0; i < tx->attribute_count; i++) {
        text_add_format(out, "%c\"%u\":%" PRIu64, i > 0 ? ',' : '{', tx->attributes[i].type,
                        tx->attributes[i].value);
    }
    text_add_char(out, '}');
}

void lighter_tx_write(const struct lighter_tx *tx, const uint8_t signature[SCHNORR_SIGNATURE_SIZE],
                      struct text *out) {
    const struct form *form = known_form(tx);
    add_number(out, '{', account_name(form), tx->account);
    add_number(out, ',', "ApiKeyIndex", tx->api_key);
    if ((form->parts & FORM_PUBLIC_KEY) != 0) {
        add_public_key(out, tx);
    } else {
        for (size_t i = 0; is_field(form, i); i++) {
            add_number(out, ',', field_name(form->fields[i]), tx->fields[i]);
        }
    }
    if ((form->parts & FORM_ORDERS) != 0) {
        add_orders(out, tx);
    }
    if ((form->parts & FORM_MEMO) != 0) {
        add_memo(out, tx);
    }
    text_add(out, (form->parts & FORM_L1_EARLY) != 0 ? SLICE(",\"L1Sig\":\"\"") : SLICE(""));
    add_number(out, ',', "ExpiredAt", tx->expired_at_ms);
    add_number(out, ',', "Nonce", tx->nonce);
    add_base64(out, "Sig", signature, SCHNORR_SIGNATURE_SIZE);
    text_add(out, (form->parts & FORM_L1_LATE) != 0 ? SLICE(",\"L1Sig\":\"\"") : SLICE(""));
    add_attributes(out, tx);
    text_add_char(out, '}');
}

// ---- reading -----------------------------------------------------------------------------------

static bool read_number(struct json *r, uint64_t *out) {
    int64_t value = -1;
    bool good = json_peek(r) == JSON_NUMBER && json_int(r, &value) && value >= 0;
    *out = good ? (uint64_t)value : 0;
    return good;
}

static bool read_base64(struct json *r, uint8_t *out, size_t size) {
    struct slice raw;
    size_t got;
    return json_string(r, &raw) && base64_read(raw, out, size, &got) && got == size;
}

static bool read_public_key(struct json *r, struct lighter_tx *tx) {
    uint8_t bytes[FP5_SIZE];
    struct fp5 key;
    if (!read_base64(r, bytes, sizeof(bytes)) || !fp5_from_bytes(bytes, &key)) {
        return false;
    }
    memcpy(tx->fields, key.c, sizeof(key.c));
    return true;
}

// The place of a name among `names`, -1 when it is none of them.
static int place_of(struct slice name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count && names[i] != NULL; i++) {
        if (slice_equals(name, slice_of(field_name(names[i])))) {
            return (int)i;
        }
    }
    return -1;
}

// Each name once and none missing.
static bool read_order(struct json *r, uint64_t order[LIGHTER_ORDER_FIELDS]) {
    struct slice key;
    uint32_t seen = 0;
    if (!json_object_begin(r)) {
        return false;
    }
    while (json_object_next(r, &key)) {
        int place = place_of(key, order_fields, LIGHTER_ORDER_FIELDS);
        if (place < 0 || (seen >> place & 1) != 0 || !read_number(r, &order[place])) {
            return false;
        }
        seen |= 1U << place;
    }
    return !r->failed && seen == (1U << LIGHTER_ORDER_FIELDS) - 1;
}

static bool read_orders(struct json *r, struct lighter_tx *tx) {
    if (!json_array_begin(r)) {
        return false;
    }
    while (json_array_next(r)) {
        if (tx->order_count == LIGHTER_TX_ORDERS_MAX ||
            !read_order(r, tx->orders[tx->order_count++])) {
            return false;
        }
    }
    return !r->failed && tx->order_count > 0;
}

static bool read_memo(struct json *r, struct lighter_tx *tx) {
    uint64_t byte;
    size_t count = 0;
    if (!json_array_begin(r)) {
        return false;
    }
    while (json_array_next(r)) {
        if (count == LIGHTER_TX_MEMO_SIZE || !read_number(r, &byte) || byte > UINT8_MAX) {
            return false;
        }
        tx->memo[count++] = (uint8_t)byte;
    }
    return !r->failed && count == LIGHTER_TX_MEMO_SIZE;
}

// By rising type, as everybody writes them; what is hashed is in that order.
static bool read_attributes(struct json *r, struct lighter_tx *tx) {
    struct slice key;
    int64_t type, last = 0;
    if (json_null(r)) {
        return true;
    }
    if (!json_object_begin(r)) {
        return false;
    }
    while (json_object_next(r, &key)) {
        struct lighter_attribute *attribute = &tx->attributes[tx->attribute_count];
        if (tx->attribute_count == LIGHTER_TX_ATTRIBUTES_MAX || !decimal_parse(key, 0, &type) ||
            type <= last || type > LIGHTER_ATTRIBUTE_SELF_TRADE_EQUALITY ||
            !read_number(r, &attribute->value)) {
            return false;
        }
        attribute->type = (uint8_t)type;
        last = type;
        tx->attribute_count++;
    }
    return !r->failed;
}

// Members by number, each to be there once: the fields of the form, and then these.
enum {
    MEMBER_ACCOUNT = LIGHTER_TX_FIELDS_MAX,
    MEMBER_API_KEY,
    MEMBER_EXPIRED_AT,
    MEMBER_NONCE,
    MEMBER_SIG,
    MEMBER_PUB_KEY,
    MEMBER_ORDERS,
    MEMBER_MEMO,
    MEMBER_L1_SIG,
    MEMBER_ATTRIBUTES,
    MEMBER_COUNT,
};

static int member_of(const struct form *form, struct slice key) {
    static const char *const names[] = {
        [MEMBER_API_KEY - MEMBER_API_KEY] = "ApiKeyIndex",
        [MEMBER_EXPIRED_AT - MEMBER_API_KEY] = "ExpiredAt",
        [MEMBER_NONCE - MEMBER_API_KEY] = "Nonce",
        [MEMBER_SIG - MEMBER_API_KEY] = "Sig",
        [MEMBER_PUB_KEY - MEMBER_API_KEY] = "PubKey",
        [MEMBER_ORDERS - MEMBER_API_KEY] = "Orders",
        [MEMBER_MEMO - MEMBER_API_KEY] = "Memo",
        [MEMBER_L1_SIG - MEMBER_API_KEY] = "L1Sig",
        [MEMBER_ATTRIBUTES - MEMBER_API_KEY] = "L2TxAttributes",
    };
    if (slice_equals(key, slice_of(account_name(form)))) {
        return MEMBER_ACCOUNT;
    }
    int place = place_of(key, names, COUNT_OF(names));
    return place >= 0 ? MEMBER_API_KEY + place
           : (form->parts & FORM_PUBLIC_KEY) != 0
               ? -1
               : place_of(key, form->fields, LIGHTER_TX_FIELDS_MAX);
}

static bool read_member(struct json *r, int member, struct lighter_tx *tx,
                        uint8_t signature[SCHNORR_SIGNATURE_SIZE]) {
    switch (member) {
    case MEMBER_ACCOUNT:
        return read_number(r, &tx->account);
    case MEMBER_API_KEY:
        return read_number(r, &tx->api_key);
    case MEMBER_EXPIRED_AT:
        return read_number(r, &tx->expired_at_ms);
    case MEMBER_NONCE:
        return read_number(r, &tx->nonce);
    case MEMBER_SIG:
        return read_base64(r, signature, SCHNORR_SIGNATURE_SIZE);
    case MEMBER_PUB_KEY:
        return read_public_key(r, tx);
    case MEMBER_ORDERS:
        return read_orders(r, tx);
    case MEMBER_MEMO:
        return read_memo(r, tx);
    case MEMBER_L1_SIG:
        return json_skip(r);
    case MEMBER_ATTRIBUTES:
        return read_attributes(r, tx);
    default:
        return read_number(r, &tx->fields[member]);
    }
}

// The attributes are optional: older signers have none; and nobody asks for the wallet's signature.
static uint32_t members_needed(const struct form *form) {
    uint32_t needed = 1U << MEMBER_ACCOUNT | 1U << MEMBER_API_KEY | 1U << MEMBER_EXPIRED_AT |
                      1U << MEMBER_NONCE | 1U << MEMBER_SIG;
    needed |= (form->parts & FORM_ORDERS) != 0 ? 1U << MEMBER_ORDERS : 0;
    needed |= (form->parts & FORM_MEMO) != 0 ? 1U << MEMBER_MEMO : 0;
    if ((form->parts & FORM_PUBLIC_KEY) != 0) {
        return needed | 1U << MEMBER_PUB_KEY;
    }
    for (size_t i = 0; is_field(form, i); i++) {
        needed |= 1U << i;
    }
    return needed;
}

bool lighter_tx_read(int64_t type, struct slice json, struct lighter_tx *out,
                     uint8_t signature[SCHNORR_SIGNATURE_SIZE]) {
    const struct form *form = form_of(type);
    struct json r;
    struct slice key;
    uint32_t seen = 0;
    if (form == NULL) {
        return false;
    }
    *out = (struct lighter_tx){.type = form->type};
    uint32_t needed = members_needed(form);
    uint32_t allowed = needed | 1U << MEMBER_ATTRIBUTES | 1U << MEMBER_L1_SIG;
    json_init(&r, json);
    if (!json_object_begin(&r)) {
        return false;
    }
    while (json_object_next(&r, &key)) {
        int member = member_of(form, key);
        if (member < 0 || (allowed & ~seen & 1U << member) == 0 ||
            !read_member(&r, member, out, signature)) {
            return false;
        }
        seen |= 1U << member;
    }
    return json_end(&r) && (seen & needed) == needed;
}
