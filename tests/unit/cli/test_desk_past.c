// Which session a start believes: the newest that was told what was left to it, unless one that is
// newer cannot be read.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../io/folder.h"
#include "base/log.h"
#include "base/table.h"
#include "cli/desk_inside.h"
#include "io/journal_names.h"

enum { AT_SIZE = 24, AT_CHECKSUM = 28, AT_HEAD = 32 };

// T told, U untold, F of another format, D its head is damaged, N told, but by venues and symbols
// that nobody understands.
struct row {
    const char *name, *sessions; // oldest first
    uint32_t found;              // which is recalled, from 1; 0: none
    enum past_doubt doubt;
};

static const struct row rows[] = {
    {"no session", "", 0, DOUBT_NONE},
    {"one that was told", "T", 1, DOUBT_NONE},
    {"the newest of two", "TT", 2, DOUBT_NONE},
    {"one that died at its start has not traded", "TU", 1, DOUBT_NONE},
    {"another format", "F", 0, DOUBT_FORMAT},
    {"what is older than another format is not how it ended", "TF", 0, DOUBT_FORMAT},
    {"behind one that died at its start, too", "TFU", 0, DOUBT_FORMAT},
    {"another format that was overtaken since", "FT", 2, DOUBT_NONE},
    {"a damaged head", "TD", 1, DOUBT_DAMAGED},
    {"names that are not understood", "N", 1, DOUBT_DAMAGED},
};

static struct desk_run run; // only what desk_past.c looks at
static struct journal_folder folder;
static struct journal journal;
static struct clock test_clock;

static void append(enum event_kind kind, uint64_t sequence, uint32_t jobs_used) {
    struct event event = {.header = {.sequence = sequence,
                                     .time_ns = (int64_t)sequence,
                                     .kind = (uint16_t)kind,
                                     .flags = EVENT_INPUT,
                                     .size = event_payload_size(kind)}};
    if (kind == EVENT_PAST_END) {
        event.u.past_end.jobs_used = jobs_used;
    }
    struct journal_sink sink = journal_sink(&journal);
    sink.append(sink.arg, &event);
    assert_int_equal(sink.commit(sink.arg), STATUS_OK);
}

static void exchange(int fd, off_t at, void *data, size_t size, bool writes) {
    assert_int_equal(writes ? pwrite(fd, data, size, at) : pread(fd, data, size, at), size);
}

static void spoil(const char *path, bool foreign) {
    unsigned char head[4096];
    uint32_t size, checksum;
    uint16_t format = EVENT_FORMAT + 1;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    exchange(fd, AT_SIZE, &size, sizeof(size), false);
    assert_true(size <= sizeof(head));
    exchange(fd, AT_HEAD, head, size, false);
    memcpy(head, &format, sizeof(format));
    exchange(fd, AT_HEAD, head, size, true);
    checksum = (uint32_t)hash_bytes(head, size, size) + !foreign;
    exchange(fd, AT_CHECKSUM, &checksum, sizeof(checksum), true);
    (void)close(fd);
}

static void write_session(char kind, uint32_t number) {
    struct journal_options options = {.mode = DESK_LIVE, .buffer_bytes = 4096};
    options.config = kind == 'N' ? SLICE("[desk]\nsymbols = no symbol\n")
                                 : SLICE("[desk]\nsymbols = BTC/USDT\n");
    assert_int_equal(journal_create(&journal, &folder, &options), STATUS_OK);
    append(EVENT_DESK_STARTED, 1, 0);
    if (kind != 'U') {
        append(EVENT_PAST_END, 2, number);
    }
    char path[sizeof(folder.path) + JOURNAL_NAME_MAX], name[JOURNAL_NAME_MAX];
    journal_name(name, journal.stamp, 0);
    (void)snprintf(path, sizeof(path), "%s/%s", folder.path, name);
    journal_finish(&journal);
    if (kind == 'F' || kind == 'D') {
        spoil(path, kind == 'F');
    }
}

static void check(const struct row *row) {
    const struct desk_past *past = run.past;
    uint32_t found = past->found ? past->recall.end.jobs_used : 0;
    if (found != row->found || past->doubt != row->doubt) {
        fail_msg("%s: session %u, doubt %d", row->name, found, (int)past->doubt);
    }
    static const char *const told[DOUBT_COUNT] = {"", "the last session's journal is damaged",
                                                  "another version wrote the last session's"};
    bool says = strncmp(run.notice, told[row->doubt], strlen(told[row->doubt])) == 0;
    if (!says || (strlen(told[row->doubt]) == 0 && strstr(run.notice, "damaged") != NULL)) {
        fail_msg("%s: %s", row->name, run.notice);
    }
}

static void test_which(void **state) {
    (void)state;
    clock_init_manual(&test_clock, 1);
    log_init(&test_clock, LOG_ERROR);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char path[] = "perpdesk-past-XXXXXX";
        assert_non_null(mkdtemp(path));
        assert_int_equal(journal_folder_open(&folder, path), STATUS_OK);
        for (uint32_t j = 0; rows[i].sessions[j] != '\0'; j++) {
            write_session(rows[i].sessions[j], j + 1);
        }
        run.notice[0] = '\0';
        assert_int_equal(desk_past_recall(&run, path), STATUS_OK);
        check(&rows[i]);
        desk_past_forget(&run);
        journal_folder_close(&folder);
        assert_true(folder_remove(path));
    }
    log_finish();
}

static struct event_past_end told_end;

static enum status note_end(void *self, struct bus *bus, const struct event *event) {
    (void)self;
    (void)bus;
    told_end = event->u.past_end;
    return STATUS_OK;
}

// A venue that is gone takes what it made out of the day's start as well.
static void test_venue_is_gone(void **state) {
    (void)state;
    static const struct component listener = {
        .name = "listener", .kinds = EVENT_BIT(EVENT_PAST_END), .on_event = note_end};
    clock_init_manual(&run.clock, 1);
    assert_int_equal(universe_create(&run.universe, 1, 1), STATUS_OK);
    (void)string_copy(run.universe.venues[0].name, VENUE_NAME_MAX, SLICE("okx"));
    assert_int_equal(symbol_parse(&run.universe.symbols[0], SLICE("BTC/USDT")), STATUS_OK);
    struct engine_options options = {.universe = &run.universe};
    assert_int_equal(engine_create(&run.engine, &options), STATUS_OK);
    engine_add(&run.engine, &listener, NULL);
    run.past = calloc(1, sizeof(*run.past));
    assert_non_null(run.past);
    run.past->found = run.past->named = true;
    assert_int_equal(universe_create(&run.past->names, 2, 1), STATUS_OK);
    (void)string_copy(run.past->names.venues[0].name, VENUE_NAME_MAX, SLICE("binance"));
    (void)string_copy(run.past->names.venues[1].name, VENUE_NAME_MAX, SLICE("okx"));
    run.past->names.symbols[0] = run.universe.symbols[0];
    struct recall *recall = &run.past->recall;
    recall_init(recall);
    recall->end.day_start_pnl = (struct usd){100 * USD_ONE};
    recall->end.day_start_funding = (struct usd){30 * USD_ONE};
    for (uint16_t venue = 0; venue < 2; venue++) {
        *recall_position(recall, venue, 0) =
            (struct event_past_position){.venue = venue,
                                         .realised = {(venue == 0 ? -5000 : 5000) * USD_ONE},
                                         .fees = {7 * USD_ONE},
                                         .funding = {20 * USD_ONE}};
    }
    desk_past_tell(&run);
    assert_int_equal(told_end.known, 1);
    assert_int_equal(told_end.lost, 0);
    assert_int_equal(told_end.day_start_pnl.v, (100 + 5000 + 7 + 20) * USD_ONE);
    assert_int_equal(told_end.day_start_funding.v, 10 * USD_ONE);
    engine_finish(&run.engine);
    universe_finish(&run.universe);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_which),
                                       cmocka_unit_test(test_venue_is_gone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
