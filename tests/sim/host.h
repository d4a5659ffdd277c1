// A simulated venue at the other end of the wire: its own server's side (exchanges/*_sim), an
// account for the desk, a market that moves, and its weather.
//
// It remembers what is needed to judge the desk: every order it ever took by client id, what was
// done by hand, and the quotes it has shown.
#ifndef PERPDESK_TESTS_SIM_HOST_H
#define PERPDESK_TESTS_SIM_HOST_H

#include "exchanges/venue_account.h"
#include "exchanges/venues.h"
#include "prices.h"
#include "sim/sim_fault.h"
#include "weather.h"
#include "wire.h"

enum { HOSTS_MAX = 10, HOST_SESSIONS_MAX = 16, HOST_SHOWN_MAX = 256, HOST_OLD_ANSWERS = 8 };

struct host_session {
    struct vsim_session session;
    struct vsim_out out;
    struct host *host;
    struct line *line;
    bool replying, mute;
    bool private;
    uint64_t pushed;
    char *held; // a message that comes behind the next
    size_t held_size;
};

struct host_shown { // a quote it has shown
    struct px bid, ask;
    int64_t from_ns, until_ns; // until: 0 = still
};

struct host_history {
    struct host_shown shown[HOST_SHOWN_MAX];
    uint32_t count; // ever
};

struct host_old_answer {
    uint64_t key;
    int64_t since_ns;
    uint32_t status;
    char *body;
    size_t size;
};

struct host {
    uint32_t index;
    const struct venue *venue;
    struct vsim_world world;
    struct vacc *account;
    struct symbol symbols[PRICES_SYMBOLS];
    struct weather weather;
    struct dice wire_dice;
    struct shown_prices shown[PRICES_SYMBOLS];
    struct host_history history[PRICES_SYMBOLS];
    struct host_session *sessions[HOST_SESSIONS_MAX];
    uint32_t session_number;
    struct moment *step;
    int64_t stepped_ns, moved_ns, move_wait_ns;
    int64_t latency_ns; // one way, about
    struct text body, spoiled;
    char headers[VSIM_HEADERS_SIZE];
    struct host_old_answer old[HOST_OLD_ANSWERS];
    uint64_t calls, says;
    uint64_t told;     // events of the account that were handed on
    int64_t broken_ns; // when its connections last broke
};

struct host_reply {
    uint32_t status; // 0: none came
    bool nothing_sent;
    char *headers, *body;
    size_t body_size;
};

struct host_options {
    uint64_t seed;
    bool fair; // no faults
    struct prices *prices;
    const struct slice *secrets[HOSTS_MAX];
    struct usd balance;
    void (*on_account)(void *arg, struct host *host, const struct vacc_event *event);
    void *arg;
};

enum status hosts_begin(const struct host_options *options) MUST_CHECK;
void hosts_calm(void);
bool hosts_refuse(void); // one had taken all that its message rate allows when it was last asked
void hosts_end(void);
uint32_t hosts_count(void);
struct host *host_number(uint32_t index);
struct host *host_at(const char *name); // "okx.sim"

bool host_is_well(const struct host *host); // nothing that lasts is going on, nor was just now
int64_t host_latency_ns(struct host *host, bool down);
void host_open(struct line *line, struct slice target, struct slice headers);
void host_text(struct line *line, struct slice text);
void host_heard(struct line *line, bool pong);
void host_closed(struct line *line);
// NULL: it is lost, or its answer. *wait_ns: before the answer leaves.
struct host_reply *host_call(struct host *host, const struct vsim_request *request,
                             int64_t *wait_ns);
void host_reply_free(struct host_reply *reply); // NULL allowed

#endif
