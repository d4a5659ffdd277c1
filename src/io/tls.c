#include "io/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <unistd.h>

void tls_reason(struct text *out, const SSL *ssl) {
    long verdict = ssl != NULL ? SSL_get_verify_result(ssl) : X509_V_OK;
    unsigned long code = ERR_peek_last_error();
    if (verdict != X509_V_OK) {
        text_add_string(out, "certificate: ");
        text_add_string(out, X509_verify_cert_error_string(verdict));
    } else if (code == 0) {
        text_add_string(out, "connection lost");
    } else {
        const char *reason = ERR_reason_error_string(code);
        text_add_string(out, reason != NULL ? reason : "unknown reason");
    }
    ERR_clear_error();
}

static enum status fail(SSL_CTX *context, X509_STORE *store, const char *what) {
    char reason[160];
    struct text text = TEXT_OVER(reason);
    tls_reason(&text, NULL);
    SSL_CTX_free(context);
    X509_STORE_free(store);
    return status_fail(STATUS_CONFIG, "%s: %s", what, reason);
}

static SSL_CTX *context_new(const SSL_METHOD *method) {
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(method);
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    return context;
}

static SSL_CTX *client_new(void) {
    SSL_CTX *context = context_new(TLS_client_method());
    if (context != NULL) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    }
    return context;
}

// From the folder an authority is read when a peer names it, from the file all 140 at once (3 MB,
// and 20 ms of a start): the file only where a person names it or there is no folder.
static int trust_system(SSL_CTX *context) {
    bool named = getenv(X509_get_default_cert_file_env()) != NULL;
    bool folder = getenv(X509_get_default_cert_dir_env()) != NULL ||
                  access(X509_get_default_cert_dir(), R_OK | X_OK) == 0;
    return named || !folder ? SSL_CTX_set_default_verify_paths(context)
                            : SSL_CTX_set_default_verify_dir(context);
}

enum status tls_client_create(SSL_CTX **out, const char *ca_pem) {
    SSL_CTX *context = client_new();
    if (context == NULL) {
        return fail(context, NULL, "TLS context");
    }
    int loaded = ca_pem == NULL ? trust_system(context) : SSL_CTX_load_verify_file(context, ca_pem);
    if (loaded != 1) {
        return fail(context, NULL,
                    ca_pem == NULL ? "the system's certificate authorities" : ca_pem);
    }
    *out = context;
    return STATUS_OK;
}

enum status tls_client_create_from_text(SSL_CTX **out, struct slice pem) {
    SSL_CTX *context = client_new();
    X509_STORE *store = X509_STORE_new();
    BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
    if (context == NULL || store == NULL || bio == NULL) {
        BIO_free(bio);
        return fail(context, store, "TLS context");
    }
    int count = 0;
    X509 *certificate;
    while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        count += X509_STORE_add_cert(store, certificate);
        X509_free(certificate);
    }
    BIO_free(bio);
    if (count == 0) {
        return fail(context, store, "no certificate authority in the text");
    }
    ERR_clear_error(); // the end of the text was reported as "no start line"
    SSL_CTX_set_cert_store(context, store);
    *out = context;
    return STATUS_OK;
}

enum status tls_server_create(SSL_CTX **out, const char *chain_pem, const char *key_pem) {
    SSL_CTX *context = context_new(TLS_server_method());
    if (context == NULL) {
        return fail(context, NULL, "TLS context");
    }
    if (SSL_CTX_use_certificate_chain_file(context, chain_pem) != 1) {
        return fail(context, NULL, chain_pem);
    }
    if (SSL_CTX_use_PrivateKey_file(context, key_pem, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return fail(context, NULL, key_pem);
    }
    *out = context;
    return STATUS_OK;
}
