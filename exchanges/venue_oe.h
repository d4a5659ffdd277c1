// The interface a venue implements for order entry and for the account behind it: what the desk
// wants in the market's terms to the bytes of a signed request, and the venue's bytes back to
// evidence. No sockets, no threads, no clock, no random; the time is the caller's.
//
// A venue is one constant `struct venue_oe` in the venue table (exchanges/venues.c). A lane
// (src/io/lane.h) owns one `struct oe` per account and calls every slot on its own thread. Whoever
// asks a venue directly (the verb `venue`, tests) uses the same slots.
//
// Two rules hold for every venue:
//   - A request proves nothing. What a venue answers becomes events (struct oe_event), and only
//     those say what is so: OE_EVENT_ACCEPTED is neither resting nor filled, and an answer that
//     never came is asked for by OE_QUERY with the client id, never sent again.
//   - Prices and sizes arrive on the listing's tick and step. What the venue signs in its own
//     integers is made from them exactly, or the call is refused (STATUS_DATA): nothing is rounded
//     here in anybody's favour.
//
// Decoding takes bytes from outside: it survives anything, and reports what it cannot read as
// OE_EVENT_SURPRISE. Encoding and decoding do not allocate.
#ifndef PERPDESK_EXCHANGES_VENUE_OE_H
#define PERPDESK_EXCHANGES_VENUE_OE_H

#include "base/clock.h"
#include "base/table.h"
#include "market/venue.h"

enum {
    OE_CLIENT_ID_MAX = 40,  // in the venue's form, with the NUL
    OE_VENUE_ID_MAX = 72,   // the venue's own id of an order
    OE_REQUEST_ID_MAX = 24, // of an answer on a socket
    OE_URL_MAX = 512,
    OE_PATH_MAX = 1024, // with the query
    OE_HEADERS_MAX = 1280,
    OE_BODY_MAX = 6144,
    OE_GREETING_MAX = 2048,
    OE_SOCKETS_MAX = 2,
    OE_BUCKETS_MAX = 5,
    OE_SECRETS_MAX = 6,
    OE_SYMBOL_NONE = UINT16_MAX,
};

// ---- what is asked -----------------------------------------------------------------------------

enum oe_call_kind {
    OE_RULES,   // what signing needs to know of the listings beyond their rules
    OE_LOGIN,   // token, cookie or listen key, where requests or sockets need one
    OE_REFRESH, // keeps it alive
    OE_NONCE,   // the next number the venue will take
    OE_KEYS,    // what the key may do
    OE_PLACE,
    OE_CANCEL,
    OE_CANCEL_ALL, // of one symbol or of the account: see OE_CAN_CANCEL_ACCOUNT
    OE_AMEND,
    OE_QUERY,       // one order, by client id or by the venue's
    OE_OPEN_ORDERS, // of one symbol or of the account
    OE_FILLS,       // since a time
    OE_POSITIONS,
    OE_BALANCES,
    OE_FEES,
    OE_LEVERAGE,     // sets it
    OE_FUNDING_PAID, // since a time
    OE_DEADMAN,      // arms, moves or (countdown 0) disarms the dead-man's switch
    OE_CALL_KIND_COUNT
};
#define OE_BIT(kind) (1U << (kind))

enum oe_order_kind {
    OE_POST_ONLY, // refused by the venue if it would take
    OE_IOC,       // takes what is there up to its price, the rest is cancelled
    OE_GTC,       // takes and rests
    OE_ORDER_KIND_COUNT
};

struct oe_order {
    enum side side;
    enum oe_order_kind kind;
    bool reduce_only;
    struct px price; // on the listing's tick; an IOC's is the worst that is acceptable
    struct qty size; // base units, on the listing's step
};

struct oe_call {
    enum oe_call_kind kind;
    uint32_t tag;          // comes back with the answer, never 0
    uint16_t symbol;       // OE_SYMBOL_NONE: the account
    struct oe_order order; // OE_PLACE; OE_AMEND: its new price and whole size
    // The order's, in the venue's form (venue_oe.client_id): OE_PLACE, OE_CANCEL, OE_AMEND,
    // OE_QUERY. Where both ids are known the venue's own is used if it is quicker or safer.
    struct slice client_id;
    struct slice venue_id;
    struct slice cursor;   // next page of a list, as OE_EVENT_END told it; empty: the first
    int64_t since_ns;      // OE_FILLS, OE_FUNDING_PAID
    uint32_t countdown_ms; // OE_DEADMAN
    uint32_t leverage;     // OE_LEVERAGE: whole times
    int64_t now_ns;        // by the venue's clock
    uint64_t random;       // never used twice: salts and nonces that need no order
};

// Which budget a request is taken from, and how much of it: by index into venue_oe.buckets.
struct oe_cost {
    uint16_t units[OE_BUCKETS_MAX];
};

enum oe_way {
    OE_WAY_REST,
    OE_WAY_SOCKET, // as a text frame on socket `socket`
};

// What is to be sent. Filled by encode; holds secrets (headers, signatures): never logged as it is.
struct oe_message {
    enum oe_way way;
    uint32_t socket;    // OE_WAY_SOCKET
    const char *method; // OE_WAY_REST: "GET", "POST", "PUT", "DELETE", "PATCH"
    // Where, for a call that the venue answers at another address ("https://host"); NULL: at that
    // of venue_oe. Whoever talks to a simulated venue has one address for all.
    const char *rest;
    struct text path;    // begins with '/', query included
    struct text headers; // lines "Name: value\n", Content-Type included, not User-Agent
    struct text body;    // REST body, or the text frame
    struct oe_cost cost;
    uint64_t number; // that the venue expects in order, taken by this request; 0 = none
    char path_data[OE_PATH_MAX], headers_data[OE_HEADERS_MAX], body_data[OE_BODY_MAX];
};

// ---- what comes back ---------------------------------------------------------------------------

enum oe_event_kind {
    OE_EVENT_ACCEPTED, // the venue took the request; nothing is known of the order yet
    OE_EVENT_REJECTED, // the venue refused the request: `error` says of what kind
    OE_EVENT_UNKNOWN,  // the venue itself does not know what became of it: ask
    OE_EVENT_ORDER,    // the state of an order
    OE_EVENT_FILL,
    OE_EVENT_POSITION,
    OE_EVENT_BALANCE,
    OE_EVENT_FEE,
    OE_EVENT_FUNDING, // funding paid or received
    OE_EVENT_END,     // of what was asked for as a list, the balances among them; with a cursor
                      // there is more
    OE_EVENT_SESSION, // logged in, or no longer
    OE_EVENT_NONCE,   // the number is known again
    OE_EVENT_KEYS,
    OE_EVENT_RATE,     // how much of a budget is used, as the venue counts it
    OE_EVENT_DEADMAN,  // armed until, or off
    OE_EVENT_REPLY,    // the venue expects this text back on the same socket
    OE_EVENT_ALIVE,    // pong, keep-alive, an acknowledgement that changes nothing
    OE_EVENT_NOTICE,   // maintenance, margin call, liquidation warning: for a person
    OE_EVENT_SURPRISE, // not understood: counted and shown
    OE_EVENT_KIND_COUNT
};

enum oe_state {
    OE_STATE_NEW, // rests, or is about to
    OE_STATE_PARTIAL,
    OE_STATE_FILLED,
    OE_STATE_CANCELED,
    OE_STATE_EXPIRED,  // the rest of an IOC, or its time was over
    OE_STATE_REJECTED, // after acceptance: would take, no margin …; nothing of it was filled
    OE_STATE_GONE,     // the venue does not know the order: never arrived, or long over
    OE_STATE_COUNT
};

// code, name in logs and JSON, what it means
#define OE_ERROR_LIST(X)                                                                           \
    X(OE_ERROR_NONE, "none", "no error")                                                           \
    X(OE_ERROR_OTHER, "other", "refused for a reason perpdesk does not know")                      \
    X(OE_ERROR_MARGIN, "margin", "not enough margin or balance")                                   \
    X(OE_ERROR_WOULD_TAKE, "would_take", "a post-only order would have taken")                     \
    X(OE_ERROR_NO_LIQUIDITY, "no_liquidity", "an IOC met nothing at its price")                    \
    X(OE_ERROR_REDUCE_ONLY, "reduce_only", "a reduce-only order would not reduce")                 \
    X(OE_ERROR_PRICE, "price", "the price is off the tick or outside the venue's band")            \
    X(OE_ERROR_SIZE, "size", "the size is off the step, too small or too large")                   \
    X(OE_ERROR_LIMIT, "limit", "a limit on positions or open orders")                              \
    X(OE_ERROR_DUPLICATE, "duplicate", "the client id was used before: the first one arrived")     \
    X(OE_ERROR_NO_ORDER, "no_order", "no such order: over, or never arrived")                      \
    X(OE_ERROR_SELF_TRADE, "self_trade", "it would have traded with an order of ours")             \
    X(OE_ERROR_SYMBOL, "symbol", "the instrument is not traded now")                               \
    X(OE_ERROR_RATE, "rate", "too many requests")                                                  \
    X(OE_ERROR_NONCE, "nonce", "the number of the request was not the one expected")               \
    X(OE_ERROR_CLOCK, "clock", "the time of the request was outside the venue's window")           \
    X(OE_ERROR_LOGIN, "login", "the session is over: log in again")                                \
    X(OE_ERROR_KEYS, "keys", "key, signature or permission is wrong: nothing will work")           \
    X(OE_ERROR_BUSY, "busy", "overloaded or in maintenance, and it was not carried out")           \
    X(OE_ERROR_REQUEST, "request", "the venue calls the request malformed: a bug of ours")

enum oe_error {
#define OE_ERROR_ENUM(code, name, sentence) code,
    OE_ERROR_LIST(OE_ERROR_ENUM)
#undef OE_ERROR_ENUM
        OE_ERROR_COUNT
};

struct oe_position {
    struct qty net; // positive = long
    struct px average;
    struct px liquidation; // 0 = not told
    struct usd unrealised; // as the venue counts it
};

struct oe_event {
    enum oe_event_kind kind;
    uint32_t tag;           // of the call it answers; 0 = by itself
    enum oe_call_kind call; // of that call, where tag is not 0
    uint16_t symbol;        // OE_SYMBOL_NONE: the account, or not told
    bool snapshot;          // a row of a list or of the picture a socket begins with: no change
    int64_t time_ns;        // venue's clock, 0 = not told
    struct slice client_id, venue_id; // as the venue tells them; empty = not told
    enum oe_error error;              // REJECTED, and ORDER where it says why the order ended
    struct slice text;                // the venue's own words; also NOTICE, REPLY, SURPRISE
    union {
        struct {
            enum oe_state state;
            enum side side;
            bool reduce_only;
            bool has_filled;   // the next two are told
            struct qty filled; // in all, base units
            struct px average; // of what is filled; 0 = not told
            struct px price;   // limit, 0 = not told
            struct qty size;   // whole, 0 = not told
            bool liquidation;  // the venue's own doing: liquidation, ADL, settlement
        } order;
        struct {
            uint64_t trade; // the venue's trade id, or a hash of it: same fill, same number
            enum side side;
            bool maker;
            bool has_fee;
            bool liquidation; // ADL counts too
            struct px price;
            struct qty size;
            struct usd fee; // positive = paid
        } fill;
        struct oe_position position;
        struct {
            struct usd equity;    // of the account, unrealised included
            struct usd available; // for new orders
        } balance;
        struct {
            struct bps maker, taker; // negative = rebate
        } fee;
        struct {
            struct usd amount; // positive = paid
        } funding;
        struct {
            struct slice cursor; // empty: that was all
            uint32_t rows;
        } end;
        struct {
            uint32_t socket; // OE_SOCKETS_MAX: requests by REST
            bool on;
        } session;
        struct {
            bool can_trade, can_withdraw;
        } keys;
        struct {
            uint32_t bucket; // index into venue_oe.buckets
            uint32_t used;
            int64_t retry_after_ms; // 0 = not told
        } rate;
        struct {
            int64_t until_ns; // venue's clock; 0 = off
        } deadman;
    };
};

struct oe_sink {
    void (*on_event)(struct oe_sink *sink, const struct oe_event *event); // slices: during the call
};

// ---- the venue ---------------------------------------------------------------------------------

// One secret or setting of an account, by the name it has in the environment.
struct oe_secret {
    const char *variable; // "BINANCE_API_KEY"
    bool optional;
    bool open; // an address or number: may be shown
};

struct oe_bucket {
    const char *name; // "orders"
    uint32_t limit;   // the venue's own
    uint32_t window_ms;
};

enum {
    OE_CAN_CANCEL_ACCOUNT = 1, // one OE_CANCEL_ALL without symbol ends every open order
    OE_OPEN_PER_SYMBOL = 2,    // OE_OPEN_ORDERS is asked symbol by symbol
    OE_FILLS_PER_SYMBOL = 4,   // and OE_FILLS
    OE_DEADMAN_PER_SYMBOL = 8, // armed per symbol, else for the account
    OE_DEADMAN_BY_SOCKET = 16, // fires when the socket is lost: armed per connection
    OE_QUERY_ONLY_OPEN =
        32, // OE_QUERY finds resting orders only: GONE proves nothing, OE_FILLS does
    OE_FEES_PER_SYMBOL = 64,
};

enum oe_greeting {
    OE_GREETING_SEND, // what was appended is to be sent; ask again for the next step
    OE_GREETING_WAIT, // for an answer; ask again, same step, after the next frame
    OE_GREETING_DONE,
};

struct oe;

struct venue_oe {
    const char *name;                         // as in venue_md
    struct oe_secret secrets[OE_SECRETS_MAX]; // ends at the first without a variable
    uint32_t calls;                           // OE_BIT of each call the venue has
    uint32_t flags;                           // OE_CAN_… and the like
    struct oe_bucket buckets[OE_BUCKETS_MAX];
    struct oe_cost place_cost; // of OE_PLACE, as encode tells it: known before the first order
    struct {
        const char *rest;
        const char *ws[OE_SOCKETS_MAX]; // "wss://host/path": NULL = unused
    } mainnet, testnet;
    uint32_t heartbeat_ms; // text to send on a socket after this silence of ours, 0 = none
    const char *heartbeat_text;
    uint32_t socket_age_max_s;               // connect anew before the venue does; 0 = no limit
    uint32_t deadman_min_ms, deadman_max_ms; // 0 = the venue has no dead-man's switch
    // So late the venue may still take an order, by its own rules or by what our requests say;
    // 0 = not told. A lane waits at least so long before it believes that an order the venue does
    // not know is gone.
    uint32_t late_ms;
    size_t state_size; // of oe.state

    // Takes the account's secrets over (in the order of `secrets`; an absent optional one is empty)
    // into oe.state, which is zeroed. STATUS_CONFIG names the variable that cannot be right, never
    // its value.
    enum status (*init)(struct oe *oe, const struct slice *secrets) MUST_CHECK;
    // Frees what a library holds for oe.state, which is wiped after it; also after a failed init.
    // NULL: nothing.
    void (*finish)(struct oe *oe);
    // Whose account it is, in the open: an address, an account number, the first letters of an API
    // key. For a person to compare.
    void (*identity)(const struct oe *oe, struct text *out);
    // The client id of an order in the venue's form: unique among the session's orders, the same
    // every time, so that it can be made again from the journal. session_key and order are those of
    // trade/order.h. NUL-terminated.
    void (*client_id)(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]);

    // What has to be sent. STATUS_DATA: the order cannot be told to this venue (off tick or step,
    // too many digits, an id it does not take); STATUS_UNAVAILABLE: not yet (no login, no number,
    // no rules of the listing): nothing is to be sent, status_text() says why. `out` is prepared by
    // oe_encode.
    enum status (*encode)(struct oe *oe, const struct oe_call *call,
                          struct oe_message *out) MUST_CHECK;
    // An answer by REST, of any HTTP status, to that call. `headers` are the answer's lines.
    void (*decode_answer)(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                          struct slice headers, struct slice body, struct oe_sink *sink);

    // Where socket `socket` is to connect now: url and header lines. STATUS_UNAVAILABLE: not yet,
    // it needs OE_LOGIN first. NULL without sockets.
    enum status (*open)(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                        struct text *headers) MUST_CHECK;
    // Login and subscriptions after a connect, step 0, 1, 2 … Called by oe_greet. NULL: the streams
    // begin by themselves.
    enum oe_greeting (*greet)(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                              struct text *out);
    // One whole message of a socket.
    void (*decode_frame)(struct oe *oe, uint32_t socket, struct slice frame, int64_t now_ns,
                         struct oe_sink *sink);

    // When upkeep is due (venue's clock) and which: OE_LOGIN, OE_REFRESH, OE_NONCE, OE_RULES.
    // INT64_MAX: nothing to do. NULL: never anything.
    int64_t (*upkeep)(const struct oe *oe, int64_t now_ns, enum oe_call_kind *kind);
    // The request that took this number was refused before the number counted. Takes it back if
    // nothing newer was encoded. NULL: the venue keeps no numbers in order.
    void (*number_unused)(struct oe *oe, uint64_t number);
};

extern const struct venue_oe aster_oe, backpack_oe, binance_oe, edgex_oe, extended_oe, grvt_oe,
    hyperliquid_oe, lighter_oe, okx_oe, paradex_oe;

// ---- an account --------------------------------------------------------------------------------

// What a lane keeps per account. Holds secrets until oe_destroy.
struct oe {
    const struct venue_oe *venue;
    uint16_t symbol_count;
    bool testnet;
    struct listing *listings; // this venue's row as oe_learn was told it, symbol_count entries
    struct name_map natives;  // native name -> symbol index
    void *state;              // venue's own, venue->state_size bytes, kept out of core dumps
};

// `secrets` in the order of venue->secrets. Fails with STATUS_CONFIG as init does. `md` is the same
// venue's: it knows the native names of the universe's symbols; only names are read of both.
enum status oe_create(struct oe *oe, const struct venue_oe *venue, const struct venue_md *md,
                      const struct universe *universe, bool testnet,
                      const struct slice *secrets) MUST_CHECK;
void oe_destroy(struct oe *oe); // wipes; zeroed allowed
// The rules of a listing, as the venue told them. Orders are refused until they are known.
void oe_learn(struct oe *oe, uint16_t symbol, const struct listing *listing);
// Prepares *out, checks what is common to all venues (the venue has such a call, the listing's
// rules are known, price and size are on tick and step and not 0, ids are plain text), then
// encodes.
enum status oe_encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) MUST_CHECK;

// For the venues' files.

// Letters, digits, '-', '_', '.', at most size_max of them and one at least: needs no escaping
// anywhere.
bool oe_is_plain(struct slice text, size_t size_max);
// OE_SYMBOL_NONE when unknown.
uint16_t oe_find_symbol(const struct oe *oe, struct slice native);
// The id of a request on a socket, and back: the call's kind and tag. False: not one of ours.
void oe_write_tag(struct text *out, const struct oe_call *call);
bool oe_read_tag(struct slice id, enum oe_call_kind *kind, uint32_t *tag);
// The next step of a socket's greeting; see venue_oe.greet.
enum oe_greeting oe_greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                          struct text *out);
// An event that answers the call, or (NULL) comes by itself; everything else zero, no symbol but
// the call's.
struct oe_event oe_event_for(enum oe_event_kind kind, const struct oe_call *call);
void oe_emit(struct oe_sink *sink, enum oe_event_kind kind, const struct oe_call *call);
void oe_emit_refused(struct oe_sink *sink, const struct oe_call *call, enum oe_error error,
                     struct slice text);
void oe_emit_text(struct oe_sink *sink, enum oe_event_kind kind, const struct oe_call *call,
                  struct slice text); // NOTICE, REPLY, SURPRISE, UNKNOWN
void oe_emit_end(struct oe_sink *sink, const struct oe_call *call, uint32_t rows,
                 struct slice cursor);
// A session began, or is over (error: why). `socket`: of which one; OE_SOCKETS_MAX: none of them.
void oe_emit_session_on(struct oe_sink *sink, const struct oe_call *call, uint32_t socket);
void oe_emit_session_off(struct oe_sink *sink, const struct oe_call *call, uint32_t socket,
                         enum oe_error error, struct slice text);
// To be asked of every ORDER event whose venue may say "refused" of an order that was filled in
// part: REJECTED says that nothing was done of it, so it becomes CANCELED with what was filled.
void oe_judge_refusal(struct oe_event *order);
// The order that was asked for does not exist.
void oe_emit_gone(struct oe_sink *sink, const struct oe_call *call, struct slice text);
// What the venue's error says of the call: in doubt, or refused, or that the order does not exist.
void oe_emit_failure(struct oe_sink *sink, const struct oe_call *call, enum oe_error error,
                     bool in_doubt, struct slice text);
// What an HTTP status says by itself when the body does not: a refusal (4xx), a limit (429, 418),
// or that the outcome is unknown (5xx to a call that changes something). A 403 whose body is none
// of the venue's is its firewall's: nothing was carried out, and it says nothing of the keys.
void oe_emit_http(struct oe_sink *sink, const struct oe_call *call, uint32_t http_status,
                  struct slice text);
// Whether a lost answer leaves something in doubt: PLACE, CANCEL, CANCEL_ALL, AMEND, LEVERAGE,
// DEADMAN.
bool oe_call_changes(enum oe_call_kind kind);
// A trade id as a number: itself where it is one that fits, else a hash of the text. Never 0.
uint64_t oe_trade_number(struct slice id);

const char *oe_call_name(enum oe_call_kind kind);   // "place", "cancel" …
const char *oe_event_name(enum oe_event_kind kind); // "accepted", "fill" …
const char *oe_state_name(enum oe_state state);     // "new", "partial" …
const char *oe_error_name(enum oe_error error);
const char *oe_error_sentence(enum oe_error error);

#endif
