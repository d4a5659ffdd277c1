#include "io/account_lock.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DIGEST_SIZE = 32, NAME_BYTES = 16 };

// Every part is followed by its end, so that no two lists of parts are one text.
static bool add(EVP_MD_CTX *context, struct slice part) {
    return EVP_DigestUpdate(context, part.data, part.size) == 1 &&
           EVP_DigestUpdate(context, "", 1) == 1;
}

static bool digest(unsigned char out[DIGEST_SIZE], const char *venue, const char *address,
                   const struct secret_keys *keys) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned int size = 0;
    bool fine = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                add(context, slice_of(venue)) && add(context, slice_of(address)) &&
                add(context, slice_of(keys->testnet ? "testnet" : ""));
    for (int i = 0; i < OE_SECRETS_MAX && fine; i++) {
        struct slice value = keys->values[i];
        fine = add(context, value.data != NULL ? value : SLICE(""));
    }
    fine = fine && EVP_DigestFinal_ex(context, out, &size) == 1 && size == DIGEST_SIZE;
    EVP_MD_CTX_free(context);
    return fine;
}

enum status account_lock(int *fd, const char *venue, const char *address,
                         const struct secret_keys *keys) {
    unsigned char hash[DIGEST_SIZE];
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct text text = text_over(name.sun_path + 1, sizeof(name.sun_path) - 1);
    *fd = -1;
    if (!digest(hash, venue, address, keys)) {
        return status_fail(STATUS_SYSTEM, "%s: no hash of the account", venue);
    }
    text_add_string(&text, "perpdesk-account-");
    for (int i = 0; i < NAME_BYTES; i++) {
        text_add_format(&text, "%02x", hash[i]);
    }
    ASSERT(!text.truncated);
    *fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        return status_fail_errno(STATUS_SYSTEM, "%s: cannot lock the account", venue);
    }
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + text.size);
    if (bind(*fd, (const struct sockaddr *)&name, size) == 0) {
        return STATUS_OK;
    }
    enum status status =
        errno == EADDRINUSE
            ? status_fail(STATUS_UNAVAILABLE,
                          "%s: another desk on this machine trades this account: stop it first, or "
                          "give this one keys of another",
                          venue)
            : status_fail_errno(STATUS_SYSTEM, "%s: cannot lock the account", venue);
    account_unlock(fd);
    return status;
}

void account_unlock(int *fd) {
    if (*fd >= 0) {
        (void)close(*fd);
    }
    *fd = -1;
}
