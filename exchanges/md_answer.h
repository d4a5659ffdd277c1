// What the REST answers of several venues have in common: members that tell of a refusal, the end
// of the answer, the clock, and the rules of a listing.
#ifndef PERPDESK_EXCHANGES_MD_ANSWER_H
#define PERPDESK_EXCHANGES_MD_ANSWER_H

#include "exchanges/md_decode.h"

// How a venue says that it refuses: {"code":-1121,"msg":"…"} in many spellings. Constant, one a
// venue.
struct md_refusal_words {
    const char *code, *text;
    bool (*refused)(struct slice code); // NULL: any code is a refusal
};

struct md_answer {
    const struct md_refusal_words *words;
    struct slice code, text; // as told, empty otherwise
};

// True when the member was one of the words; its value is taken then.
bool md_read_refusal(struct json *r, struct slice key, struct md_answer *answer);
// True when the answer is whole and no refusal; otherwise it is reported.
bool md_end_answer(struct json *r, const struct md_answer *answer, struct md_sink *sink);
// {"<name>":<ms>}
void md_decode_time(struct json *r, const struct md_refusal_words *words, const char *name,
                    struct md_sink *sink);

// Rules as texts, empty where none was told.
struct md_rules_text {
    struct slice tick, step;
    struct slice size_min; // empty: one step
    struct slice size_max; // empty, or more than a quantity holds: none
    struct slice notional_min;
};

// Fills the sizes and prices of *out, contract 1. False: a number that is none, negative, or a tick
// or step of 0.
bool md_read_rules(const struct md_rules_text *text, struct listing *out);

#endif
