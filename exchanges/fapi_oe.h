// Order entry of the Binance futures family (Binance USDT-M, Aster): the parameters of each call,
// and the meaning of answers and user stream events. What differs, signing and transport, is in
// binance_oe.c and aster_oe.c.
//
// Sources: venues' sheets binance.md and aster.md, sections 5 to 7.
#ifndef PERPDESK_EXCHANGES_FAPI_OE_H
#define PERPDESK_EXCHANGES_FAPI_OE_H

#include "exchanges/oe_params.h"
#include "exchanges/venue_oe.h"

enum {
    FAPI_WEIGHT,     // buckets of the family: request weight
    FAPI_ORDERS_1M,  // orders in a minute
    FAPI_ORDERS_10S, // orders in ten seconds: Binance
    FAPI_BUCKET_COUNT
};

enum { FAPI_PAGE = 1000 }; // fills in one answer

// A call by REST, without authentication.
struct fapi_request {
    const char *method;
    const char *path; // below the version: "/order"
    bool has_symbol;
    uint16_t weight;
    bool counts_order;
};

// Method, path and weight of the call.
struct fapi_request fapi_request_of(const struct oe_call *call);
// The word of the family for how long an order works.
struct slice fapi_time_in_force(enum oe_order_kind kind);
// The request of the call; its parameters are appended to *params.
void fapi_request(const struct oe *oe, const struct oe_call *call, struct fapi_request *request,
                  struct oe_params *params);
// "pd" and the id in base 36, as the desk writes it: the family takes it as it is.
void fapi_client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]);

// The body of an answer by REST, of any status.
void fapi_decode_answer(const struct oe *oe, const struct oe_call *call, uint32_t http_status,
                        struct slice body, struct oe_sink *sink);
// A `result` (200) or `error` object, wherever it came from.
void fapi_decode_result(const struct oe *oe, const struct oe_call *call, struct slice result,
                        struct oe_sink *sink);
void fapi_decode_error(const struct oe_call *call, uint32_t http_status, struct slice error,
                       struct oe_sink *sink);
// An event of the user stream. Returns false when it is one of those that end the listen key.
bool fapi_decode_user(const struct oe *oe, struct slice frame, struct oe_sink *sink);
// X-MBX-USED-WEIGHT-1M and the order counts, as OE_EVENT_RATE.
void fapi_decode_headers(struct slice headers, struct oe_sink *sink);

#endif
