#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/tls.h"
#include "market/tape.h"

enum { EXCUSED_MS = 2000, COMPLAINTS_MAX = 10 };

const char *const lab_venues[LAB_VENUES] = {"binance",  "okx",     "hyperliquid", "paradex",
                                            "extended", "lighter", "edgex",       "backpack",
                                            "grvt",     "aster"};
static const char *const symbols[LAB_SYMBOLS] = {"BTC/USDT", "ETH/USDT"};

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)printf("Bail out! %s:%d: %s: %s\n", __FILE__, __LINE__, #condition,              \
                         status_text());                                                           \
            exit(70);                                                                              \
        }                                                                                          \
    } while (0)

// ---- the recording ----------------------------------------------------------------------------

static void tape_file(const char *folder, const char *venue, char out[512]) {
    (void)snprintf(out, 512, "%s/%s.ndjson", folder, venue);
}

bool lab_write_tape(const char *demo, const char *folder) {
    FILE *files[LAB_VENUES];
    static struct tape_record record;
    struct tape *tape;
    char path[512];
    bool good = true;
    if (tape_create(&tape, demo) != STATUS_OK) {
        return false;
    }
    for (int v = 0; v < LAB_VENUES; v++) {
        tape_file(folder, lab_venues[v], path);
        files[v] = fopen(path, "we");
        MUST(files[v] != NULL);
    }
    while (tape_next(tape, &record) == STATUS_OK && record.kind != TAPE_END) {
        if (!slice_equals(record.venue, SLICE("binance-spot"))) {
            continue;
        }
        for (int v = 0; v < LAB_VENUES; v++) {
            good =
                fprintf(files[v],
                        "{\"t_ns\":%lld,\"venue\":\"binance-%s\",\"chan\":\"%s\",\"url\":\"%.*s\","
                        "\"raw\":%.*s}\n",
                        (long long)record.t_ns, lab_venues[v], record.rest ? "rest" : "ws",
                        (int)record.url.size, record.url.data, (int)record.raw.size,
                        record.raw.data) > 0 &&
                good;
        }
    }
    for (int v = 0; v < LAB_VENUES; v++) {
        good = fclose(files[v]) == 0 && good;
    }
    tape_destroy(tape);
    return good;
}

void lab_remove_tape(const char *folder) {
    char path[512];
    for (int v = 0; v < LAB_VENUES; v++) {
        tape_file(folder, lab_venues[v], path);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

// ---- what was shown ---------------------------------------------------------------------------

static struct lab_truth *truth_of(struct lab *lab, uint32_t venue, uint32_t symbol) {
    return &lab->truth[venue * LAB_SYMBOLS + symbol];
}

static void note_listing(struct lab_truth *truth, const struct vsim_listing *listing) {
    if (listing->quote_id != truth->quote_id && listing->bid.v > 0 && listing->ask.v > 0) {
        truth->quote_id = listing->quote_id;
        truth->quotes[truth->quote_count++ % LAB_QUOTES] =
            (struct quote){.bid = listing->bid,
                           .ask = listing->ask,
                           .bid_size = listing->bid_size,
                           .ask_size = listing->ask_size,
                           .venue_time_ns = listing->quote_ns};
    }
    if (listing->book_id != truth->book_id && listing->bid_count > 0) {
        struct lab_book *book = &truth->books[truth->book_count++ % LAB_BOOKS];
        truth->book_id = listing->book_id;
        book->bid_count =
            listing->bid_count < DEPTH_LEVELS_MAX ? listing->bid_count : DEPTH_LEVELS_MAX;
        book->ask_count =
            listing->ask_count < DEPTH_LEVELS_MAX ? listing->ask_count : DEPTH_LEVELS_MAX;
        memcpy(book->bids, listing->bids, book->bid_count * sizeof(struct level));
        memcpy(book->asks, listing->asks, book->ask_count * sizeof(struct level));
    }
}

static void on_step(void *arg, const struct sim_market *market) {
    struct lab *lab = arg;
    (void)pthread_mutex_lock(&lab->lock);
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        int world = sim_market_venue(market, slice_of(lab_venues[v]));
        for (uint32_t l = 0; world >= 0 && l < market->worlds[world].listing_count; l++) {
            const struct vsim_listing *listing = &market->worlds[world].listings[l];
            for (uint32_t s = 0; s < LAB_SYMBOLS; s++) {
                if (strcmp(listing->symbol->name, symbols[s]) == 0) {
                    note_listing(truth_of(lab, v, s), listing);
                }
            }
        }
    }
    lab->steps++;
    (void)pthread_mutex_unlock(&lab->lock);
}

// ---- what was published -----------------------------------------------------------------------

static void on_quote(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote) {
    struct lab *lab = arg;
    (void)pthread_mutex_lock(&lab->lock);
    if (lab->put - lab->taken < LAB_PUBLISHED) {
        lab->published[lab->put++ % LAB_PUBLISHED] =
            (struct lab_published){venue, symbol, lab->steps, *quote};
    } else {
        lab->lost++;
    }
    (void)pthread_mutex_unlock(&lab->lock);
}

static bool same_levels(const struct level *a, const struct level *b, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (a[i].price.v != b[i].price.v || a[i].size.v != b[i].size.v) {
            return false;
        }
    }
    return true;
}

static bool was_best(const struct lab_truth *truth, const struct quote *quote) {
    uint64_t first = truth->book_count > LAB_BOOKS ? truth->book_count - LAB_BOOKS : 0;
    for (uint64_t i = truth->book_count; i-- > first;) {
        const struct lab_book *book = &truth->books[i % LAB_BOOKS];
        const struct level bid = {quote->bid, quote->bid_size};
        const struct level ask = {quote->ask, quote->ask_size};
        if (same_levels(book->bids, &bid, 1) && same_levels(book->asks, &ask, 1)) {
            return true;
        }
    }
    return false;
}

// What no client can know. Extended sends all markets and numbers its messages over all of them, so
// one that names another market leaves no hole. EdgeX's books have no stamps, and an old one shows
// only with the first change behind it.
void lab_note_fault(struct lab *lab, uint32_t venue, enum sim_fault_kind kind) {
    static const struct {
        const char *venue;
        enum sim_fault_kind kind;
    } rows[] = {{"extended", SIM_FAULT_WRONG_SYMBOL}, {"edgex", SIM_FAULT_STALE_SNAPSHOT}};
    lab->kind[venue] = kind;
    lab->had_fault[venue] = true;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (kind == rows[i].kind && strcmp(lab_venues[venue], rows[i].venue) == 0) {
            lab->unknowable_now[venue] = true;
            lab->unknowable_until_ns[venue] = 0;
            lab->unknowable_since[venue] = counter_read(&lab_stats(lab, venue)->reconnects);
        }
    }
}

// Until a later fault made the connection anew, and what was published before is compared.
static bool is_unknowable(struct lab *lab, uint32_t venue) {
    uint64_t reconnects = counter_read(&lab_stats(lab, venue)->reconnects);
    if (!lab->unknowable_now[venue]) {
        return false;
    }
    if (lab->unknowable_until_ns[venue] == 0 && reconnects > lab->unknowable_since[venue]) {
        lab->unknowable_until_ns[venue] = mono_now_ns() + EXCUSED_MS * NS_PER_MS;
    }
    int64_t until_ns = lab->unknowable_until_ns[venue];
    lab->unknowable_now[venue] = until_ns == 0 || mono_now_ns() < until_ns;
    return lab->unknowable_now[venue];
}

static void complain(struct lab *lab, uint64_t *count, const char *what, uint32_t venue,
                     uint32_t symbol, const struct quote *quote) {
    if (is_unknowable(lab, venue)) {
        lab->unknowable++;
        return;
    }
    (*count)++;
    if (lab->complaints++ < COMPLAINTS_MAX) {
        (void)printf("# %s %s %s: %s, bid %lld ask %lld%s, after %s\n", lab->name,
                     lab_venues[venue], symbols[symbol], what,
                     (long long)(quote->bid.v / (PX_ONE / 100)),
                     (long long)(quote->ask.v / (PX_ONE / 100)),
                     (quote->flags & QUOTE_POLLED) != 0 ? " polled" : "",
                     lab->had_fault[venue] ? sim_fault_table[lab->kind[venue]].name : "nothing");
    }
}

static bool same_quote(const struct quote *a, const struct quote *b) {
    return a->bid.v == b->bid.v && a->ask.v == b->ask.v && a->bid_size.v == b->bid_size.v &&
           a->ask_size.v == b->ask_size.v;
}

static bool same_millisecond(const struct quote *a, const struct quote *b) {
    return a->venue_time_ns / NS_PER_MS == b->venue_time_ns / NS_PER_MS;
}

// That it is the older one: two of one millisecond that changed places, as Hyperliquid tells
// nothing but stamps; an old answer to a poll of a venue that stamps and numbers none.
static bool cannot_tell(const struct lab *lab, const struct lab_published *published,
                        const struct quote *older, const struct quote *newer) {
    bool hyperliquid = strcmp(lab_venues[published->venue], "hyperliquid") == 0;
    bool old_answer = lab->kind[published->venue] == SIM_FAULT_STALE_SNAPSHOT &&
                      (published->quote.flags & QUOTE_POLLED) != 0;
    return (hyperliquid && same_millisecond(older, newer)) ||
           (old_answer && published->quote.venue_time_ns == 0);
}

// A best price: what was shown as such, or the top of a book that was shown. Never one older than
// what was already published of the listing.
static void compare_quote(struct lab *lab, const struct lab_published *published) {
    const struct quote *quote = &published->quote;
    const struct lab_truth *truth = truth_of(lab, published->venue, published->symbol);
    lab->compared_quotes++;
    if (quote->bid.v >= quote->ask.v) {
        complain(lab, &lab->wrong, "crossed", published->venue, published->symbol, quote);
        return;
    }
    uint64_t first = truth->quote_count > LAB_QUOTES ? truth->quote_count - LAB_QUOTES : 0;
    uint64_t *newest = &lab->newest_matched[published->venue][published->symbol];
    uint64_t at = *newest > first ? *newest : first;
    while (at < truth->quote_count && !same_quote(&truth->quotes[at % LAB_QUOTES], quote)) {
        at++;
    }
    if (at < truth->quote_count) {
        *newest = at; // the first that fits: what was shown twice is given the benefit
        return;
    }
    for (uint64_t i = truth->quote_count; i-- > first;) {
        if (same_quote(&truth->quotes[i % LAB_QUOTES], quote)) {
            if (cannot_tell(lab, published, &truth->quotes[i % LAB_QUOTES],
                            &truth->quotes[*newest % LAB_QUOTES])) {
                lab->unknowable++;
                return;
            }
            complain(lab, &lab->older, "older than one before", published->venue, published->symbol,
                     quote);
            return;
        }
    }
    if (!was_best(truth, quote)) {
        complain(lab, &lab->wrong, "no such quote", published->venue, published->symbol, quote);
    }
}

static void compare_depth(struct lab *lab, uint32_t venue, uint32_t symbol,
                          const struct depth *depth) {
    const struct lab_truth *truth = truth_of(lab, venue, symbol);
    uint64_t first = truth->book_count > LAB_BOOKS ? truth->book_count - LAB_BOOKS : 0;
    lab->compared_books++;
    for (uint64_t i = truth->book_count; i-- > first;) {
        const struct lab_book *book = &truth->books[i % LAB_BOOKS];
        if (depth->bid_count <= book->bid_count && depth->ask_count <= book->ask_count &&
            same_levels(depth->bids, book->bids, depth->bid_count) &&
            same_levels(depth->asks, book->asks, depth->ask_count)) {
            return;
        }
    }
    struct quote top = {.bid = depth->bids[0].price, .ask = depth->asks[0].price};
    complain(lab, &lab->wrong, "no such book", venue, symbol, &top);
}

static void sample_depths(struct lab *lab) {
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        for (uint32_t s = 0; s < LAB_SYMBOLS; s++) {
            struct depth depth;
            depth_load(&lab->cache, v * LAB_SYMBOLS + s, &depth);
            if (depth.receive_ns > lab->depth_seen_ns[v][s] &&
                lab->sampled - lab->judged < LAB_DEPTHS) {
                lab->depth_seen_ns[v][s] = depth.receive_ns;
                lab->depths[lab->sampled++ % LAB_DEPTHS] =
                    (struct lab_depth){(uint16_t)v, (uint16_t)s, lab->steps, depth};
            }
        }
    }
}

// A step later: the simulator notes what it showed when the step that showed it is done.
void lab_compare(struct lab *lab) {
    (void)pthread_mutex_lock(&lab->lock);
    sample_depths(lab);
    while (lab->judged < lab->sampled && lab->depths[lab->judged % LAB_DEPTHS].steps < lab->steps) {
        const struct lab_depth *at = &lab->depths[lab->judged++ % LAB_DEPTHS];
        compare_depth(lab, at->venue, at->symbol, &at->depth);
    }
    while (lab->taken < lab->put && lab->published[lab->taken % LAB_PUBLISHED].steps < lab->steps) {
        compare_quote(lab, &lab->published[lab->taken++ % LAB_PUBLISHED]);
    }
    (void)pthread_mutex_unlock(&lab->lock);
}

// ---- what the desk would say ------------------------------------------------------------------

const struct feed_stats *lab_stats(const struct lab *lab, uint32_t venue) {
    return feed_stats(lab->feeds.feeds[venue]);
}

static bool fresh(const struct lab *lab, uint32_t venue, const struct quote *quote,
                  int64_t now_ns) {
    int64_t age_ns = now_ns - quote->receive_ns;
    int64_t frame_ns = now_ns - quote_frame_ns(&lab->cache, (uint16_t)venue);
    return quote->receive_ns != 0 && (quote->flags & QUOTE_LOST) == 0 &&
           (age_ns <= lab->settings.stale_ns ||
            ((quote->flags & QUOTE_POLLED) == 0 && age_ns <= lab->settings.quiet_ns &&
             frame_ns <= lab->settings.stale_ns));
}

bool lab_flows(const struct lab *lab, uint32_t venue, int64_t since_ns) {
    int64_t now_ns = clock_now_ns(&lab->clock);
    if (atomic_load(&lab_stats(lab, venue)->state) != FEED_LIVE) {
        return false;
    }
    for (uint32_t s = 0; s < LAB_SYMBOLS; s++) {
        struct quote quote;
        struct depth depth;
        quote_load(&lab->cache, venue * LAB_SYMBOLS + s, &quote);
        depth_load(&lab->cache, venue * LAB_SYMBOLS + s, &depth);
        if (!fresh(lab, venue, &quote, now_ns) || quote.receive_ns < since_ns ||
            (quote.flags & (QUOTE_POLLED | QUOTE_QUARANTINED)) != 0 ||
            depth.receive_ns < since_ns || depth.bid_count == 0) {
            return false;
        }
    }
    return true;
}

bool lab_is_stale(const struct lab *lab, uint32_t venue) {
    int64_t now_ns = clock_now_ns(&lab->clock);
    for (uint32_t s = 0; s < LAB_SYMBOLS; s++) {
        struct quote quote;
        quote_load(&lab->cache, venue * LAB_SYMBOLS + s, &quote);
        if (fresh(lab, venue, &quote, now_ns)) {
            return false;
        }
    }
    return true;
}

// ---- life -------------------------------------------------------------------------------------

static void add_feed(struct lab *lab, uint32_t index, const char *names,
                     const struct feed_timing *timing) {
    const struct venue_md *venue = venue_find(slice_of(lab_venues[index]))->md;
    struct sim_endpoint endpoint;
    char ws[MD_CONNECTIONS_MAX][256];
    char rest[256];
    char host[128];
    MUST(sim_endpoint(lab->sim, venue->name, &endpoint));
    (void)snprintf(host, sizeof(host), "%s%s%s", names != NULL ? venue->name : "",
                   names != NULL ? "." : "localhost", names != NULL ? names : "");
    (void)snprintf(rest, sizeof(rest), "http%s://localhost:%u", lab->tls ? "s" : "", endpoint.port);
    struct feed_config config = {
        .venue = venue,
        .venue_index = (uint16_t)index,
        .universe = &lab->universe,
        .cache = &lab->cache,
        .clock = &lab->clock,
        .settings = &lab->settings,
        .timing = timing,
        .tls = lab->trust,
        .rest = rest,
        .demo_streams = false,
        .funding_generated = true,
        .seed = index + 1,
        .on_quote = on_quote,
        .on_quote_arg = lab,
    };
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX && venue->mainnet.ws[i] != NULL; i++) {
        const char *path = strchr(strstr(venue->mainnet.ws[i], "://") + 3, '/');
        (void)snprintf(ws[i], sizeof(ws[i]), "ws%s://%s:%u%s", lab->tls ? "s" : "", host,
                       endpoint.port, path == NULL ? "" : path);
        config.ws[i] = ws[i];
    }
    MUST(feed_pool_add(&lab->feeds, &config, NULL, NULL) == STATUS_OK);
}

void lab_start(struct lab *lab, const char *name, const char *tape, bool tls, const char *names,
               const struct feed_timing *timing) {
    static struct sim_map map[LAB_VENUES];
    static char recorded[LAB_VENUES][64];
    for (int v = 0; v < LAB_VENUES; v++) {
        (void)snprintf(recorded[v], sizeof(recorded[v]), "binance-%s", lab_venues[v]);
        map[v] = (struct sim_map){recorded[v], lab_venues[v]};
    }
    memset(lab, 0, sizeof(*lab));
    lab->name = name;
    lab->tls = tls;
    (void)pthread_mutex_init(&lab->lock, NULL);
    lab->truth = calloc((size_t)LAB_VENUES * LAB_SYMBOLS, sizeof(*lab->truth));
    lab->published = calloc(LAB_PUBLISHED, sizeof(*lab->published));
    lab->depths = calloc(LAB_DEPTHS, sizeof(*lab->depths));
    MUST(lab->truth != NULL && lab->published != NULL && lab->depths != NULL);
    lab->settings = (struct settings_feeds){
        .stale_ns = 500 * NS_PER_MS,
        .quiet_ns = 5 * NS_PER_S,
        .websocket_timeout_ns = 1500 * NS_PER_MS,
        .poll_ns = 500 * NS_PER_MS,
        .jump_max = BPS(50),
        .jump_confirm_ns = 500 * NS_PER_MS,
        .volume_min = USD(0),
        .unknown_size = USD(1000),
        .clock_offset_max_ns = 250 * NS_PER_MS,
    };
    struct sim_options options = {.path = tape,
                                  .clock = &lab->clock,
                                  .tls = tls,
                                  .map = map,
                                  .map_count = LAB_VENUES,
                                  .on_step = on_step,
                                  .on_step_arg = lab};
    MUST(universe_create(&lab->universe, LAB_VENUES, LAB_SYMBOLS) == STATUS_OK);
    for (uint32_t s = 0; s < LAB_SYMBOLS; s++) {
        MUST(symbol_parse(&lab->universe.symbols[s], slice_of(symbols[s])) == STATUS_OK);
    }
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        struct venue_entry *entry = &lab->universe.venues[v];
        MUST(string_copy(entry->name, sizeof(entry->name), slice_of(lab_venues[v])));
    }
    MUST(quote_cache_create(&lab->cache, LAB_VENUES * LAB_SYMBOLS) == STATUS_OK);
    MUST(sim_create(&lab->sim, &options) == STATUS_OK);
    MUST(sim_start(lab->sim) == STATUS_OK);
    if (tls) {
        MUST(tls_client_create_from_text(&lab->trust, sim_authority_pem(lab->sim)) == STATUS_OK);
    }
    MUST(feed_pool_create(&lab->feeds, 1) == STATUS_OK);
    for (uint32_t v = 0; v < LAB_VENUES; v++) {
        add_feed(lab, v, names, timing);
    }
    MUST(feed_pool_start(&lab->feeds) == STATUS_OK);
}

void lab_stop(struct lab *lab) {
    feed_pool_request_stop(&lab->feeds);
    MUST(feed_pool_join(&lab->feeds) == STATUS_OK);
    sim_stop(lab->sim);
    feed_pool_finish(&lab->feeds);
    sim_destroy(lab->sim);
    SSL_CTX_free(lab->trust);
    quote_cache_finish(&lab->cache);
    universe_finish(&lab->universe);
    (void)pthread_mutex_destroy(&lab->lock);
    free(lab->truth);
    free(lab->published);
    free(lab->depths);
}
