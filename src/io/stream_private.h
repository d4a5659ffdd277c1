// What stream.c and stream_tls.c share.
#ifndef PERPDESK_IO_STREAM_PRIVATE_H
#define PERPDESK_IO_STREAM_PRIVATE_H

#include "io/stream.h"

enum {
    STREAM_RECORD_MAX = 16384,   // plain bytes of one TLS record
    STREAM_RECORD_EXTRA = 64,    // header, tag, padding: more than TLS 1.2 and 1.3 ever add
    STREAM_PROTOCOL_ROOM = 4096, // kept free in the send buffer for alerts, tickets and key updates
};

// Room that libuv or OpenSSL may append to; moves queued bytes to the front when nothing is in
// flight.
size_t stream_send_room(struct stream *stream);
void stream_append(struct stream *stream, const void *data, size_t size); // room was checked
void stream_flush(struct stream *stream);
void stream_opened(struct stream *stream);
// Shows [receive, receive_size) to the owner. False: the stream is no longer open.
bool stream_deliver(struct stream *stream);
void stream_fail(struct stream *stream, const char *format, ...) PRINTF_LIKE(2, 3);

// Takes the connection that waits at `listener` into an idle stream.
void stream_accept(struct stream *stream, uv_tcp_t *listener);

bool stream_tls_start(struct stream *stream);   // false: failed, the stream is closing
void stream_tls_receive(struct stream *stream); // ciphertext is in [cipher_at, cipher_size)
bool stream_tls_send(struct stream *stream, const void *data, size_t size);
void stream_tls_end(struct stream *stream); // appends close_notify when the session allows it

#endif
