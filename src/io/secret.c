#include "io/secret.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEMORY_SIZE = OE_SECRETS_MAX * SECRET_VALUE_MAX };

void secret_harden(void) {
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void secret_source_find(struct secret_source *source, char path[SECRET_PATH_MAX]) {
    const char *named = getenv("PERPDESK_ENV_FILE"), *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    *source = (struct secret_source){.credentials = getenv("CREDENTIALS_DIRECTORY")};
    if (named != NULL) {
        (void)snprintf(path, SECRET_PATH_MAX, "%s", named);
    } else if (access(".env", F_OK) == 0) {
        (void)snprintf(path, SECRET_PATH_MAX, ".env");
    } else if (config != NULL && config[0] == '/') {
        (void)snprintf(path, SECRET_PATH_MAX, "%s/perpdesk/.env", config);
    } else if (home != NULL && home[0] == '/') {
        (void)snprintf(path, SECRET_PATH_MAX, "%s/.config/perpdesk/.env", home);
    } else {
        return;
    }
    source->env_file = path;
}

// ---- files -------------------------------------------------------------------------------------

static enum status check_file(int file, const char *path) {
    struct stat found;
    if (fstat(file, &found) != 0) {
        return status_fail_errno(STATUS_CONFIG, "%s", path);
    }
    if (!S_ISREG(found.st_mode) || found.st_size > SECRET_FILE_MAX) {
        return status_fail(STATUS_CONFIG, "%s: no plain file of at most 64 KiB", path);
    }
    if (found.st_uid != geteuid() && found.st_uid != 0) {
        return status_fail(STATUS_CONFIG, "%s belongs to somebody else: keys are not read from it",
                           path);
    }
    if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return status_fail(STATUS_CONFIG,
                           "%s is open to others (mode %04o): keys are read from a file of mode "
                           "0600 or 0400 only",
                           path, (unsigned)(found.st_mode & 07777));
    }
    return STATUS_OK;
}

// The whole file, NUL-terminated; *size 0 when there is none.
static enum status read_file(const char *path, char *out, size_t capacity, size_t *size) {
    *size = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        return errno == ENOENT ? STATUS_OK : status_fail_errno(STATUS_CONFIG, "%s", path);
    }
    enum status status = check_file(file, path);
    while (status == STATUS_OK && *size < capacity) {
        ssize_t got = read(file, out + *size, capacity - *size);
        if (got == 0) {
            break;
        }
        if (got < 0) {
            status = status_fail_errno(STATUS_CONFIG, "%s", path);
        } else {
            *size += (size_t)got;
        }
    }
    (void)close(file);
    if (status == STATUS_OK && *size == capacity) {
        status = status_fail(STATUS_CONFIG, "%s is too large for what it should hold", path);
    }
    return status;
}

static struct slice trimmed(struct slice text) {
    while (text.size > 0 && isspace((unsigned char)text.data[0])) {
        text = (struct slice){text.data + 1, text.size - 1};
    }
    while (text.size > 0 && isspace((unsigned char)text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

// NAME=value, NAME="value", export NAME=value; lines that begin with # are comments. The last line
// of that name counts.
static struct slice find_line(struct slice file, const char *name) {
    struct slice found = {"", 0};
    while (file.size > 0) {
        const char *end = memchr(file.data, '\n', file.size);
        size_t size = end != NULL ? (size_t)(end - file.data) : file.size;
        struct slice line = trimmed((struct slice){file.data, size});
        size_t taken = end != NULL ? size + 1 : size;
        file = (struct slice){file.data + taken, file.size - taken};
        if (slice_starts(line, SLICE("export "))) {
            line = trimmed((struct slice){line.data + 7, line.size - 7});
        }
        const char *equals = line.size > 0 ? memchr(line.data, '=', line.size) : NULL;
        size_t left = equals != NULL ? (size_t)(equals - line.data) : 0;
        if (equals == NULL ||
            !slice_equals(trimmed((struct slice){line.data, left}), slice_of(name))) {
            continue;
        }
        found = trimmed((struct slice){equals + 1, line.size - left - 1});
        char quote = found.size >= 2 ? found.data[0] : '\0';
        if ((quote == '"' || quote == '\'') && found.data[found.size - 1] == quote) {
            found = (struct slice){found.data + 1, found.size - 2};
        }
    }
    return found;
}

// ---- one name ----------------------------------------------------------------------------------

static bool take_environment(const char *name, char out[SECRET_VALUE_MAX]) {
    char *value = getenv(name);
    if (value == NULL) {
        return false;
    }
    bool fits = string_copy(out, SECRET_VALUE_MAX, trimmed(slice_of(value)));
    OPENSSL_cleanse(value, strlen(value));
    (void)unsetenv(name);
    return fits;
}

static enum status take_credential(const char *folder, const char *name,
                                   char out[SECRET_VALUE_MAX]) {
    char path[SECRET_PATH_MAX];
    if (folder == NULL ||
        snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
        return STATUS_OK;
    }
    size_t size;
    enum status status = read_file(path, out, SECRET_VALUE_MAX, &size);
    struct slice value = trimmed((struct slice){out, status == STATUS_OK ? size : 0});
    memmove(out, value.data, value.size);
    out[value.size] = '\0';
    return status;
}

// Finds the value of one name; "" when it is nowhere.
static enum status take(const char *name, const struct secret_source *source, struct slice env_file,
                        char out[SECRET_VALUE_MAX]) {
    out[0] = '\0';
    if (take_environment(name, out)) {
        return STATUS_OK;
    }
    enum status status = take_credential(source->credentials, name, out);
    if (status == STATUS_OK && out[0] == '\0' &&
        !string_copy(out, SECRET_VALUE_MAX, find_line(env_file, name))) {
        status = status_fail(STATUS_CONFIG, "%s is too long", name);
    }
    for (const char *at = out; status == STATUS_OK && *at != '\0'; at++) {
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f) {
            status = status_fail(STATUS_CONFIG, "%s holds characters no key has", name);
        }
    }
    return status;
}

static enum status take_network(const struct venue_oe *venue, const struct secret_source *source,
                                struct slice env_file, bool *testnet) {
    char name[64], value[SECRET_VALUE_MAX];
    struct text text = TEXT_OVER(name);
    for (const char *at = venue->name; *at != '\0'; at++) {
        text_add_char(&text, (char)toupper((unsigned char)*at));
    }
    text_add_string(&text, "_ENV");
    enum status status = take(name, source, env_file, value);
    if (status == STATUS_OK) {
        *testnet = strcmp(value, "testnet") == 0;
        if (!*testnet && value[0] != '\0' && strcmp(value, "mainnet") != 0 &&
            strcmp(value, "live") != 0) {
            status = status_fail(STATUS_CONFIG, "%s: expected mainnet or testnet", name);
        }
    }
    return status;
}

// ---- all of a venue ----------------------------------------------------------------------------

static enum status take_all(struct secret_keys *keys, const struct venue_oe *venue,
                            const struct secret_source *source, struct slice env_file) {
    const char *missing = NULL, *set = NULL;
    enum status status = take_network(venue, source, env_file, &keys->testnet);
    for (uint32_t i = 0; i < OE_SECRETS_MAX; i++) {
        const struct oe_secret *secret = &venue->secrets[i];
        char *out = keys->memory + (size_t)i * SECRET_VALUE_MAX;
        if (status == STATUS_OK && secret->variable != NULL) {
            status = take(secret->variable, source, env_file, out);
            set = out[0] != '\0' ? secret->variable : set;
            missing = out[0] == '\0' && !secret->optional ? secret->variable : missing;
        }
        keys->values[i] = slice_of(out);
        for (uint32_t j = 0; status == STATUS_OK && j < i; j++) {
            if (keys->values[i].size > 0 && !secret->open &&
                slice_equals(keys->values[i], keys->values[j])) {
                status = status_fail(STATUS_CONFIG, "%s and %s are the same: one of them is wrong",
                                     venue->secrets[j].variable, secret->variable);
            }
        }
    }
    if (status == STATUS_OK && set != NULL && missing != NULL) {
        return status_fail(STATUS_CONFIG, "%s is set and %s is not: %s needs both", set, missing,
                           venue->name);
    }
    keys->found = status == STATUS_OK && missing == NULL && set != NULL;
    return status;
}

enum status secret_load(struct secret_keys *keys, const struct venue_oe *venue,
                        const struct secret_source *source) {
    *keys = (struct secret_keys){0};
    size_t whole = MEMORY_SIZE + SECRET_FILE_MAX;
    char *memory = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return status_fail_errno(STATUS_SYSTEM, "no memory for keys");
    }
    (void)mlock(memory, MEMORY_SIZE); // a limit of 0 pages is no reason not to trade
    (void)madvise(memory, whole, MADV_DONTDUMP);
    keys->memory = memory;
    struct slice env_file = {memory + MEMORY_SIZE, 0};
    enum status status = STATUS_OK;
    if (source->env_file != NULL) {
        status = read_file(source->env_file, memory + MEMORY_SIZE, SECRET_FILE_MAX, &env_file.size);
    }
    if (status == STATUS_OK) {
        status = take_all(keys, venue, source, env_file);
    }
    OPENSSL_cleanse(memory + MEMORY_SIZE, SECRET_FILE_MAX);
    if (status != STATUS_OK || !keys->found) {
        bool testnet = keys->testnet;
        secret_wipe(keys);
        keys->testnet = testnet;
    }
    return status;
}

void secret_wipe(struct secret_keys *keys) {
    if (keys->memory != NULL) {
        OPENSSL_cleanse(keys->memory, MEMORY_SIZE + SECRET_FILE_MAX);
        (void)munmap(keys->memory, MEMORY_SIZE + SECRET_FILE_MAX);
    }
    *keys = (struct secret_keys){0};
}
