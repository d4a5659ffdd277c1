// The interface a venue implements for order entry: an order in the market's terms to the bytes of
// a signed request. No sockets, no threads, no clock; the time is the caller's.
//
// A lane owns one `struct oe` per venue and calls on its own thread. Encoding does not allocate.
#ifndef PERPDESK_EXCHANGES_VENUE_OE_H
#define PERPDESK_EXCHANGES_VENUE_OE_H

#include "exchanges/sign_hmac.h"
#include "market/instrument.h"

enum { OE_API_KEY_MAX = 96, OE_CLIENT_ID_MAX = 36 };

enum oe_kind {
    OE_POST_ONLY, // refused by the venue if it would take
    OE_IOC,       // takes what is there, the rest is cancelled
    OE_GTC,       // takes and rests
    OE_KIND_COUNT
};

struct oe_order {
    const struct listing *listing;
    enum side side;
    enum oe_kind kind;
    struct px price;         // on the listing's tick
    struct qty size;         // on the listing's step
    struct slice client_id;  // letters, digits, '-', '_' and '.', at most OE_CLIENT_ID_MAX
    struct slice request_id; // comes back with the answer; same letters
    int64_t timestamp_ms;    // by the venue's clock
};

struct oe_credentials {
    struct slice api_key;
    struct slice secret;
};

// What the lane keeps per venue. Holds secrets until venue_oe.finish.
struct oe {
    const struct venue_oe *venue;
    char api_key[OE_API_KEY_MAX];
    struct sign_hmac hmac;
};

struct venue_oe {
    const char *mainnet_ws; // "wss://host/path" of the socket that takes orders
    const char *testnet_ws;
    // Takes the credentials over; STATUS_CONFIG when they cannot be a key of this venue.
    enum status (*init)(struct oe *oe, struct oe_credentials credentials) MUST_CHECK;
    void (*finish)(struct oe *oe); // wipes
    // Appends the request that places the order. STATUS_DATA when the order cannot be told to the
    // venue (no rules yet, off tick or step, a client id it does not take): nothing is to be sent.
    enum status (*encode_place)(const struct oe *oe, const struct oe_order *order,
                                struct text *out) MUST_CHECK;
};

#endif
