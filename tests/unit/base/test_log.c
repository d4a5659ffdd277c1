// The log: line format, levels, cutting, cleaning, full queue, recent lines, rotation, many
// producers.
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

static struct clock clock_at;
static char folder[64];
static char path[96];
static char aside[96];

static int set_up(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%s/log-XXXXXX",
             base != NULL && strlen(base) < 48 ? base : ".");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    snprintf(path, sizeof(path), "%s/desk.log", folder);
    snprintf(aside, sizeof(aside), "%s/desk.log.1", folder);
    clock_init_manual(&clock_at, INT64_C(1723161456123456789));
    log_init(&clock_at, LOG_DEBUG);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    log_finish();
    (void)unlink(path);
    (void)unlink(aside);
    return rmdir(folder);
}

// The file's content in a static buffer.
static const char *content(const char *name) {
    static char data[1 << 20];
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    size_t size = fread(data, 1, sizeof(data) - 1, file);
    data[size] = '\0';
    (void)fclose(file);
    return data;
}

static void line_format(void **state) {
    (void)state;
    assert_int_equal(log_open_file(path), STATUS_OK);
    log_info("scanner", "edge=%d", 7);
    log_error("a-component-longer-than-15", "two\nlines\x1b[2J");
    assert_int_equal(log_drain(), 2);
    assert_int_equal(log_drain(), 0);
    assert_string_equal(content(path), "2024-08-08T23:57:36.123Z INFO scanner edge=7\n"
                                       "2024-08-08T23:57:36.123Z ERROR a-component-lon"
                                       " two lines [2J\n");
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void levels(void **state) {
    (void)state;
    log_init(&clock_at, LOG_WARN);
    log_debug("t", "no");
    log_info("t", "no");
    log_warn("t", "yes");
    assert_int_equal(log_drain(), 1);
}

static void long_lines(void **state) {
    (void)state;
    struct log_line line;
    uint64_t last;
    log_info("t", "%0500d", 1);
    log_info("t", "%0235d\xc3\xa9\xc3\xa9\xc3\xa9", 1);
    log_info("t", "%0239d", 1);
    assert_int_equal(log_recent(0, &line, 1, &last), 1);
    assert_int_equal(strlen(line.text), LOG_LINE_MAX - 1);
    assert_string_equal(line.text + LOG_LINE_MAX - 5, "0...");
    assert_int_equal(log_recent(1, &line, 1, &last), 1);
    assert_string_equal(line.text + 234, "1..."); // not half a letter
    assert_int_equal(log_recent(2, &line, 1, &last), 1);
    assert_string_equal(line.text + 237, "01");
}

static void full_queue(void **state) {
    (void)state;
    for (int i = 0; i < 2000; i++) {
        log_info("t", "%d", i);
    }
    assert_int_equal(log_dropped(), 2000 - 896);
    log_warn("t", "still heard");
    assert_int_equal(log_dropped(), 2000 - 896);
    for (int i = 0; i < 128; i++) {
        log_error("t", "%d", i);
    }
    assert_int_equal(log_dropped(), 2000 - 896 + 1);
    assert_int_equal(log_drain(), 1024);
}

static void recent_lines(void **state) {
    (void)state;
    static struct log_line lines[LOG_RECENT_MAX];
    uint64_t last = 99;
    assert_int_equal(log_recent(0, lines, 10, &last), 0);
    assert_int_equal(last, 0);
    for (int i = 1; i <= 300; i++) {
        log_info("t", "%d", i);
    }
    assert_int_equal(log_recent(0, lines, 10, &last), 10);
    assert_string_equal(lines[0].text, "45");
    assert_int_equal(last, 54);
    assert_int_equal(log_recent(last, lines, LOG_RECENT_MAX, &last), 246);
    assert_string_equal(lines[0].text, "55");
    assert_string_equal(lines[245].text, "300");
    assert_int_equal(last, 300);
    assert_int_equal(log_recent(last, lines, LOG_RECENT_MAX, &last), 0);
    assert_int_equal(last, 300);
    assert_int_equal(log_recent(1000, lines, LOG_RECENT_MAX, &last), 0);
    assert_int_equal(last, 300);
}

static void rotation(void **state) {
    (void)state;
    assert_int_equal(log_open_file(path), STATUS_OK);
    log_info("t", "first");
    assert_int_equal(log_drain(), 1);
    assert_int_equal(truncate(path, 16 * 1024 * 1024 - 10), 0);
    assert_int_equal(log_open_file(path), STATUS_OK); // takes the size up
    log_info("t", "second");
    assert_int_equal(log_drain(), 1);
    log_info("t", "third");
    assert_int_equal(log_drain(), 1);
    struct stat info;
    assert_int_equal(stat(aside, &info), 0);
    assert_int_equal(info.st_size, 16 * 1024 * 1024 - 10);
    assert_string_equal(content(path), "2024-08-08T23:57:36.123Z INFO t second\n"
                                       "2024-08-08T23:57:36.123Z INFO t third\n");
}

static void bad_path(void **state) {
    (void)state;
    char bad[128];
    snprintf(bad, sizeof(bad), "%s/none/desk.log", folder);
    assert_int_equal(log_open_file(bad), STATUS_CANNOT_CREATE);
    assert_non_null(strstr(status_text(), "No such file"));
    log_info("t", "lost");
    assert_int_equal(log_drain(), 1);
    assert_int_equal(log_dropped(), 1);
}

static void before_and_after(void **state) {
    (void)state;
    log_finish();
    log_info("t", "nobody's clock");
    struct log_line line;
    uint64_t last;
    assert_int_equal(log_recent(0, &line, 1, &last), 1);
    assert_int_equal(line.time_ns, 0);
}

static void *produce(void *arg) {
    for (int i = 0; i < 2000; i++) {
        log_info(arg, "%d", i);
    }
    return NULL;
}

// Nothing is lost without being counted, and each producer's lines stay in order.
static void many_producers(void **state) {
    (void)state;
    static char names[3][4] = {"p0", "p1", "p2"};
    pthread_t threads[3];
    assert_int_equal(log_open_file(path), STATUS_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, produce, names[i]), 0);
    }
    uint64_t drained = 0;
    for (int i = 0; i < 200; i++) {
        drained += (uint64_t)log_drain();
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    drained += (uint64_t)log_drain();
    assert_int_equal(drained + log_dropped(), 6000);
    int newest[3] = {-1, -1, -1};
    uint64_t lines = 0;
    for (const char *at = content(path); *at != '\0'; at = strchr(at, '\n') + 1, lines++) {
        const char *name = strstr(at, " INFO p");
        assert_non_null(name);
        int number = (int)strtol(name + 9, NULL, 10);
        assert_true(number > newest[name[7] - '0']);
        newest[name[7] - '0'] = number;
    }
    assert_int_equal(lines, drained);
}

#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        LOG_TEST(line_format), LOG_TEST(levels),           LOG_TEST(long_lines),
        LOG_TEST(full_queue),  LOG_TEST(recent_lines),     LOG_TEST(rotation),
        LOG_TEST(bad_path),    LOG_TEST(before_and_after), LOG_TEST(many_producers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
