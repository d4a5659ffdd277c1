// What the files of Backpack's order entry share.
#ifndef PERPDESK_EXCHANGES_BACKPACK_OE_H
#define PERPDESK_EXCHANGES_BACKPACK_OE_H

#include "exchanges/oe_params.h"
#include "exchanges/sign_ed25519.h"
#include "exchanges/venue_oe.h"

enum {
    BACKPACK_KEY_TEXT = 44, // base64 of 32 bytes
    BACKPACK_WINDOW_MS = 5000,
    BACKPACK_PAGE = 200, // rows of a history in one answer
};

struct backpack {
    char api_key[BACKPACK_KEY_TEXT + 1];
    struct sign_ed25519 key;
};

// What is signed (sheet section 6): an instruction with its parameters in order, then the time.
void backpack_sign_instruction(struct text *out, const char *instruction,
                               const struct oe_params *params);
void backpack_sign_time(struct text *out, int64_t time_ms, int64_t window_ms);

void backpack_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                            struct slice headers, struct slice body, struct oe_sink *sink);
void backpack_decode_frame(struct oe *oe, uint32_t socket, struct slice frame, int64_t now_ns,
                           struct oe_sink *sink);

// backpack_oe_errors.c
// An answer that is none: refused, unknown or gone, as the call and the status make of it.
void backpack_decode_failure(const struct oe_call *call, uint32_t http_status, struct slice body,
                             struct oe_sink *sink);
enum oe_error backpack_error_of_words(struct slice message, enum oe_error otherwise);
enum oe_error backpack_error_of_reason(struct slice reason); // why an order ended; "" is none

#endif
