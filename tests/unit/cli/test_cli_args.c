// A command line taken apart: what each verb understands, and the tables behind it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/cli.h"

enum { WORDS_MAX = 160 };

static const struct cli_verb *verb_named(const char *name) {
    for (uint32_t i = 0; i < cli_verb_count; i++) {
        if (strcmp(cli_verbs[i].name, name) == 0) {
            return &cli_verbs[i];
        }
    }
    fail_msg("no verb %s", name);
    return NULL;
}

// Splits at blanks; the parts stay in `line`.
static enum status parse(const char *verb, const char *text, struct cli_args *args) {
    static char line[4096];
    char *words[WORDS_MAX];
    char *rest = NULL;
    struct text all = TEXT_OVER(line);
    int count = 0;
    text_add_format(&all, "perpdesk %s", text);
    assert_false(all.truncated);
    for (char *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        assert_true(count < WORDS_MAX - 1);
        words[count++] = word;
    }
    words[count] = NULL;
    return cli_parse(verb_named(verb), count, words, args);
}

static void options_arrive(void **state) {
    (void)state;
    struct cli_args args;
    assert_int_equal(parse("feeds", "--demo --demo-speed 2.5 --seconds 0.5 --json", &args),
                     STATUS_OK);
    assert_true(args.demo && args.json && !args.gross && !args.help);
    assert_null(args.demo_path);
    assert_int_equal(args.speed_ppm, 2500000);
    assert_int_equal(args.seconds_ns, 500000000);
    assert_int_equal(parse("scan", "--demo=x/y --gross -c f.ini --set a.b=c --set=d.e=f", &args),
                     STATUS_OK);
    assert_string_equal(args.demo_path, "x/y");
    assert_string_equal(args.config, "f.ini");
    assert_int_equal(args.set_count, 2);
    assert_string_equal(args.sets[1], "d.e=f");
    assert_int_equal(parse("check-config", "f.ini --print effective", &args), STATUS_OK);
    assert_int_equal(args.operand_count, 1);
    assert_string_equal(args.operands[0], "f.ini");
    assert_int_equal(parse("sim", "--demo-speed 3 --port okx=1 --port=binance=2 --tls", &args),
                     STATUS_OK);
    assert_int_equal(args.port_count, 2);
    assert_true(args.tls);
}

static const struct {
    const char *verb, *line, *expected;
} refusals[] = {
    {"feeds", "--demos=x", "--demos=x is an unknown option: did you mean --demo?"},
    {"feeds", "--secnods 3", "did you mean --seconds?"},
    {"feeds", "--json --gross", "--gross is no option of perpdesk feeds"},
    {"feeds", "-q", "-q is an unknown option"},
    {"feeds", "-hq", "is an unknown option"},
    {"feeds", "--set", "--set needs a value"},
    {"feeds", "-c", "-c needs a value"},
    {"feeds", "--seconds 1e99", "--seconds 1e99: expected"},
    {"feeds", "--demo --demo-speed 1001", "expected 0.01 to 1000"},
    {"feeds", "--demo-speed 2", "--demo-speed needs --demo"},
    {"feeds", "x", "x is one word too many"},
    {"replay", "--verify", "replay needs FILE"},
    {"replay", "a b", "b is one word too many"},
    {"sim", "--authority f", "--authority needs --tls"},
    {"console", "--seconds 3", "--seconds is no option of perpdesk console"},
};

static void refusals_name_what_is_right(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct cli_args args;
        enum status status = parse(refusals[i].verb, refusals[i].line, &args);
        if (status != STATUS_USAGE || strstr(status_text(), refusals[i].expected) == NULL) {
            fail_msg("%s %s: %s: %s", refusals[i].verb, refusals[i].line, status_name(status),
                     status_text());
        }
    }
}

static void lists_are_bounded(void **state) {
    (void)state;
    char line[2048];
    struct text text = TEXT_OVER(line);
    struct cli_args args;
    for (int i = 0; i < CLI_SETS_MAX; i++) {
        text_add_string(&text, " --set a.b=c");
    }
    assert_int_equal(parse("feeds", line, &args), STATUS_OK);
    text_add_string(&text, " --set a.b=c");
    assert_int_equal(parse("feeds", line, &args), STATUS_USAGE);
    text_clear(&text);
    for (int i = 0; i <= VENUE_MAX; i++) {
        text_add_string(&text, " --port a=1");
    }
    assert_int_equal(parse("sim", line, &args), STATUS_USAGE);
}

static void verbs_are_whole(void **state) {
    (void)state;
    char help[8192];
    struct text out = TEXT_OVER(help);
    cli_print_help(&out);
    assert_false(out.truncated);
    for (uint32_t i = 0; i < cli_verb_count; i++) {
        const struct cli_verb *verb = &cli_verbs[i];
        assert_non_null(verb->run);
        assert_true(verb->operands_max <= CLI_OPERANDS_MAX);
        assert_true(verb->operands_min <= verb->operands_max);
        assert_true(strlen(verb->sentence) > 0);
        assert_non_null(strstr(help, verb->name));
        assert_ptr_equal(strstr(verb->example, "perpdesk"), verb->example);
        for (uint32_t j = 0; j < i; j++) {
            assert_string_not_equal(verb->name, cli_verbs[j].name);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_arrive),
        cmocka_unit_test(refusals_name_what_is_right),
        cmocka_unit_test(lists_are_bounded),
        cmocka_unit_test(verbs_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
