// The option table, and a command line taken apart by it.
//
// getopt_long finds the options; it is given the whole table, so that an option of another verb can
// be told from one that does not exist.
#include <getopt.h>

#include "cli/cli.h"

// In the order of enum cli_option.
static const struct cli_option_row option_rows[] = {
    {CLI_DEMO, "demo", 0, "[=PATH]",
     "play a recording on this machine: no network, no keys (PATH: another recording)"},
    {CLI_DEMO_SPEED, "demo-speed", 0, "N", "run the recorded time and the desk's clock N times"},
    {CLI_DEMO_MAP, "demo-map", 0, "VENUE=RECORDED",
     "show the books recorded as RECORDED as VENUE's, and only what is named so; may be repeated"},
    {CLI_LIVE, "live", 0, NULL,
     "place real orders: with keys and mode = live in the configuration only"},
    {CLI_SECONDS, "seconds", 0, "N", "stop after N seconds"},
    {CLI_JSON, "json", 0, NULL, "one JSON object a line"},
    {CLI_GROSS, "gross", 0, NULL, "every crossing as it changes, before costs"},
    {CLI_CONFIG, "config", 'c', "FILE", "read this configuration only"},
    {CLI_SET, "set", 0, "SECTION.KEY=VALUE", "set one key over the files; may be repeated"},
    {CLI_PRINT, "print", 0, "effective|default|man",
     "print the configuration in force, the documented default file, or the manual's list"},
    {CLI_VERIFY, "verify", 0, NULL, "compare every decision with the recorded one"},
    {CLI_PORT, "port", 0, "VENUE=PORT", "serve the venue on this port; may be repeated"},
    {CLI_TLS, "tls", 0, NULL, "serve wss and https instead of ws and http"},
    {CLI_AUTHORITY, "authority", 0, "FILE",
     "write the certificate to verify against to FILE (with --tls)"},
    {CLI_ENDPOINT, "endpoint", 0, "VENUE=HOST:PORT",
     "ask the venue at this address; may be repeated"},
    {CLI_TRUST, "trust", 0, "FILE", "trust the authorities in this PEM file and nobody else"},
    {CLI_VENUES, "venues", 0, "A,B", "these venues only"},
    {CLI_ROTATE_MB, "rotate-mb", 0, "N", "begin another file after N MiB"},
    {CLI_KEEP, "keep", 0, "N", "keep the newest N files (with --rotate-mb)"},
    {CLI_MAX_MB, "max-mb", 0, "N", "end before all files together exceed N MiB"},
    {CLI_FAULT, "fault", 0, "VENUE:NAME[:SECONDS][@AT]",
     "order a fault of a simulated venue, or of all; list names them; may be repeated"},
    {CLI_SEED, "seed", 0, "N",
     "a fault a venue each 10 s: which, when and how long follow from N alone"},
    {CLI_CONTROL, "control", 0, "PATH", "take orders of faults on a socket of this user's"},
    {CLI_ACCOUNTS, "accounts", 0, "FILE",
     "keep an account at each venue whose keys FILE (as .env, mode 0600) holds"},
    {CLI_NOW, "now", 0, NULL, "show the recorded market at this machine's time"},
    {CLI_DRY_RUN, "dry-run", 0, NULL, "print the request, without its secrets, and send nothing"},
    {CLI_HEADLESS, "headless", 0, NULL,
     "no screen: steered by perpdesk attach and the shell's verbs"},
    {CLI_READ_ONLY, "read-only", 0, NULL, "only look: every command is refused"},
    {CLI_TAKE, "take", 0, NULL, "steer even if another console does: that one then only looks"},
    {CLI_PLAIN, "plain", 0, NULL, "one line of text a change (as without --json)"},
    {CLI_CALM, "calm", 0, NULL, "one frame a second, moves are not marked"},
    {CLI_FLATTEN, "flatten", 0, NULL, "close every position, too"},
    {CLI_CONFIRM, "confirm", 0, "PHRASE",
     "the phrase a live desk asks for before what may raise risk: 'TRADE LIVE'"},
    {CLI_DESK, "desk", 0, "live|paper|demo", "which desk, where more than one runs"},
    {CLI_CSV, "csv", 0, NULL, "comma-separated values, with a line of names first"},
    {CLI_SWEEP, "sweep", 0, "SECTION.KEY=A,B,C",
     "a run with each of these values; repeated: with every combination"},
    {CLI_UNTIL, "until", 0, "TIME",
     "stop at this time of the session: HH:MM:SS or DATETHH:MM:SS, UTC"},
    {CLI_SINCE, "since", 0, "TIME",
     "from this time on: HH:MM:SS (today), DATE or DATETHH:MM:SS, UTC"},
    {CLI_EFFECTIVE, "effective", 0, NULL, "files, --set and defaults taken together (always so)"},
    {CLI_HELP, "help", 'h', NULL, "print this help"},
    {CLI_VERSION, "version", 'V', NULL, "print version, build and libraries"},
};
_Static_assert(COUNT_OF(option_rows) == CLI_OPTION_COUNT, "a row for every option");

enum { LONG_BASE = 256 }; // long options answer with LONG_BASE + enum cli_option

static const char *option_at(const void *names, uint32_t index) {
    (void)names;
    return option_rows[index].name;
}

const struct cli_option_row *cli_option_row(enum cli_option option) {
    return &option_rows[option];
}

void cli_print_option(struct text *out, enum cli_option option) {
    enum { COLUMN = 34 };
    const struct cli_option_row *row = &option_rows[option];
    char name[64];
    struct text text = TEXT_OVER(name);
    if (row->letter != 0) {
        text_add_format(&text, "-%c, ", row->letter);
    }
    text_add_format(&text, "--%s", row->name);
    if (row->argument != NULL) {
        text_add_format(&text, "%s%s", row->argument[0] == '[' ? "" : " ", row->argument);
    }
    text_add_format(out, "  %-*s %s\n", COLUMN, name, row->sentence);
}

static bool parse_decimal(const char *text, int64_t least_ppm, int64_t most_ppm, int64_t *ppm) {
    int64_t value = 0;
    if (!decimal_parse(slice_of(text), 6, &value) || value < least_ppm || value > most_ppm) {
        return false;
    }
    *ppm = value;
    return true;
}

static enum status take_speed(struct cli_args *args, const char *value) {
    if (!parse_decimal(value, PPM_ONE / 100, 1000 * PPM_ONE, &args->speed_ppm)) {
        return status_fail(STATUS_USAGE, "--demo-speed %s: expected 0.01 to 1000", value);
    }
    return STATUS_OK;
}

// "okx=binance-coinm"
static enum status take_map(struct cli_args *args, const char *value) {
    const char *equals = strchr(value, '=');
    if (args->map_count == SIM_VENUES_MAX) {
        return status_fail(STATUS_USAGE, "more than %d --demo-map", SIM_VENUES_MAX);
    }
    char *venue = args->map_venues[args->map_count];
    if (equals == NULL || equals == value || equals[1] == '\0' ||
        !string_copy(venue, VENUE_NAME_MAX, (struct slice){value, (size_t)(equals - value)})) {
        return status_fail(STATUS_USAGE, "--demo-map %s: expected VENUE=RECORDED", value);
    }
    args->maps[args->map_count++] = (struct sim_map){.recorded = equals + 1, .served = venue};
    return STATUS_OK;
}

static enum status take_seconds(struct cli_args *args, const char *value) {
    int64_t ppm = 0;
    if (!parse_decimal(value, PPM_ONE / 1000, 31622400 * PPM_ONE, &ppm)) {
        return status_fail(STATUS_USAGE, "--seconds %s: expected 0.001 to 31622400", value);
    }
    args->seconds_ns = ppm * 1000;
    return STATUS_OK;
}

static enum status take_count(const char *name, const char *value, int64_t most, int64_t *out) {
    if (!decimal_parse(slice_of(value), 0, out) || *out < 1 || *out > most) {
        return status_fail(STATUS_USAGE, "--%s %s: expected 1 to %lld", name, value,
                           (long long)most);
    }
    return STATUS_OK;
}

static enum status take_size(const char *name, const char *value, uint64_t *mb) {
    enum { MB_MAX = 1 << 30 };
    int64_t number = 0;
    enum status status = take_count(name, value, MB_MAX, &number);
    *mb = (uint64_t)number;
    return status;
}

static enum status take_keep(struct cli_args *args, const char *value) {
    enum { KEEP_MAX = 9999 };
    int64_t number = 0;
    enum status status = take_count("keep", value, KEEP_MAX, &number);
    args->keep = (uint32_t)number;
    return status;
}

static enum status take_seed(struct cli_args *args, const char *value) {
    int64_t seed = 0;
    if (!decimal_parse(slice_of(value), 0, &seed) || seed < 0) {
        return status_fail(STATUS_USAGE, "--seed %s: expected a whole number from 0 on", value);
    }
    args->seeded = true;
    args->seed = (uint64_t)seed;
    return STATUS_OK;
}

static enum status take_option(struct cli_args *args, enum cli_option option, const char *value) {
    switch (option) {
    case CLI_DEMO:
        args->demo = true;
        args->demo_path = value;
        return value != NULL && value[0] == '\0'
                   ? status_fail(STATUS_USAGE, "--demo=: expected a path behind the sign")
                   : STATUS_OK;
    case CLI_DEMO_SPEED:
        return take_speed(args, value);
    case CLI_DEMO_MAP:
        return take_map(args, value);
    case CLI_LIVE:
        args->live = true;
        return STATUS_OK;
    case CLI_SECONDS:
        return take_seconds(args, value);
    case CLI_JSON:
        args->json = true;
        return STATUS_OK;
    case CLI_GROSS:
        args->gross = true;
        return STATUS_OK;
    case CLI_CONFIG:
        args->config = value;
        return STATUS_OK;
    case CLI_SET:
        if (args->set_count == CLI_SETS_MAX) {
            return status_fail(STATUS_USAGE, "more than %d --set", CLI_SETS_MAX);
        }
        args->sets[args->set_count++] = value;
        return STATUS_OK;
    case CLI_PRINT:
        args->print = value;
        return STATUS_OK;
    case CLI_VERIFY:
        args->verify = true;
        return STATUS_OK;
    case CLI_PORT:
        if (args->port_count == VENUE_MAX) {
            return status_fail(STATUS_USAGE, "more than %d --port", VENUE_MAX);
        }
        args->ports[args->port_count++] = value;
        return STATUS_OK;
    case CLI_TLS:
        args->tls = true;
        return STATUS_OK;
    case CLI_AUTHORITY:
        args->authority = value;
        return STATUS_OK;
    case CLI_ENDPOINT:
        if (args->endpoint_count == VENUE_MAX) {
            return status_fail(STATUS_USAGE, "more than %d --endpoint", VENUE_MAX);
        }
        args->endpoints[args->endpoint_count++] = value;
        return STATUS_OK;
    case CLI_TRUST:
        args->trust = value;
        return STATUS_OK;
    case CLI_VENUES:
        args->venues = value;
        return STATUS_OK;
    case CLI_ROTATE_MB:
        return take_size("rotate-mb", value, &args->rotate_mb);
    case CLI_KEEP:
        return take_keep(args, value);
    case CLI_MAX_MB:
        return take_size("max-mb", value, &args->max_mb);
    case CLI_FAULT:
        args->list_faults = args->list_faults || strcmp(value, "list") == 0;
        if (args->fault_count == CLI_FAULTS_MAX) {
            return status_fail(STATUS_USAGE, "more than %d --fault", CLI_FAULTS_MAX);
        }
        args->faults[args->fault_count++] = value;
        return STATUS_OK;
    case CLI_SEED:
        return take_seed(args, value);
    case CLI_CONTROL:
        args->control = value;
        return STATUS_OK;
    case CLI_ACCOUNTS:
        args->accounts = value;
        return STATUS_OK;
    case CLI_NOW:
        args->now = true;
        return STATUS_OK;
    case CLI_DRY_RUN:
        args->dry_run = true;
        return STATUS_OK;
    case CLI_HEADLESS:
        args->headless = true;
        return STATUS_OK;
    case CLI_READ_ONLY:
        args->read_only = true;
        return STATUS_OK;
    case CLI_CALM:
        args->calm = true;
        return STATUS_OK;
    case CLI_TAKE:
        args->take = true;
        return STATUS_OK;
    case CLI_PLAIN:
        args->plain = true;
        return STATUS_OK;
    case CLI_FLATTEN:
        args->flatten = true;
        return STATUS_OK;
    case CLI_CONFIRM:
        args->confirm = value;
        return STATUS_OK;
    case CLI_DESK:
        args->desk = value;
        return STATUS_OK;
    case CLI_CSV:
        args->csv = true;
        return STATUS_OK;
    case CLI_SWEEP:
        if (args->sweep_count == CLI_SWEEPS_MAX) {
            return status_fail(STATUS_USAGE, "more than %d --sweep", CLI_SWEEPS_MAX);
        }
        args->sweeps[args->sweep_count++] = value;
        return STATUS_OK;
    case CLI_UNTIL:
        args->until = value;
        return STATUS_OK;
    case CLI_SINCE:
        args->since = value;
        return STATUS_OK;
    case CLI_EFFECTIVE:
        return STATUS_OK; // the only way there is
    case CLI_HELP:
        args->help = true;
        return STATUS_OK;
    case CLI_VERSION:
        args->version = true;
        return STATUS_OK;
    case CLI_OPTION_COUNT:
        break;
    }
    ASSERT(false); // an option without its case
    return STATUS_USAGE;
}

// getopt answered '?': which word, and what would be right.
static enum status refuse_option(const struct cli_verb *verb, const char *word) {
    const char *name = word;
    while (*name == '-') {
        name++;
    }
    size_t length = strcspn(name, "=");
    const char *near =
        nearest_name((struct slice){name, length}, CLI_OPTION_COUNT, option_at, NULL);
    if (near != NULL && strlen(near) == length && strncmp(near, name, length) == 0) {
        return status_fail(STATUS_USAGE, "--%s takes no value", near);
    }
    if (near != NULL) {
        return status_fail(STATUS_USAGE, "%s is an unknown option: did you mean --%s?", word, near);
    }
    return status_fail(STATUS_USAGE, "%s is an unknown option: perpdesk %s --help lists them", word,
                       verb->name);
}

static void fill_long(struct option *longs, char *letters) {
    size_t at = 0;
    letters[at++] = ':'; // a missing value is told from an unknown option
    for (uint32_t i = 0; i < CLI_OPTION_COUNT; i++) {
        const struct cli_option_row *row = &option_rows[i];
        ASSERT(row->option == i);
        int has = row->argument == NULL     ? no_argument
                  : row->argument[0] == '[' ? optional_argument
                                            : required_argument;
        longs[i] = (struct option){row->name, has, NULL, LONG_BASE + (int)i};
        if (row->letter != 0) {
            letters[at++] = row->letter;
            if (has == required_argument) {
                letters[at++] = ':';
            }
        }
    }
    letters[at] = '\0';
    longs[CLI_OPTION_COUNT] = (struct option){NULL, 0, NULL, 0};
}

static int option_of_letter(int letter) {
    for (uint32_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (option_rows[i].letter == letter) {
            return (int)i;
        }
    }
    return -1;
}

static enum status check_sense(const struct cli_verb *verb, const struct cli_args *args) {
    if (args->help || args->version || args->list_faults) {
        return STATUS_OK;
    }
    bool is_sim = (verb->options & CLI_BIT(CLI_DEMO)) == 0;
    if (args->speed_ppm != 0 && !args->demo && !is_sim) {
        return status_fail(STATUS_USAGE, "--demo-speed needs --demo");
    }
    if (args->map_count != 0 && !args->demo && !is_sim) {
        return status_fail(STATUS_USAGE, "--demo-map needs --demo");
    }
    if ((args->fault_count > 0 || args->seeded || args->control != NULL) && !args->demo &&
        !is_sim) {
        return status_fail(STATUS_USAGE, "--fault, --seed and --control need --demo");
    }
    if (args->authority != NULL && !args->tls) {
        return status_fail(STATUS_USAGE, "--authority needs --tls");
    }
    if (args->read_only && args->take) {
        return status_fail(STATUS_USAGE, "--read-only and --take exclude each other");
    }
    if (args->keep != 0 && args->rotate_mb == 0) {
        return status_fail(STATUS_USAGE, "--keep needs --rotate-mb");
    }
    if (args->operand_count < verb->operands_min) {
        int first = (int)strcspn(verb->operands, "\n"); // of several forms
        return status_fail(STATUS_USAGE, "%s needs %.*s%s", verb->name, first, verb->operands,
                           verb->operands[first] != '\0' ? ", or what --help shows" : "");
    }
    return STATUS_OK;
}

enum status cli_parse(const struct cli_verb *verb, int argc, char **argv, struct cli_args *args) {
    struct option longs[CLI_OPTION_COUNT + 1];
    char letters[2 * CLI_OPTION_COUNT + 2];
    uint64_t understood = verb->options | CLI_BIT(CLI_HELP);
    *args = (struct cli_args){.verb = verb->name};
    fill_long(longs, letters);
    opterr = 0;
    optind = 0; // glibc: begin anew
    for (;;) {
        int at = optind > 0 ? optind : 1;
        int answer = getopt_long(argc, argv, letters, longs, NULL);
        if (answer == -1) {
            break;
        }
        const char *word = argv[at];
        if (answer == ':') {
            return status_fail(STATUS_USAGE, "%s needs a value", argv[optind - 1]);
        }
        int option = answer >= LONG_BASE ? answer - LONG_BASE : option_of_letter(answer);
        if (answer == '?' || option < 0) {
            return refuse_option(verb, optind > at ? argv[optind - 1] : word);
        }
        if ((understood & CLI_BIT(option)) == 0) {
            return status_fail(STATUS_USAGE, "--%s is no option of perpdesk %s",
                               option_rows[option].name, verb->name);
        }
        enum status status = take_option(args, (enum cli_option)option, optarg);
        if (status != STATUS_OK) {
            return status;
        }
    }
    for (int i = optind; i < argc; i++) {
        if (args->operand_count == verb->operands_max) {
            args->stray = argv[i];
            return status_fail(STATUS_USAGE, "%s is one word too many for perpdesk %s", argv[i],
                               verb->name);
        }
        args->operands[args->operand_count++] = argv[i];
    }
    return check_sense(verb, args);
}
