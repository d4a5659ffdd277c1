#include "exchanges/hash_starknet.h"

#include "exchanges/hash_keccak.h"
#include "exchanges/hash_pedersen.h"

struct felt starknet_keccak(struct slice message) {
    uint8_t digest[KECCAK_SIZE];
    struct felt hash;
    keccak256(message, digest);
    digest[0] &= 0x03;
    struct u256 number = u256_from_bytes(digest);
    (void)felt_from_u256(&number, &hash);
    return hash;
}

struct felt starknet_word(const char *text) {
    struct felt word;
    ASSERT(felt_from_short_string(slice_of(text), &word));
    return word;
}

struct felt starknet_address(struct felt class_hash, struct felt salt, const struct felt *calldata,
                             size_t calldata_count) {
    // 2^251 - 256: the part of the field that is left to addresses.
    static const struct u256 bound = {
        {0xffffffffffffff00, UINT64_MAX, UINT64_MAX, UINT64_MAX >> 5}};
    struct pedersen inner;
    struct pedersen outer;
    struct felt address;
    pedersen_init(&inner);
    for (size_t i = 0; i < calldata_count; i++) {
        pedersen_add(&inner, calldata[i]);
    }
    pedersen_init(&outer);
    pedersen_add(&outer, starknet_word("STARKNET_CONTRACT_ADDRESS"));
    pedersen_add(&outer, FELT_ZERO);
    pedersen_add(&outer, salt);
    pedersen_add(&outer, class_hash);
    pedersen_add(&outer, pedersen_finish(&inner));
    struct u256 number = felt_to_u256(pedersen_finish(&outer));
    if (!u256_less(&number, &bound)) {
        u256_sub(&number, &number, &bound);
    }
    (void)felt_from_u256(&number, &address);
    return address;
}
