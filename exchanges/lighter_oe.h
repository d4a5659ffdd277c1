// What the files of Lighter's order entry share.
#ifndef PERPDESK_EXCHANGES_LIGHTER_OE_H
#define PERPDESK_EXCHANGES_LIGHTER_OE_H

#include "exchanges/lighter_tx.h"
#include "exchanges/venue_oe.h"

enum {
    LIGHTER_FLIGHTS_MAX = 32, // of 50 unanswered messages that the venue allows
    LIGHTER_CHANNELS = 4,
    LIGHTER_MARKET_ALL = 255,
    LIGHTER_CLIENT_BITS = 48,         // of a client order index
    LIGHTER_SOCKET_LIFE_S = 6 * 3600, // shorter than that of its token
    LIGHTER_TOKEN_REST_S = LIGHTER_SOCKET_LIFE_S + 600,
};

struct json;

enum lighter_bucket { LIGHTER_TRANSACTIONS, LIGHTER_CALLS };

// A market as OE_RULES told it.
struct lighter_market_rules {
    bool known;
    bool held; // a position was told that is not 0
    int64_t market;
    int64_t price_unit, size_unit; // what 1 of the venue's integers is of px.v and qty.v
};

// A transaction that was sent and not answered yet.
struct lighter_flight {
    uint32_t tag; // 0: free
    enum oe_call_kind kind;
    uint16_t symbol;
    uint64_t nonce;
    int64_t sent_ns;
    int64_t until_ns; // OE_DEADMAN
};

struct lighter {
    struct schnorr_key key;
    uint64_t account, api_key;
    struct lighter_market_rules markets[SYMBOL_MAX];
    bool markets_known;
    bool nonce_known;
    uint64_t nonce; // the next one
    struct lighter_flight flights[LIGHTER_FLIGHTS_MAX];
    uint32_t flight_count;
    char token[LIGHTER_TOKEN_MAX];
    int64_t token_until_ns;
    bool connected;
    uint32_t acknowledged; // subscriptions
};

struct lighter *lighter_of(const struct oe *oe);
bool lighter_read_index(struct slice text, int64_t least, int64_t most, uint64_t *out);

enum status lighter_encode(struct oe *oe, const struct oe_call *call,
                           struct oe_message *out) MUST_CHECK;
// A token that lives as long as a socket, at least. For the calls after it, until the next.
const char *lighter_token_at(struct lighter *lighter, int64_t now_ns);

// ---- numbers: lighter_numbers.c ----

// The next number is taken for that call. NULL: too many are on the way.
struct lighter_flight *lighter_take_off(struct lighter *lighter, const struct oe_call *call);
// Those that got no answer in time: nobody knows whether they counted.
void lighter_give_up(struct lighter *lighter, int64_t now_ns);
// When the count may be asked for: not while transactions are on the way that it may lack.
int64_t lighter_count_due_ns(const struct lighter *lighter, int64_t now_ns);
// A message's number is one more than the nonce: the first nonce of a key is 0.
void lighter_number_unused(struct oe *oe, uint64_t number);
// The transaction of that tag is answered: what it was, and (refused) what that means for the
// numbers. False: it is none of ours, or was given up.
bool lighter_land(struct lighter *lighter, uint32_t tag, enum oe_error refused,
                  struct lighter_flight *out);

// ---- the socket: lighter_oe_socket.c ----

enum status lighter_open(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                         struct text *headers) MUST_CHECK;
enum oe_greeting lighter_greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                               struct text *out);
void lighter_decode_frame(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                          struct oe_sink *sink);

// ---- errors: lighter_error.c ----

enum oe_error lighter_error_of(int64_t code);
bool lighter_is_unknown(int64_t code); // the venue does not know what became of the request
// A refusal of a call in the venue's numbers.
void lighter_emit_failure(const struct oe_call *call, int64_t code, struct slice text,
                          struct oe_sink *sink);

// The symbol of a market's number; OE_SYMBOL_NONE when it is none of the desk's.
uint16_t lighter_find_symbol(const struct oe *oe, int64_t market);
// Whether a row of such a market may be passed over. Before the markets are known it may be one of
// ours: a position would be taken for flat, a fill or a payment would be lost.
bool lighter_passes_over(const struct oe *oe);

// ---- rows: lighter_oe_rows.c ----

enum lighter_field_kind { LIGHTER_TEXT, LIGHTER_INT, LIGHTER_BOOL };

struct lighter_field {
    const char *name;
    enum lighter_field_kind kind;
    size_t offset;
};

// Members of interest by name; the rest is skipped. Whether that went well, the reader knows.
void lighter_read_fields(struct json *r, const struct lighter_field *fields, size_t count,
                         void *out);
// Seconds, milli- or microseconds, told by the magnitude; 0 for what is no time.
int64_t lighter_ns_of(int64_t time);
bool lighter_read_usd(struct slice text, struct usd *out);

// Calls `row` for each row of a list, of lists by market or of rows by market; null is none.
struct lighter_rows {
    bool (*row)(struct lighter_rows *rows, struct json *r);
    struct oe *oe;
    const struct oe_call *call;
    struct oe_sink *sink;
    bool snapshot;
    uint32_t count;
    int64_t oldest_ns;
    struct slice wanted; // the one client id that is asked for; empty: all
    bool found;
};

bool lighter_each_row(struct lighter_rows *rows, struct json *r);

// Rows of lists by REST; of pushes as below.
bool lighter_decode_order(struct lighter_rows *rows, struct json *r);
bool lighter_decode_trade(struct lighter_rows *rows, struct json *r);

// Rows, by REST (`call`) or pushed (NULL): a list, or a map from market to list or row. False: not
// what was expected.
bool lighter_decode_orders(struct oe *oe, const struct oe_call *call, bool snapshot, struct json *r,
                           uint32_t *count, struct oe_sink *sink);
bool lighter_decode_trades(struct oe *oe, const struct oe_call *call, bool snapshot, struct json *r,
                           uint32_t *count, int64_t *oldest_ns, struct oe_sink *sink);
bool lighter_decode_positions(struct oe *oe, const struct oe_call *call, bool snapshot,
                              struct json *r, uint32_t *count, struct oe_sink *sink);
bool lighter_decode_stats(struct json *r, struct oe_sink *sink);

// The answer to a call by REST.
void lighter_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                           struct slice headers, struct slice body, struct oe_sink *sink);

#endif
