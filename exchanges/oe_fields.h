// Members of an object as texts, wherever they stand: what the decoders of order entry and the
// simulated servers read most of their messages with.
#ifndef PERPDESK_EXCHANGES_OE_FIELDS_H
#define PERPDESK_EXCHANGES_OE_FIELDS_H

#include "base/decimal.h"
#include "exchanges/md_decode.h"

// Begins with the list of a member; one that is absent is no list.
void oe_read_list(struct json *r, struct slice text);

// Money with any number of digits; "" is none.
MUST_CHECK bool oe_read_usd(struct slice text, struct usd *out);
// A price with any number of digits; "" leaves 0: it does not apply.
MUST_CHECK bool oe_read_price(struct slice text, struct px *out);
// Figures of a position that are only shown: none, unreadable, negative (a price) or too large for
// us is 0, which is "not told". They are no reason to doubt the position.
struct px oe_shown_price(struct slice text);
struct usd oe_shown_usd(struct slice text);
// Not negative; "" leaves 0.
MUST_CHECK bool oe_read_size(struct slice text, struct qty *out);
bool oe_is_dollar(struct slice coin);
// Whether `word` occurs in the text, whatever its case: for words of venues that tell no number.
bool oe_has_word(struct slice text, const char *word);

#endif
