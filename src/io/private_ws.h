// Where a private socket of a venue connects to. Shared by the lanes and by what asks an account
// without a desk.
#ifndef PERPDESK_IO_PRIVATE_WS_H
#define PERPDESK_IO_PRIVATE_WS_H

#include "exchanges/venue_oe.h"
#include "io/ws.h"

// Points the connection at the address and with the headers that the venue wants for its socket
// `index` at now_ns (the venue's time). `base`: "wss://host:port" to go to instead of the venue's
// own, or NULL. What says that the venue cannot be connected to yet (no login) is the venue's own
// status; an address that does not fit is STATUS_CONFIG. Both may hold secrets: no copy is left.
enum status private_ws_aim(struct ws *ws, struct oe *oe, uint32_t index, int64_t now_ns,
                           const char *base) MUST_CHECK;

#endif
