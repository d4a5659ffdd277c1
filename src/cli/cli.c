// The verb table, and the way from a command line to a verb and an exit code.
#include "cli/cli.h"

#include <stdio.h>

#include "cli/verbs.h"
#include "engine/control_text.h"
#include "sim/sim_fault.h"
#include "ui/actions.h"

#define DESK_OPTIONS                                                                               \
    (CLI_BIT(CLI_DEMO) | CLI_BIT(CLI_DEMO_SPEED) | CLI_BIT(CLI_DEMO_MAP) | CLI_BIT(CLI_SECONDS) |  \
     CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET) | CLI_BIT(CLI_FAULT) | CLI_BIT(CLI_SEED) |             \
     CLI_BIT(CLI_CONTROL))

#define CALL_OPTIONS (CLI_BIT(CLI_DESK))

// Help lists them in this order; the first runs when no verb is given.
const struct cli_verb cli_verbs[] = {
    {"console", "", "the desk with its screen (also without any verb)",
     (DESK_OPTIONS & ~CLI_BIT(CLI_SECONDS)) | CLI_BIT(CLI_LIVE) | CLI_BIT(CLI_CALM) |
         CLI_BIT(CLI_VERSION),
     0, 0, "perpdesk --demo", verb_console},
    {"run", "", "the desk without its screen, for a service manager or a shell in the background",
     DESK_OPTIONS | CLI_BIT(CLI_LIVE) | CLI_BIT(CLI_HEADLESS), 0, 0,
     "perpdesk run --headless --demo", verb_run},
    {"attach", "", "a console on a desk that runs already",
     CALL_OPTIONS | CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET) | CLI_BIT(CLI_READ_ONLY) |
         CLI_BIT(CLI_TAKE) | CLI_BIT(CLI_CALM),
     0, 0, "perpdesk attach --read-only", verb_attach},
    {"status", "", "what a running desk is and does", CALL_OPTIONS | CLI_BIT(CLI_JSON), 0, 0,
     "perpdesk status", verb_report},
    {"jobs", "", "jobs of a running desk, running and lately finished",
     CALL_OPTIONS | CLI_BIT(CLI_JSON), 0, 0, "perpdesk jobs --json", verb_report},
    {"orders", "", "orders of a running desk that are at the venues",
     CALL_OPTIONS | CLI_BIT(CLI_JSON), 0, 0, "perpdesk orders", verb_report},
    {"positions", "", "positions of a running desk", CALL_OPTIONS | CLI_BIT(CLI_JSON), 0, 0,
     "perpdesk positions", verb_report},
    {"alerts", "", "alarms of a running desk", CALL_OPTIONS | CLI_BIT(CLI_JSON), 0, 0,
     "perpdesk alerts", verb_report},
    {"watch", "", "print a line for every change of a running desk",
     CALL_OPTIONS | CLI_BIT(CLI_JSON) | CLI_BIT(CLI_PLAIN) | CLI_BIT(CLI_SECONDS), 0, 0,
     "perpdesk watch --plain", verb_watch},
    {"panic", "",
     "block, cancel everything, verify, and say what is left; also when the desk hangs or is gone",
     CALL_OPTIONS | CLI_BIT(CLI_FLATTEN) | CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET), 0, 0,
     "perpdesk panic --flatten", verb_panic},
    {"drill", "kill|reconnect|orphan",
     "try a running desk on paper: how fast it is blocked and cancelled, its venues are back, or a "
     "leg that lost the other is closed",
     CALL_OPTIONS | CLI_BIT(CLI_JSON), 1, 1, "perpdesk drill kill", verb_drill},
    {"feeds", "", "print every quote that arrives, one line a tick",
     DESK_OPTIONS | CLI_BIT(CLI_JSON), 0, 0, "perpdesk feeds --demo --seconds 10 --json",
     verb_feeds},
    {"scan", "[PATH]", "print opportunities as they are found, with their costs and what is done",
     DESK_OPTIONS | CLI_BIT(CLI_JSON) | CLI_BIT(CLI_GROSS), 0, 1,
     "perpdesk scan --demo --seconds 10", verb_scan},
    {"cycle", "", "run one cycle of watching and trading, and print it",
     DESK_OPTIONS | CLI_BIT(CLI_JSON), 0, 0, "perpdesk cycle --demo", verb_cycle},
    {"check-config", "[FILE]", "check the configuration and name every mistake",
     CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET) | CLI_BIT(CLI_PRINT), 0, 1,
     "perpdesk check-config etc/perpdesk.ini", verb_check_config},
    {"config", "",
     "print the configuration that a desk would have now, or with --desk the running one has",
     CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET) | CLI_BIT(CLI_EFFECTIVE) | CALL_OPTIONS, 0, 0,
     "perpdesk config --effective", verb_show_config},
    {"set", "SECTION.KEY=VALUE",
     "change one setting of a running desk, a limit or a fee say, until it ends",
     CALL_OPTIONS | CLI_BIT(CLI_CONFIRM), 1, 1, "perpdesk set fees.okx.taker_bps=4", verb_set},
    {"replay", "FILE", "run a journal through a fresh desk, and show it at a moment",
     CLI_BIT(CLI_VERIFY) | CLI_BIT(CLI_UNTIL) | CLI_BIT(CLI_JSON), 1, 1,
     "perpdesk replay --verify FILE", verb_replay},
    {"journal", "verify|show [FILE]",
     "check a journal record by record, or print it; without FILE the newest there is",
     CLI_BIT(CLI_JSON), 1, 2, "perpdesk journal verify", verb_journal},
    {"backtest", "[PATH]",
     "run the desk on a recording, as fast as it goes, and print what came of it",
     CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET) | CLI_BIT(CLI_SWEEP) | CLI_BIT(CLI_DEMO_MAP) |
         CLI_BIT(CLI_SECONDS) | CLI_BIT(CLI_CSV) | CLI_BIT(CLI_JSON),
     0, 1, "perpdesk backtest --sweep risk.mode=conservative,balanced", verb_backtest},
    {"trades", "[PATH]", "print every attempt on record: what was seen, decided, and came of it",
     CALL_OPTIONS | CLI_BIT(CLI_SINCE) | CLI_BIT(CLI_CSV) | CLI_BIT(CLI_JSON), 0, 1,
     "perpdesk trades --since 08:00:00 --csv", verb_trades},
    {"record", "FILE", "store every message of the venues, as it came, in a recording",
     DESK_OPTIONS | CLI_BIT(CLI_VENUES) | CLI_BIT(CLI_ROTATE_MB) | CLI_BIT(CLI_KEEP) |
         CLI_BIT(CLI_MAX_MB),
     1, 1, "perpdesk record today.ndjson.gz --rotate-mb 256", verb_record},
    {"doctor", "", "check this machine and every venue, and say what to do about what is wrong",
     DESK_OPTIONS | CLI_BIT(CLI_JSON) | CLI_BIT(CLI_VENUES) | CLI_BIT(CLI_ENDPOINT) |
         CLI_BIT(CLI_TRUST),
     0, 0, "perpdesk doctor", verb_doctor},
    {"venue",
     "NAME orders|positions|balances|fees|fills|login\n"
     "NAME order SYMBOL buy|sell SIZE PRICE [post_only|ioc|gtc] [reduce_only]\n"
     "NAME cancel ID\n"
     "NAME cancel-all|flatten [SYMBOL]\n"
     "NAME dead-man SECONDS [SYMBOL]\n"
     "NAME trade|reference|off",
     "ask a venue directly with its keys and wait until it says what became of it, or set its role "
     "in a running desk",
     CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET) | CLI_BIT(CLI_DRY_RUN) | CALL_OPTIONS |
         CLI_BIT(CLI_CONFIRM),
     2, 8, "perpdesk venue binance order BTC/USDT buy 0.001 60000 --dry-run", verb_venue},
    {"sim", "[PATH]", "serve a recording in the venues' protocols on this machine",
     CLI_BIT(CLI_DEMO_SPEED) | CLI_BIT(CLI_DEMO_MAP) | CLI_BIT(CLI_SECONDS) | CLI_BIT(CLI_PORT) |
         CLI_BIT(CLI_TLS) | CLI_BIT(CLI_AUTHORITY) | CLI_BIT(CLI_FAULT) | CLI_BIT(CLI_SEED) |
         CLI_BIT(CLI_CONTROL) | CLI_BIT(CLI_ACCOUNTS) | CLI_BIT(CLI_NOW),
     0, 1, "perpdesk sim --port binance=9001", verb_sim},
    {"completion", "bash|zsh", "print what completes these words in a shell", 0, 1, 1,
     "perpdesk completion bash", verb_completion},
};
const uint32_t cli_verb_count = COUNT_OF(cli_verbs);

static const struct cli_verb *find_row(struct slice name) {
    for (uint32_t i = 0; i < cli_verb_count; i++) {
        if (slice_equals(name, slice_of(cli_verbs[i].name))) {
            return &cli_verbs[i];
        }
    }
    return NULL;
}

const struct cli_verb *cli_control_verb(uint32_t index) {
    static struct cli_verb composed[CONTROL_COUNT];
    static char examples[CONTROL_COUNT][64];
    if (index >= CONTROL_COUNT) {
        return NULL;
    }
    enum control_verb verb = (enum control_verb)index;
    struct text example = TEXT_OVER(examples[index]);
    const char *words = control_example(verb);
    text_add_format(&example, "perpdesk %s%s%s", control_name(verb), words[0] != '\0' ? " " : "",
                    words);
    composed[index] = (struct cli_verb){.name = control_name(verb),
                                        .operands = control_operands(verb),
                                        .sentence = control_sentence(verb),
                                        .options = CALL_OPTIONS | CLI_BIT(CLI_CONFIRM),
                                        .operands_max = CLI_OPERANDS_MAX,
                                        .example = examples[index],
                                        .run = verb_control};
    return find_row(slice_of(composed[index].name)) == NULL ? &composed[index] : NULL;
}

static const char *verb_at(const void *names, uint32_t index) {
    (void)names;
    return index < cli_verb_count ? cli_verbs[index].name
                                  : control_name((enum control_verb)(index - cli_verb_count));
}

static const struct cli_verb *find_verb(struct slice name) {
    enum control_verb verb;
    const struct cli_verb *row = find_row(name);
    return row == NULL && control_find(name, &verb) ? cli_control_verb((uint32_t)verb) : row;
}

// The next of a verb's forms, a line each; "" once where it takes no operands. False: no more.
static bool next_form(const char **rest, struct slice *form) {
    if (*rest == NULL) {
        return false;
    }
    const char *end = strchr(*rest, '\n');
    *form = end != NULL ? (struct slice){*rest, (size_t)(end - *rest)} : slice_of(*rest);
    *rest = end != NULL ? end + 1 : NULL;
    return true;
}

void cli_print_verb_help(struct text *out, const struct cli_verb *verb) {
    const char *label = "Usage:", *forms = verb->operands;
    struct slice form;
    text_add_format(out, "Example:\n  %s\n\n", verb->example);
    for (; next_form(&forms, &form); label = "      ") {
        text_add_format(out, "%s perpdesk %s [OPTION]...%s", label, verb->name,
                        form.size > 0 ? " " : "");
        text_add(out, form);
        text_add_char(out, '\n');
    }
    text_add_format(out, "%s: %s.\n\nOptions:\n", verb->name, verb->sentence);
    for (uint32_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (((verb->options | CLI_BIT(CLI_HELP)) & CLI_BIT(i)) != 0) {
            cli_print_option(out, (enum cli_option)i);
        }
    }
}

// A line, or more where the name and its operands do not fit their column or there are several
// forms.
static void print_verb(struct text *out, const struct cli_verb *verb) {
    enum { COLUMN = 22 };
    char name[96];
    const char *forms = verb->operands;
    struct slice form;
    bool fits = false;
    while (next_form(&forms, &form)) {
        struct text text = TEXT_OVER(name);
        text_add_format(&text, "%s%s", verb->name, form.size > 0 ? " " : "");
        text_add(&text, form);
        ASSERT(!text.truncated);
        fits = text.size <= COLUMN && forms == NULL;
        if (!fits) {
            text_add_format(out, "  %s\n", name);
        }
    }
    text_add_format(out, "  %-*s %s\n", COLUMN, fits ? name : "", verb->sentence);
}

void cli_print_help(struct text *out) {
    text_add_string(out, "Examples:\n");
    for (uint32_t i = 0; i < cli_verb_count; i++) {
        text_add_format(out, "  %s\n", cli_verbs[i].example);
    }
    text_add_string(out,
                    "\nUsage: perpdesk [VERB] [OPTION]...\n"
                    "Trade the same perpetual future on several venues at once, on paper or live.\n"
                    "\nVerbs:\n");
    for (uint32_t i = 0; i < cli_verb_count; i++) {
        print_verb(out, &cli_verbs[i]);
    }
    text_add_string(out, "\nVerbs that steer a running desk:\n");
    for (uint32_t i = 0; i < CONTROL_COUNT; i++) {
        const struct cli_verb *verb = cli_control_verb(i);
        if (verb != NULL) {
            print_verb(out, verb);
        }
    }
    text_add_string(out, "\nCommon options:\n");
    static const enum cli_option common[] = {CLI_DEMO,   CLI_DEMO_SPEED, CLI_DEMO_MAP, CLI_SECONDS,
                                             CLI_CONFIG, CLI_SET,        CLI_HELP,     CLI_VERSION};
    for (size_t i = 0; i < COUNT_OF(common); i++) {
        cli_print_option(out, common[i]);
    }
    text_add_string(out, "\nperpdesk VERB --help tells more; perpdesk(1) and perpdesk.ini(5) tell "
                         "all.\n");
}

static enum status put_text(const struct text *text) {
    ASSERT(!text->truncated);
    return fputs(text->data, stdout) >= 0 && fflush(stdout) == 0
               ? STATUS_OK
               : status_fail_errno(STATUS_IO, "standard output");
}

static enum status run(int argc, char **argv) {
    const struct cli_verb *verb = &cli_verbs[0];
    struct cli_args args;
    bool named = argc > 1 && argv[1][0] != '-';
    if (named) {
        verb = find_verb(slice_of(argv[1]));
        if (verb == NULL) {
            const char *near =
                nearest_name(slice_of(argv[1]), cli_verb_count + CONTROL_COUNT, verb_at, NULL);
            return near != NULL
                       ? status_fail(STATUS_USAGE, "%s is an unknown verb: did you mean %s?",
                                     argv[1], near)
                       : status_fail(STATUS_USAGE,
                                     "%s is an unknown verb: perpdesk --help lists them", argv[1]);
        }
    }
    enum status status = cli_parse(verb, argc - named, argv + named, &args);
    if (status != STATUS_OK && !named && args.stray != NULL &&
        find_verb(slice_of(args.stray)) != NULL) {
        return status_fail(STATUS_USAGE, "the verb goes first, options behind it: perpdesk %s %s",
                           args.stray, argv[1]);
    }
    if (status != STATUS_OK) {
        return status;
    }
    char bytes[16384];
    struct text out = TEXT_OVER(bytes);
    if (args.version) {
        cli_print_version(&out);
        return put_text(&out);
    }
    if (args.help && named) {
        cli_print_verb_help(&out, verb);
        status = put_text(&out);
        if (status == STATUS_OK && verb->run == verb_console) {
            (void)fputs("\nKeys:\n", stdout);
            actions_print(stdout);
            status = cli_end_output();
        }
        return status;
    }
    if (args.help) {
        cli_print_help(&out);
        return put_text(&out);
    }
    if (args.list_faults) {
        for (int i = 0; i < SIM_FAULT_COUNT; i++) {
            sim_fault_print(&out, (enum sim_fault_kind)i);
        }
        return put_text(&out);
    }
    return verb->run(&args);
}

int cli_main(int argc, char **argv) {
    enum status status = run(argc, argv);
    if (status != STATUS_OK) {
        (void)fflush(stdout);
        fprintf(stderr, "perpdesk: %s\n", status_text());
    }
    return status_exit_code(status);
}
