// A book of OKX as the texts it was sent in, for the checksum alone: that is computed over prices
// and sizes as they stand in the messages, so sizes may be larger than any quantity of the desk
// (spot pairs of coins that cost nothing), and no decimal is parsed but the price, to sort by.
#ifndef PERPDESK_TESTS_VENUE_OKX_TEXT_H
#define PERPDESK_TESTS_VENUE_OKX_TEXT_H

#include "base/decimal.h"

enum { OKX_TEXT_LEVELS_MAX = 1000, OKX_TEXT_MAX = 64 };

struct okx_text_level {
    struct px price;
    char text[OKX_TEXT_MAX]; // "price:size"
};

struct okx_text_book {
    struct okx_text_level sides[2][OKX_TEXT_LEVELS_MAX]; // bids, asks; best first
    uint32_t counts[2];
};

// One element of "data". False: it is not of that shape.
bool okx_text_apply(struct okx_text_book *book, bool snapshot, struct slice element);
int32_t okx_text_checksum(const struct okx_text_book *book);

#endif
