// A scripted server on loopback for the tests and benchmarks of src/io: HTTP requests and WebSocket
// connections on the test's own loop, with every byte in the script's hands.
#ifndef PERPDESK_TESTS_IO_LOOP_SERVER_H
#define PERPDESK_TESTS_IO_LOOP_SERVER_H

#include "io/stream.h"
#include "io/tls.h"
#include "io/ws_frame.h"
#include "io/ws_handshake.h"

enum { LOOP_CONNECTIONS_MAX = 12, LOOP_MESSAGE_MAX = 1 << 20 };

struct loop_server;

struct loop_connection {
    struct loop_server *server;
    struct stream *stream;
    struct ws_parser parser;
    unsigned char *message;
    bool upgraded, mute; // mute: what arrives is dropped unseen
    char target[256];
    int number; // 1 = first connection of the server
    void *tag;  // the script's
};

struct loop_script {
    // An upgrade request: true to accept it. NULL: always.
    bool (*on_upgrade)(struct loop_connection *c, const struct http_head *head);
    void (*on_open)(struct loop_connection *c); // behind the 101; NULL allowed
    void (*on_event)(struct loop_connection *c, enum ws_event_kind kind,
                     const struct ws_event *event);
    void (*on_request)(struct loop_connection *c, const struct http_head *head, struct slice body);
    void (*on_gone)(struct loop_connection *c, const char *reason); // NULL allowed
    bool (*on_accept)(struct loop_server *server); // false: turned away. NULL: always
};

struct loop_server {
    uv_loop_t *loop;
    struct stream_listener listener;
    SSL_CTX *tls;
    const struct loop_script *script;
    void *user;
    struct loop_connection connections[LOOP_CONNECTIONS_MAX];
    int accepted, open, requests;
};

// Both abort on failure: tests have nothing better to do.
void loop_server_start(struct loop_server *server, uv_loop_t *loop, SSL_CTX *tls,
                       const struct loop_script *script, void *user, uint16_t port);
void loop_server_stop(struct loop_server *server);   // closes everything; run the loop afterwards
void loop_server_finish(struct loop_server *server); // after the loop has let go
void loop_server_url(const struct loop_server *server, const char *scheme, const char *host,
                     const char *path, char *out, size_t capacity);

bool loop_send(struct loop_connection *c, enum ws_opcode opcode, struct slice payload);
bool loop_send_text(struct loop_connection *c, const char *text);
void loop_send_raw(struct loop_connection *c, const void *data, size_t size);
void loop_send_close(struct loop_connection *c, uint16_t code, const char *text);
// extra: header lines, each with its CRLF.
void loop_reply(struct loop_connection *c, int status, const char *extra, struct slice body);

#endif
