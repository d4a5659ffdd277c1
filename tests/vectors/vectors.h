// What the readers of the venues' vector files share. Each venue has one file, vectors_<venue>.c,
// with a table of the file names it knows: `run` gets the whole file and tells of every case.
#ifndef PERPDESK_TESTS_VECTORS_VECTORS_H
#define PERPDESK_TESTS_VECTORS_VECTORS_H

#include <jansson.h>

#include "base/buf.h"
#include "exchanges/venue_oe.h"

struct vectors {
    const char *venue, *file; // at hand
    char id[128];             // of the case at hand
    uint32_t passed, failed, skipped;
    bool case_failed;
};

struct vectors_format {
    const char *file; // "rest_hmac.json"
    void (*run)(struct vectors *vectors, const json_t *root);
};

// A NULL file ends the table.
extern const struct vectors_format vectors_aster[], vectors_backpack[], vectors_binance[],
    vectors_edgex[], vectors_extended[], vectors_grvt[], vectors_hyperliquid[], vectors_lighter[],
    vectors_okx[], vectors_paradex[], vectors_starknet[];

// One case: begin, any number of checks, end. A case without a failed check has passed. `id` NULL:
// the case's own "id" or "description", or its place in the list.
void vectors_begin(struct vectors *vectors, const json_t *one, size_t index, const char *id);
void vectors_end(struct vectors *vectors);
void vectors_skip(struct vectors *vectors, const char *reason); // instead of vectors_end

// Checks; each prints what was wrong.
bool vectors_true(struct vectors *vectors, bool condition, const char *what);
bool vectors_same(struct vectors *vectors, const char *what, struct slice got, struct slice want);
// As hex without regard to case, prefix and (numbers) leading zeros.
bool vectors_same_bytes(struct vectors *vectors, const char *what, const uint8_t *got, size_t size,
                        const char *hex);

// Members; "" or 0 where they are absent or of another kind.
const char *vectors_text(const json_t *object, const char *name);
int64_t vectors_int(const json_t *object, const char *name);
struct slice vectors_slice(const json_t *object, const char *name);

// An account of a venue for encoding, with the listings a test needs: rules by vectors_learn.
struct vectors_account {
    struct universe universe;
    struct oe oe;
    struct oe_message message;
};
// Symbols "BTC/USDT" …, a NULL-terminated list. A failure to create is a failed case.
bool vectors_account_create(struct vectors *vectors, struct vectors_account *account,
                            const char *venue, const char *const *symbols,
                            const struct slice *secrets, bool testnet);
void vectors_account_finish(struct vectors_account *account);
void vectors_learn(struct vectors_account *account, uint16_t symbol, struct px tick,
                   struct qty step);

// Percent-encodes as encodeURIComponent does: A-Z a-z 0-9 - _ . ~ ! * ' ( ) stay.
void vectors_escape(struct text *out, struct slice value);
// The value of a field in "a=b&c=d"; false when absent.
bool vectors_field(struct slice query, const char *name, struct slice *value);
// Every field of `want` but those of `skip` (a JSON list of names, or NULL) is in `got` with the
// same value, and the other way round. `extra`: names, space-separated, that only one has to have.
void vectors_same_fields(struct vectors *vectors, struct slice got, struct slice want,
                         const json_t *skip, const char *extra);

#endif
