// What the tests of the venues' decoders share: the folder of samples and recordings, reading
// them, a decoder over a list of symbols, and a sink that counts and describes what comes out.
#ifndef PERPDESK_TESTS_VENUE_HARNESS_H
#define PERPDESK_TESTS_VENUE_HARNESS_H

#include <zlib.h>

#include "base/json.h"
#include "exchanges/venues.h"

enum { HARNESS_SYMBOLS_MAX = 16, HARNESS_LINE_MAX = 4 << 20 };

// Samples and recordings whose licence is not settled lie beside the source tree, in ../shared, or
// where PERPDESK_SHARED says. False, with a word, when there is no such folder.
bool harness_has_shared(void);
// "<shared>/<folder>/<name>"; valid until the next call.
const char *harness_path(const char *folder, const char *name);
// The whole file, NUL-terminated, for the caller to free. The test fails when it cannot be read.
char *harness_read(const char *path, size_t *size);

// What was found against golden/<name>, which was read by eye once. With PERPDESK_GOLDEN set to a
// folder it is written there instead.
void harness_compare_golden(const struct text *found, const char *name, ...)
    __attribute__((format(printf, 2, 3)));

// A recording, plain or gzipped, line by line.
struct recording {
    gzFile file;
    char *line;
    size_t lines;
};
void recording_open(struct recording *recording, const char *folder, const char *name);
bool recording_next(struct recording *recording, struct slice *line);
void recording_close(struct recording *recording);

// The bytes of the value of a member of the object `line`, as they stand; size 0 when absent.
struct slice harness_member(struct slice line, const char *name);
// The same JSON without blanks between its tokens, into `out`.
struct slice harness_compact(struct slice json, char *out);

// A decoder over the symbols listed, a NULL-terminated list. A name with a slash is a symbol of the
// desk; any other is a native name that no symbol has (spot, inverse), entered as it stands.
struct harness {
    struct md_sink sink; // must be first
    struct universe universe;
    struct md md;
    uint64_t kinds[MD_REFUSED + 1];
    uint64_t causes[FEED_CAUSE_COUNT];
    struct md_update last;
    struct text *description; // every update appends its line, when set
    void (*on_update)(struct harness *harness, const struct md_update *update);
    void *user;
};
void harness_create(struct harness *harness, const char *venue, const char *const *symbols);
void harness_finish(struct harness *harness);
void harness_describe(struct text *out, const struct universe *universe,
                      const struct md_update *update);

#endif
