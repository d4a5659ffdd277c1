// The verb table, and the way from a command line to a verb and an exit code.
#include "cli/cli.h"

#include <stdio.h>

#include "cli/verbs.h"
#include "sim/sim_fault.h"
#include "ui/actions.h"

#define DESK_OPTIONS                                                                               \
    (CLI_BIT(CLI_DEMO) | CLI_BIT(CLI_DEMO_SPEED) | CLI_BIT(CLI_DEMO_MAP) | CLI_BIT(CLI_SECONDS) |  \
     CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET) | CLI_BIT(CLI_FAULT) | CLI_BIT(CLI_SEED) |             \
     CLI_BIT(CLI_CONTROL))

// Help lists them in this order; the first runs when no verb is given.
const struct cli_verb cli_verbs[] = {
    {"console", "", "the desk with its screen (also without any verb)",
     (DESK_OPTIONS & ~CLI_BIT(CLI_SECONDS)) | CLI_BIT(CLI_LIVE) | CLI_BIT(CLI_VERSION), 0, 0,
     "perpdesk --demo", verb_console},
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
    {"replay", "FILE", "run a journal through a fresh desk",
     CLI_BIT(CLI_VERIFY) | CLI_BIT(CLI_JSON), 1, 1, "perpdesk replay --verify FILE", verb_replay},
    {"backtest", "[PATH]",
     "run the desk on a recording, as fast as it goes, and print what came of it",
     CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET) | CLI_BIT(CLI_SWEEP) | CLI_BIT(CLI_DEMO_MAP) |
         CLI_BIT(CLI_SECONDS) | CLI_BIT(CLI_CSV) | CLI_BIT(CLI_JSON),
     0, 1, "perpdesk backtest --sweep risk.mode=conservative,balanced", verb_backtest},
    {"record", "FILE", "store every message of the venues, as it came, in a recording",
     DESK_OPTIONS | CLI_BIT(CLI_VENUES) | CLI_BIT(CLI_ROTATE_MB) | CLI_BIT(CLI_KEEP) |
         CLI_BIT(CLI_MAX_MB),
     1, 1, "perpdesk record today.ndjson.gz --rotate-mb 256", verb_record},
    {"doctor", "", "check this machine and every venue, and say what to do about what is wrong",
     DESK_OPTIONS | CLI_BIT(CLI_JSON) | CLI_BIT(CLI_VENUES) | CLI_BIT(CLI_ENDPOINT) |
         CLI_BIT(CLI_TRUST),
     0, 0, "perpdesk doctor", verb_doctor},
    {"venue", "NAME orders|positions|balances|fees|order [ORDER]",
     "ask a venue directly with its keys; ORDER is SYMBOL buy|sell SIZE PRICE [post_only|ioc]",
     CLI_BIT(CLI_CONFIG) | CLI_BIT(CLI_SET) | CLI_BIT(CLI_DRY_RUN), 2, 7,
     "perpdesk venue binance order BTC/USDT buy 0.001 60000 --dry-run", verb_venue},
    {"sim", "[PATH]", "serve a recording in the venues' protocols on this machine",
     CLI_BIT(CLI_DEMO_SPEED) | CLI_BIT(CLI_DEMO_MAP) | CLI_BIT(CLI_SECONDS) | CLI_BIT(CLI_PORT) |
         CLI_BIT(CLI_TLS) | CLI_BIT(CLI_AUTHORITY) | CLI_BIT(CLI_FAULT) | CLI_BIT(CLI_SEED) |
         CLI_BIT(CLI_CONTROL) | CLI_BIT(CLI_ACCOUNTS) | CLI_BIT(CLI_NOW),
     0, 1, "perpdesk sim --port binance=9001", verb_sim},
};
const uint32_t cli_verb_count = COUNT_OF(cli_verbs);

static const char *verb_at(const void *names, uint32_t index) {
    (void)names;
    return cli_verbs[index].name;
}

static const struct cli_verb *find_verb(struct slice name) {
    for (uint32_t i = 0; i < cli_verb_count; i++) {
        if (slice_equals(name, slice_of(cli_verbs[i].name))) {
            return &cli_verbs[i];
        }
    }
    return NULL;
}

void cli_print_verb_help(struct text *out, const struct cli_verb *verb) {
    text_add_format(out,
                    "Example:\n  %s\n\nUsage: perpdesk %s [OPTION]...%s%s\n%s: %s.\n\nOptions:\n",
                    verb->example, verb->name, verb->operands[0] != '\0' ? " " : "", verb->operands,
                    verb->name, verb->sentence);
    for (uint32_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (((verb->options | CLI_BIT(CLI_HELP)) & CLI_BIT(i)) != 0) {
            cli_print_option(out, (enum cli_option)i);
        }
    }
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
        char name[64];
        struct text text = TEXT_OVER(name);
        text_add_format(&text, "%s %s", cli_verbs[i].name, cli_verbs[i].operands);
        text_add_format(out, "  %-22s %s\n", name, cli_verbs[i].sentence);
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
            const char *near = nearest_name(slice_of(argv[1]), cli_verb_count, verb_at, NULL);
            return near != NULL
                       ? status_fail(STATUS_USAGE, "%s is an unknown verb: did you mean %s?",
                                     argv[1], near)
                       : status_fail(STATUS_USAGE,
                                     "%s is an unknown verb: perpdesk --help lists them", argv[1]);
        }
    }
    enum status status = cli_parse(verb, argc - named, argv + named, &args);
    if (status != STATUS_OK) {
        return status;
    }
    char bytes[8192];
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
