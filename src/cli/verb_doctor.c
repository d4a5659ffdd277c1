// doctor: this machine and every venue looked at, a line for each thing, with what to do about
// what is wrong.
//
// The venues are asked by a desk's own feeds, so what is found is what a desk would meet; beside
// them one connection to each address tells the certificates. Everything runs at once and ends
// when all venues have told everything, or when the time is over.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "cli/verbs.h"
#include "exchanges/venues.h"
#include "io/feed.h"

enum { SECONDS = 10 };

struct visit {
    struct doctor doctor;
    struct doctor_probes probes[VENUE_MAX];
    struct doctor_probe flat[2 * VENUE_MAX]; // the same in a row while they run
    struct desk_endpoint endpoints[VENUE_MAX];
    char names[VENUE_MAX][VENUE_NAME_MAX];
};

// "binance=localhost:9001"
static enum status take_endpoints(struct visit *visit, const struct cli_args *args) {
    for (uint32_t i = 0; i < args->endpoint_count; i++) {
        const char *text = args->endpoints[i];
        const char *equals = strchr(text, '=');
        const char *port = equals == NULL ? NULL : strrchr(equals, ':');
        int64_t number = 0;
        if (port == NULL || port == equals + 1 || strlen(equals + 1) > 48 ||
            !decimal_parse(slice_of(port + 1), 0, &number) || number < 1 || number > UINT16_MAX ||
            !string_copy(visit->names[i], VENUE_NAME_MAX,
                         (struct slice){text, (size_t)(equals - text)})) {
            return status_fail(STATUS_USAGE, "--endpoint %s: expected VENUE=HOST:PORT", text);
        }
        if (venue_find(slice_of(visit->names[i])) == NULL) {
            return status_fail(STATUS_USAGE, "--endpoint %s: %s is no venue", text,
                               visit->names[i]);
        }
        visit->endpoints[i] =
            (struct desk_endpoint){.venue = visit->names[i], .address = equals + 1};
    }
    return STATUS_OK;
}

// Nothing more is to be waited for: a venue that cannot be reached tells nothing.
static bool all_told(const struct visit *visit, const struct desk_run *desk) {
    for (uint16_t i = 0; i < desk_run_universe(desk)->venue_count; i++) {
        bool reached = visit->probes[i].rest.made && visit->probes[i].ws.made;
        if (reached && !atomic_load(&feed_stats(desk_run_feed(desk, i))->complete)) {
            return false;
        }
    }
    return true;
}

static enum status probe(struct visit *visit, const struct desk_run *desk, int64_t wait_ns) {
    uint16_t venues = desk_run_universe(desk)->venue_count;
    for (uint16_t i = 0; i < venues; i++) {
        const struct feed *feed = desk_run_feed(desk, i);
        visit->flat[2 * i] =
            (struct doctor_probe){.url = feed_rest_url(feed), .tls = desk_run_tls(desk)};
        visit->flat[2 * i + 1] =
            (struct doctor_probe){.url = feed_ws_url(feed, 0), .tls = desk_run_tls(desk)};
    }
    enum status status = doctor_probe_all(visit->flat, 2u * venues, wait_ns);
    for (uint16_t i = 0; i < venues; i++) {
        visit->probes[i] = (struct doctor_probes){visit->flat[2 * i], visit->flat[2 * i + 1]};
    }
    return status;
}

static enum status visit_venues(struct visit *visit, struct desk_run *desk, int64_t wait_ns) {
    int64_t began_ns = mono_now_ns();
    enum status status = desk_run_start(desk);
    if (status == STATUS_OK) {
        status = probe(visit, desk, wait_ns);
    }
    while (status == STATUS_OK && !all_told(visit, desk) && cli_wait(began_ns, wait_ns)) {
    }
    int64_t now_ns = clock_now_ns(desk_run_clock(desk));
    desk_run_stop(desk);
    for (uint16_t i = 0; i < desk_run_universe(desk)->venue_count && status == STATUS_OK; i++) {
        doctor_check_venue(&visit->doctor, desk, i, &visit->probes[i], now_ns);
    }
    return status;
}

static enum status verdict(const struct doctor *doctor) {
    if (doctor->failed_machine > 0) {
        return status_fail(STATUS_SYSTEM, "%u checks of this machine failed, %u of the venues",
                           doctor->failed_machine, doctor->failed_venues);
    }
    return doctor->failed_venues > 0
               ? status_fail(STATUS_UNAVAILABLE, "%u checks of the venues failed",
                             doctor->failed_venues)
               : STATUS_OK;
}

static enum status examine(struct visit *visit, const struct cli_args *args) {
    struct config config;
    struct desk_run *desk = NULL;
    enum status status = take_endpoints(visit, args);
    if (status != STATUS_OK) {
        return status;
    }
    struct desk_run_options options = {.endpoints = visit->endpoints,
                                       .endpoint_count = args->endpoint_count,
                                       .trust = args->trust};
    status = cli_open_desk(args, &options, &config, &desk);
    if (status == STATUS_CONFIG) {
        doctor_add(&visit->doctor, "machine", "config", DOCTOR_FAIL,
                   "perpdesk check-config names every mistake; nothing else was looked at", "%s",
                   status_text());
        (void)doctor_print(&visit->doctor, args->json);
    }
    if (status != STATUS_OK) {
        return status;
    }
    doctor_add(&visit->doctor, "machine", "config", DOCTOR_OK, "", "valid; venues: %u, symbols: %u",
               desk_run_universe(desk)->venue_count, desk_run_universe(desk)->symbol_count);
    doctor_check_machine(&visit->doctor, &config.settings, args->demo);
    int64_t wait_ns = args->seconds_ns > 0 ? args->seconds_ns : SECONDS * NS_PER_S;
    status = visit_venues(visit, desk, wait_ns);
    desk_run_close(desk);
    (void)doctor_print(&visit->doctor, args->json);
    enum status output = cli_end_output();
    if (status == STATUS_OK) {
        status = output;
    }
    return status == STATUS_OK ? verdict(&visit->doctor) : status;
}

enum status verb_doctor(const struct cli_args *args) {
    struct visit *visit = calloc(1, sizeof(*visit));
    if (visit == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    cli_catch_signals();
    enum status status = examine(visit, args);
    free(visit);
    return status;
}
