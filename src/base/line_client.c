#include "base/line_client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

enum { HEAD_MAX = 64 };

enum status line_client_open(struct line_client *client, const char *path, size_t answer_max) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    *client = (struct line_client){.fd = -1};
    if (!string_copy(address.sun_path, sizeof(address.sun_path), slice_of(path))) {
        return status_fail(STATUS_USAGE, "%s: too long for a socket", path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return status_fail_errno(STATUS_SYSTEM, "a socket");
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        bool nobody = errno == ENOENT || errno == ECONNREFUSED;
        enum status status = status_fail_errno(nobody            ? STATUS_NOT_RUNNING
                                               : errno == EAGAIN ? STATUS_TIMEOUT
                                                                 : STATUS_PERMISSION,
                                               "%s", path);
        (void)close(fd);
        return status;
    }
    client->capacity = answer_max + HEAD_MAX;
    client->buffer = malloc(client->capacity);
    if (client->buffer == NULL) {
        (void)close(fd);
        return status_fail(STATUS_SYSTEM, "no memory for the answers of %s", path);
    }
    client->fd = fd;
    return STATUS_OK;
}

void line_client_close(struct line_client *client) {
    if (client->buffer != NULL && client->fd >= 0) {
        (void)close(client->fd);
    }
    free(client->buffer);
    *client = (struct line_client){.fd = -1};
}

bool line_client_is_open(const struct line_client *client) {
    return client->buffer != NULL;
}

static enum status lost(struct line_client *client, const char *why) {
    line_client_close(client);
    return status_fail(STATUS_NOT_RUNNING, "%s", why);
}

enum status line_client_send(struct line_client *client, struct slice line) {
    ASSERT(!client->asked || client->answered);
    char bytes[1024];
    struct text text = TEXT_OVER(bytes);
    text_add(&text, line);
    text_add_char(&text, '\n');
    if (!line_client_is_open(client)) {
        return status_fail(STATUS_NOT_RUNNING, "not connected");
    }
    if (text.truncated || memchr(line.data, '\n', line.size) != NULL) {
        return status_fail(STATUS_USAGE, "that is no single line of at most %zu bytes",
                           sizeof(bytes) - 2);
    }
    client->size = client->body_at = client->body_size = 0;
    client->asked = true;
    client->answered = false;
    // A request is smaller than any socket's buffer, and the one before was answered: it fits.
    ssize_t sent = send(client->fd, bytes, text.size, MSG_NOSIGNAL);
    return sent == (ssize_t)text.size ? STATUS_OK : lost(client, "the desk is gone");
}

// "ok 123" or "error usage 45".
static bool read_head(struct line_client *client, struct slice head, enum status *answer) {
    size_t blank = 0;
    *answer = STATUS_OK;
    if (slice_starts(head, SLICE("ok "))) {
        blank = 2;
    } else if (slice_starts(head, SLICE("error "))) {
        for (blank = 6; blank < head.size && head.data[blank] != ' '; blank++) {
        }
        struct slice name = {head.data + 6, blank - 6};
        *answer = STATUS_ERROR;
        for (int i = 0; i < STATUS_COUNT; i++) {
            if (slice_equals(name, slice_of(status_name((enum status)i)))) {
                *answer = i == STATUS_OK ? STATUS_ERROR : (enum status)i;
            }
        }
    }
    size_t size = 0;
    bool digits = blank > 0 && blank + 1 < head.size;
    for (size_t i = blank + 1; i < head.size && digits; i++) {
        digits = head.data[i] >= '0' && head.data[i] <= '9' && size < client->capacity;
        size = size * 10 + (size_t)(head.data[i] - '0');
    }
    client->body_size = size;
    return digits && client->body_at + size <= client->capacity;
}

enum status line_client_poll(struct line_client *client, bool *complete) {
    *complete = false;
    if (!line_client_is_open(client)) {
        return status_fail(STATUS_NOT_RUNNING, "not connected");
    }
    ASSERT(client->asked);
    enum status answer = STATUS_OK;
    for (;;) {
        char *newline = memchr(client->buffer, '\n', client->size);
        if (newline != NULL) {
            client->body_at = (size_t)(newline - client->buffer) + 1;
            if (!read_head(client, (struct slice){client->buffer, client->body_at - 1}, &answer)) {
                return lost(client, "the desk answered what is no answer");
            }
            if (client->size >= client->body_at + client->body_size) {
                *complete = true;
                client->answered = true;
                break;
            }
        } else if (client->size > HEAD_MAX) {
            return lost(client, "the desk answered what is no answer");
        }
        ssize_t got =
            recv(client->fd, client->buffer + client->size, client->capacity - client->size, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return STATUS_OK;
        }
        if (got <= 0) {
            return lost(client, "the desk is gone");
        }
        client->size += (size_t)got;
    }
    if (answer == STATUS_OK) {
        return STATUS_OK;
    }
    struct slice body = line_client_answer(client);
    return status_fail(answer, "%.*s", (int)body.size, body.data);
}

enum status line_client_wait(struct line_client *client, int timeout_ms) {
    int64_t until_ns = mono_now_ns() + timeout_ms * NS_PER_MS;
    for (;;) {
        bool complete = false;
        enum status status = line_client_poll(client, &complete);
        if (complete || status != STATUS_OK) {
            return status;
        }
        int64_t rest_ms = (until_ns - mono_now_ns()) / NS_PER_MS;
        struct pollfd waits = {.fd = client->fd, .events = POLLIN};
        if (rest_ms <= 0) {
            line_client_close(client);
            return status_fail(STATUS_TIMEOUT, "the desk gave no answer within %d ms", timeout_ms);
        }
        (void)poll(&waits, 1, (int)rest_ms);
    }
}

enum status line_client_ask(struct line_client *client, struct slice line, int timeout_ms) {
    enum status status = line_client_send(client, line);
    return status == STATUS_OK ? line_client_wait(client, timeout_ms) : status;
}

struct slice line_client_answer(const struct line_client *client) {
    return client->answered ? (struct slice){client->buffer + client->body_at, client->body_size}
                            : (struct slice){"", 0};
}
