// What the verbs share: configuration, a desk, signals, waiting, lines of output.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/verbs.h"
#include "exchanges/venues.h"
#include "ui/console.h"

static volatile sig_atomic_t signalled;
static int output_errno; // why standard output takes no more

uint32_t cli_venues(struct config_venue *venues) {
    ASSERT(venue_table_count <= VENUE_MAX);
    for (uint32_t i = 0; i < venue_table_count; i++) {
        const struct venue *from = &venue_table[i];
        venues[i] = (struct config_venue){.name = from->md->name,
                                          .quote_currency = from->md->quote_currency,
                                          .maker_fee = from->maker_fee,
                                          .taker_fee = from->taker_fee,
                                          .taker_delay_ns = from->taker_delay_ns};
    }
    return venue_table_count;
}

enum status cli_load_config(const struct cli_args *args, struct config *config,
                            struct config_report *report) {
    struct config_venue venues[VENUE_MAX];
    struct config_options options = {.venues = venues,
                                     .venue_count = cli_venues(venues),
                                     .path = args->config,
                                     .sets = args->sets,
                                     .set_count = args->set_count};
    struct config_report *own = report != NULL ? report : malloc(sizeof(*own));
    if (own == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the configuration's report");
    }
    config_report_init(own);
    enum status status = config_load(config, &options, own);
    if (status == STATUS_OK) {
        status = console_check_keys(config->console_keys);
    }
    (void)fputs(own->lines, stderr);
    if (own->text.truncated) {
        (void)fputs("\n(the list of mistakes was cut here)\n", stderr);
    }
    if (own != report) {
        free(own);
    }
    return status;
}

static int find_venue(const struct config *config, struct slice name) {
    for (uint16_t i = 0; i < config->venue_count; i++) {
        if (slice_equals(name, slice_of(config->venues[i].name))) {
            return i;
        }
    }
    return -1;
}

// "binance,okx": the others are off. A venue that the configuration has off is not turned on.
static enum status pick_venues(struct config *config, const char *list) {
    bool picked[VENUE_MAX] = {false};
    for (const char *at = list;; at++) {
        struct slice name = {at, strcspn(at, ",")};
        int venue = find_venue(config, name);
        if (venue < 0 || config->venues[venue].role == VENUE_OFF) {
            return status_fail(STATUS_USAGE, "--venues %s: %.*s is %s", list, (int)name.size,
                               name.data, venue < 0 ? "no venue" : "off in the configuration");
        }
        picked[venue] = true;
        at += name.size;
        if (*at == '\0') {
            break;
        }
    }
    for (uint16_t i = 0; i < config->venue_count; i++) {
        config->venues[i].role = picked[i] ? config->venues[i].role : (uint8_t)VENUE_OFF;
    }
    config_sort_venues(config);
    return STATUS_OK;
}

enum status cli_open_desk(const struct cli_args *args, struct desk_run_options *options,
                          struct config *config, struct desk_run **out) {
    *out = NULL;
    enum status status = cli_load_config(args, config, NULL);
    if (status == STATUS_OK && args->venues != NULL) {
        status = pick_venues(config, args->venues);
    }
    if (status != STATUS_OK) {
        return status;
    }
    options->config = config;
    options->demo = args->demo;
    options->live = args->live;
    options->demo_path = args->demo_path;
    options->speed_ppm = args->speed_ppm;
    options->map = args->map_count > 0 ? args->maps : NULL;
    options->map_count = args->map_count;
    options->faults = args->faults;
    options->fault_count = args->fault_count;
    options->seeded = args->seeded;
    options->seed = args->seed;
    options->control = args->control;
    return desk_run_open(out, options);
}

void cli_end_if_hung(struct desk_run *run) {
    enum { PATIENCE_MS = 3000 };
    int64_t until_ns = mono_now_ns() + PATIENCE_MS * NS_PER_MS;
    if (engine_publish_until(desk_run_engine(run), until_ns) != STATUS_OK) {
        (void)fprintf(stderr,
                      "perpdesk: %s: ended without order, the next start finds out what is open\n",
                      status_text());
        _exit(status_exit_code(STATUS_ORDERS_LEFT));
    }
}

static void on_signal(int number) {
    signalled = number;
}

void cli_catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigemptyset(&action.sa_mask);
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < COUNT_OF(ending); i++) {
        int failed = sigaction(ending[i], &action, NULL);
        ASSERT(failed == 0);
    }
    action.sa_handler = SIG_IGN;
    int failed = sigaction(SIGPIPE, &action, NULL);
    ASSERT(failed == 0);
}

bool cli_stopped(void) {
    return signalled != 0 || output_errno != 0;
}

bool cli_wait(int64_t began_ns, int64_t seconds_ns) {
    enum { MOMENT_NS = 10 * 1000 * 1000 };
    int64_t rest_ns = seconds_ns > 0 ? began_ns + seconds_ns - mono_now_ns() : MOMENT_NS;
    if (rest_ns <= 0 || cli_stopped()) {
        return false;
    }
    struct timespec moment = {.tv_nsec = rest_ns < MOMENT_NS ? (long)rest_ns : MOMENT_NS};
    (void)nanosleep(&moment, NULL); // a signal ends it early
    return !cli_stopped();
}

void cli_print_time(struct text *out, int64_t time_ns) {
    time_t seconds = (time_t)(time_ns / NS_PER_S);
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL) {
        text_add_int(out, time_ns);
        return;
    }
    text_add_format(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                    parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                    (int)(time_ns % NS_PER_S / NS_PER_MS));
}

bool cli_put_line(struct text *line) {
    text_add_char(line, '\n');
    ASSERT(!line->truncated);
    if (output_errno == 0 && fwrite(line->data, 1, line->size, stdout) != line->size) {
        output_errno = errno != 0 ? errno : EIO;
    }
    text_clear(line);
    return output_errno == 0;
}

enum status cli_end_output(void) {
    if (output_errno == 0 && fflush(stdout) != 0) {
        output_errno = errno;
    }
    if (output_errno == 0 || output_errno == EPIPE) {
        return STATUS_OK;
    }
    errno = output_errno;
    return status_fail_errno(STATUS_IO, "standard output");
}
