// Where credentials come from, what is refused, and that nothing of them stays or shows.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/secret.h"

static const struct venue_oe venue = {
    .name = "moon",
    .secrets = {{.variable = "MOON_KEY"},
                {.variable = "MOON_SECRET"},
                {.variable = "MOON_ACCOUNT", .optional = true, .open = true}},
};

static char folder[64], env_path[128];

static void write_at(const char *path, const char *content, mode_t mode) {
    (void)unlink(path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static int set_up(void **state) {
    (void)state;
    const char *temporary = getenv("TMPDIR");
    (void)snprintf(folder, sizeof(folder), "%.40s/perpdesk-secret-XXXXXX",
                   temporary != NULL ? temporary : P_tmpdir);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(env_path, sizeof(env_path), "%s/.env", folder);
    static const char *const names[] = {"MOON_KEY", "MOON_SECRET", "MOON_ACCOUNT", "MOON_ENV"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        (void)unsetenv(names[i]);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char path[128];
    static const char *const names[] = {".env", "MOON_KEY", "MOON_SECRET", "MOON_ENV"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

static enum status load(struct secret_keys *keys, bool credentials) {
    struct secret_source source = {.credentials = credentials ? folder : NULL,
                                   .env_file = env_path};
    return secret_load(keys, &venue, &source);
}

static void expect(const struct secret_keys *keys, uint32_t i, const char *value) {
    assert_true(slice_equals(keys->values[i], slice_of(value)));
}

static void test_none(void **state) {
    (void)state;
    struct secret_keys keys;
    assert_int_equal(load(&keys, true), STATUS_OK);
    assert_false(keys.found || keys.testnet);
    secret_wipe(&keys);
}

static void test_environment(void **state) {
    (void)state;
    struct secret_keys keys;
    assert_int_equal(setenv("MOON_KEY", "key-1", 1), 0);
    assert_int_equal(setenv("MOON_SECRET", " secret-1 ", 1), 0);
    assert_int_equal(setenv("MOON_ENV", "testnet", 1), 0);
    const char *left = getenv("MOON_SECRET");
    assert_int_equal(load(&keys, false), STATUS_OK);
    assert_true(keys.found && keys.testnet);
    expect(&keys, 0, "key-1");
    expect(&keys, 1, "secret-1");
    expect(&keys, 2, "");
    assert_null(getenv("MOON_KEY")); // gone, and wiped where it stood
    assert_null(getenv("MOON_SECRET"));
    assert_int_equal(left[1], 0);
    secret_wipe(&keys);
    assert_null(keys.memory);
}

static void test_files(void **state) {
    (void)state;
    struct secret_keys keys;
    char path[128];
    write_at(env_path,
             "# keys of the moon\nexport MOON_KEY = 'from-env'\nMOON_SECRET=\"s=3==\"\r\n"
             "MOON_KEYS=other\nMOON_ACCOUNT=77",
             0600);
    (void)snprintf(path, sizeof(path), "%s/MOON_KEY", folder);
    write_at(path, "from-credentials\n", 0400);
    assert_int_equal(load(&keys, false), STATUS_OK);
    assert_true(keys.found && !keys.testnet);
    expect(&keys, 0, "from-env");
    expect(&keys, 1, "s=3==");
    expect(&keys, 2, "77");
    secret_wipe(&keys);
    assert_int_equal(load(&keys, true), STATUS_OK);
    expect(&keys, 0, "from-credentials");
    secret_wipe(&keys);
}

static void test_refused(void **state) {
    static const struct row {
        const char *file;
        mode_t mode;
        const char *text;
    } rows[] = {
        {"MOON_KEY=abcdef\nMOON_SECRET=ghijkl\n", 0640, "open to others (mode 0640)"},
        {"MOON_KEY=abcdef\nMOON_SECRET=ghijkl\n", 0604, "open to others (mode 0604)"},
        {"MOON_KEY=abcdef\n", 0600, "MOON_KEY is set and MOON_SECRET is not"},
        {"MOON_KEY=abcdef\nMOON_SECRET=abcdef\n", 0600, "MOON_KEY and MOON_SECRET are the same"},
        {"MOON_KEY=abc def\nMOON_SECRET=ghijkl\n", 0600, "MOON_KEY holds characters"},
        {"MOON_ENV=abcdef\n", 0600, "MOON_ENV: expected mainnet or testnet"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct secret_keys keys;
        write_at(env_path, rows[i].file, rows[i].mode);
        assert_int_equal(load(&keys, false), STATUS_CONFIG);
        assert_non_null(strstr(status_text(), rows[i].text));
        assert_null(strstr(status_text(), "abcdef"));
        assert_false(keys.found);
        assert_null(keys.memory);
    }
    struct secret_keys keys;
    (void)unlink(env_path);
    assert_int_equal(mkdir(env_path, 0700), 0);
    assert_int_equal(load(&keys, false), STATUS_CONFIG);
    assert_int_equal(rmdir(env_path), 0);
}

static void test_too_long(void **state) {
    (void)state;
    static char line[SECRET_VALUE_MAX + 64];
    struct secret_keys keys;
    memset(line, 'x', sizeof(line) - 1);
    memcpy(line, "MOON_KEY=", 9);
    write_at(env_path, line, 0600);
    assert_int_equal(load(&keys, false), STATUS_CONFIG);
    assert_non_null(strstr(status_text(), "MOON_KEY is too long"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_environment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_long, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
