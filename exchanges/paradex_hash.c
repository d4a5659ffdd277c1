#include "exchanges/paradex_hash.h"

#include "exchanges/hash_starknet.h"

#define ORDER_FIELDS "timestamp:felt,market:felt,side:felt,orderType:felt,size:felt,price:felt"

enum { DOMAIN_VERSION = 1, SIDE_NUMBER_BUY = 1, SIDE_NUMBER_SELL = 2 };

static struct pedersen of_type(const char *type) {
    struct pedersen start;
    pedersen_init(&start);
    pedersen_add(&start, starknet_keccak(slice_of(type)));
    return start;
}

enum status paradex_hash_init(struct paradex_hash *hash, struct slice chain_id,
                              struct felt account) {
    struct felt chain;
    if (!felt_from_short_string(chain_id, &chain)) {
        return status_fail(STATUS_CONFIG, "the chain id is longer than 31 characters");
    }
    struct pedersen domain = of_type("StarkNetDomain(name:felt,chainId:felt,version:felt)");
    pedersen_add(&domain, starknet_word("Paradex"));
    pedersen_add(&domain, chain);
    pedersen_add(&domain, felt_from_u64(DOMAIN_VERSION));
    pedersen_init(&hash->message);
    pedersen_add(&hash->message, starknet_word("StarkNet Message"));
    pedersen_add(&hash->message, pedersen_finish(&domain));
    pedersen_add(&hash->message, account);
    hash->order = of_type("Order(" ORDER_FIELDS ")");
    hash->modify = of_type("ModifyOrder(" ORDER_FIELDS ",id:felt)");
    hash->request =
        of_type("Request(method:felt,path:felt,body:felt,timestamp:felt,expiration:felt)");
    hash->onboarding = of_type("Constant(action:felt)");
    return STATUS_OK;
}

static struct felt message_of(const struct paradex_hash *hash, const struct pedersen *body) {
    struct pedersen message = hash->message;
    pedersen_add(&message, pedersen_finish(body));
    return pedersen_finish(&message);
}

static enum status add_order(struct pedersen *body, const struct paradex_hash_order *order) {
    struct felt market;
    struct felt type;
    if (!felt_from_short_string(order->market, &market) ||
        !felt_from_short_string(order->type, &type)) {
        return status_fail(STATUS_DATA, "the market or the type is longer than 31 characters");
    }
    pedersen_add(body, felt_from_u64(order->timestamp_ms));
    pedersen_add(body, market);
    pedersen_add(body, felt_from_u64(order->side == SIDE_BUY ? SIDE_NUMBER_BUY : SIDE_NUMBER_SELL));
    pedersen_add(body, type);
    pedersen_add(body, felt_from_u64(order->size_e8));
    pedersen_add(body, felt_from_u64(order->price_e8));
    return STATUS_OK;
}

enum status paradex_hash_place(const struct paradex_hash *hash,
                               const struct paradex_hash_order *order, struct felt *out) {
    struct pedersen body = hash->order;
    enum status status = add_order(&body, order);
    if (status == STATUS_OK) {
        *out = message_of(hash, &body);
    }
    return status;
}

enum status paradex_hash_modify(const struct paradex_hash *hash,
                                const struct paradex_hash_order *order, struct slice id,
                                struct felt *out) {
    struct pedersen body = hash->modify;
    struct u256 number;
    struct felt id_felt;
    if (!u256_from_decimal(id, &number) || !felt_from_u256(&number, &id_felt)) {
        return status_fail(STATUS_DATA, "the order's id is no decimal number of the field");
    }
    enum status status = add_order(&body, order);
    if (status == STATUS_OK) {
        pedersen_add(&body, id_felt);
        *out = message_of(hash, &body);
    }
    return status;
}

struct felt paradex_hash_auth(const struct paradex_hash *hash, uint64_t timestamp_s,
                              uint64_t expiration_s) {
    struct pedersen body = hash->request;
    pedersen_add(&body, starknet_word("POST"));
    pedersen_add(&body, starknet_word("/v1/auth"));
    pedersen_add(&body, FELT_ZERO);
    pedersen_add(&body, felt_from_u64(timestamp_s));
    pedersen_add(&body, felt_from_u64(expiration_s));
    return message_of(hash, &body);
}

struct felt paradex_hash_onboarding(const struct paradex_hash *hash) {
    struct pedersen body = hash->onboarding;
    pedersen_add(&body, starknet_word("Onboarding"));
    return message_of(hash, &body);
}
