#include "exchanges/eip712.h"

static void add_bytes(struct eip712 *hash, const uint8_t *bytes, size_t size) {
    keccak_add(&hash->keccak, (struct slice){(const char *)bytes, size});
}

void eip712_begin(struct eip712 *hash, const uint8_t type_hash[ETH_HASH_SIZE]) {
    keccak_init(&hash->keccak);
    add_bytes(hash, type_hash, ETH_HASH_SIZE);
}

void eip712_word(struct eip712 *hash, const uint8_t word[32]) {
    add_bytes(hash, word, 32);
}

static void add_padded(struct eip712 *hash, uint64_t value, uint8_t padding) {
    uint8_t word[32];
    memset(word, padding, 24);
    for (int i = 0; i < 8; i++) {
        word[24 + i] = (uint8_t)(value >> (56 - 8 * i));
    }
    add_bytes(hash, word, sizeof(word));
}

void eip712_uint(struct eip712 *hash, uint64_t value) {
    add_padded(hash, value, 0);
}

void eip712_int(struct eip712 *hash, int64_t value) {
    add_padded(hash, (uint64_t)value, value < 0 ? 0xff : 0);
}

void eip712_address(struct eip712 *hash, const uint8_t address[ETH_ADDRESS_SIZE]) {
    uint8_t word[32] = {0};
    memcpy(word + 32 - ETH_ADDRESS_SIZE, address, ETH_ADDRESS_SIZE);
    add_bytes(hash, word, sizeof(word));
}

void eip712_string(struct eip712 *hash, struct slice text) {
    uint8_t word[KECCAK_SIZE];
    keccak256(text, word);
    add_bytes(hash, word, sizeof(word));
}

void eip712_end(struct eip712 *hash, uint8_t out[ETH_HASH_SIZE]) {
    keccak_finish(&hash->keccak, out);
}

void eip712_text(const char *text, uint8_t out[ETH_HASH_SIZE]) {
    keccak256(slice_of(text), out);
}

void eip712_domain(const char *name, const char *version, uint64_t chain_id,
                   const uint8_t *contract, uint8_t out[ETH_HASH_SIZE]) {
    char type_data[128];
    struct text type = TEXT_OVER(type_data);
    uint8_t type_hash[ETH_HASH_SIZE];
    struct eip712 hash;
    text_add(&type, SLICE("EIP712Domain(string name"));
    text_add(&type, version != NULL ? SLICE(",string version") : SLICE(""));
    text_add(&type, SLICE(",uint256 chainId"));
    text_add(&type, contract != NULL ? SLICE(",address verifyingContract)") : SLICE(")"));
    eip712_text(type_data, type_hash);
    eip712_begin(&hash, type_hash);
    eip712_string(&hash, slice_of(name));
    if (version != NULL) {
        eip712_string(&hash, slice_of(version));
    }
    eip712_uint(&hash, chain_id);
    if (contract != NULL) {
        eip712_address(&hash, contract);
    }
    eip712_end(&hash, out);
}

void eip712_digest(const uint8_t domain[ETH_HASH_SIZE], const uint8_t struct_hash[ETH_HASH_SIZE],
                   uint8_t out[ETH_HASH_SIZE]) {
    struct keccak keccak;
    keccak_init(&keccak);
    keccak_add(&keccak, SLICE("\x19\x01"));
    keccak_add(&keccak, (struct slice){(const char *)domain, ETH_HASH_SIZE});
    keccak_add(&keccak, (struct slice){(const char *)struct_hash, ETH_HASH_SIZE});
    keccak_finish(&keccak, out);
}
