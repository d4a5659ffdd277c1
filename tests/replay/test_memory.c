// The shipped demo from recording to decision in one thread: twice the same journal byte for byte,
// a replay with equal decisions, money that adds up, and what the data offers at these venues'
// fees.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/memory_desk.h"
#include "cli/verbs.h"
#include "engine/replay.h"
#include "exchanges/venues.h"

enum { RUN_S = 150, FLATTEN_S = 10, SHARE_EVERY = 20, SHARE_COUNT = 3 };

static const int64_t share_limits[SHARE_COUNT] = {-100, -200, -350}; // 0.01 bps, by risk mode

// What a run saw.
struct tally {
    uint64_t jobs[STRATEGY_COUNT][JOB_STATE_COUNT];
    int64_t pnl[STRATEGY_COUNT]; // of ended jobs
    uint64_t samples[SYMBOL_MAX], reached[SYMBOL_MAX][SHARE_COUNT];
    int64_t worst_edge; // of the hedged-volume jobs opened
    uint64_t steps;
    int64_t fees_of_jobs, volume;
    uint64_t denied[RULE_COUNT];       // hedged volume
    uint64_t crossed_alike, arb_alike; // opportunities and arbitrage between venues of one book
};

static struct tally tally;

// What a run told, as a journal's bytes.
struct journal_bytes {
    unsigned char *bytes;
    size_t size, capacity;
    uint64_t events[EVENT_KIND_COUNT];
};

struct run {
    struct memory_desk *desk;
    struct journal_bytes journal;
    struct tally *tally; // NULL: nobody counts
    struct config config;
    char config_text[CONFIG_TEXT_MAX];
};

// The deal of the demo, told here once more.
static bool show_one_book(uint16_t a, uint16_t b) {
    static const struct {
        const char *venue, *book;
    } deal[] = {
        {"binance", "usdm"},     {"aster", "usdm"},    {"edgex", "usdm"},    {"grvt", "usdm"},
        {"hyperliquid", "spot"}, {"lighter", "spot"},  {"backpack", "spot"}, {"extended", "spot"},
        {"okx", "coinm"},        {"paradex", "coinm"},
    };
    const char *books[2] = {NULL, NULL};
    for (size_t i = 0; i < COUNT_OF(deal); i++) {
        books[0] = strcmp(deal[i].venue, venue_table[a].md->name) == 0 ? deal[i].book : books[0];
        books[1] = strcmp(deal[i].venue, venue_table[b].md->name) == 0 ? deal[i].book : books[1];
    }
    assert_non_null(books[0]);
    assert_non_null(books[1]);
    return strcmp(books[0], books[1]) == 0;
}

static void tally_event(void *arg, const struct event *event) {
    struct tally *t = arg;
    if (event->header.kind == EVENT_ORDER_FILLED) {
        t->volume += usd_notional_floor(event->u.fill.price, event->u.fill.size).v;
    }
    if (event->header.kind == EVENT_DENIED && event->u.denied.strategy == STRATEGY_WASH) {
        t->denied[event->u.denied.verdict.rule]++;
    }
    if (event->header.kind == EVENT_OPPORTUNITY_FOUND) {
        const struct event_opportunity *found = &event->u.opportunity;
        t->crossed_alike += show_one_book(found->buy_venue, found->sell_venue);
    }
    if (event->header.kind != EVENT_JOB_STATE) {
        return;
    }
    const struct event_job *job = &event->u.job;
    if (job->strategy == STRATEGY_ARB && job->state == JOB_OPENING) {
        t->arb_alike += show_one_book(job->buy_venue, job->sell_venue);
    }
    t->jobs[job->strategy][job->state]++;
    if (job->strategy == STRATEGY_WASH && job->state == JOB_OPENING) {
        t->worst_edge = job->edge.v < t->worst_edge ? job->edge.v : t->worst_edge;
    }
    if (job->state >= JOB_DONE) {
        t->pnl[job->strategy] += job->pnl.v;
        t->fees_of_jobs += job->fees.v;
    }
}

// The net edge of the best pair, as hedged volume would propose it.
static void sample_shares(struct tally *t, const struct memory_desk *d) {
    const struct settings_wash *wash = &d->config.settings.wash;
    struct usd size = {(wash->notional_min.v + wash->notional_max.v) / 2};
    for (uint16_t s = 0; s < d->universe.symbol_count; s++) {
        int64_t best = INT64_MIN;
        for (uint16_t buy = 0; buy < d->universe.venue_count; buy++) {
            for (uint16_t sell = 0; sell < d->universe.venue_count; sell++) {
                struct opportunity pair;
                if (buy != sell &&
                    scanner_evaluate(&d->desk, s, buy, sell, size, d->now_ns, &pair)) {
                    best = pair.net.v > best ? pair.net.v : best;
                }
            }
        }
        t->samples[s] += best != INT64_MIN;
        for (uint32_t i = 0; i < SHARE_COUNT; i++) {
            t->reached[s][i] += best >= share_limits[i];
        }
    }
}

// What jobs hold is what the positions say; reservations and pools stay within what is there.
static void check_books(const struct memory_desk *d) {
    const struct desk *desk = &d->desk;
    int64_t held[VENUE_MAX][SYMBOL_MAX] = {{0}};
    uint32_t running = 0;
    int64_t reserved[VENUE_MAX] = {0};
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        const struct job *job = &desk->jobs.jobs[i];
        running += job_running(job);
        if (!job_live(job)) {
            continue;
        }
        assert_int_not_equal(job->legs[LEG_BUY].venue, job->legs[LEG_SELL].venue);
        for (uint32_t leg = 0; leg < JOB_LEGS_MAX; leg++) {
            int64_t quantity = leg_held(&job->legs[leg]).v;
            assert_true(quantity >= 0);
            held[job->legs[leg].venue][job->symbol] += leg == LEG_BUY ? quantity : -quantity;
            reserved[job->legs[leg].venue] += job->reserved.v;
        }
    }
    assert_true(running <= d->config.settings.scheduler.jobs_max);
    for (uint16_t v = 0; v < d->universe.venue_count; v++) {
        const struct purse *purse = &desk->capital.venues[v].purse;
        assert_int_equal(allocator_in_flight(purse).v, reserved[v]);
        assert_true(allocator_in_flight(purse).v <= purse->equity.v);
        for (uint16_t s = 0; s < d->universe.symbol_count; s++) {
            assert_int_equal(position_of(desk, v, s)->net.v, held[v][s]);
        }
    }
}

static void on_timer(void *arg, const struct memory_desk *d) {
    struct run *r = arg;
    check_books(d);
    if (r->tally != NULL && r->tally->steps++ % SHARE_EVERY == 0) {
        sample_shares(r->tally, d);
    }
}

static void on_event(void *arg, const struct event *event) {
    struct run *r = arg;
    struct journal_bytes *journal = &r->journal;
    size_t size = journal_record_size(event);
    if (journal->capacity - journal->size < size) {
        journal->capacity = journal->capacity * 2 + size;
        journal->bytes = realloc(journal->bytes, journal->capacity);
        assert_non_null(journal->bytes);
    }
    journal->size += journal_encode(event, journal->bytes + journal->size);
    journal->events[event->header.kind]++;
    if (r->tally != NULL) {
        tally_event(r->tally, event);
    }
}

static void load_config(struct run *r, const char *const *sets, uint32_t set_count) {
    struct config_venue venues[VENUE_MAX];
    struct config_options options = {.venues = venues, .sets = sets, .set_count = set_count};
    options.venue_count = cli_venues(venues);
    struct config_report *report = malloc(sizeof(*report));
    assert_non_null(report);
    config_report_init(report);
    if (config_parse(&r->config, &options, "memory", SLICE(""), report) != STATUS_OK) {
        fail_msg("%s", report->lines);
    }
    free(report);
    desk_run_demo_settings(&r->config, true);
    struct text text = TEXT_OVER(r->config_text);
    config_print(&r->config, &text);
    assert_false(text.truncated);
    r->journal.capacity = 64 << 20;
    r->journal.bytes = malloc(r->journal.capacity);
    assert_non_null(r->journal.bytes);
    r->journal.size = journal_encode_header(
        &(struct journal_head){.mode = DESK_DEMO, .config = text_slice(&text)}, r->journal.bytes);
}

static void run_on(struct run *r, int64_t seconds) {
    memory_desk_run(r->desk, seconds * NS_PER_S);
    assert_false(r->desk->over);
    assert_int_equal(r->desk->refused, 0); // no limit of a venue was met
}

static struct run *run(const char *const *sets, uint32_t set_count, struct tally *t) {
    struct run *r = calloc(1, sizeof(*r));
    assert_non_null(r);
    r->tally = t;
    load_config(r, sets, set_count);
    struct memory_options options = {.config = &r->config,
                                     .recording = DEMO_PATH,
                                     .loop = true,
                                     .on_event = on_event,
                                     .on_timer = t != NULL ? on_timer : NULL,
                                     .arg = r};
    assert_int_equal(memory_desk_create(&r->desk, &options), STATUS_OK);
    run_on(r, RUN_S);
    return r;
}

static void end(struct run *r) {
    memory_desk_destroy(r->desk);
    free(r->journal.bytes);
    free(r);
}

// Under AddressSanitizer each run of the desk takes half a minute, and the first has been through
// the same code.
static void skip_where_runs_are_slow(void) {
#ifdef __SANITIZE_ADDRESS__
    skip();
#endif
}

static struct run *whole;               // the run that most tests look at, its journal,
static const struct memory_desk *first; // and its desk

static int64_t total_fees(const struct memory_desk *d) {
    int64_t fees = 0;
    for (uint32_t i = 0; i < (uint32_t)d->universe.venue_count * d->universe.symbol_count; i++) {
        fees += d->desk.positions.positions[i].fees.v;
    }
    return fees;
}

static int64_t total_funding(const struct memory_desk *d) {
    int64_t funding = 0;
    for (uint32_t i = 0; i < (uint32_t)d->universe.venue_count * d->universe.symbol_count; i++) {
        funding += d->desk.positions.positions[i].funding.v;
    }
    return funding;
}

static void comment_usd(const char *what, int64_t value) {
    char bytes[64];
    struct text text = TEXT_OVER(bytes);
    usd_print(&text, (struct usd){value}, 2, 2);
    printf("# %s %s USD\n", what, bytes);
}

static void tell_denials(const struct tally *t) {
    for (uint32_t rule = 0; rule < RULE_COUNT; rule++) {
        if (t->denied[rule] > 0) {
            printf("#   refused by %s: told %d times\n", rule_name((enum rule)rule),
                   (int)t->denied[rule]);
        }
    }
}

static void tell(const struct run *r, const struct tally *t) {
    const struct memory_desk *d = r->desk;
    for (uint16_t s = 0; s < d->universe.symbol_count; s++) {
        for (uint32_t i = 0; i < SHARE_COUNT && t->samples[s] > 0; i++) {
            uint64_t permille = t->reached[s][i] * 1000 / t->samples[s];
            printf("# %s: best pair's net >= %.1f bps %d.%d %% of the time\n",
                   d->universe.symbols[s].name, (double)share_limits[i] / 100, (int)(permille / 10),
                   (int)(permille % 10));
        }
    }
    const uint64_t *wash = t->jobs[STRATEGY_WASH];
    printf("# hedged volume in %d s: %d done, %d refused, %d expired, %d failed, %d held now\n",
           RUN_S, (int)wash[JOB_DONE], (int)wash[JOB_REFUSED], (int)wash[JOB_EXPIRED],
           (int)wash[JOB_FAILED], (int)d->desk.jobs.live_count);
    if (wash[JOB_DONE] > 0) {
        comment_usd("profit per job", t->pnl[STRATEGY_WASH] / (int64_t)wash[JOB_DONE]);
    }
    const uint64_t *arb = t->jobs[STRATEGY_ARB];
    printf("# arbitrage in %d s: %d opened, %d done, %d refused, %d expired, %d failed\n", RUN_S,
           (int)arb[JOB_OPENING], (int)arb[JOB_DONE], (int)arb[JOB_REFUSED], (int)arb[JOB_EXPIRED],
           (int)arb[JOB_FAILED]);
    comment_usd("its profit", t->pnl[STRATEGY_ARB]);
    comment_usd("fees", total_fees(d));
    comment_usd("volume", t->volume);
    comment_usd("volume in an hour of demo", t->volume * 3600 / RUN_S);
    comment_usd("fees in an hour of demo", total_fees(d) * 3600 / RUN_S);
    comment_usd("profit in an hour of demo", position_total_pnl(&d->desk).v * 3600 / RUN_S);
    printf("# frames %d, events %d, journal %d KiB, hash %016llx\n", (int)d->frames,
           (int)d->engine.bus.sequence, (int)(r->journal.size >> 10),
           (unsigned long long)hash_bytes(r->journal.bytes, r->journal.size, 0));
}

static int run_first(void **state) {
    (void)state;
    whole = run(NULL, 0, &tally);
    first = whole->desk;
    tell(whole, &tally);
    return 0;
}

static int destroy_first(void **state) {
    (void)state;
    end(whole);
    return 0;
}

static void feeds_are_live_and_clean(void **state) {
    (void)state;
    assert_int_equal(first->universe.venue_count, venue_table_count);
    assert_true(first->rounds_ended > 0); // the recording ended and began anew within the run
    for (uint32_t v = 0; v < first->universe.venue_count; v++) {
        const struct feed *feed = first->feeds[v];
        assert_int_equal(feed->state, FEED_LIVE);
        assert_int_equal(feed_books_live(feed), first->universe.symbol_count);
        printf("# %s: %d quotes, %d book messages, %d snapshots asked for\n",
               feed->config.venue->name, (int)counter_read(&feed->stats.updates),
               (int)counter_read(&feed->stats.books), (int)counter_read(&feed->stats.snapshots));
        assert_true(counter_read(&feed->stats.updates) > 500);
        for (uint32_t cause = 0; cause < FEED_CAUSE_COUNT; cause++) {
            if (cause == FEED_OLD) {
                continue; // books and best prices overlap
            }
            if (counter_read(&feed->stats.errors[cause]) != 0) {
                fail_msg("%s: %d %s", feed->config.venue->name,
                         (int)counter_read(&feed->stats.errors[cause]), feed_cause_name(cause));
            }
        }
    }
}

static void hedged_volume_and_arbitrage_trade(void **state) {
    (void)state;
    const uint64_t *wash = tally.jobs[STRATEGY_WASH];
    assert_true(wash[JOB_OPENING] >= 5);
    assert_true(wash[JOB_HOLDING] >= 3);
    assert_true(wash[JOB_DONE] >= 3);
    assert_true(tally.jobs[STRATEGY_ARB][JOB_OPENING] > 0);
    assert_true(tally.jobs[STRATEGY_ARB][JOB_DONE] > 0);
    assert_true(whole->journal.events[EVENT_OPPORTUNITY_FOUND] > 0);
    assert_true(whole->journal.events[EVENT_ORDER_FILLED] >= 4 * wash[JOB_DONE]);
}

static void venues_of_one_book_never_cross(void **state) {
    (void)state;
    assert_int_equal(tally.crossed_alike, 0);
    assert_int_equal(tally.arb_alike, 0);
}

// Fees of all jobs, ended or not, are the fees of all fills.
static void fees_add_up(void **state) {
    (void)state;
    int64_t fees = tally.fees_of_jobs;
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        const struct job *job = &first->desk.jobs.jobs[i];
        fees += job_live(job) ? job->fees.v : 0;
    }
    assert_int_equal(fees, total_fees(first));
    assert_true(fees > 0);
}

static void the_same_run_gives_the_same_journal(void **state) {
    (void)state;
    skip_where_runs_are_slow();
    struct run *second = run(NULL, 0, NULL);
    assert_int_equal(second->journal.size, whole->journal.size);
    assert_memory_equal(second->journal.bytes, whole->journal.bytes, whole->journal.size);
    end(second);
}

// ---- replay

struct fresh {
    struct journal_reader reader;
    struct universe universe;
    struct desk desk;
    struct engine engine;
    struct replay replay;
};

// Replays `size` bytes of a journal written under the settings of `first`.
static enum status replay_bytes(struct fresh *f, const unsigned char *bytes, size_t size) {
    assert_int_equal(config_universe(&first->config, &f->universe), STATUS_OK);
    assert_int_equal(journal_reader_init(&f->reader, bytes, size), STATUS_OK);
    replay_init(&f->replay, replay_from_reader(&f->reader), &f->universe);
    assert_int_equal(desk_create(&f->desk, DESK_DEMO, &first->config.settings, &f->universe),
                     STATUS_OK);
    struct engine_options options = {
        .universe = &f->universe,
        .journal = replay_sink(&f->replay),
        .journal_quotes_all = true,
        .depth_sample_ns = first->config.settings.feeds.depth_sample_ns,
        .publish_ns = NS_PER_S / 20,
        .is_paper_venue = true,
    };
    assert_int_equal(engine_create(&f->engine, &options), STATUS_OK);
    desk_add_components(&f->desk, &f->engine);
    enum status status = replay_verify(&f->replay, &f->engine);
    engine_finish(&f->engine);
    desk_finish(&f->desk);
    universe_finish(&f->universe);
    return status;
}

static struct fresh *fresh_create(void) {
    struct fresh *f = aligned_alloc(64, (sizeof(*f) + 63) / 64 * 64);
    assert_non_null(f);
    memset(f, 0, sizeof(*f));
    return f;
}

static void replay_decides_the_same(void **state) {
    (void)state;
    struct fresh *f = fresh_create();
    enum status status = replay_bytes(f, whole->journal.bytes, whole->journal.size);
    if (status != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    assert_int_equal(f->replay.end, JOURNAL_END);
    assert_int_equal(f->replay.inputs + f->replay.derived, first->engine.bus.sequence);
    assert_true(f->replay.derived > 200);
    printf("# replayed %d inputs, %d decisions equal\n", (int)f->replay.inputs,
           (int)f->replay.derived);
    free(f);
}

// One quote of the journal is another price: the decisions must not be found equal.
static void replay_notices_another_quote(void **state) {
    (void)state;
    unsigned char *bytes = malloc(whole->journal.size);
    assert_non_null(bytes);
    memcpy(bytes, whole->journal.bytes, whole->journal.size);
    struct fresh *f = fresh_create();
    assert_int_equal(journal_reader_init(&f->reader, bytes, whole->journal.size), STATUS_OK);
    struct event event;
    uint32_t quotes = 0;
    for (size_t at = f->reader.at; journal_next(&f->reader, &event) == JOURNAL_RECORD;
         at = f->reader.at) {
        if (event.header.kind == EVENT_QUOTE_UPDATED && ++quotes == 2000) {
            event.u.quote.quote.bid.v += 40 * event.u.quote.quote.bid.v / 10000;
            event.u.quote.quote.ask.v += 40 * event.u.quote.quote.ask.v / 10000;
            assert_int_equal(journal_encode(&event, bytes + at), f->reader.at - at);
            break;
        }
    }
    assert_int_equal(quotes, 2000);
    assert_int_equal(replay_bytes(f, bytes, whole->journal.size), STATUS_ERROR);
    assert_true(f->replay.differs);
    free(f);
    free(bytes);
}

// Cut in the middle of a record, as by a kill: what is whole is verified, the tail is told.
static void replay_of_a_torn_journal(void **state) {
    (void)state;
    struct fresh *f = fresh_create();
    size_t size = whole->journal.size / 2 | 1; // records are multiples of 8
    enum status status = replay_bytes(f, whole->journal.bytes, size);
    if (status != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    assert_int_equal(f->replay.end, JOURNAL_TORN);
    assert_true(f->replay.inputs > 1000);
    free(f);
}

// ---- other settings

// Every venue of the table without fees.
static uint32_t set_no_fees(char bytes[2 * VENUE_MAX][64], const char *sets[2 * VENUE_MAX]) {
    for (uint32_t i = 0; i < 2 * venue_table_count; i++) {
        (void)snprintf(bytes[i], sizeof(bytes[i]), "fees.%s.%s_bps=0", venue_table[i / 2].md->name,
                       i % 2 == 0 ? "maker" : "taker");
        sets[i] = bytes[i];
    }
    return 2 * venue_table_count;
}

static void without_fees_more_arbitrage_appears(void **state) {
    (void)state;
    skip_where_runs_are_slow();
    struct tally *t = calloc(1, sizeof(*t));
    assert_non_null(t);
    char bytes[2 * VENUE_MAX][64];
    const char *sets[2 * VENUE_MAX];
    struct run *r = run(sets, set_no_fees(bytes, sets), t);
    const uint64_t *arb = t->jobs[STRATEGY_ARB];
    printf("# without fees in %d s: %d arbitrage jobs opened, %d done\n", RUN_S,
           (int)arb[JOB_OPENING], (int)arb[JOB_DONE]);
    assert_true(arb[JOB_OPENING] > tally.jobs[STRATEGY_ARB][JOB_OPENING]);
    assert_true(arb[JOB_DONE] > tally.jobs[STRATEGY_ARB][JOB_DONE]);
    assert_int_equal(total_fees(r->desk), 0);
    end(r);
    free(t);
}

// What is accepted follows the risk mode: each takes what the one before it refuses, and no more.
// Between ten venues there is always a cheap pair, so three of them trade here; and the recording
// ends at midnight, when all of them settle, which is no mode's matter.
static void modes_change_what_is_accepted(void **state) {
    (void)state;
    skip_where_runs_are_slow();
    static const char *const modes[RISK_MODE_COUNT] = {
        "risk.mode=conservative", "risk.mode=balanced", "risk.mode=aggressive"};
    const char *sets[] = {NULL,
                          "risk.funding_blackout_min=0min",
                          "venues.backpack=reference",
                          "venues.edgex=reference",
                          "venues.grvt=reference",
                          "venues.aster=reference",
                          "venues.paradex=reference",
                          "venues.extended=reference",
                          "venues.lighter=reference"};
    for (uint32_t i = 0; i < RISK_MODE_COUNT; i++) {
        struct tally *t = calloc(1, sizeof(*t));
        assert_non_null(t);
        sets[0] = modes[i];
        struct run *r = run(sets, COUNT_OF(sets), t);
        printf("# %s: %d hedged-volume jobs opened, %d done, worst edge %.2f bps in %d s\n",
               modes[i] + 10, (int)t->jobs[STRATEGY_WASH][JOB_OPENING],
               (int)t->jobs[STRATEGY_WASH][JOB_DONE], (double)t->worst_edge / 100, RUN_S);
        tell_denials(t);
        assert_true(t->worst_edge >= share_limits[i]);
        assert_true(i == 0 || t->worst_edge < share_limits[i - 1]);
        end(r);
        free(t);
    }
}

// Kill with flatten: nothing is open, nothing reserved, and the profit of the jobs is the profit of
// the positions to the last digit. Runs last: it moves `first` on.
static void kill_leaves_nothing(void **state) {
    (void)state;
    assert_int_equal(memory_desk_control(whole->desk, CONTROL_KILL, 1), STATUS_OK);
    run_on(whole, FLATTEN_S);
    assert_int_equal(first->desk.jobs.live_count, 0);
    assert_int_equal(first->desk.orders.live_count, 0);
    for (uint32_t i = 0; i < (uint32_t)first->universe.venue_count * first->universe.symbol_count;
         i++) {
        assert_int_equal(first->desk.positions.positions[i].net.v, 0);
    }
    int64_t pnl = 0;
    for (uint32_t i = 0; i < STRATEGY_COUNT; i++) {
        pnl += tally.pnl[i];
    }
    assert_int_equal(position_total_pnl(&first->desk).v + total_funding(first), pnl);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feeds_are_live_and_clean),
        cmocka_unit_test(hedged_volume_and_arbitrage_trade),
        cmocka_unit_test(venues_of_one_book_never_cross),
        cmocka_unit_test(fees_add_up),
        cmocka_unit_test(the_same_run_gives_the_same_journal),
        cmocka_unit_test(replay_decides_the_same),
        cmocka_unit_test(replay_notices_another_quote),
        cmocka_unit_test(replay_of_a_torn_journal),
        cmocka_unit_test(without_fees_more_arbitrage_appears),
        cmocka_unit_test(modes_change_what_is_accepted),
        cmocka_unit_test(kill_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, run_first, destroy_first);
}
