// Files of a session: written, rotated, read back as one chain, torn, full, locked, expired.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "folder.h"
#include "io/journal_names.h"

static char folder_path[64];
static struct journal_folder folder;
static struct journal journal;
static struct clock test_clock;

static int set_up(void **state) {
    (void)state;
    clock_init_manual(&test_clock, 1);
    log_init(&test_clock, LOG_ERROR);
    (void)string_copy(folder_path, sizeof(folder_path), SLICE("perpdesk-journal-XXXXXX"));
    return mkdtemp(folder_path) != NULL && journal_folder_open(&folder, folder_path) == STATUS_OK
               ? 0
               : -1;
}

static int tear_down(void **state) {
    (void)state;
    journal_folder_close(&folder);
    log_finish();
    return folder_remove(folder_path) ? 0 : -1;
}

static struct journal_options options_of_test(void) {
    return (struct journal_options){
        .mode = DESK_PAPER, .config = SLICE("[desk]\nmode = paper\n"), .buffer_bytes = 4096};
}

static void begin(const struct journal_options *options) {
    assert_int_equal(journal_create(&journal, &folder, options), STATUS_OK);
}

static void append(uint64_t sequence, int64_t value) {
    struct event event = {.header = {.sequence = sequence,
                                     .time_ns = 1000 + (int64_t)sequence,
                                     .kind = EVENT_CONTROL,
                                     .flags = EVENT_INPUT,
                                     .size = sizeof(struct event_control)}};
    event.u.control.value = value;
    struct journal_sink sink = journal_sink(&journal);
    sink.append(sink.arg, &event);
}

static enum status commit(void) {
    struct journal_sink sink = journal_sink(&journal);
    return sink.commit(sink.arg);
}

// Reads the newest session; every value must be its sequence number.
static void read_back(struct journal_session *session, uint64_t events, enum journal_read end) {
    assert_int_equal(journal_session_open(session, folder_path), STATUS_OK);
    struct event event;
    uint64_t count = 0;
    while (journal_session_next(session, &event) == JOURNAL_RECORD) {
        count++;
        assert_int_equal(event.header.sequence, count);
        assert_int_equal(event.u.control.value, (int64_t)count);
    }
    assert_int_equal(count, events);
    assert_int_equal(session->events, events);
    assert_int_equal(session->end, end);
}

static void test_write_read(void **state) {
    (void)state;
    struct journal_options options = options_of_test();
    begin(&options);
    append(1, 1);
    append(2, 2);
    struct journal_session session;
    read_back(&session, 0, JOURNAL_END); // nothing is on file before the commit
    journal_session_close(&session);
    assert_int_equal(commit(), STATUS_OK);
    append(3, 3);
    assert_int_equal(commit(), STATUS_OK);
    read_back(&session, 3, JOURNAL_END);
    assert_int_equal(session.reader.mode, DESK_PAPER);
    assert_true(slice_equals(session.reader.config, SLICE("[desk]\nmode = paper\n")));
    assert_int_equal(session.bytes_lost, 0);
    assert_int_equal(journal_session_rewind(&session), STATUS_OK);
    char data[128];
    struct text text = TEXT_OVER(data);
    journal_session_describe(&session, &text);
    assert_string_equal(data, "1 file, 3 events, last at 1970-01-01T00:00:00Z");
    journal_session_close(&session);
    assert_true(journal_sync_wanted(&journal));
    journal_sync(&journal);
    assert_false(journal_sync_wanted(&journal));
    journal_finish(&journal);
}

// A pass larger than the memory is written in parts and still one commit.
static void test_large_pass(void **state) {
    (void)state;
    struct journal_options options = options_of_test();
    options.buffer_bytes = 1024;
    begin(&options);
    for (uint64_t i = 1; i <= 500; i++) {
        append(i, (int64_t)i);
    }
    assert_int_equal(commit(), STATUS_OK);
    struct journal_session session;
    read_back(&session, 500, JOURNAL_END);
    journal_session_close(&session);
    journal_finish(&journal);
}

static void test_rotation(void **state) {
    (void)state;
    struct journal_options options = options_of_test();
    options.file_bytes_max = 1000;
    begin(&options);
    for (uint64_t i = 1; i <= 100; i++) {
        append(i, (int64_t)i);
        assert_int_equal(commit(), STATUS_OK);
        journal_sync(&journal);
    }
    assert_true(journal.file_number >= 5);
    struct journal_session session;
    read_back(&session, 100, JOURNAL_END);
    assert_int_equal(session.file_count, journal.file_number + 1);
    journal_session_close(&session);

    // A hole in the chain's tail is damage, not a torn end.
    char path[160];
    char name[JOURNAL_NAME_MAX];
    journal_name(name, journal.stamp, 2);
    (void)snprintf(path, sizeof(path), "%s/%s", folder_path, name);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size - 3), 0);
    assert_int_equal(journal_session_open(&session, folder_path), STATUS_OK);
    struct event event;
    while (journal_session_next(&session, &event) == JOURNAL_RECORD) {
    }
    assert_int_equal(session.end, JOURNAL_DAMAGED);
    assert_true(session.bytes_lost > 1000);
    journal_session_close(&session);

    assert_int_equal(journal_session_open(&session, path), STATUS_NO_INPUT);
    assert_non_null(strstr(status_text(), "not the first file"));
    journal_finish(&journal);
}

static void read_damaged(const char *why) {
    struct journal_session session;
    struct event event;
    char data[512];
    struct text text = TEXT_OVER(data);
    assert_int_equal(journal_session_open(&session, folder_path), STATUS_OK);
    while (journal_session_next(&session, &event) == JOURNAL_RECORD) {
    }
    assert_int_equal(session.end, JOURNAL_DAMAGED);
    assert_true(session.events < 100 && session.bytes_lost > 0);
    journal_session_where(&session, &text);
    assert_non_null(strstr(data, why));
    journal_session_close(&session);
}

// Files are a chain: whole records that are missing between two of them, or a file, are noticed.
static void test_chain(void **state) {
    (void)state;
    struct journal_options options = options_of_test();
    options.file_bytes_max = 1000;
    begin(&options);
    for (uint64_t i = 1; i <= 100; i++) {
        append(i, (int64_t)i);
        assert_int_equal(commit(), STATUS_OK);
        journal_sync(&journal);
    }
    char path[160], name[JOURNAL_NAME_MAX], away[200];
    journal_name(name, journal.stamp, 2);
    (void)snprintf(path, sizeof(path), "%s/%s", folder_path, name);
    (void)snprintf(away, sizeof(away), "%s.away", path);
    assert_int_equal(rename(path, away), 0);
    read_damaged("missing");
    assert_int_equal(rename(away, path), 0);
    struct event event = {.header = {.size = event_payload_size(EVENT_CONTROL)}};
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size - (off_t)journal_record_size(&event)), 0);
    read_damaged("records are missing before this file");
    journal_finish(&journal);
}

static void test_torn(void **state) {
    (void)state;
    struct journal_options options = options_of_test();
    begin(&options);
    for (uint64_t i = 1; i <= 5; i++) {
        append(i, (int64_t)i);
    }
    assert_int_equal(commit(), STATUS_OK);
    char path[160];
    char name[JOURNAL_NAME_MAX];
    journal_name(name, journal.stamp, 0);
    (void)snprintf(path, sizeof(path), "%s/%s", folder_path, name);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size - 5), 0);
    struct journal_session session;
    read_back(&session, 4, JOURNAL_TORN);
    assert_int_equal(session.bytes_lost, 8 + 24 + sizeof(struct event_control) - 5);
    assert_int_equal(journal_session_rewind(&session), STATUS_OK);
    char data[128];
    struct text text = TEXT_OVER(data);
    journal_session_describe(&session, &text);
    assert_string_equal(data,
                        "1 file, 4 events, last at 1970-01-01T00:00:00Z, torn tail of 59 bytes");
    journal_session_close(&session);
    journal_finish(&journal);
}

static void test_full_disk(void **state) {
    (void)state;
    struct journal_options options = options_of_test();
    begin(&options);
    append(1, 1);
    assert_int_equal(commit(), STATUS_OK);
    int good_fd = dup(atomic_load(&journal.fd));
    int full_fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(good_fd >= 0 && full_fd >= 0);
    assert_int_equal(dup2(full_fd, atomic_load(&journal.fd)), atomic_load(&journal.fd));
    append(2, 2);
    assert_int_equal(commit(), STATUS_IO);
    assert_string_equal(status_text(), "cannot write the journal: No space left on device");
    // It sticks: no record may follow a hole.
    assert_int_equal(dup2(good_fd, atomic_load(&journal.fd)), atomic_load(&journal.fd));
    append(3, 3);
    assert_int_equal(commit(), STATUS_IO);
    (void)close(good_fd);
    (void)close(full_fd);
    struct journal_session session;
    read_back(&session, 1, JOURNAL_END);
    journal_session_close(&session);
    journal_finish(&journal);
}

// The disk takes half of a record: the half is cut off again, the file ends with a whole pass.
static void test_short_write(void **state) {
    (void)state;
    struct journal_options options = options_of_test();
    begin(&options);
    append(1, 1);
    assert_int_equal(commit(), STATUS_OK);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit tight = {.rlim_cur = journal.file_bytes + 30, .rlim_max = before.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    append(2, 2);
    enum status status = commit();
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, STATUS_IO);
    assert_string_equal(status_text(), "cannot write the journal: File too large");
    struct journal_session session;
    read_back(&session, 1, JOURNAL_END);
    journal_session_close(&session);
    journal_finish(&journal);
}

static void test_floor(void **state) {
    (void)state;
    struct journal_options options = options_of_test();
    options.disk_floor_bytes = UINT64_MAX;
    assert_int_equal(journal_create(&journal, &folder, &options), STATUS_IO);
    assert_non_null(strstr(status_text(), "disk_floor_mb"));
    options.disk_floor_bytes = 1;
    begin(&options);
    journal_tend(&journal);
    assert_false(journal_is_low(&journal));
    append(1, 1);
    assert_int_equal(commit(), STATUS_OK);
    journal.options.disk_floor_bytes = UINT64_MAX;
    journal_tend(&journal);
    assert_true(journal_is_low(&journal));
    append(2, 2); // what lowers risk is still written
    assert_int_equal(commit(), STATUS_OK);
    journal.options.disk_floor_bytes = 1;
    journal_tend(&journal);
    assert_false(journal_is_low(&journal));
    journal_finish(&journal);
}

static void test_two_desks(void **state) {
    (void)state;
    struct journal_folder second;
    assert_int_equal(journal_folder_open(&second, folder_path), STATUS_UNAVAILABLE);
    assert_non_null(strstr(status_text(), "another desk runs on"));
}

// Sessions of one millisecond, or after the clock was set back, still come in order.
static void test_stamps(void **state) {
    (void)state;
    char stamp[JOURNAL_STAMP_MAX];
    journal_stamp_after(stamp, INT64_C(1723161456123456789), "");
    assert_string_equal(stamp, "20240808T235736.123Z");
    journal_stamp_after(stamp, INT64_C(1723161456123456789), "20240808T235736.123Z");
    assert_string_equal(stamp, "20240808T235736.124Z");
    journal_stamp_after(stamp, INT64_C(1723161456123456789), "20301231T235959.999Z");
    assert_string_equal(stamp, "20310101T000000.000Z");
    struct journal_options options = options_of_test();
    char before[JOURNAL_STAMP_MAX] = "";
    for (int i = 0; i < 5; i++) {
        begin(&options);
        assert_true(strcmp(before, journal.stamp) < 0);
        memcpy(before, journal.stamp, sizeof(before));
        journal_finish(&journal);
    }
}

static void test_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int number; // -1: refused
    } rows[] = {
        {"journal-20240808T235736.123Z.pdj", 0},
        {"journal-20240808T235736.123Z.0001.pdj", 1},
        {"journal-20240808T235736.123Z.9999.pdj", 9999},
        {"journal-20240808T235736.123Z.0000.pdj", -1},
        {"journal-20240808T235736.123Z.1.pdj", -1},
        {"journal-20240808T235736.123Z.pdj.gz", -1},
        {"journal-20240808T235736.pdj", -1},
        {"journal-", -1},
        {"lock", -1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char stamp[JOURNAL_STAMP_MAX];
        uint32_t number = 0;
        bool taken = journal_name_parse(rows[i].name, stamp, &number);
        if (taken != (rows[i].number >= 0) || (taken && (int)number != rows[i].number)) {
            fail_msg("%s", rows[i].name);
        }
    }
}

static void touch(const char *name, time_t written) {
    char path[160];
    (void)snprintf(path, sizeof(path), "%s/%s", folder_path, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    struct timespec times[2] = {{.tv_sec = written}, {.tv_sec = written}};
    assert_int_equal(futimens(fd, times), 0);
    (void)close(fd);
}

static bool exists(const char *name) {
    return faccessat(folder.fd, name, F_OK, 0) == 0;
}

// Old sessions go, the newest stays however old it is: a restart needs it.
static void test_retention(void **state) {
    (void)state;
    time_t now = (time_t)(journal_wall_ns() / NS_PER_S);
    touch("journal-20240101T000000.000Z.pdj", now - 1000);
    touch("journal-20240101T000000.000Z.0001.pdj", now - 10);
    touch("journal-20240102T000000.000Z.pdj", now - 1000);
    touch("notes.txt", now - 1000);
    struct journal_options options = options_of_test();
    options.retention_ns = 100 * NS_PER_S;
    begin(&options);
    assert_false(exists("journal-20240101T000000.000Z.pdj"));
    assert_true(exists("journal-20240101T000000.000Z.0001.pdj"));
    assert_true(exists("journal-20240102T000000.000Z.pdj"));
    assert_true(exists("notes.txt"));
    journal_finish(&journal);
}

static void test_nothing_to_read(void **state) {
    (void)state;
    struct journal_session session;
    assert_int_equal(journal_session_open(&session, folder_path), STATUS_NO_INPUT);
    assert_int_equal(journal_session_open(&session, "/nonexistent/folder"), STATUS_NO_INPUT);
    touch("journal-20240101T000000.000Z.pdj", 0);
    assert_int_equal(journal_session_open(&session, folder_path), STATUS_DATA);
    assert_non_null(strstr(status_text(), "is empty"));
}

// What is there and cannot be read is no end of a session, and no session that never was: here
// names that point to themselves.
static void test_cannot_be_read(void **state) {
    (void)state;
    struct journal_options options = options_of_test();
    options.file_bytes_max = 1000;
    begin(&options);
    for (uint64_t i = 1; i <= 100; i++) {
        append(i, (int64_t)i);
        assert_int_equal(commit(), STATUS_OK);
        journal_sync(&journal);
    }
    char path[160], name[JOURNAL_NAME_MAX];
    journal_name(name, journal.stamp, journal.file_number);
    (void)snprintf(path, sizeof(path), "%s/%s", folder_path, name);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(name, path), 0);
    struct journal_session session;
    struct event event;
    assert_int_equal(journal_session_open(&session, folder_path), STATUS_OK);
    while (journal_session_next(&session, &event) == JOURNAL_RECORD) {
    }
    assert_int_equal(session.end, JOURNAL_DAMAGED);
    journal_session_close(&session);
    journal_finish(&journal);

    (void)snprintf(path, sizeof(path), "%s/journal-29990101T000000.000Z.pdj", folder_path);
    assert_int_equal(symlink("journal-29990101T000000.000Z.pdj", path), 0);
    assert_int_equal(journal_session_open_before(&session, folder_path, ""), STATUS_SYSTEM);
    assert_string_equal(session.stamp, "29990101T000000.000Z");
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        ROW(test_write_read),      ROW(test_large_pass),     ROW(test_rotation),
        ROW(test_chain),           ROW(test_torn),           ROW(test_full_disk),
        ROW(test_short_write),     ROW(test_floor),          ROW(test_two_desks),
        ROW(test_stamps),          ROW(test_names),          ROW(test_retention),
        ROW(test_nothing_to_read), ROW(test_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
