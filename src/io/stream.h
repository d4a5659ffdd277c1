// A byte stream over TCP, with or without TLS, on a libuv loop; both ends.
//
// A stream is created once with all its buffers and used for one connection after another: connect
// (or accept), open, data, close. Every connection ends with exactly one on_close, after which
// nothing of it is left on the loop and the stream may be connected again or destroyed. All calls
// and callbacks belong to the loop's thread. Callbacks may call any function of this file;
// stream_destroy from on_close only. The first stream_create makes the process ignore SIGPIPE:
// writing to a connection the peer has closed is an error like any other.
//
// Receiving: the stream appends to its own buffer and shows it whole to on_data, which says how
// much of it is consumed; the rest is shown again with more behind it. So a message that fits is
// decoded where it lies. A receiver that consumes nothing of a full buffer is cut off. One turn of
// the loop reads a bounded number of bytes per stream, so a flooding peer does not starve the
// others; whatever was read is handed out in the same turn, so nothing waits inside TLS where epoll
// does not see it.
//
// Sending: written to the socket at once when nothing is queued; what the socket does not take is
// queued up to send_max bytes, beyond which stream_send refuses and sends nothing of that call.
#ifndef PERPDESK_IO_STREAM_H
#define PERPDESK_IO_STREAM_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <uv.h>

#include "base/buf.h"

enum {
    STREAM_HOST_MAX = 128,
    STREAM_REASON_MAX = 160,
    STREAM_ADDRESSES_MAX = 8,
    STREAM_CIPHER_MAX = 64 * 1024, // one read of an encrypted stream
    STREAM_FILLS_MAX = 4,          // full reads in one turn of the loop
};

enum stream_state {
    STREAM_IDLE,
    STREAM_RESOLVING,
    STREAM_CONNECTING,
    STREAM_SECURING, // TLS handshake
    STREAM_OPEN,
    STREAM_CLOSING, // waits for libuv to let go
    STREAM_STATE_COUNT
};

struct stream;

struct stream_events {
    void (*on_open)(struct stream *stream, void *user); // ready to send
    // Returns how many of the `size` bytes are consumed. The bytes may be changed in place.
    size_t (*on_data)(struct stream *stream, void *user, unsigned char *data, size_t size);
    void (*on_drained)(struct stream *stream,
                       void *user); // the send queue became empty; NULL allowed
    // `reason` is a sentence without a full stop; "" when stream_close was called with NULL.
    void (*on_close)(struct stream *stream, void *user, const char *reason);
};

struct stream_config {
    uv_loop_t *loop;
    SSL_CTX *tls;       // NULL: plain TCP. Must outlive the stream
    size_t receive_max; // bytes that can wait for the rest of a message, 1 KiB..64 MiB
    size_t send_max;    // bytes that can wait for the socket, 1 KiB..64 MiB
    const struct stream_events *events;
    void *user;
};

struct stream {
    struct stream_config config;
    enum stream_state state;
    bool server;
    bool corked, ending, shut;
    uint8_t pending; // handles and requests libuv still holds
    uint8_t fills;
    char host[STREAM_HOST_MAX];
    char reason[STREAM_REASON_MAX];
    uint16_t port;

    uv_tcp_t tcp;
    uv_connect_t connect_request;
    uv_getaddrinfo_t resolve_request;
    uv_write_t write_request;
    uv_shutdown_t shutdown_request;
    bool resolving, writing, retrying;

    struct sockaddr_storage
        addresses[STREAM_ADDRESSES_MAX]; // of `host`, kept as the answer of last resort
    char addresses_host[STREAM_HOST_MAX];
    uint32_t address_count, address_next; // the one that worked last comes first
    uint32_t tries_left;                  // addresses not yet tried in this attempt

    SSL *ssl;
    unsigned char
        *cipher; // ciphertext of one read, not yet seen by OpenSSL: [cipher_at, cipher_size)
    size_t cipher_at, cipher_size;

    unsigned char *receive; // [0, receive_size) not yet consumed
    size_t receive_size;
    unsigned char *send; // [send_at, send_size) not yet taken by the socket; [send_at,
                         // +send_flying) is with libuv
    size_t send_at, send_size, send_flying, send_capacity;

    uint64_t bytes_received, bytes_sent, sends_refused;
};

enum status stream_create(struct stream **out, const struct stream_config *config) MUST_CHECK;
void stream_destroy(struct stream *stream); // idle streams only; NULL allowed

// `host` is the name for SNI and the certificate check (a numeric address is checked as one).
// `address` is where to connect, numeric; NULL: `host` is resolved on libuv's thread pool, and when
// the resolver fails the last addresses known are used. Failures of the network come as on_close;
// the status tells of wrong arguments only.
enum status stream_connect(struct stream *stream, const char *host, const char *address,
                           uint16_t port) MUST_CHECK;

// True: the bytes are on their way in full. False: queue full or not open; nothing was sent.
MUST_CHECK bool stream_send(struct stream *stream, const void *data, size_t size);
// Between cork and uncork sends are collected and leave with one system call.
void stream_cork(struct stream *stream);
void stream_uncork(struct stream *stream);
size_t stream_queued(const struct stream *stream);

void stream_close(struct stream *stream,
                  const char *reason); // at once; queued bytes are tried once more
// After the queue is empty: no more bytes from us, then waits for the peer's end. The owner keeps
// the time.
void stream_end(struct stream *stream);
void stream_reset(struct stream *stream); // with RST, as a crashed peer would

const char *stream_state_name(enum stream_state state);
// "127.0.0.1:443" of the peer; "" when unknown.
void stream_peer(const struct stream *stream, struct text *out);

// A listening socket on 127.0.0.1.
struct stream_listener {
    uv_tcp_t tcp;
    uv_tcp_t refused; // the connection being turned away
    bool refusing, waiting;
    uint8_t pending; // handles libuv still holds
    void *user;
    // A connection waits: return an idle stream to accept it into, or NULL to refuse (it is closed
    // at once).
    struct stream *(*on_accept)(struct stream_listener *listener, void *user);
    void (*on_closed)(struct stream_listener *listener, void *user); // NULL allowed
};

// Port 0: any free one; stream_listener_port tells which.
enum status stream_listen(struct stream_listener *listener, uv_loop_t *loop,
                          uint16_t port) MUST_CHECK;
uint16_t stream_listener_port(const struct stream_listener *listener);
void stream_listener_close(struct stream_listener *listener); // on_closed follows

#endif
