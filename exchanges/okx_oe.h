// What the files of OKX's order entry share.
#ifndef PERPDESK_EXCHANGES_OKX_OE_H
#define PERPDESK_EXCHANGES_OKX_OE_H

#include "base/json.h"
#include "exchanges/sign_hmac.h"
#include "exchanges/venue_oe.h"

enum {
    OKX_KEY_MAX = 64,
    OKX_CHANNELS = 3, // orders, positions, account
    OKX_PAGE = 100,   // rows of a list in one answer
};

enum okx_bucket { OKX_ORDERS, OKX_CANCELS, OKX_READS, OKX_ACCOUNT, OKX_COUNTDOWN };

struct okx {
    char api_key[OKX_KEY_MAX], passphrase[OKX_KEY_MAX];
    struct sign_hmac hmac;
    int64_t codes[SYMBOL_MAX]; // instIdCode, 0 = not known
    bool codes_known;
    bool logged_in;
    uint32_t acknowledged; // subscriptions
};

// Contracts of a listing as base units and back. False: not exactly.
bool okx_contracts_read(const struct listing *listing, struct slice text, bool is_signed,
                        struct qty *out);
bool okx_contracts_write(const struct listing *listing, struct qty size, struct text *out);

int64_t okx_ms_of(struct slice text); // a time of theirs; 0: none

// okx_oe_rows.c: the rows of `data`, by REST or pushed; `call` NULL: pushed. False: not what was
// expected.
bool okx_decode_orders(const struct oe *oe, const struct oe_call *call, struct json *rows,
                       uint32_t *count, struct slice *last_id, struct oe_sink *sink);
bool okx_decode_fills(const struct oe *oe, const struct oe_call *call, struct json *rows,
                      uint32_t *count, struct slice *last_id, struct oe_sink *sink);
bool okx_decode_positions(const struct oe *oe, const struct oe_call *call, struct json *rows,
                          uint32_t *count, struct oe_sink *sink);
bool okx_decode_balance(const struct oe_call *call, struct json *rows, struct oe_sink *sink);

enum oe_error okx_error_of(int64_t code);
bool okx_is_unknown(int64_t code); // the venue does not know what became of the request

// The body of an answer to a call, or an answer on the socket: {"code":…,"data":[…]}.
void okx_decode_result(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                       struct slice body, struct oe_sink *sink);

#endif
