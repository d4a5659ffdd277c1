// TLS contexts of the desk and of its loopback servers, and OpenSSL's reasons as text.
//
// A client context always verifies: minimum TLS 1.2, the chain against the given authorities, the
// name by stream_connect. There is no switch to turn that off. Contexts are made in the main thread
// before the io threads start, shared by all streams (OpenSSL counts references) and freed at the
// end.
#ifndef PERPDESK_IO_TLS_H
#define PERPDESK_IO_TLS_H

#include <openssl/ssl.h>

#include "base/buf.h"

// `ca_pem` names a PEM file of trusted authorities; NULL: the system's. A file that cannot be
// loaded is an error.
enum status tls_client_create(SSL_CTX **out, const char *ca_pem) MUST_CHECK;
// Trusts the authorities in `pem` (text in memory) and nobody else.
enum status tls_client_create_from_text(SSL_CTX **out, struct slice pem) MUST_CHECK;
// A server's context from PEM files: certificate chain and private key.
enum status tls_server_create(SSL_CTX **out, const char *chain_pem, const char *key_pem) MUST_CHECK;

// Appends why the last TLS call of this thread on `ssl` failed: the certificate's verdict where
// there is one, else OpenSSL's reason. Empties the thread's error queue. `ssl` may be NULL.
void tls_reason(struct text *out, const SSL *ssl);

// An authority made for this process (P-256, never written to a file): it signs the certificates of
// the simulator's loopback servers, and the desk in demo mode trusts it and nobody else.
enum { TLS_AUTHORITY_PEM_MAX = 2048 };
struct tls_authority {
    X509 *certificate;
    EVP_PKEY *key;
    int64_t serial;
    char pem[TLS_AUTHORITY_PEM_MAX]; // the certificate, for clients that want PEM (libcurl)
};
enum status tls_authority_create(struct tls_authority *authority) MUST_CHECK;
void tls_authority_destroy(struct tls_authority *authority);
// A server context whose certificate holds `names`: comma-separated DNS names and IP addresses.
enum status tls_authority_issue(struct tls_authority *authority, const char *names,
                                SSL_CTX **out) MUST_CHECK;

#endif
