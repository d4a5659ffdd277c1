#include "io/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/decimal.h"

void notify_send(const char *assignments) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = path != NULL ? strlen(path) : 0;
    if (size < 2 || size >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@')) {
        return;
    }
    memcpy(address.sun_path, path, size);
    if (path[0] == '@') {
        address.sun_path[0] = '\0'; // a name without a file
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    (void)sendto(fd, assignments, strlen(assignments), MSG_NOSIGNAL | MSG_DONTWAIT,
                 (const struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
    (void)close(fd);
}

void notify_sendf(const char *format, ...) {
    char bytes[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(bytes, sizeof(bytes), format, arguments);
    va_end(arguments);
    notify_send(bytes);
}

static int64_t watchdog_ns(void) {
    const char *usec = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");
    int64_t wanted = 0;
    int64_t whose = 0;
    if (usec == NULL || !decimal_parse(slice_of(usec), 0, &wanted) || wanted <= 0 ||
        wanted > INT64_MAX / 1000) {
        return 0;
    }
    if (pid != NULL && (!decimal_parse(slice_of(pid), 0, &whose) || whose != getpid())) {
        return 0;
    }
    return wanted * 1000;
}

void notify_watchdog_init(struct notify_watchdog *watchdog) {
    *watchdog = (struct notify_watchdog){.every_ns = watchdog_ns()};
}

void notify_watchdog_feed(struct notify_watchdog *watchdog, uint64_t passes, int64_t now_ns) {
    bool due = watchdog->every_ns > 0 && now_ns - watchdog->fed_ns >= watchdog->every_ns / 3;
    if (due && passes != watchdog->passes) {
        notify_send("WATCHDOG=1");
        watchdog->passes = passes;
        watchdog->fed_ns = now_ns;
    }
}
