#include "vectors_eth.h"

#include "exchanges/bytes_text.h"
#include "exchanges/eip712.h"

enum { INPUT_MAX = 4096 };

// ---- hashes ------------------------------------------------------------------------------------

// The state after a block of zero bytes is the permutation of the zero state.
static void check_permutation(struct vectors *vectors, const json_t *one) {
    static const char zeros[KECCAK_RATE];
    struct keccak keccak;
    const json_t *lanes = json_object_get(one, "permutation_output_lanes");
    size_t i;
    const json_t *lane;
    keccak_init(&keccak);
    keccak_add(&keccak, (struct slice){zeros, sizeof(zeros)});
    (void)vectors_true(vectors, json_array_size(lanes) == KECCAK_LANES, "not 25 lanes");
    json_array_foreach(lanes, i, lane) {
        uint8_t bytes[8];
        for (int b = 0; i < KECCAK_LANES && b < 8; b++) {
            bytes[b] = (uint8_t)(keccak.lanes[i] >> (56 - 8 * b));
        }
        (void)vectors_same_bytes(vectors, "lane", bytes, sizeof(bytes), json_string_value(lane));
    }
}

static void check_keccak(struct vectors *vectors, const json_t *one) {
    static uint8_t input[INPUT_MAX];
    uint8_t hash[KECCAK_SIZE];
    struct slice message = vectors_slice(one, "input_utf8");
    struct slice hex = vectors_slice(one, "publicKey");
    hex = hex.size > 0 ? hex : vectors_slice(one, "input_hex");
    if (hex.size > 0) {
        struct slice digits =
            slice_starts(hex, SLICE("0x")) ? (struct slice){hex.data + 2, hex.size - 2} : hex;
        message = (struct slice){(const char *)input, digits.size / 2};
        if (!vectors_true(vectors,
                          message.size <= sizeof(input) && hex_read(digits, input, message.size),
                          "the input is no hex")) {
            return;
        }
    }
    keccak256(message, hash);
    (void)vectors_same_bytes(vectors, "keccak256", hash, sizeof(hash),
                             vectors_text(one, "keccak256"));
    if (vectors_text(one, "address")[0] != '\0') {
        struct sign_eth key;
        if (vectors_eth_key(vectors, vectors_text(one, "privateKey"), &key)) {
            (void)vectors_same_bytes(vectors, "address", key.address, sizeof(key.address),
                                     vectors_text(one, "address"));
            sign_eth_finish(&key);
        }
    }
}

void vectors_run_keccak(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        vectors_begin(vectors, one, i, NULL);
        if (json_object_get(one, "permutation_output_lanes") != NULL) {
            check_permutation(vectors, one);
        } else {
            check_keccak(vectors, one);
        }
        vectors_end(vectors);
    }
}

// ---- signatures --------------------------------------------------------------------------------

bool vectors_eth_key(struct vectors *vectors, const char *hex, struct sign_eth *out) {
    uint8_t key[ETH_KEY_SIZE];
    return vectors_true(vectors, hex_read(slice_of(hex), key, sizeof(key)), "the key is no hex") &&
           vectors_true(vectors, sign_eth_init(out, key) == STATUS_OK, "the key is none");
}

void vectors_check_signature(struct vectors *vectors, const struct sign_eth *key,
                             const uint8_t digest[ETH_HASH_SIZE], const json_t *want) {
    struct eth_signature signature;
    uint8_t address[ETH_ADDRESS_SIZE];
    sign_eth(key, digest, &signature);
    (void)vectors_same_bytes(vectors, "r", signature.r, 32, vectors_text(want, "r"));
    (void)vectors_same_bytes(vectors, "s", signature.s, 32, vectors_text(want, "s"));
    (void)vectors_true(vectors, signature.v == vectors_int(want, "v"), "v differs");
    (void)vectors_true(vectors,
                       eth_recover(digest, &signature, address) &&
                           memcmp(address, key->address, sizeof(address)) == 0,
                       "the signer is not found again");
}

// ---- typed data --------------------------------------------------------------------------------

static void add_members(const json_t *types, const char *name, struct text *out) {
    size_t i;
    const json_t *member;
    text_add_string(out, name);
    text_add_char(out, '(');
    json_array_foreach(json_object_get(types, name), i, member) {
        text_add_format(out, "%s%s %s", i == 0 ? "" : ",", vectors_text(member, "type"),
                        vectors_text(member, "name"));
    }
    text_add_char(out, ')');
}

// The structure itself, then those it is made of in the order of their names, each once. A second
// level, or two structures out of order, is not in the files.
static void add_type(const json_t *types, const char *primary, struct text *out) {
    const char *name;
    const json_t *members;
    add_members(types, primary, out);
    json_object_foreach((json_t *)(uintptr_t)types, name, members) {
        size_t i;
        const json_t *member;
        bool used = false;
        json_array_foreach(json_object_get(types, primary), i, member) {
            used = used || strcmp(vectors_text(member, "type"), name) == 0;
        }
        if (used) {
            add_members(types, name, out);
        }
    }
}

static bool add_value(struct vectors *vectors, struct eip712 *hash, const json_t *types,
                      const char *type, const json_t *value) {
    uint8_t bytes[32];
    struct slice text = {json_string_value(value), json_string_length(value)};
    if (json_object_get(types, type) != NULL) {
        bool good = vectors_struct_hash(vectors, types, type, value, bytes);
        eip712_word(hash, bytes);
        return good;
    }
    if (strcmp(type, "string") == 0) {
        eip712_string(hash, text);
        return true;
    }
    if (strcmp(type, "address") == 0) {
        bool good = vectors_true(vectors, hex_read(text, bytes, ETH_ADDRESS_SIZE), "no address");
        eip712_address(hash, bytes);
        return good;
    }
    if (strcmp(type, "bytes32") == 0) {
        bool good = vectors_true(vectors, hex_read(text, bytes, sizeof(bytes)), "no bytes32");
        eip712_word(hash, bytes);
        return good;
    }
    if (strcmp(type, "bool") == 0 || strncmp(type, "uint", 4) == 0) {
        eip712_uint(hash, json_is_true(value) ? 1 : (uint64_t)json_integer_value(value));
        return true;
    }
    return vectors_true(vectors, false, "a type that is not read here");
}

bool vectors_struct_hash(struct vectors *vectors, const json_t *types, const char *primary,
                         const json_t *message, uint8_t out[ETH_HASH_SIZE]) {
    char type_data[512];
    struct text type = TEXT_OVER(type_data);
    uint8_t type_hash[ETH_HASH_SIZE];
    struct eip712 hash;
    size_t i;
    const json_t *member;
    bool good = true;
    add_type(types, primary, &type);
    eip712_text(type_data, type_hash);
    eip712_begin(&hash, type_hash);
    json_array_foreach(json_object_get(types, primary), i, member) {
        good = add_value(vectors, &hash, types, vectors_text(member, "type"),
                         json_object_get(message, vectors_text(member, "name"))) &&
               good;
    }
    eip712_end(&hash, out);
    return good;
}
