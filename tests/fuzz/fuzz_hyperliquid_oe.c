// What Hyperliquid may answer, and what a client whose key is the account's may ask for.
#include "exchanges/bytes_text.h"
#include "exchanges/hyperliquid_sign.h"
#include "fuzz_oe.h"

static const struct slice secrets[OE_SECRETS_MAX] = {
    {"4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 64}};

// An action, posted on the socket.
static void sign(struct fuzz_oe *fuzz, struct slice line) {
    static struct sign_eth key;
    static char post_data[FUZZ_ROOM * 2];
    struct text post = TEXT_OVER(post_data);
    uint8_t bytes[ETH_KEY_SIZE];
    struct hyperliquid_action action = {.json = line,
                                        .nonce = (uint64_t)(fuzz->world.now_ns / NS_PER_MS)};
    if (key.context == NULL) {
        ASSERT(hex_read(secrets[0], bytes, sizeof(bytes)) &&
               sign_eth_init(&key, bytes) == STATUS_OK);
    }
    text_add(&post, SLICE("{\"method\":\"post\",\"id\":1,\"request\":{\"type\":\"action\","
                          "\"payload\":"));
    if (hyperliquid_add_signed(&key, &action, false, &post)) {
        text_add(&post, SLICE("}}"));
        vsim_session_text(&fuzz->session, text_slice(&post));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_order_entry("hyperliquid", "/ws", secrets, data, size);
}
