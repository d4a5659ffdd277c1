#include "vectors_book.h"

#include "market/book.h"

enum { LEVELS = 400 };

// The file's word for what a delta did. "apply(first)" is the first one on top of the snapshot.
static const char *word_of(enum book_verdict verdict, bool *first) {
    if (verdict == BOOK_APPLIED) {
        const char *word = *first ? "apply(first)" : "apply";
        *first = false;
        return word;
    }
    return verdict == BOOK_GAP ? "resync" : "drop";
}

static void check_chain(struct vectors *vectors, struct book_sync *sync, const json_t *one) {
    const json_t *expect = json_object_get(one, "expect"), *event;
    struct book_message snapshot = {
        .snapshot = true,
        .last = (uint64_t)vectors_int(json_object_get(one, "snapshot"), "lastUpdateId")};
    size_t i;
    bool first = true;
    (void)vectors_true(vectors, book_sync_apply(sync, &snapshot) == BOOK_APPLIED,
                       "the snapshot was not taken");
    (void)vectors_true(vectors,
                       json_array_size(expect) == json_array_size(json_object_get(one, "events")),
                       "not a word for each event");
    json_array_foreach(json_object_get(one, "events"), i, event) {
        struct level level = {{PX_ONE}, {QTY_ONE}};
        struct book_message delta = {.first = (uint64_t)vectors_int(event, "U"),
                                     .last = (uint64_t)vectors_int(event, "u"),
                                     .previous = (uint64_t)vectors_int(event, "pu"),
                                     .bids = &level,
                                     .bid_count = 1};
        const char *word = word_of(book_sync_apply(sync, &delta), &first);
        const json_t *want = json_array_get(expect, i);
        (void)vectors_same(vectors, "the verdict", slice_of(word),
                           (struct slice){json_string_value(want), json_string_length(want)});
    }
}

void vectors_run_book_chain(struct vectors *vectors, const json_t *root) {
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(root, "cases"), i, one) {
        struct book_sync sync;
        vectors_begin(vectors, one, i, NULL);
        if (vectors_true(vectors, book_sync_create(&sync, BOOK_RULE_REST_SPAN, LEVELS) == STATUS_OK,
                         "no book")) {
            check_chain(vectors, &sync, one);
            book_sync_finish(&sync);
        }
        vectors_end(vectors);
    }
}
