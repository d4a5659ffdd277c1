// The simulator as the desk (--demo) and `perpdesk sim` use it: loopback servers that speak each
// venue's protocol and replay a recording, on a thread of their own.
//
// What it shows is real recorded data, but not always of the venue it is shown as (sim_market.h
// says what stands for what), and funding, mark and index are made up (SIM). Nothing listens on
// anything but 127.0.0.1. With TLS every server has a certificate for `localhost` from an authority
// that lives in this process only; who connects verifies against sim_authority_pem.
//
//   struct clock clock;                        // shared with the desk
//   sim_create(&sim, &(struct sim_options){.path = "etc/demo", .clock = &clock, .loop = true, .tls
//   = true}) sim_start(sim) … sim_endpoint(sim, "okx", &endpoint) … sim_stop(sim) …
//   sim_destroy(sim)
//
// All calls belong to one thread (main); the counters may be read from any, and faults ordered and
// looked at from any.
#ifndef PERPDESK_SIM_SIM_H
#define PERPDESK_SIM_SIM_H

#include "base/clock.h"
#include "base/counter.h"
#include "sim/sim_market.h"

enum { SIM_URL_MAX = 64 };

struct sim_port {
    const char *venue;
    uint16_t port; // 0 = any free one
};

struct sim_options {
    const char *path; // file or folder of a recording
    // Started by sim_create at the recording's time as the venues saw it. NULL: a clock of its own.
    struct clock *clock;
    int64_t speed_ppm; // 0 = 1000000, real time
    bool loop, tls;
    const struct sim_map *map; // what stands for what; NULL: see sim_market.h
    uint32_t map_count;
    const struct sim_port *ports; // venues not named take any free port
    uint32_t port_count;
    // Venues to serve; NULL: every venue of the venue table that has a server's side.
    const struct venue_sim *const *venues;
    uint32_t venue_count;
    const struct sim_account *accounts; // at the venues served
    uint32_t account_count;
    struct sim_trouble trouble;
    bool unlimited;            // the venues hold nobody to a rate of calls or connections
    bool now;                  // the venues' time is that of this machine, not the recording's
    uint32_t connection_age_s; // after which every venue ends a connection; 0: its own
    // Faults (sim_fault.h) ordered from the start, each as sim_fault takes it, and by seed.
    const char *const *faults;
    uint32_t fault_count;
    bool seeded;
    uint64_t seed;
    const char *control; // path of a control socket (sim_control.h), NULL = none
    // Called on the simulator's thread after each step of the market; for tests that compare.
    void (*on_step)(void *arg, const struct sim_market *market);
    void *on_step_arg;
};

struct sim_endpoint {
    char ws[SIM_URL_MAX];   // "wss://localhost:40001": the venue's own paths follow
    char rest[SIM_URL_MAX]; // "https://localhost:40001"
    uint16_t port;
};

struct sim_counters {
    counter connections, refused, dropped_slow, requests, bad_requests, messages_in, messages_out,
        rounds;
};

struct sim;

// Opens the recording, binds nothing yet. Errors name file and line.
enum status sim_create(struct sim **sim, const struct sim_options *options) MUST_CHECK;
// Binds all ports, starts the thread. A port in use is STATUS_UNAVAILABLE and says which.
enum status sim_start(struct sim *sim) MUST_CHECK;
void sim_stop(
    struct sim *sim); // closes every connection with 1001, waits for the thread; idempotent
void sim_destroy(struct sim *sim); // stops first; NULL allowed

uint32_t sim_venue_count(const struct sim *sim);
const char *sim_venue_name(const struct sim *sim, uint32_t index);
// Whether the recording has a book that this venue shows; a venue without one is served, and empty.
bool sim_shows(const struct sim *sim, const char *venue);
bool sim_endpoint(const struct sim *sim, const char *venue,
                  struct sim_endpoint *out);           // after sim_start
struct slice sim_authority_pem(const struct sim *sim); // empty without TLS
const struct clock *sim_clock(const struct sim *sim);
// Several venues show one recorded book.
bool sim_shares_books(const struct sim *sim);
// The books of the recording, what they stand for and what is made up, as lines of text for a
// person.
void sim_describe(const struct sim *sim, struct text *out);
// One line of it for a header: how many books stand for how many venues, and the date.
void sim_describe_short(const struct sim *sim, struct text *out);
// The account at a venue, after sim_stop; NULL: none.
const struct vacc *sim_account(const struct sim *sim, const char *venue);
const struct vsim_world *sim_world(const struct sim *sim, const char *venue);
const struct sim_counters *sim_counters(const struct sim *sim);

// Orders a fault: "VENUE:NAME[:SECONDS][@AT]", VENUE may be `all`, AT counts from now. STATUS_USAGE
// says what is wrong with it and names what is near.
enum status sim_fault(struct sim *sim, const char *order) MUST_CHECK;
enum status sim_heal(struct sim *sim, struct slice venue) MUST_CHECK; // `all`: every venue
// A line a venue: what acts on it now, or that it is well.
void sim_fault_status(struct sim *sim, struct text *out);

// The books stand still, and go on from where they were; what rests is met by nobody meanwhile.
// Simulator's thread only: sim_control's.
void sim_hold(struct sim *sim, bool still);
// The next `count` orders, fills or calls at the accounts of a venue (`all`: every one) go wrong,
// as sim_trouble.h names it; and a line for each account. Simulator's thread only: sim_control's.
enum status sim_trouble(struct sim *sim, struct slice venue, struct slice name,
                        uint32_t count) MUST_CHECK;
void sim_print_accounts(const struct sim *sim, struct text *out);

// What became of a venue's connections.
struct sim_entries {
    uint64_t active;    // faults that act, a set of enum sim_fault_kind
    uint64_t entered;   // connections that no fault stood against
    int64_t entered_ns; // machine time of the newest
};
bool sim_entries(const struct sim *sim, const char *venue, struct sim_entries *out);

#endif
