// sim: the simulator by itself. Standard output gets one line a venue with where it listens; what
// stands for what goes to stderr. It runs until a signal or --seconds.
#include <stdio.h>

#include "base/clock.h"
#include "cli/verbs.h"
#include "exchanges/venue_sim.h"
#include "exchanges/venues.h"
#include "io/secret.h"
#include "sim/sim.h"

enum { ACCOUNT_USD = 1000000 }; // what each account begins with: enough to empty a price level

// "binance=9001"
static enum status parse_port(const char *text, char name[VENUE_NAME_MAX], struct sim_port *port) {
    const char *equals = strchr(text, '=');
    int64_t number = 0;
    if (equals == NULL || !decimal_parse(slice_of(equals + 1), 0, &number) || number < 1 ||
        number > UINT16_MAX ||
        !string_copy(name, VENUE_NAME_MAX, (struct slice){text, (size_t)(equals - text)})) {
        return status_fail(STATUS_USAGE, "--port %s: expected VENUE=PORT with a port of 1 to 65535",
                           text);
    }
    *port = (struct sim_port){.venue = name, .port = (uint16_t)number};
    return STATUS_OK;
}

static enum status write_authority(const struct sim *sim, const char *path) {
    struct slice pem = sim_authority_pem(sim);
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return status_fail_errno(STATUS_CANNOT_CREATE, "%s", path);
    }
    bool whole = fwrite(pem.data, 1, pem.size, file) == pem.size;
    if (fclose(file) != 0 || !whole) {
        return status_fail_errno(STATUS_IO, "%s", path);
    }
    return STATUS_OK;
}

static void print_endpoints(const struct sim *sim) {
    char bytes[256];
    struct text line = TEXT_OVER(bytes);
    for (uint32_t i = 0; i < sim_venue_count(sim); i++) {
        struct sim_endpoint endpoint;
        const char *name = sim_venue_name(sim, i);
        if (sim_endpoint(sim, name, &endpoint)) {
            text_add_format(&line, "%s %s %s", name, endpoint.ws, endpoint.rest);
            (void)cli_put_line(&line); // a failure shows at the end
        }
    }
    (void)fflush(stdout);
}

static enum status serve(struct sim *sim, const struct cli_args *args) {
    char bytes[4096];
    struct text about = TEXT_OVER(bytes);
    int64_t began_ns = mono_now_ns();
    enum status status = sim_start(sim);
    if (status != STATUS_OK) {
        return status;
    }
    sim_describe(sim, &about);
    (void)fputs(bytes, stderr);
    print_endpoints(sim);
    while (cli_wait(began_ns, args->seconds_ns)) {
    }
    sim_stop(sim);
    return cli_end_output();
}

// An account at every venue whose keys the file holds.
static enum status load_accounts(const char *file, struct secret_keys *keys,
                                 struct sim_account *accounts, uint32_t *count) {
    struct secret_source source = {.env_file = file};
    for (uint32_t i = 0; i < venue_table_count; i++) {
        const struct venue *venue = &venue_table[i];
        if (venue->oe == NULL || venue->sim == NULL || venue->sim->private_side == NULL) {
            continue;
        }
        enum status status = secret_load(&keys[*count], venue->oe, &source);
        if (status != STATUS_OK) {
            return status;
        }
        if (keys[*count].found) {
            accounts[*count] = (struct sim_account){.venue = venue->md->name,
                                                    .secrets = keys[*count].values,
                                                    .balance = {ACCOUNT_USD * USD_ONE},
                                                    .maker_fee = venue->maker_fee,
                                                    .taker_fee = venue->taker_fee,
                                                    .taker_delay_ns = venue->taker_delay_ns};
            ++*count;
        }
    }
    return *count > 0 ? STATUS_OK
                      : status_fail(STATUS_CONFIG, "%s holds the keys of no venue", file);
}

// By seed the accounts have their share: of 100 calls two are carried out and not answered, one is
// not read, and twice a second an order or a fill somewhere takes an unhappy turn.
static struct sim_trouble trouble_of(const struct cli_args *args) {
    enum { LOST_PPM = 20000, UNREAD_PPM = 10000, ACCOUNT_MS = 500 };
    return args->seeded ? (struct sim_trouble){args->seed, LOST_PPM, UNREAD_PPM, ACCOUNT_MS}
                        : (struct sim_trouble){0};
}

enum status verb_sim(const struct cli_args *args) {
    char folder[4096];
    char names[VENUE_MAX][VENUE_NAME_MAX];
    struct sim_port ports[VENUE_MAX];
    struct sim *sim = NULL;
    enum status status = STATUS_OK;
    for (uint32_t i = 0; i < args->port_count && status == STATUS_OK; i++) {
        status = parse_port(args->ports[i], names[i], &ports[i]);
    }
    if (status == STATUS_OK && args->operand_count == 0) {
        status = desk_run_demo_folder(folder, sizeof(folder));
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct secret_keys keys[VENUE_MAX] = {0};
    struct sim_account accounts[VENUE_MAX];
    uint32_t account_count = 0;
    if (args->accounts != NULL) {
        status = load_accounts(args->accounts, keys, accounts, &account_count);
    }
    struct sim_options options = {.path = args->operand_count > 0 ? args->operands[0] : folder,
                                  .speed_ppm = args->speed_ppm,
                                  .loop = true,
                                  .tls = args->tls,
                                  .map = args->map_count > 0 ? args->maps : NULL,
                                  .map_count = args->map_count,
                                  .ports = ports,
                                  .port_count = args->port_count,
                                  .faults = args->faults,
                                  .fault_count = args->fault_count,
                                  .seeded = args->seeded,
                                  .seed = args->seed,
                                  .control = args->control,
                                  .accounts = accounts,
                                  .account_count = account_count,
                                  .trouble = trouble_of(args),
                                  .now = args->now};
    cli_catch_signals();
    status = status == STATUS_OK ? sim_create(&sim, &options) : status;
    for (uint32_t i = 0; i < VENUE_MAX; i++) {
        secret_wipe(&keys[i]);
    }
    if (status == STATUS_OK && args->authority != NULL) {
        status = write_authority(sim, args->authority);
    }
    if (status == STATUS_OK) {
        status = serve(sim, args);
    }
    sim_destroy(sim);
    return status;
}
