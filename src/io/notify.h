// Words for the service manager that started this process (sd_notify(3), spoken here: a datagram to
// $NOTIFY_SOCKET). Without that variable nothing is sent. Any thread.
#ifndef PERPDESK_IO_NOTIFY_H
#define PERPDESK_IO_NOTIFY_H

#include <stdint.h>

#include "base/status.h"

// "READY=1\nSTATUS=…": assignments parted by newlines. A manager that is gone is nobody's trouble.
void notify_send(const char *assignments);
void notify_sendf(const char *format, ...) PRINTF_LIKE(1, 2);
// How often the manager wants to hear WATCHDOG=1 ($WATCHDOG_USEC, meant for $WATCHDOG_PID), 0:
// never.
int64_t notify_watchdog_ns(void);

#endif
