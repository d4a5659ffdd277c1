// The command line: verbs, options, and how a verb is run.
//
// A verb is a file verb_<name>.c with one function and a row in the verb table (cli.c); an option
// is a row of the option table (cli_args.c). Help, the nearest-name hints and the check of what a
// verb understands come from the tables. A verb returns a status: the program's exit code is the
// status's, and its text, if it failed, goes to stderr behind `perpdesk: `. Standard output carries
// data only.
#ifndef PERPDESK_CLI_CLI_H
#define PERPDESK_CLI_CLI_H

#include "io/config.h"
#include "sim/sim.h"

enum { CLI_SETS_MAX = 64, CLI_FAULTS_MAX = 32, CLI_OPERANDS_MAX = 8, CLI_SWEEPS_MAX = 8 };

enum cli_option {
    CLI_DEMO,
    CLI_DEMO_SPEED,
    CLI_DEMO_MAP,
    CLI_LIVE,
    CLI_SECONDS,
    CLI_JSON,
    CLI_GROSS,
    CLI_CONFIG,
    CLI_SET,
    CLI_PRINT,
    CLI_VERIFY,
    CLI_PORT,
    CLI_TLS,
    CLI_AUTHORITY,
    CLI_ENDPOINT,
    CLI_TRUST,
    CLI_VENUES,
    CLI_ROTATE_MB,
    CLI_KEEP,
    CLI_MAX_MB,
    CLI_FAULT,
    CLI_SEED,
    CLI_CONTROL,
    CLI_ACCOUNTS,
    CLI_NOW,
    CLI_DRY_RUN,
    CLI_HEADLESS,
    CLI_READ_ONLY,
    CLI_TAKE,
    CLI_PLAIN,
    CLI_CALM,
    CLI_FLATTEN,
    CLI_CONFIRM,
    CLI_DESK,
    CLI_CSV,
    CLI_SWEEP,
    CLI_UNTIL,
    CLI_SINCE,
    CLI_EFFECTIVE,
    CLI_HELP,
    CLI_VERSION,
    CLI_OPTION_COUNT
};
#define CLI_BIT(option) (UINT64_C(1) << (option))

// A command line taken apart. The texts are the process's arguments; `maps` points into it: it is
// not copied.
struct cli_args {
    const char *verb; // its name
    bool demo, live, now, dry_run, json, gross, verify, tls, help, version;
    bool headless, read_only, take, plain, calm, flatten;
    const char *confirm;   // --confirm: the phrase that arms
    const char *desk;      // --desk: live, paper or demo; NULL: the one that runs
    const char *demo_path; // NULL: the recording that ships with the program
    int64_t speed_ppm;     // of the recorded time, 0 = not given
    struct sim_map maps[SIM_VENUES_MAX];
    char map_venues[SIM_VENUES_MAX][VENUE_NAME_MAX]; // what `maps` serves
    uint32_t map_count;
    int64_t seconds_ns;    // 0 = until stopped
    const char *config;    // --config
    const char *print;     // --print
    const char *authority; // --authority
    const char *endpoints[VENUE_MAX];
    uint32_t endpoint_count;
    const char *trust;    // --trust
    const char *venues;   // --venues, NULL = all of the configuration
    uint64_t rotate_mb;   // 0 = one file
    uint32_t keep;        // files, 0 = all
    uint64_t max_mb;      // of all files, 0 = no limit
    const char *accounts; // --accounts
    const char *ports[VENUE_MAX];
    uint32_t port_count;
    const char *faults[CLI_FAULTS_MAX]; // --fault, as sim_fault takes them
    uint32_t fault_count;
    bool list_faults; // --fault list
    bool seeded;      // --seed
    uint64_t seed;
    const char *control; // --control
    const char *sets[CLI_SETS_MAX];
    uint32_t set_count;
    bool csv;
    const char *sweeps[CLI_SWEEPS_MAX];
    uint32_t sweep_count;
    const char *until, *since; // --until, --since, NULL = not given
    const char *operands[CLI_OPERANDS_MAX];
    uint32_t operand_count;
    const char *stray; // the word that was one too many, NULL: none was
};

struct cli_option_row {
    enum cli_option option;
    const char *name;
    char letter;          // 0 = none
    const char *argument; // NULL: takes none; "[=X]": may take one
    const char *sentence;
};

struct cli_verb {
    const char *name;
    const char *operands; // as the synopsis shows them, a line a form; "" = none
    const char *sentence;
    uint64_t options; // CLI_BIT of each it understands; --help is always
    uint32_t operands_min, operands_max;
    const char *example;
    enum status (*run)(const struct cli_args *args);
};

extern const struct cli_verb cli_verbs[]; // the first row runs when no verb is given
extern const uint32_t cli_verb_count;
// The control verbs (engine/control.h) are verbs, too: composed from their table. NULL: the index
// is too high, or the verb table has a row of that name.
const struct cli_verb *cli_control_verb(uint32_t index);

// All there is to do for main: returns the process's exit code.
int cli_main(int argc, char **argv);

// Takes argv[1 …] apart for the verb. STATUS_USAGE with a sentence when it does not fit.
enum status cli_parse(const struct cli_verb *verb, int argc, char **argv,
                      struct cli_args *args) MUST_CHECK;

void cli_print_help(struct text *out);
void cli_print_verb_help(struct text *out, const struct cli_verb *verb);
void cli_print_option(struct text *out, enum cli_option option); // one line of help
const struct cli_option_row *cli_option_row(enum cli_option option);
void cli_print_version(struct text *out);
// This build, and the layout of what it publishes: two that are equal understand each other's
// structs.
const char *cli_build(void);

#endif
