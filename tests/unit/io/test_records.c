// Records from the sink to what is read back: figures, duplicates, losses, a full disk, old and
// foreign files.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "folder.h"
#include "io/records.h"

enum { ROWS_MAX = 8, BEGAN_S = 1000 };

static char folder[64], path[96];
static struct universe universe;
static struct quote_cache cache;
static struct clock test_clock;
static uint64_t handed_on, committed;

// Rows as read back, with their texts.
static struct row {
    struct records_attempt attempt;
    char state[16], rule[24], pair[64];
} rows[ROWS_MAX];
static uint32_t row_count;

static int set_up(void **state) {
    (void)state;
    clock_init_manual(&test_clock, 1);
    log_init(&test_clock, LOG_ERROR);
    (void)string_copy(folder, sizeof(folder), SLICE("perpdesk-records-XXXXXX"));
    handed_on = committed = 0;
    if (mkdtemp(folder) == NULL || universe_create(&universe, 2, 1) != STATUS_OK ||
        quote_cache_create(&cache, 2) != STATUS_OK) {
        return -1;
    }
    (void)snprintf(path, sizeof(path), "%s/records.db", folder);
    (void)string_copy(universe.venues[0].name, VENUE_NAME_MAX, SLICE("okx"));
    (void)string_copy(universe.venues[1].name, VENUE_NAME_MAX, SLICE("grvt"));
    (void)string_copy(universe.symbols[0].name, SYMBOL_NAME_MAX, SLICE("BTC/USDT"));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    quote_cache_finish(&cache);
    universe_finish(&universe);
    log_finish();
    return folder_remove(folder) ? 0 : -1;
}

static struct records_options options_of_test(const char *stamp, int64_t began_s) {
    return (struct records_options){.db = {.folder = folder,
                                           .stamp = stamp,
                                           .mode = DESK_PAPER,
                                           .began_ns = began_s * NS_PER_S,
                                           .retention_ns = BEGAN_S * NS_PER_S,
                                           .universe = &universe},
                                    .cache = &cache};
}

static void count_event(void *arg, const struct event *event) {
    (void)arg;
    (void)event;
    handed_on++;
}

static enum status count_commit(void *arg) {
    (void)arg;
    committed++;
    return STATUS_OK;
}

static void hand(struct journal_sink sink, enum event_kind kind, int64_t time_ns,
                 const union event_payload *payload) {
    struct event event = {.header = {.kind = (uint16_t)kind, .time_ns = time_ns}, .u = *payload};
    sink.append(sink.arg, &event);
}

static struct px dollars(int64_t value) {
    return (struct px){value * PX_ONE};
}

static void hand_job(struct journal_sink sink, uint32_t id, enum job_state state, int64_t pnl) {
    union event_payload payload = {.job = {.job = id,
                                           .strategy = STRATEGY_ARB,
                                           .state = (uint8_t)state,
                                           .buy_venue = 0,
                                           .sell_venue = 1,
                                           .notional = {100000000},
                                           .edge = {250},
                                           .final_ppm = 800000,
                                           .pnl = {pnl}}};
    hand(sink, EVENT_JOB_STATE, 5000 + id, &payload);
}

static void hand_order(struct journal_sink sink, uint64_t id, enum side side, enum order_type type,
                       int64_t price) {
    union event_payload payload = {.order = {.order = id,
                                             .job = 7,
                                             .action = ORDER_ACTION_PLACE,
                                             .type = (uint8_t)type,
                                             .side = (uint8_t)side,
                                             .venue = side == SIDE_BUY ? 0 : 1,
                                             .price = dollars(price),
                                             .size = {QTY_ONE}}};
    hand(sink, EVENT_ORDER_COMMAND, 6000, &payload);
}

static void hand_fill(struct journal_sink sink, uint64_t order, uint64_t trade, enum side side,
                      int64_t price) {
    union event_payload payload = {.fill = {.order = order,
                                            .trade = trade,
                                            .job = 7,
                                            .side = (uint8_t)side,
                                            .venue = side == SIDE_BUY ? 0 : 1,
                                            .last = 1,
                                            .price = dollars(price),
                                            .size = {QTY_ONE},
                                            .fee = {30000}}};
    hand(sink, EVENT_ORDER_FILLED, 7000, &payload);
}

static bool keep_row(void *arg, const struct records_attempt *attempt) {
    (void)arg;
    assert_true(row_count < ROWS_MAX);
    struct row *row = &rows[row_count++];
    struct text pair = TEXT_OVER(row->pair);
    row->attempt = *attempt;
    (void)string_copy(row->state, sizeof(row->state), slice_of(attempt->state));
    (void)string_copy(row->rule, sizeof(row->rule), slice_of(attempt->rule));
    text_add_format(&pair, "%s %s %s>%s", attempt->strategy, attempt->symbol, attempt->buy,
                    attempt->sell);
    return true;
}

static void read_back(int64_t since_ns) {
    row_count = 0;
    assert_int_equal(records_db_read(path, since_ns, keep_row, NULL), STATUS_OK);
}

static struct journal_sink begin(struct records *records, const struct records_options *options) {
    if (records_create(records, options) != STATUS_OK) {
        fail_msg("%s", status_text());
    }
    struct journal_sink inner = {.append = count_event, .commit = count_commit};
    return records_sink(records, inner);
}

// A job that buys one at 101 where 100 was to be had, and sells one at 103, resting.
static void test_an_attempt(void **state) {
    (void)state;
    struct records records;
    struct records_options options = options_of_test("first", BEGAN_S);
    options.db.csv = true;
    struct journal_sink sink = begin(&records, &options);
    assert_int_equal(records_start(&records), STATUS_OK);
    struct quote quote = {.bid = dollars(99), .ask = dollars(100)};
    quote_store(&cache, 0, &quote);
    union event_payload seen = {
        .opportunity = {.buy_venue = 0, .sell_venue = 1, .gross = {300}, .net = {250}}};
    hand(sink, EVENT_OPPORTUNITY_FOUND, 4000, &seen);
    hand_job(sink, 7, JOB_OPENING, 0);
    hand_order(sink, 1, SIDE_BUY, ORDER_IOC, 105);
    hand_order(sink, 2, SIDE_SELL, ORDER_POST_ONLY, 103);
    hand_fill(sink, 1, 11, SIDE_BUY, 101);
    hand_fill(sink, 1, 11, SIDE_BUY, 101); // told twice
    hand_fill(sink, 2, 12, SIDE_SELL, 103);
    hand_job(sink, 7, JOB_DONE, 1940000);
    union event_payload timer = {.timer = {0}};
    hand(sink, EVENT_TIMER, 9000, &timer); // nobody's record
    assert_int_equal(sink.commit(sink.arg), STATUS_OK);
    records_finish(&records);
    assert_int_equal(handed_on, 9);
    assert_int_equal(committed, 1);
    read_back(0);
    assert_int_equal(row_count, 1);
    const struct records_attempt *a = &rows[0].attempt;
    assert_string_equal(rows[0].state, "done");
    assert_string_equal(rows[0].rule, "none");
    assert_string_equal(rows[0].pair, "arb BTC/USDT okx>grvt");
    assert_int_equal(a->job, 7);
    assert_int_equal(a->created_ns, 5007);
    assert_int_equal(a->orders, 2);
    assert_int_equal(a->fills, 2);
    assert_int_equal(a->gross.v, 300);
    assert_int_equal(a->net.v, 250);
    assert_int_equal(a->edge.v, 250);
    assert_int_equal(a->volume.v, 204 * USD_ONE);
    assert_int_equal(a->slippage.v, 1 * USD_ONE);
    assert_int_equal(a->fees.v, 60000);
    assert_int_equal(a->pnl.v, 1940000);
    char line[512], csv_path[128];
    (void)snprintf(csv_path, sizeof(csv_path), "%s/attempts-first.csv", folder);
    FILE *file = fopen(csv_path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    assert_int_equal(strncmp(line, "session,job,created_ns", 22), 0);
    assert_non_null(fgets(line, sizeof(line), file));
    assert_string_equal(line, "first,7,5007,5007,arb,BTC/USDT,okx,grvt,done,none,0,0,3,2.5,2.5,80,"
                              "2,2,100,204,1,0.06,1.94\n");
    assert_null(fgets(line, sizeof(line), file));
    (void)fclose(file);
}

static void test_a_refusal(void **state) {
    (void)state;
    struct records records;
    struct records_options options = options_of_test("first", BEGAN_S);
    struct journal_sink sink = begin(&records, &options);
    hand_job(sink, 7, JOB_PENDING, 0);
    union event_payload denied = {
        .denied = {.job = 7,
                   .strategy = STRATEGY_ARB,
                   .buy_venue = 0,
                   .sell_venue = 1,
                   .verdict = {.rule = RULE_MIN_EDGE, .figure = 120, .limit = 300}}};
    hand(sink, EVENT_DENIED, 5100, &denied);
    hand_job(sink, 8, JOB_PENDING, 0);
    records_finish(&records);
    read_back(0);
    assert_int_equal(row_count, 2);
    assert_string_equal(rows[0].rule, "min_edge");
    assert_int_equal(rows[0].attempt.figure, 120);
    assert_int_equal(rows[0].attempt.limit, 300);
    assert_string_equal(rows[1].rule, "none");
    read_back(5008);
    assert_int_equal(row_count, 1);
    assert_int_equal(rows[0].attempt.job, 8);
}

static void test_old_sessions_go(void **state) {
    (void)state;
    struct records records;
    for (int i = 0; i < 3; i++) {
        static const char *const stamps[] = {"first", "second", "third"};
        struct records_options options = options_of_test(stamps[i], 600 * (i + 1));
        struct journal_sink sink = begin(&records, &options);
        hand_job(sink, 7, JOB_PENDING, 0);
        records_finish(&records);
        read_back(0);
        assert_int_equal(row_count, i < 2 ? i + 1 : 2); // 600 is older than 1800 - 1000
    }
}

static void test_a_full_ring_loses(void **state) {
    (void)state;
    struct records records;
    struct records_options options = options_of_test("first", BEGAN_S);
    struct journal_sink sink = begin(&records, &options);
    uint32_t room = records.ring.mask + 1;
    for (uint32_t i = 0; i < room + 5; i++) {
        hand_job(sink, 7, JOB_PENDING, 0);
    }
    assert_int_equal(handed_on, room + 5);
    assert_int_equal(atomic_load(&records.lost), 5);
    assert_int_equal(atomic_load(&records.taken), room);
    records_finish(&records);
    read_back(0);
    assert_int_equal(row_count, 1);
}

static void test_a_full_disk_ends_recording_only(void **state) {
    (void)state;
    struct records records;
    struct records_options options = options_of_test("first", BEGAN_S);
    struct journal_sink sink = begin(&records, &options);
    hand_job(sink, 7, JOB_PENDING, 0);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit tight = {.rlim_cur = 100, .rlim_max = before.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    records_finish(&records);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(handed_on, 1);
    struct log_line lines[4];
    uint64_t last;
    (void)log_drain();
    assert_int_equal(log_recent(0, lines, 4, &last), 1);
    assert_non_null(strstr(lines[0].text, "recording ends here"));
    struct records again;
    struct records_options next = options_of_test("second", BEGAN_S);
    sink = begin(&again, &next);
    hand_job(sink, 8, JOB_PENDING, 0);
    records_finish(&again);
    read_back(0);
    assert_int_equal(row_count, 1);
}

static void test_another_writer_is_waited_for(void **state) {
    (void)state;
    struct records records;
    struct records_options options = options_of_test("first", BEGAN_S);
    struct records_options others = options_of_test("second", BEGAN_S);
    struct records_db *other;
    struct journal_sink sink = begin(&records, &options);
    assert_int_equal(records_db_open(&other, &others.db), STATUS_OK);
    assert_int_equal(records_db_begin(other), STATUS_OK);
    assert_int_equal(records_db_begin(records.db), STATUS_UNAVAILABLE);
    hand_job(sink, 7, JOB_PENDING, 0);
    assert_int_equal(records_start(&records), STATUS_OK);
    struct timespec moment = {.tv_sec = 1, .tv_nsec = 200 * NS_PER_MS};
    (void)nanosleep(&moment, NULL); // it tries, in vain
    assert_int_equal(records_db_commit(other, 0), STATUS_OK);
    records_db_close(other);
    records_finish(&records);
    read_back(0);
    assert_int_equal(row_count, 1);
}

static void write_file(const char *bytes, size_t size) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void test_what_is_no_records(void **state) {
    (void)state;
    struct records records;
    struct records_options options = options_of_test("first", BEGAN_S);
    assert_int_equal(records_db_read(path, 0, keep_row, NULL), STATUS_NO_INPUT);
    write_file("this is a letter, long enough to be looked at", 45);
    assert_int_equal(records_create(&records, &options), STATUS_DATA);
    assert_non_null(strstr(status_text(), "move it away"));
    assert_int_equal(records_db_read(path, 0, keep_row, NULL), STATUS_DATA);
    assert_int_equal(unlink(path), 0);
    (void)begin(&records, &options);
    records_finish(&records);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 63, SEEK_SET), 0); // the last byte of user_version
    assert_int_equal(fputc(9, file), 9);
    assert_int_equal(fclose(file), 0);
    options.db.stamp = "second";
    assert_int_equal(records_create(&records, &options), STATUS_DATA);
    assert_non_null(strstr(status_text(), "of version 9"));
}

// A desk that runs for weeks writes hundreds of megabytes here, and holds as much memory as at
// first.
static void test_memory_does_not_grow(void **state) {
    (void)state;
    enum { BATCH = 4000 };
    struct records_db *db;
    struct records_options options = options_of_test("first", BEGAN_S);
    assert_int_equal(records_db_open(&db, &options.db), STATUS_OK);
    int64_t first = 0;
    for (uint32_t batch = 0; batch < 3; batch++) {
        assert_int_equal(records_db_begin(db), STATUS_OK);
        for (uint32_t i = 0; i < BATCH; i++) {
            struct records_item item = {
                .time_ns = 5000 + i,
                .kind = EVENT_JOB_STATE,
                .u.job = {.job = batch * BATCH + i + 1, .sell_venue = 1, .state = JOB_PENDING}};
            assert_int_equal(records_db_take(db, &item), STATUS_OK);
        }
        assert_int_equal(records_db_commit(db, 0), STATUS_OK);
        first = batch == 0 ? sqlite3_memory_used() : first;
    }
    assert_true(first > 1024 * 1024); // the cache is there from the first page on
    int64_t grown = sqlite3_memory_used() - first;
    if (grown > 128 * 1024) {
        fail_msg("%lld bytes more", (long long)grown);
    }
    records_db_close(db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_attempt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_refusal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory_does_not_grow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_sessions_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_ring_loses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_disk_ends_recording_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_writer_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_records, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
