// Words for the service manager that started this process (sd_notify(3), spoken here: a datagram to
// $NOTIFY_SOCKET). Without that variable nothing is sent. Any thread.
#ifndef PERPDESK_IO_NOTIFY_H
#define PERPDESK_IO_NOTIFY_H

#include <stdint.h>

#include "base/status.h"

// "READY=1\nSTATUS=…": assignments parted by newlines. A manager that is gone is nobody's trouble.
void notify_send(const char *assignments);
void notify_sendf(const char *format, ...) PRINTF_LIKE(1, 2);

// Feeds the manager's watchdog as long as the engine's passes go on, however well the rest of the
// process is: a desk that decides nothing is to be started anew.
struct notify_watchdog {
    int64_t
        every_ns; // what the manager waits for ($WATCHDOG_USEC, meant for $WATCHDOG_PID), 0: never
    int64_t fed_ns;
    uint64_t passes; // when it was fed last
};

void notify_watchdog_init(struct notify_watchdog *watchdog);
// Three times as often as the manager wants it. `now_ns`: machine time.
void notify_watchdog_feed(struct notify_watchdog *watchdog, uint64_t passes, int64_t now_ns);

#endif
