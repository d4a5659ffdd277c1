// Binance USDT-M futures, order entry over the WebSocket API.
#ifndef PERPDESK_EXCHANGES_BINANCE_OE_H
#define PERPDESK_EXCHANGES_BINANCE_OE_H

#include "exchanges/venue_oe.h"

extern const struct venue_oe binance_oe;

#endif
