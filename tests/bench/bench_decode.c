// P1: one message of a venue's hot channels to a normalised update, in a loop over 1024 distinct
// messages, everything in memory. The contestants are the decoder, the two floors of decode_floor.h
// and cJSON and jansson, which only build their trees.
//
// The rounds of all contestants are interleaved. The machine is shared and its noise only ever
// adds, so the best round stands for the code and is what is held against the goals; the median is
// told beside it.
//
// With the number of a load and of a contestant as arguments it makes one pass without a clock, for
// counting instructions:
//   valgrind --tool=callgrind --toggle-collect=run_decoder bench_decode 0 0
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>
#include <jansson.h>

#include "base/clock.h"
#include "decode_load.h"

enum { ROUNDS = 41, CONTESTANTS = 5 };

struct folder {
    struct md_sink sink; // must be first
    uint64_t updates, folded;
};

static void on_update(struct md_sink *sink, const struct md_update *update) {
    struct folder *folder = (struct folder *)(void *)sink;
    folder->updates++;
    folder->folded += (uint64_t)update->venue_time_ns + update->symbol;
    if (update->kind == MD_BBO) {
        folder->folded += (uint64_t)(update->bbo.bid.v ^ update->bbo.ask_size.v);
    } else if (update->kind == MD_BOOK) {
        folder->folded += (uint64_t)update->book.bids[0].price.v + update->book.ask_count;
    }
}

static uint64_t run_decoder(struct decode_load *load) {
    struct folder folder = {.sink = {on_update}};
    for (uint32_t n = 0; n < DECODE_MESSAGES; n++) {
        load->md.venue->decode(&load->md, 0, load->messages[n], &folder.sink);
    }
    ASSERT(folder.updates == DECODE_MESSAGES);
    return folder.folded;
}

static uint64_t run_floor(const struct decode_load *load, floor_read *read) {
    struct floor_quote quote;
    uint64_t folded = 0;
    for (uint32_t n = 0; n < DECODE_MESSAGES; n++) {
        ASSERT(read(load->messages[n], &quote));
        folded += quote.time_ms + quote.name[0];
        folded += (uint64_t)(quote.sides[0][0].price.v ^ quote.sides[1][0].size.v);
    }
    return folded;
}

static uint64_t run_anchored(struct decode_load *load) {
    return run_floor(load, load->anchored);
}

static uint64_t run_scanner(struct decode_load *load) {
    return run_floor(load, load->scanner);
}

static uint64_t run_cjson(struct decode_load *load) {
    uint64_t trees = 0;
    for (uint32_t n = 0; n < DECODE_MESSAGES; n++) {
        cJSON *tree = cJSON_ParseWithLength(load->messages[n].data, load->messages[n].size);
        trees += tree != NULL;
        cJSON_Delete(tree);
    }
    return trees;
}

static uint64_t run_jansson(struct decode_load *load) {
    uint64_t trees = 0;
    for (uint32_t n = 0; n < DECODE_MESSAGES; n++) {
        json_t *tree = json_loadb(load->messages[n].data, load->messages[n].size, 0, NULL);
        trees += tree != NULL;
        json_decref(tree);
    }
    return trees;
}

static uint64_t (*const contestants[CONTESTANTS])(struct decode_load *) = {
    run_decoder, run_anchored, run_scanner, run_cjson, run_jansson};

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static volatile uint64_t kept; // so that no loop is left out

struct figures {
    int64_t best, median; // tenths of a ns per message
};

static void measure(struct decode_load *load, struct figures figures[CONTESTANTS]) {
    int64_t tenths[CONTESTANTS][ROUNDS];
    for (int round = -1; round < ROUNDS; round++) { // the first only warms up
        for (int i = 0; i < CONTESTANTS; i++) {
            int repeats = i < 3 ? 4 : 1;
            int64_t start = mono_now_ns();
            for (int r = 0; r < repeats; r++) {
                kept += contestants[i](load);
            }
            if (round >= 0) {
                tenths[i][round] = (mono_now_ns() - start) * 10 / (repeats * DECODE_MESSAGES);
            }
        }
    }
    for (int i = 0; i < CONTESTANTS; i++) {
        qsort(tenths[i], ROUNDS, sizeof(tenths[i][0]), compare);
        figures[i] = (struct figures){tenths[i][0], tenths[i][ROUNDS / 2]};
    }
}

static void print_ratio(const char *name, int64_t a, int64_t b) {
    printf(" %s %" PRId64 ".%02" PRId64, name, a / b, a * 100 / b % 100);
}

static bool report(const struct decode_load *load, const struct figures figures[CONTESTANTS]) {
    int64_t ours = figures[0].best;
    int64_t anchored = figures[1].best;
    int64_t scanner = figures[2].best;
    bool near_floor = ours * 10 <= anchored * 13 || ours * 10 <= scanner * 11;
    bool good = ours <= load->goal_ns * 10 && near_floor && figures[3].best >= ours * 11 &&
                figures[4].best >= ours * 40;
    printf("P1 %s %" PRId64 ".%" PRId64 " ns (median %" PRId64 ".%" PRId64 ") anchored %" PRId64
           ".%" PRId64 " scanner %" PRId64 ".%" PRId64 " cjson %" PRId64 " jansson %" PRId64 " ns;",
           load->name, ours / 10, ours % 10, figures[0].median / 10, figures[0].median % 10,
           anchored / 10, anchored % 10, scanner / 10, scanner % 10, figures[3].best / 10,
           figures[4].best / 10);
    print_ratio("of anchored", ours, anchored);
    print_ratio("of scanner", ours, scanner);
    print_ratio("cjson x", figures[3].best, ours);
    print_ratio("jansson x", figures[4].best, ours);
    printf(" goal %" PRId64 " ns, 1.30 or 1.10 of the floors, x 11, x 40 %s\n", load->goal_ns,
           good ? "ok" : "FAIL");
    return good;
}

int main(int argc, char **argv) {
    static struct universe universe;
    bool good = true;
    ASSERT(universe_create(&universe, 1, 1) == STATUS_OK);
    ASSERT(symbol_parse(&universe.symbols[0], SLICE("BTC/USDT")) == STATUS_OK);
    if (argc == 3) {
        int load = atoi(argv[1]);
        int contestant = atoi(argv[2]);
        ASSERT(load >= 0 && load < DECODE_LOADS && contestant >= 0 && contestant < CONTESTANTS);
        decode_load_prepare(&decode_loads[load], &universe);
        kept += contestants[contestant](&decode_loads[load]);
        decode_load_finish(&decode_loads[load]);
    }
    for (size_t i = 0; i < DECODE_LOADS && argc < 3; i++) {
        struct figures figures[CONTESTANTS];
        decode_load_prepare(&decode_loads[i], &universe);
        measure(&decode_loads[i], figures);
        good = report(&decode_loads[i], figures) && good;
        decode_load_finish(&decode_loads[i]);
    }
    universe_finish(&universe);
    return good ? 0 : 1;
}
