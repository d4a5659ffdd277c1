// What the decoders of all venues share: emitting updates and reading the usual members.
//
// All of it runs inside a venue's decode slot, on the feed's thread, on bytes from outside. The
// read functions return false for what is no decimal, negative or out of range.
#ifndef PERPDESK_EXCHANGES_MD_DECODE_H
#define PERPDESK_EXCHANGES_MD_DECODE_H

#include "base/clock.h"
#include "base/json.h"
#include "market/venue.h"

// The symbol of an MD_ACK that names none.
enum { MD_SYMBOL_NONE = UINT16_MAX };

void md_emit_kind(struct md_sink *sink, enum md_kind kind, uint16_t symbol);
void md_emit_time(struct md_sink *sink, int64_t venue_time_ns);
void md_emit_notice(struct md_sink *sink, struct slice text);
void md_refuse(struct md_sink *sink, enum feed_cause cause, struct slice text);
// Puts the rules into the decoder's own row too: sizes in contracts are read by them.
void md_emit_listing(struct md *md, struct md_sink *sink, const struct listing *listing);

// A whole book, whose levels stand in the decoder's own scratch.
struct md_snapshot {
    uint32_t bid_count, ask_count;
    uint64_t id; // 0: the venue has none
    int64_t venue_time_ns;
};
void md_emit_snapshot(const struct md *md, struct md_sink *sink, uint16_t symbol,
                      const struct md_snapshot *snapshot);

bool md_find_symbol(const struct md *md, struct slice native, uint16_t *symbol);
// As above; an unknown one is refused.
bool md_need_symbol(const struct md *md, struct md_sink *sink, struct slice native,
                    uint16_t *symbol);

// 0 for what is no time.
static inline int64_t md_ns_from_ms(int64_t ms) {
    int64_t ns;
    return ms <= 0 || __builtin_mul_overflow(ms, NS_PER_MS, &ns) ? 0 : ns;
}

int64_t md_ns_from_us(int64_t us);

// Fills the flags: a side without a price or size has no orders.
static inline void md_mark_empty(struct md_bbo *bbo) {
    bbo->bid_empty = bbo->bid.v == 0 || bbo->bid_size.v == 0;
    bbo->ask_empty = bbo->ask.v == 0 || bbo->ask_size.v == 0;
    bbo->bid_unsized = false;
    bbo->ask_unsized = false;
}

bool md_read_px(struct slice text, struct px *out);
bool md_read_px_near(struct slice text, struct px *out);
bool md_read_qty(struct slice text, struct qty *out);
bool md_read_rate(struct slice text, struct rate *out); // may be negative

// A rate paid once per interval, as paid per hour. interval_ns > 0.
struct rate md_rate_per_hour(struct rate rate, int64_t interval_ns);

// A string's inside or a number's text; anything else (null) is skipped and leaves *out alone.
void md_read_text(struct json *r, struct slice *out);
// An integer, as a number or in a string; null and "" leave *out alone.
void md_read_int(struct json *r, int64_t *out);
// A string's inside, a number's or boolean's text, an object or array as it stands; null leaves
// *out alone.
void md_read_value(struct json *r, struct slice *out);
// The members of an object that are named, as md_read_value; other members are skipped. `out` is a
// structure with a slice at each offset.
struct md_field {
    const char *name;
    size_t offset;
};
void md_read_fields(struct json *r, const struct md_field *fields, size_t count, void *out);
// The next item of an array of objects: the members named, everything else of the row zero. False:
// there is none, or the reader has failed.
MUST_CHECK bool md_next_row(struct json *r, const struct md_field *fields, size_t count, void *row,
                            size_t row_size);
// The same of a text that is one object. False: it is none.
MUST_CHECK bool md_read_object(struct slice text, const struct md_field *fields, size_t count,
                               void *out);

// One side as [[price, size, …], …] or [{"price":…,"size":…}, …] into `levels`. False: the reader
// has failed, or *bad_number.
bool md_read_levels(struct json *r, struct level *levels, uint32_t *count, bool *bad_number);

// The base of a symbol quoted in dollars of any kind, and `behind`. `kilo`: see md_add_kilo_base.
// False: quoted in something else, or the name is too long.
bool md_dollar_name(const struct symbol *symbol, bool kilo, const char *behind,
                    char out[NATIVE_NAME_MAX]);
// The base of a symbol as venues write it that call 1000PEPE kPEPE.
void md_add_kilo_base(struct text *out, const struct symbol *symbol);

// The n-th listed symbol of this venue (0, 1, 2 …); -1 past the last.
int md_listed_symbol(const struct md *md, uint32_t n);

// As md_read_object; a member that is not told is empty, and an empty text is no object.
MUST_CHECK bool md_read_members(struct slice text, const struct md_field *fields, size_t count,
                                void *out);

// A GET request.
void md_get(struct md_request *out, uint32_t weight, const char *path, const char *argument);

#endif
