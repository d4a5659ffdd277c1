// TLS of a stream. OpenSSL reads straight from the buffer of the last read and writes straight into
// the send queue, through a BIO of our own: no memory BIO in between. Each read of the socket is
// worked off whole before the loop goes on, so no record is left where epoll does not see it.

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>

#include "io/stream_private.h"
#include "io/tls.h"

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

// SSL_get_error looks at what is queued from before, too. Clearing an empty queue writes all of its
// entries, for each message and each order: one look tells that there is nothing.
static void clear_errors(void) {
    if (ERR_peek_error() != 0) {
        ERR_clear_error();
    }
}

static int bio_read(BIO *bio, char *out, int size) {
    struct stream *stream = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    size_t rest = stream->cipher_size - stream->cipher_at;
    if (rest == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t count = size > 0 && (size_t)size < rest ? (size_t)size : rest;
    memcpy(out, stream->cipher + stream->cipher_at, count);
    stream->cipher_at += count;
    return (int)count;
}

static int bio_write(BIO *bio, const char *data, int size) {
    struct stream *stream = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (size <= 0 || stream_send_room(stream) < (size_t)size) {
        BIO_set_retry_write(bio);
        return -1;
    }
    stream_append(stream, data, (size_t)size);
    return size;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static void method_free(void) {
    BIO_meth_free(method);
}

static void method_create(void) {
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "perpdesk stream");
    if (method == NULL || BIO_meth_set_read(method, bio_read) != 1 ||
        BIO_meth_set_write(method, bio_write) != 1 || BIO_meth_set_ctrl(method, bio_control) != 1) {
        BIO_meth_free(method);
        method = NULL;
        return;
    }
    (void)OPENSSL_atexit(method_free);
}

static void tls_fail(struct stream *stream, const char *when) {
    char reason[STREAM_REASON_MAX];
    struct text text = TEXT_OVER(reason);
    tls_reason(&text, stream->state == STREAM_SECURING && !stream->server ? stream->ssl : NULL);
    // An alert that tells the peer why may have been written: let it go out.
    stream_flush(stream);
    stream_fail(stream, "TLS %s%s%s: %s", when, stream->server ? "" : " with ",
                stream->server ? "" : stream->host, reason);
}

// SSL_set_tlsext_host_name casts a const away; this says the same without.
static bool set_server_name(SSL *ssl, const char *host) {
    return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    (void *)(uintptr_t)host) == 1;
}

// The name the certificate must carry: exactly, or by a wildcard for one whole label.
static bool expect_host(SSL *ssl, const char *host) {
    X509_VERIFY_PARAM *wanted = SSL_get0_param(ssl);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host) == 1) {
        return true;
    }
    clear_errors();
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) == 1 && set_server_name(ssl, host);
}

static bool session_create(struct stream *stream) {
    (void)pthread_once(&method_once, method_create);
    SSL *ssl = SSL_new(stream->config.tls);
    BIO *bio = method != NULL ? BIO_new(method) : NULL;
    if (ssl == NULL || bio == NULL) {
        SSL_free(ssl);
        BIO_free(bio);
        return false;
    }
    BIO_set_data(bio, stream);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_read_ahead(ssl, 1);
    stream->ssl = ssl;
    if (stream->server) {
        SSL_set_accept_state(ssl);
        return true;
    }
    SSL_set_connect_state(ssl);
    return expect_host(ssl, stream->host);
}

static void handshake(struct stream *stream) {
    clear_errors();
    int result = SSL_do_handshake(stream->ssl);
    if (result != 1) {
        int error = SSL_get_error(stream->ssl, result);
        if (error == SSL_ERROR_WANT_READ) {
            stream_flush(stream);
        } else {
            tls_fail(stream, "handshake");
        }
        return;
    }
    stream_flush(stream);
    if (stream->state == STREAM_SECURING) {
        stream_opened(stream);
    }
}

bool stream_tls_start(struct stream *stream) {
    clear_errors();
    if (!session_create(stream)) {
        tls_fail(stream, "set-up");
        return false;
    }
    handshake(stream);
    return stream->state != STREAM_CLOSING;
}

// False: nothing more to read now, or the stream is closing.
static bool read_record(struct stream *stream) {
    size_t count = 0;
    clear_errors();
    if (SSL_read_ex(stream->ssl, stream->receive + stream->receive_size,
                    stream->config.receive_max - stream->receive_size, &count) == 1) {
        stream->receive_size += count;
        // Nothing is left of what was read: the next attempt would only say so.
        bool more = stream->cipher_at < stream->cipher_size || SSL_has_pending(stream->ssl) == 1;
        return stream_deliver(stream) && more;
    }
    int error = SSL_get_error(stream->ssl, 0);
    if (error == SSL_ERROR_ZERO_RETURN) {
        stream_fail(stream, "closed by the peer");
    } else if (error == SSL_ERROR_WANT_WRITE) {
        stream_fail(stream, "the peer asks for TLS answers and does not read them");
    } else if (error != SSL_ERROR_WANT_READ) {
        tls_fail(stream, "receiving");
    }
    return false;
}

void stream_tls_receive(struct stream *stream) {
    if (stream->state == STREAM_SECURING) {
        handshake(stream);
    }
    if (stream->state != STREAM_OPEN) {
        return;
    }
    while (read_record(stream)) {
    }
    if (stream->state == STREAM_OPEN) {
        ASSERT(stream->cipher_at == stream->cipher_size && SSL_pending(stream->ssl) == 0);
        stream_flush(stream); // answers of TLS itself, such as key updates
    }
}

bool stream_tls_send(struct stream *stream, const void *data, size_t size) {
    const unsigned char *at = data;
    while (size > 0) {
        size_t count = 0;
        clear_errors();
        if (SSL_write_ex(stream->ssl, at, size, &count) != 1) {
            tls_fail(stream, "sending");
            return false;
        }
        at += count;
        size -= count;
    }
    stream_flush(stream);
    return stream->state == STREAM_OPEN;
}

void stream_tls_end(struct stream *stream) {
    if (stream->ssl == NULL || stream_send_room(stream) < STREAM_RECORD_EXTRA) {
        return;
    }
    clear_errors();
    (void)SSL_shutdown(stream->ssl); // twice is harmless: OpenSSL sends the alert once
    clear_errors();
}
