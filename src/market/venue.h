// The interface a venue implements for market data: bytes to meaning and back. No sockets, no
// threads, no clock.
//
// A venue is one constant `struct venue_md` in the venue table (exchanges/venues.c). The feed owns
// a `struct md` per venue, keeps the sockets, and calls the slots on its io thread. Every decode
// slot takes bytes from outside: it must survive anything and report a cause instead of asserting.
#ifndef PERPDESK_MARKET_VENUE_H
#define PERPDESK_MARKET_VENUE_H

#include "base/table.h"
#include "market/book.h"
#include "market/filter.h"

enum { MD_LEVELS_MAX = 5000, MD_FRAME_MAX = 4 * 1024 * 1024, MD_CONNECTIONS_MAX = 2 };

enum md_kind {
    MD_BBO,
    MD_BOOK,
    MD_FUNDING,    // funding rate, mark, index: any of them
    MD_INSTRUMENT, // rules of a listing
    MD_TIME,       // the venue's clock
    MD_ACK,        // a subscription was accepted
    MD_ALIVE,      // pong or keep-alive
    MD_NOTICE,     // the venue announces something (closing soon, maintenance): text
    MD_REPLY,      // the venue expects this text back on the same connection (pong)
    MD_REFUSED,    // a message that carries nothing usable: cause and text
};

struct md_bbo {
    struct px bid, ask;
    struct qty bid_size, ask_size; // base units
    bool bid_empty, ask_empty;     // the side has no orders
    bool bid_unsized, ask_unsized; // the venue told no size
    uint64_t sequence;             // rising per listing where the venue has one, else 0
};

struct md_funding {
    bool has_rate, has_mark, has_index;
    struct rate per_hour;       // normalised to one hour, positive: longs pay
    int64_t next_settlement_ns; // venue clock; 0 = not told
    int64_t interval_ns;        // 0 = not told
    struct px mark, index;
};

struct md_update {
    enum md_kind kind;
    uint16_t symbol;       // index into the universe; meaningless for TIME, ALIVE, NOTICE, REFUSED
    int64_t venue_time_ns; // 0 = not told
    union {
        struct md_bbo bbo;
        struct book_message book; // levels point into md scratch, valid during the callback
        struct md_funding funding;
        struct listing listing;
        struct {
            enum feed_cause cause;
            struct slice text; // what the venue said, or what was wrong; may be empty
        } refused;             // also NOTICE and REPLY (cause unused)
    };
};

struct md_sink {
    void (*on_update)(struct md_sink *sink, const struct md_update *update);
};

// What the feed keeps for a venue's decoder.
struct md {
    const struct venue_md *venue;
    const struct universe *universe; // names of symbols; read only
    uint16_t venue_index;
    struct listing *listings;    // this venue's row, symbol_count entries, owned by the feed
    struct name_map natives;     // native name -> symbol index
    struct level *bids, *asks;   // scratch, MD_LEVELS_MAX each
    bool wants_book[SYMBOL_MAX]; // full book for this symbol
    bool demo_streams;           // ask for the streams a demo recording holds (Binance: depth@0ms)
    uint32_t request_id;         // rising id for subscribe messages
    // The decoder's own, 0 = not told or not known.
    int64_t funding_interval_ns[SYMBOL_MAX];
    uint64_t native_ids[SYMBOL_MAX];      // the venue's number of a listing, told with its rules
    struct md_bbo merged[SYMBOL_MAX];     // where a message tells only what changed
    uint64_t merged_sequence[SYMBOL_MAX]; // of the newest message in it
    uint64_t next_sequence[MD_CONNECTIONS_MAX]; // where a connection numbers its messages
    uint64_t first_delta[SYMBOL_MAX];    // of the book, where it is told with the subscription
    uint64_t first_merged[SYMBOL_MAX];   // likewise, of what is merged
    int64_t merged_asked_ns[SYMBOL_MAX]; // when it was asked for again, venue's clock
};

enum status md_create(struct md *md, const struct venue_md *venue, const struct universe *universe,
                      uint16_t venue_index) MUST_CHECK; // fills natives by venue->native_name
void md_finish(struct md *md);
// Applies a message to the book of its symbol and compares the checksum, where one is told.
enum book_verdict md_apply_book(const struct md *md, uint16_t symbol, struct book_sync *sync,
                                const struct book_message *message);

enum md_request_kind {
    MD_REQUEST_TIME,
    MD_REQUEST_INSTRUMENTS,
    MD_REQUEST_BOOK,      // snapshot of one symbol (BOOK_RULE_REST_SPAN)
    MD_REQUEST_QUOTE,     // BBO of one symbol, the polled fallback
    MD_REQUEST_FUNDING,   // of one symbol
    MD_REQUEST_INTERVALS, // funding intervals of all symbols, where they are told apart from the
                          // rates
    MD_REQUEST_COUNT
};

struct md_request {
    const char *method; // "GET", "POST"
    char path[384];     // begins with '/', query included
    char body[256];     // JSON, empty for GET
    uint32_t weight;    // in the venue's rate units
};

struct venue_md {
    const char *name;  // "binance"
    const char *title; // "Binance USDT-M"
    enum currency quote_currency;
    enum book_rule book_rule;
    uint32_t book_levels;    // snapshot depth
    uint8_t book_connection; // which connection carries the books
    bool quote_from_book;    // the best prices are those of the book: every listed symbol has one
    bool rules_first;        // subscriptions or sizes need numbers that come with the rules: wait
    int64_t time_unit_ns;    // its server time is cut to this, told in the middle of it; 0 = fine
    bool url_has_time;       // the address ends in ?timestamp=<ms>, the desk's time of each connect
    struct {
        const char *ws[MD_CONNECTIONS_MAX]; // "wss://host[:port]/path", NULL = unused
        const char *rest;                   // "https://host[:port]"
    } mainnet, testnet;
    uint32_t heartbeat_ms;      // send heartbeat_text when nothing was received for this long; 0 =
                                // server pings
    const char *heartbeat_text; // text frame
    bool heartbeat_always;      // whatever was received: the venue closes when its client is silent
    uint32_t connection_age_max_s; // reconnect before the venue does; 0 = no limit
    // It settles its funding at whole intervals of its clock and never tells when the next one is.
    bool settles_on_interval;
    bool funding_accrues; // it never settles: what is owed grows all the time
    uint32_t weight_per_minute;
    // Messages the venue takes from a client at once and a minute; 0 = not told (see the feed).
    uint16_t send_burst, send_per_minute;

    // Canonical symbol to the venue's own name. False: the venue cannot list it.
    bool (*native_name)(const struct symbol *symbol, char out[NATIVE_NAME_MAX]);
    // Appends the next subscribe message for connection `connection` to *out and returns true, or
    // false when `step` is past the last. Called with step 0, 1, 2 … after each connect.
    bool (*subscribe)(struct md *md, uint32_t connection, uint32_t step, struct text *out);
    // Asks again for one symbol's book after a gap (BOOK_RULE_PREVIOUS); as subscribe. NULL: not
    // needed.
    bool (*resubscribe_book)(struct md *md, uint16_t symbol, uint32_t step, struct text *out);
    // What the venue computes of a book, its sizes in base units. NULL: it sends no checksums.
    int32_t (*book_checksum)(const struct book *book, struct qty contract);
    // One whole message of connection `connection`. Emits any number of updates. MD_REFUSED with
    // FEED_GAP: messages of this connection were lost and it has to be made anew.
    void (*decode)(struct md *md, uint32_t connection, struct slice frame, struct md_sink *sink);
    // Fills *out for the kind; false when the venue needs no such request.
    bool (*request)(struct md *md, enum md_request_kind kind, uint16_t symbol,
                    struct md_request *out);
    // The body of a 200 answer to that request.
    void (*decode_rest)(struct md *md, enum md_request_kind kind, uint16_t symbol,
                        struct slice body, struct md_sink *sink);
};

#endif
