// The desk under test: configuration, quote cache, engine with the trading components, a feed and a
// lane per venue, as cli/desk_run.c puts them together; the journal is bytes in memory.
//
// Beside it runs its shadow: a second engine that is given nothing but the inputs read back from
// the journal's bytes, and has to decide the same, event by event (O8).
//
// It can die at any moment, as a process dies: what is in memory is gone, its connections break,
// and the journal's bytes stay, up to a cut in its tail. The next life begins with what was read of
// them, as cli/desk_past.c tells it.
#ifndef PERPDESK_TESTS_SIM_SUBJECT_H
#define PERPDESK_TESTS_SIM_SUBJECT_H

#include "engine/journal_format.h"
#include "host.h"
#include "io/config.h"
#include "io/feed_private.h"
#include "io/lane_private.h"
#include "left.h"
#include "past.h"
#include "setup.h"
#include "trade/desk.h"

struct subject;

struct shadow {
    struct settings settings;
    struct config_target target;
    struct universe universe;
    struct desk desk;
    struct engine engine;
    unsigned char *pass; // records of this pass, encoded
    size_t pass_size, pass_capacity, pass_at;
    uint64_t compared;
    bool differs;
    char text[512];
};

struct subject_options {
    uint64_t seed;
    // Each event of the live engine as it was handed to the journal, and the end of each pass:
    // whether the journal took it.
    void (*on_event)(void *arg, const struct event *event);
    void (*on_pass)(void *arg, bool taken);
    void *arg;
};

struct subject {
    struct subject_options options;
    struct dice dice;
    struct config config, loaded; // loaded: as its file says
    struct config_target target;
    struct clock clock;
    uv_loop_t loop; // only its address is used
    struct universe universe;
    struct quote_cache cache;
    struct desk desk;
    struct engine engine;
    struct shadow shadow;
    struct feed *feeds[VENUE_MAX];
    struct lane *lanes[VENUE_MAX];
    struct host *hosts[VENUE_MAX]; // by venue of the universe
    char ws[VENUE_MAX][64], rest[VENUE_MAX][64];
    struct connect_budget connects;
    struct moment *keeper;
    int64_t keeper_ns; // when it is due
    struct moment *wakes;
    bool alive, disk_full, dying;
    uint32_t dies_after; // so many order commands, 0 = not
    bool shadow_agrees;  // at the end of the last life: the journal led to the same desk
    uint64_t events, passes, commands, hash; // of all lives
    uint64_t lives;
    uint32_t desk_jobs;                  // of the last life
    struct past past;                    // the journal of this life
    struct left left;                    // when it died
    bool unseen;                         // it went on after the last that its journal tells
    struct event_order asks[ORDERS_MAX]; // orders of earlier lives, until there are lanes
    uint32_t ask_count;
    int64_t alive_ns; // since when
    char config_text[CONFIG_TEXT_MAX];
};

enum status subject_begin(struct subject *subject,
                          const struct subject_options *options) MUST_CHECK;
// A new life. `recall`: what the journal of the last one told, NULL: nothing is known of it;
// `doubt`: why some of it may be missing.
enum status subject_start(struct subject *subject, const struct recall *recall,
                          enum past_doubt doubt) MUST_CHECK;
void subject_die(struct subject *subject);
void subject_end(struct subject *subject);
void subject_control(struct subject *subject, const struct control_request *request);
// Its file was edited and it is told to read it again.
enum status subject_reload(struct subject *subject) MUST_CHECK;
uint16_t subject_venue_of(const struct subject *subject, const struct host *host);
uint64_t subject_state_hash(struct engine *engine);

#endif
