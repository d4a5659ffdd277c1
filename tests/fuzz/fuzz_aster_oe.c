// What Aster may answer, and what a client with the account's signer may ask for.
#include "exchanges/aster_sign.h"
#include "exchanges/bytes_text.h"
#include "fuzz_oe.h"

static const struct slice secrets[OE_SECRETS_MAX] = {
    {"0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e", 42},
    {"0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1", 66}};

// "POST /order symbol=BTCUSDT&side=BUY…": the parameters with who and when in front, signed.
static void sign(struct fuzz_oe *fuzz, struct slice line) {
    static struct sign_eth key;
    static char headers[VSIM_HEADERS_SIZE], body[VSIM_SCRATCH_SIZE], query_data[FUZZ_ROOM * 2];
    struct text query = TEXT_OVER(query_data);
    char path_data[256], signature[ASTER_SIGNATURE_TEXT];
    struct text path = TEXT_OVER(path_data);
    uint8_t bytes[ETH_KEY_SIZE];
    if (key.context == NULL) {
        ASSERT(hex_read(secrets[1], bytes, sizeof(bytes)) &&
               sign_eth_init(&key, bytes) == STATUS_OK);
    }
    struct vsim_request request = {.method = vsim_cut(&line, ' ')};
    text_add(&path, SLICE("/fapi/v3"));
    text_add(&path, vsim_cut(&line, ' '));
    text_add_format(&query, "nonce=%lld&user=%s&signer=0x21cF8Ae13Bb72632562c6Fff438652Ba1a151bb0&",
                    (long long)(fuzz->world.now_ns / NS_PER_US), secrets[0].data);
    text_add(&query, line);
    aster_sign(&key, text_slice(&query), false, signature);
    text_add(&query, SLICE("&signature="));
    text_add_string(&query, signature);
    request.path = text_slice(&path);
    *(slice_equals(request.method, SLICE("GET")) ? &request.query : &request.body) =
        text_slice(&query);
    struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
    vsim_call(&fuzz->world, &request, &reply);
    check_json(text_slice(&reply.body));
    vsim_session_follow(&fuzz->session, 1); // as if it had the listen key
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_order_entry("aster", "/ws", secrets, data, size);
}
