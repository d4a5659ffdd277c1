// The texts of the WebSocket upgrade, both sides. Pure: the key's random bytes are the caller's.
#ifndef PERPDESK_IO_WS_HANDSHAKE_H
#define PERPDESK_IO_WS_HANDSHAKE_H

#include "io/http_head.h"

enum { WS_KEY_BYTES = 16, WS_KEY_TEXT = 25, WS_ACCEPT_TEXT = 29 }; // texts with their NUL

void ws_key_text(const unsigned char random[WS_KEY_BYTES], char out[WS_KEY_TEXT]);
// Sec-WebSocket-Accept that answers `key`.
void ws_accept_text(struct slice key, char out[WS_ACCEPT_TEXT]);

// Appends the client's request. `host` as it stands in the Host header (with a port other than the
// scheme's own), `path` with its query. `headers`: more lines,
// each with its CRLF. No extension and no subprotocol is asked for.
void ws_request_write(struct text *out, const char *host, const char *path, const char *key,
                      struct slice headers);

// Client: judges the server's reply to `key`. False: *why is a sentence; the head's status tells
// more.
MUST_CHECK bool ws_reply_check(const struct http_head *head, const char *key, const char **why);

// Server: whether the request asks for an upgrade we speak; *key is its Sec-WebSocket-Key.
MUST_CHECK bool ws_request_check(const struct http_head *head, struct slice *key, const char **why);
void ws_reply_write(struct text *out, struct slice key); // 101 with the accept text

#endif
