// What P1 is measured against: the same fields out of the same messages by the least work.
//
// The anchored floor knows the layout byte for byte, the scanner takes members in any order. Both
// trust the message: no range and no length is checked, names are not looked up but told as the
// words of their first 16 bytes, nothing is emitted, sizes stay in the venue's unit, and up to 32
// bytes behind the message are read. A decoder may do none of that, so it cannot be faster for
// long.
#ifndef PERPDESK_TESTS_BENCH_DECODE_FLOOR_H
#define PERPDESK_TESTS_BENCH_DECODE_FLOOR_H

#include "market/quote.h"

enum { FLOOR_LEVELS = 20, FLOOR_READ_AHEAD = 32 };

struct floor_quote {
    struct level sides[2][FLOOR_LEVELS]; // bids, asks
    uint32_t counts[2];
    uint64_t time_ms, sequence;
    uint64_t name[2]; // or the market's number, and 0
    uint32_t side;    // a scanner's own
};

// False: another layout.
typedef bool floor_read(struct slice message, struct floor_quote *out);

floor_read floor_binance_anchored, floor_binance_depth_anchored, floor_okx_anchored,
    floor_okx_books_anchored, floor_hyperliquid_anchored, floor_paradex_anchored,
    floor_paradex_book_anchored, floor_extended_anchored, floor_extended_book_anchored,
    floor_lighter_anchored, floor_lighter_book_anchored, floor_edgex_anchored,
    floor_backpack_anchored, floor_backpack_depth_anchored, floor_grvt_anchored,
    floor_grvt_book_anchored;
floor_read floor_binance_scanner, floor_binance_depth_scanner, floor_okx_scanner,
    floor_okx_books_scanner, floor_hyperliquid_scanner, floor_paradex_scanner,
    floor_extended_scanner, floor_lighter_scanner, floor_edgex_scanner, floor_backpack_scanner,
    floor_grvt_scanner;

#endif
