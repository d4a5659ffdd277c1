#include "io/ws_handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

static const char accept_guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3

void ws_key_text(const unsigned char random[WS_KEY_BYTES], char out[WS_KEY_TEXT]) {
    int size = EVP_EncodeBlock((unsigned char *)out, random, WS_KEY_BYTES);
    ASSERT(size == WS_KEY_TEXT - 1);
}

void ws_accept_text(struct slice key, char out[WS_ACCEPT_TEXT]) {
    unsigned char digest[SHA_DIGEST_LENGTH];
    unsigned char joined[WS_KEY_TEXT + sizeof(accept_guid)];
    size_t size = key.size < WS_KEY_TEXT ? key.size : WS_KEY_TEXT;
    if (size > 0) {
        memcpy(joined, key.data, size);
    }
    memcpy(joined + size, accept_guid, sizeof(accept_guid) - 1);
    (void)SHA1(joined, size + sizeof(accept_guid) - 1, digest);
    int written = EVP_EncodeBlock((unsigned char *)out, digest, SHA_DIGEST_LENGTH);
    ASSERT(written == WS_ACCEPT_TEXT - 1);
}

void ws_request_write(struct text *out, const char *host, const char *path, const char *key,
                      struct slice headers) {
    text_add_format(out,
                    "GET %s HTTP/1.1\r\n"
                    "Host: %s\r\n"
                    "Upgrade: websocket\r\n"
                    "Connection: Upgrade\r\n"
                    "Sec-WebSocket-Key: %s\r\n"
                    "Sec-WebSocket-Version: 13\r\n"
                    "User-Agent: Mozilla/5.0 (compatible; perpdesk)\r\n",
                    path, host, key);
    text_add(out, headers);
    text_add_string(out, "\r\n");
}

static bool fail(const char **why, const char *sentence) {
    *why = sentence;
    return false;
}

bool ws_reply_check(const struct http_head *head, const char *key, const char **why) {
    if (head->status != 101) {
        return fail(why, "the server refused the upgrade");
    }
    if (!http_head_has_token(head, "Upgrade", "websocket") ||
        !http_head_has_token(head, "Connection", "Upgrade")) {
        return fail(why, "the reply is no WebSocket upgrade");
    }
    char wanted[WS_ACCEPT_TEXT];
    ws_accept_text(slice_of(key), wanted);
    if (!slice_equals(http_head_find(head, "Sec-WebSocket-Accept"), slice_of(wanted))) {
        return fail(why, "Sec-WebSocket-Accept does not answer our key");
    }
    if (http_head_find(head, "Sec-WebSocket-Extensions").size > 0 ||
        http_head_find(head, "Sec-WebSocket-Protocol").size > 0) {
        return fail(why, "the server chose an extension or subprotocol nobody asked for");
    }
    return true;
}

bool ws_request_check(const struct http_head *head, struct slice *key, const char **why) {
    if (!slice_equals(head->method, SLICE("GET")) ||
        !http_head_has_token(head, "Upgrade", "websocket") ||
        !http_head_has_token(head, "Connection", "Upgrade")) {
        return fail(why, "no WebSocket upgrade");
    }
    if (!slice_equals(http_head_find(head, "Sec-WebSocket-Version"), SLICE("13"))) {
        return fail(why, "WebSocket version is not 13");
    }
    *key = http_head_find(head, "Sec-WebSocket-Key");
    if (key->size != WS_KEY_TEXT - 1) {
        return fail(why, "Sec-WebSocket-Key has a wrong length");
    }
    return true;
}

void ws_reply_write(struct text *out, struct slice key) {
    char accept[WS_ACCEPT_TEXT];
    ws_accept_text(key, accept);
    text_add_format(out,
                    "HTTP/1.1 101 Switching Protocols\r\n"
                    "Upgrade: websocket\r\n"
                    "Connection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: %s\r\n"
                    "\r\n",
                    accept);
}
