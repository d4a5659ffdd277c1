#include "exchanges/fapi_session.h"

#include <openssl/crypto.h>

#include "base/json.h"
#include "exchanges/md_decode.h"

enum {
    LISTEN_KEY_MIN = 30, // minutes after which it is kept alive; it lives 60
};

// ---- API key -----------------------------------------------------------------------------------

bool fapi_key_init(struct fapi_key *key, struct slice api_key, struct slice secret) {
    if (!oe_is_plain(api_key, FAPI_KEY_MAX - 1)) {
        return false;
    }
    (void)string_copy(key->api_key, FAPI_KEY_MAX, api_key);
    sign_hmac_init(&key->hmac, secret);
    return true;
}

void fapi_key_identity(const struct fapi_key *key, struct text *out) {
    text_add_format(out, "API key %.6s…", key->api_key);
}

void fapi_key_add_header(const struct fapi_key *key, struct oe_message *out) {
    text_add(&out->headers, SLICE("X-MBX-APIKEY: "));
    text_add(&out->headers, slice_of(key->api_key));
    text_add_char(&out->headers, '\n');
}

void fapi_add_signature(const struct sign_hmac *hmac, struct slice prehash, struct text *out) {
    char signature[SIGN_HMAC_HEX_SIZE];
    sign_hmac_hex(hmac, prehash, signature);
    text_add(out, (struct slice){signature, sizeof(signature)});
}

void fapi_key_stamp(struct oe_params *params, int64_t now_ns) {
    oe_param(params, SLICE("recvWindow"), SLICE(FAPI_RECEIVE_WINDOW));
    oe_param_int(params, SLICE("timestamp"), now_ns / NS_PER_MS);
}

void fapi_key_request(const struct fapi_key *key, const struct fapi_request *request,
                      const struct oe_params *params, const char *version, struct oe_message *out) {
    out->method = request->method;
    text_add_string(&out->path, version);
    text_add_string(&out->path, request->path);
    text_add_char(&out->path, '?');
    size_t from = out->path.size;
    oe_params_query(params, &out->path);
    struct slice prehash = {out->path.data + from, out->path.size - from};
    ASSERT(!out->path.truncated && !params->overflowed);
    text_add(&out->path, SLICE("&signature="));
    fapi_add_signature(&key->hmac, prehash, &out->path);
    fapi_key_add_header(key, out);
}

// ---- listen key --------------------------------------------------------------------------------

static void decode_listen_key(struct fapi_listen *listen, uint32_t socket,
                              const struct oe_call *call, struct slice body, struct oe_sink *sink) {
    struct json r;
    struct slice key, listen_key = {"", 0};
    json_init(&r, body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("listenKey"))) {
            md_read_text(&r, &listen_key);
        } else {
            json_skip(&r);
        }
    }
    bool kept = call->kind == OE_REFRESH && listen_key.size == 0; // a PUT may answer {}
    if (!json_end(&r) || (!kept && !oe_is_plain(listen_key, FAPI_LISTEN_KEY_MAX - 1))) {
        oe_emit_text(sink, OE_EVENT_SURPRISE, call, SLICE("no listen key in the answer"));
        return;
    }
    if (!kept) {
        (void)string_copy(listen->key, FAPI_LISTEN_KEY_MAX, listen_key);
    }
    listen->ns = call->now_ns;
    oe_emit_session_on(sink, call, socket);
}

void fapi_listen_lose(struct fapi_listen *listen, uint32_t socket, const struct oe_call *call,
                      struct oe_sink *sink) {
    OPENSSL_cleanse(listen->key, FAPI_LISTEN_KEY_MAX);
    oe_emit_session_off(sink, call, socket, OE_ERROR_NONE, (struct slice){"", 0});
}

// -1125: the venue does not know the key. Whatever else it refuses says nothing of the key, and the
// stream that it opened goes on.
static bool is_key_unknown(struct slice body) {
    struct json r;
    struct slice key;
    int64_t code = 0;
    json_init(&r, body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_int(&r, &code);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r) && code == -1125;
}

bool fapi_listen_answer(struct fapi_listen *listen, uint32_t socket, const struct oe_call *call,
                        uint32_t http_status, struct slice body, struct oe_sink *sink) {
    if (http_status == 200 && (call->kind == OE_LOGIN || call->kind == OE_REFRESH)) {
        decode_listen_key(listen, socket, call, body, sink);
        return true;
    }
    if (call->kind == OE_REFRESH && is_key_unknown(body)) {
        fapi_listen_lose(listen, socket, call, sink); // a new one is made
    }
    return false;
}

int64_t fapi_listen_upkeep(const struct fapi_listen *listen, int64_t now_ns,
                           enum oe_call_kind *kind) {
    if (listen->key[0] == '\0') {
        *kind = OE_LOGIN;
        return now_ns;
    }
    *kind = OE_REFRESH;
    return listen->ns + LISTEN_KEY_MIN * 60 * NS_PER_S;
}
