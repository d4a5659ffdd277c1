#include "exchanges/extended_hash.h"

#include "exchanges/hash_starknet.h"

enum { DOMAIN_REVISION = 1 };

static const char domain_type[] =
    "\"StarknetDomain\"(\"name\":\"shortstring\",\"version\":\"shortstring\","
    "\"chainId\":\"shortstring\",\"revision\":\"shortstring\")";
// Neither the order of the types nor the felt of the position is what SNIP-12 asks for, but it is
// what the venue hashes.
static const char order_type[] =
    "\"Order\"(\"position_id\":\"felt\",\"base_asset_id\":\"AssetId\",\"base_amount\":\"i64\","
    "\"quote_asset_id\":\"AssetId\",\"quote_amount\":\"i64\",\"fee_asset_id\":\"AssetId\","
    "\"fee_amount\":\"u64\",\"expiration\":\"Timestamp\",\"salt\":\"felt\")"
    "\"PositionId\"(\"value\":\"u32\")"
    "\"AssetId\"(\"value\":\"felt\")"
    "\"Timestamp\"(\"seconds\":\"u64\")";

enum status extended_hash_init(struct extended_hash *hash, struct slice chain_id,
                               uint32_t position_id, struct felt public_x) {
    struct poseidon domain;
    struct felt chain;
    if (!felt_from_short_string(chain_id, &chain)) {
        return status_fail(STATUS_CONFIG, "the chain id is longer than 31 characters");
    }
    poseidon_init(&domain);
    poseidon_add(&domain, starknet_keccak(slice_of(domain_type)));
    poseidon_add(&domain, starknet_word("Perpetuals"));
    poseidon_add(&domain, starknet_word("v0"));
    poseidon_add(&domain, chain);
    poseidon_add(&domain, felt_from_u64(DOMAIN_REVISION));
    poseidon_init(&hash->message);
    poseidon_add(&hash->message, starknet_word("StarkNet Message"));
    poseidon_add(&hash->message, poseidon_finish(&domain));
    poseidon_init(&hash->order);
    poseidon_add(&hash->order, starknet_keccak(slice_of(order_type)));
    poseidon_add(&hash->order, felt_from_u64(position_id));
    hash->public_x = public_x;
    return STATUS_OK;
}

struct felt extended_hash_place(const struct extended_hash *hash,
                                const struct extended_hash_order *order) {
    struct poseidon body = hash->order;
    struct poseidon message = hash->message;
    poseidon_add(&body, order->base_asset);
    poseidon_add(&body, felt_from_i64(order->base_amount));
    poseidon_add(&body, order->quote_asset);
    poseidon_add(&body, felt_from_i64(order->quote_amount));
    poseidon_add(&body, order->fee_asset);
    poseidon_add(&body, felt_from_u64(order->fee_amount));
    poseidon_add(&body, felt_from_u64(order->expiration_s));
    poseidon_add(&body, felt_from_u64(order->salt));
    poseidon_add(&message, hash->public_x);
    poseidon_add(&message, poseidon_finish(&body));
    return poseidon_finish(&message);
}
