// What the files of Extended's order entry share: extended_oe.c sends, extended_oe_decode.c reads
// answers, extended_oe_stream.c the account's stream, extended_oe_rows.c the rows of both,
// extended_oe_learn.c what signing needs.
#ifndef PERPDESK_EXCHANGES_EXTENDED_OE_H
#define PERPDESK_EXCHANGES_EXTENDED_OE_H

#include "base/json.h"
#include "exchanges/extended_amounts.h"
#include "exchanges/sign_stark.h"
#include "exchanges/venue_oe.h"

enum {
    EXTENDED_KEY_MAX = 96,
    EXTENDED_VAULT_MAX = 11,      // a number of 32 bits, with the NUL
    EXTENDED_STARK_KEY_TEXT = 67, // 0x, 64 digits, NUL
    EXTENDED_PAGE = 100,          // rows of a list in one answer
};

struct extended_market {
    struct extended_asset asset;
    bool known;          // its asset
    bool fees_known;     // and its rates
    struct rate fees[2]; // maker, taker
};

// What the account's stream has told since it was opened.
enum extended_part { EXTENDED_ORDERS = 1, EXTENDED_POSITIONS = 2, EXTENDED_BALANCE = 4 };

struct extended {
    char api_key[EXTENDED_KEY_MAX];
    char vault[EXTENDED_VAULT_MAX];
    char stark_key[EXTENDED_STARK_KEY_TEXT]; // the public one, as the venue prints it
    struct stark_key key;
    struct extended_hash hash;
    struct extended_market markets[SYMBOL_MAX];
    bool markets_known;
    int64_t opened_ns;      // the stream, venue's clock
    uint64_t next_sequence; // of the stream, 1 for its first message
    uint32_t parts_told;    // EXTENDED_… that have come once
    bool heard;             // anything at all
};

// The rows of a list by REST (call) or pushed (NULL). A row older than what the call asks for is
// left out. False: not what was expected.
struct extended_rows {
    const struct oe *oe;
    const struct oe_call *call;
    bool first;        // pushed for the first time on this connection: older rows are no change
    int64_t before_ns; // older than this
    uint32_t count;    // of rows read
    int64_t oldest_ns; // of those, 0 = not told
    struct oe_sink *sink;
};
bool extended_read_order(struct extended_rows *rows, struct json *r); // one
bool extended_read_orders(struct extended_rows *rows, struct json *r);
bool extended_read_fills(struct extended_rows *rows, struct json *r);
bool extended_read_positions(struct extended_rows *rows, struct json *r);
bool extended_read_balance(struct extended_rows *rows, struct json *r);
bool extended_read_funding(struct extended_rows *rows, struct json *r);

// What a dead-man's switch is set to: whole seconds, rounded down but never to 0, which disarms.
uint32_t extended_countdown_s(uint32_t countdown_ms);

// `data` of the markets, of the fees and of the account. False: not what was expected. *rows: how
// many of the markets are ours.
bool extended_learn_markets(struct oe *oe, const struct oe_call *call, struct json *r,
                            uint32_t *rows, struct oe_sink *sink);
bool extended_learn_fees(struct oe *oe, const struct oe_call *call, struct json *r,
                         struct oe_sink *sink);
bool extended_check_account(const struct extended *extended, const struct oe_call *call,
                            struct json *r, struct oe_sink *sink);

// {"code":1140,"message":"…"}, a code in words, or a text.
struct extended_error {
    int64_t code;      // 0 = none, or in words
    struct slice word; // the code where it is no number
    struct slice text;
};
void extended_read_refusal(struct json *r, struct extended_error *error);
enum oe_error extended_error_of(const struct extended_error *error, uint32_t http_status);

void extended_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                            struct slice headers, struct slice body, struct oe_sink *sink);
void extended_decode_frame(struct oe *oe, uint32_t socket, struct slice frame, int64_t now_ns,
                           struct oe_sink *sink);

#endif
