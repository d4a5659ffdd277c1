// Loaded in front of the program (LD_PRELOAD): ends it with SIGKILL at an instant that a clock
// would hardly hit. AIM names the instant and which of them, AIM=intent:3 is the third.
//
//   intent   an order was journalled, nothing was sent
//   torn     half of the journal's write that holds an order is on file
//   sent     an order was journalled, and the next bytes after it have left on some socket
//   fill     a fill has come, nothing is on file
//   hedge    a fill and what follows from it is on file, nothing was sent
//   cancel   a cancel was journalled, nothing was sent
//
// The journal's writes are told by what is in them: records of engine/journal_format.h.
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "engine/event.h"

enum aim { AIM_NONE, AIM_INTENT, AIM_TORN, AIM_SENT, AIM_FILL, AIM_HEDGE, AIM_CANCEL };

struct seen {
    bool order, cancel, fill;
};

static enum aim aim;
static atomic_int left;
static atomic_bool armed; // an order is on file: the next bytes sent are the last

static ssize_t (*real_write)(int fd, const void *data, size_t size);
static ssize_t (*real_send)(int fd, const void *data, size_t size, int flags);
static ssize_t (*real_sendmsg)(int fd, const struct msghdr *message, int flags);
static ssize_t (*real_writev)(int fd, const struct iovec *parts, int count);

__attribute__((constructor)) static void load(void) {
    static const char *const names[] = {"", "intent", "torn", "sent", "fill", "hedge", "cancel"};
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_send = dlsym(RTLD_NEXT, "send");
    *(void **)&real_sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    *(void **)&real_writev = dlsym(RTLD_NEXT, "writev");
    const char *told = getenv("AIM");
    const char *number = told != NULL ? strchr(told, ':') : NULL;
    for (size_t i = 1; number != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        size_t size = strlen(names[i]);
        if ((size_t)(number - told) == size && strncmp(told, names[i], size) == 0) {
            aim = (enum aim)i;
            atomic_store(&left, atoi(number + 1));
        }
    }
}

static void end_here(void) {
    (void)kill(getpid(), SIGKILL);
}

static bool is_due(void) {
    return atomic_fetch_sub(&left, 1) == 1;
}

// What a write holds when it is the journal's; nothing otherwise.
static struct seen look(const unsigned char *data, size_t size) {
    struct seen seen = {0};
    struct {
        uint32_t size, checksum;
        struct event_header header;
    } head;
    for (size_t at = 0; at + sizeof(head) <= size; at += 2 * sizeof(uint32_t) + head.size) {
        memcpy(&head, data + at, sizeof(head));
        if (head.header.kind >= EVENT_KIND_COUNT || head.size > sizeof(struct event) ||
            head.size != sizeof(head.header) + head.header.size ||
            at + 2 * sizeof(uint32_t) + head.size > size) {
            return (struct seen){0};
        }
        struct event event;
        memcpy(&event, data + at + 2 * sizeof(uint32_t), head.size);
        if (event.header.kind == EVENT_ORDER_COMMAND) {
            seen.order = seen.order || event.u.order.action == ORDER_ACTION_PLACE;
            seen.cancel = seen.cancel || event.u.order.action == ORDER_ACTION_CANCEL;
        } else if (event.header.kind == EVENT_ORDER_REPORT) {
            seen.fill = seen.fill || event.u.report.kind == REPORT_FILL;
        }
    }
    return seen;
}

ssize_t write(int fd, const void *data, size_t size) {
    struct seen seen = aim != AIM_NONE ? look(data, size) : (struct seen){0};
    if (aim == AIM_FILL && seen.fill && is_due()) {
        end_here();
    }
    if (aim == AIM_TORN && seen.order && is_due()) {
        (void)!real_write(fd, data, size / 2);
        end_here();
    }
    ssize_t result = real_write(fd, data, size);
    if ((aim == AIM_INTENT && seen.order && is_due()) ||
        (aim == AIM_HEDGE && seen.fill && is_due()) ||
        (aim == AIM_CANCEL && seen.cancel && is_due())) {
        end_here();
    }
    if (aim == AIM_SENT && seen.order && is_due()) {
        atomic_store(&armed, true);
    }
    return result;
}

static ssize_t sent(ssize_t result) {
    if (atomic_load(&armed) && result > 0) {
        end_here();
    }
    return result;
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
    return sent(real_send(fd, data, size, flags));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    return sent(real_sendmsg(fd, message, flags));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    return sent(real_writev(fd, parts, count));
}
