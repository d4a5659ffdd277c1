#include "exchanges/hyperliquid_sign.h"

#include "exchanges/bytes_text.h"
#include "exchanges/eip712.h"
#include "exchanges/msgpack.h"

// EIP712Domain: Exchange, version 1, chain 1337 on both networks, no contract.
static const uint8_t domain[KECCAK_SIZE] = {
    0xd7, 0x92, 0x97, 0xfc, 0xdf, 0x2f, 0xfc, 0xd4, 0xae, 0x22, 0x3d, 0x01, 0xed, 0xaa, 0x2b, 0xa2,
    0x14, 0xff, 0x8f, 0x40, 0x1d, 0x7c, 0x93, 0x00, 0xd9, 0x95, 0xd1, 0x7c, 0x82, 0xaa, 0x40, 0x40};
// Agent(string source,bytes32 connectionId)
static const uint8_t agent_type[KECCAK_SIZE] = {
    0x26, 0xf0, 0x5c, 0x2f, 0x72, 0x39, 0xb6, 0x98, 0x30, 0x75, 0xe5, 0x83, 0x21, 0x29, 0x2d, 0x77,
    0xb3, 0xaa, 0x17, 0x3d, 0x19, 0xb2, 0x72, 0x57, 0xac, 0x96, 0xab, 0x36, 0x25, 0x70, 0xf5, 0x08};
// "a"
static const uint8_t mainnet_source[KECCAK_SIZE] = {
    0x3a, 0xc2, 0x25, 0x16, 0x8d, 0xf5, 0x42, 0x12, 0xa2, 0x5c, 0x1c, 0x01, 0xfd, 0x35, 0xbe, 0xbf,
    0xea, 0x40, 0x8f, 0xda, 0xc2, 0xe3, 0x1d, 0xdd, 0x6f, 0x80, 0xa4, 0xbb, 0xf9, 0xa5, 0xf1, 0xcb};
// "b"
static const uint8_t testnet_source[KECCAK_SIZE] = {
    0xb5, 0x55, 0x3d, 0xe3, 0x15, 0xe0, 0xed, 0xf5, 0x04, 0xd9, 0x15, 0x0a, 0xf8, 0x2d, 0xaf, 0xa5,
    0xc4, 0x66, 0x7f, 0xa6, 0x18, 0xed, 0x0a, 0x6f, 0x19, 0xc6, 0x9b, 0x41, 0x16, 0x6c, 0x55, 0x10};

static void add_big_endian(struct keccak *keccak, uint64_t value) {
    char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (char)(uint8_t)(value >> (56 - 8 * i));
    }
    keccak_add(keccak, (struct slice){bytes, sizeof(bytes)});
}

bool hyperliquid_connection_id(const struct hyperliquid_action *action, uint8_t out[KECCAK_SIZE]) {
    uint8_t packed[HYPERLIQUID_ACTION_MAX];
    struct msgpack pack;
    struct keccak keccak;
    msgpack_init(&pack, packed, sizeof(packed));
    if (!msgpack_json(&pack, action->json)) {
        return false;
    }
    keccak_init(&keccak);
    keccak_add(&keccak, (struct slice){(const char *)packed, pack.size});
    add_big_endian(&keccak, action->nonce);
    keccak_add(&keccak, (struct slice){action->vault != NULL ? "\1" : "\0", 1});
    if (action->vault != NULL) {
        keccak_add(&keccak, (struct slice){(const char *)action->vault, ETH_ADDRESS_SIZE});
    }
    if (action->expires_ms != 0) {
        keccak_add(&keccak, (struct slice){"\0", 1});
        add_big_endian(&keccak, action->expires_ms);
    }
    keccak_finish(&keccak, out);
    return true;
}

void hyperliquid_agent_digest(const uint8_t connection_id[KECCAK_SIZE], bool testnet,
                              uint8_t out[ETH_HASH_SIZE]) {
    struct eip712 hash;
    uint8_t agent[ETH_HASH_SIZE];
    eip712_begin(&hash, agent_type);
    eip712_word(&hash, testnet ? testnet_source : mainnet_source);
    eip712_word(&hash, connection_id);
    eip712_end(&hash, agent);
    eip712_digest(domain, agent, out);
}

bool hyperliquid_add_signed(const struct sign_eth *key, const struct hyperliquid_action *action,
                            bool testnet, struct text *out) {
    uint8_t id[KECCAK_SIZE], digest[ETH_HASH_SIZE];
    struct eth_signature signature;
    if (!hyperliquid_connection_id(action, id)) {
        return false;
    }
    hyperliquid_agent_digest(id, testnet, digest);
    sign_eth(key, digest, &signature);
    text_add(out, SLICE("{\"action\":"));
    text_add(out, action->json);
    text_add(out, SLICE(",\"nonce\":"));
    text_add_int(out, (int64_t)action->nonce);
    text_add(out, SLICE(",\"signature\":{\"r\":\"0x"));
    hex_add(out, signature.r, sizeof(signature.r));
    text_add(out, SLICE("\",\"s\":\"0x"));
    hex_add(out, signature.s, sizeof(signature.s));
    text_add(out, SLICE("\",\"v\":"));
    text_add_int(out, signature.v);
    text_add_char(out, '}');
    if (action->vault != NULL) {
        text_add(out, SLICE(",\"vaultAddress\":\"0x"));
        hex_add(out, action->vault, ETH_ADDRESS_SIZE);
        text_add_char(out, '"');
    }
    if (action->expires_ms != 0) {
        text_add(out, SLICE(",\"expiresAfter\":"));
        text_add_int(out, (int64_t)action->expires_ms);
    }
    text_add_char(out, '}');
    return true;
}
