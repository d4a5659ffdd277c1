// Certificates of the loopback servers: made when the process starts, gone when it ends.

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "io/tls.h"

// Long enough for any session, and back-dated so that a clock a little behind does not refuse it.
enum { VALID_BEFORE_S = 24 * 3600, VALID_AFTER_S = 90 * 24 * 3600 };

static enum status fail(const char *what) {
    char reason[160];
    struct text text = TEXT_OVER(reason);
    tls_reason(&text, NULL);
    return status_fail(STATUS_INTERNAL, "%s: %s", what, reason);
}

static bool extension_add(X509 *certificate, X509 *issuer, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    bool ok = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

static X509 *certificate_new(int64_t serial, const char *name, EVP_PKEY *key) {
    X509 *certificate = X509_new();
    if (certificate == NULL) {
        return NULL;
    }
    X509_NAME *subject = X509_get_subject_name(certificate);
    bool ok = X509_set_version(certificate, 2) == 1 &&
              ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial) == 1 &&
              X509_gmtime_adj(X509_getm_notBefore(certificate), -VALID_BEFORE_S) != NULL &&
              X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_AFTER_S) != NULL &&
              X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name,
                                         -1, -1, 0) == 1 &&
              X509_set_pubkey(certificate, key) == 1;
    if (!ok) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

static bool authority_sign(struct tls_authority *authority) {
    X509 *self = authority->certificate;
    return X509_set_issuer_name(self, X509_get_subject_name(self)) == 1 &&
           extension_add(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           extension_add(self, self, NID_key_usage, "critical,keyCertSign,cRLSign") &&
           extension_add(self, self, NID_subject_key_identifier, "hash") &&
           X509_sign(self, authority->key, EVP_sha256()) > 0;
}

static bool authority_print(struct tls_authority *authority) {
    BIO *bio = BIO_new(BIO_s_mem());
    bool ok = bio != NULL && PEM_write_bio_X509(bio, authority->certificate) == 1;
    char *data = NULL;
    long size = ok ? BIO_get_mem_data(bio, &data) : 0;
    ok = ok && size > 0 && size < TLS_AUTHORITY_PEM_MAX;
    if (ok) {
        memcpy(authority->pem, data, (size_t)size);
        authority->pem[size] = '\0';
    }
    BIO_free(bio);
    return ok;
}

enum status tls_authority_create(struct tls_authority *authority) {
    *authority = (struct tls_authority){.serial = 1};
    ERR_clear_error();
    authority->key = EVP_EC_gen("P-256");
    if (authority->key != NULL) {
        authority->certificate =
            certificate_new(authority->serial, "perpdesk simulator", authority->key);
    }
    if (authority->certificate == NULL || !authority_sign(authority) ||
        !authority_print(authority)) {
        enum status status = fail("certificate authority");
        tls_authority_destroy(authority);
        return status;
    }
    return STATUS_OK;
}

void tls_authority_destroy(struct tls_authority *authority) {
    X509_free(authority->certificate);
    EVP_PKEY_free(authority->key);
    *authority = (struct tls_authority){0};
}

// "a.example,127.0.0.1" -> "DNS:a.example,IP:127.0.0.1". False when a name is empty or the list is
// too long.
static bool names_to_extension(const char *names, struct text *out) {
    while (true) {
        size_t size = strcspn(names, ",");
        char name[256];
        if (size == 0 || !string_copy(name, sizeof(name), (struct slice){names, size})) {
            return false;
        }
        struct in6_addr address;
        bool numeric =
            inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1;
        text_add_string(out, numeric ? "IP:" : "DNS:");
        text_add_string(out, name);
        names += size;
        if (*names == '\0') {
            return !out->truncated;
        }
        names++;
        text_add_char(out, ',');
    }
}

static bool leaf_sign(struct tls_authority *authority, X509 *leaf, const char *alternatives) {
    X509 *issuer = authority->certificate;
    return X509_set_issuer_name(leaf, X509_get_subject_name(issuer)) == 1 &&
           extension_add(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           extension_add(leaf, issuer, NID_key_usage, "critical,digitalSignature") &&
           extension_add(leaf, issuer, NID_ext_key_usage, "serverAuth") &&
           extension_add(leaf, issuer, NID_subject_alt_name, alternatives) &&
           X509_sign(leaf, authority->key, EVP_sha256()) > 0;
}

enum status tls_authority_issue(struct tls_authority *authority, const char *names, SSL_CTX **out) {
    char alternatives[1024];
    struct text text = TEXT_OVER(alternatives);
    if (!names_to_extension(names, &text)) {
        return status_fail(STATUS_CONFIG, "certificate names '%s' are empty or too long", names);
    }
    ERR_clear_error();
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *leaf = key != NULL ? certificate_new(++authority->serial, "loopback", key) : NULL;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    bool ok = leaf != NULL && context != NULL && leaf_sign(authority, leaf, alternatives) &&
              SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
              SSL_CTX_use_certificate(context, leaf) == 1 &&
              SSL_CTX_use_PrivateKey(context, key) == 1;
    EVP_PKEY_free(key);
    X509_free(leaf);
    if (!ok) {
        SSL_CTX_free(context);
        return fail("server certificate");
    }
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    *out = context;
    return STATUS_OK;
}
