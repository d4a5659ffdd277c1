// Orders, fills and positions of the Binance futures family as events: what REST answers
// (fapi_decode.c) and the user stream (fapi_user.c) have in common.
#ifndef PERPDESK_EXCHANGES_FAPI_ROWS_H
#define PERPDESK_EXCHANGES_FAPI_ROWS_H

#include "exchanges/fapi_oe.h"

// An order or a fill of one; texts that were not told are empty.
struct fapi_order {
    struct slice symbol, client_id, venue_id, side, status;
    struct slice price, average, size, filled;
    struct slice last_price, last_size, fee, fee_asset, reason;
    struct slice execution; // what happened, user stream
    int64_t time_ms, trade;
    bool maker, reduce_only;
};

struct fapi_position {
    struct slice symbol, side, amount, entry, liquidation, unrealised;
};

// False: the row lacks what it must have, or a number is none. `call` NULL: the user stream's.
bool fapi_emit_order(const struct oe *oe, const struct oe_call *call, const struct fapi_order *row,
                     bool snapshot, struct oe_sink *sink);
bool fapi_emit_fill(const struct oe *oe, const struct oe_call *call, const struct fapi_order *row,
                    struct oe_sink *sink);
bool fapi_emit_position(const struct oe *oe, const struct oe_call *call,
                        const struct fapi_position *row, struct oe_sink *sink);

// Coins that count as dollars.
bool fapi_is_dollar(struct slice asset);
bool fapi_read_usd(struct slice text, struct usd *out);

#endif
