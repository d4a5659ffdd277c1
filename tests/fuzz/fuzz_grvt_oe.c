// GRVT's private side, the client's and the simulated server's.
#include "exchanges/grvt_oe.h"
#include "fuzz_oe_both.h"

static const char key[] = "THROWAWAYapikey";

static void begin(struct oe *oe, struct oe_sink *sink) {
    struct oe_call call = {
        .kind = OE_LOGIN, .tag = 1, .symbol = OE_SYMBOL_NONE, .now_ns = fuzz_now_ns};
    oe->venue->decode_answer(oe, &call, 200,
                             SLICE("Set-Cookie: gravity=a; expires=Wed, 21 Oct 2026 07:28:00 GMT\n"
                                   "X-Grvt-Account-Id: b\n"),
                             SLICE("{\"location\":\"\",\"status\":\"success\"}"), sink);
    ASSERT(((const struct grvt *)oe->state)->cookie[0] != '\0');
}

// The server's own login gives the headers, as it would a client.
static void sign(const struct vsim_world *world, const struct vsim_request *request,
                 struct text *headers) {
    static char cookie_data[1024], login_headers[VSIM_HEADERS_SIZE], body[256];
    struct text cookie = TEXT_OVER(cookie_data);
    (void)request;
    char login_data[64];
    struct text login = TEXT_OVER(login_data);
    text_add_format(&login, "{\"api_key\":\"%s\"}", key);
    struct vsim_request call = {
        .method = SLICE("POST"), .path = SLICE("/auth/api_key/login"), .body = text_slice(&login)};
    struct vsim_reply reply = {.headers = TEXT_OVER(login_headers), .body = TEXT_OVER(body)};
    struct slice rest, value;
    ASSERT(world->venue->private_side->answer(world, &call, &reply) == 200);
    rest = text_slice(&reply.headers);
    while (header_find(rest, "Set-Cookie", &value) && !slice_starts(value, SLICE("gravity="))) {
        const char *after = value.data + value.size;
        rest = (struct slice){after, (size_t)(rest.data + rest.size - after)};
    }
    text_add(&cookie, vsim_cut(&value, ';'));
    ASSERT(header_find(text_slice(&reply.headers), "X-Grvt-Account-Id", &value));
    text_add_format(headers,
                    "Content-Type: application/json\r\nCookie: %s\r\nX-Grvt-Account-Id: %.*s\r\n",
                    cookie_data, (int)value.size, value.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct fuzz_oe fuzz = {
        .venue = "grvt",
        .secrets = {{key, sizeof(key) - 1},
                    {"0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", 66},
                    {"2147050003876484", 16}},
        .begin = begin,
        .sign = sign,
        .socket = "/ws/full"};
    return fuzz_private(&fuzz, data, size);
}
