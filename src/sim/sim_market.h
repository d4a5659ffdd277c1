// The simulated market: a recording turned into what several venues' servers know, moment by
// moment.
//
// No sockets, threads or clock: sim_market_step brings everything up to a given time and pushes to
// the sessions what is due. So the same code runs behind loopback sockets (sim_server) and in
// memory under a simulated clock (tests).
//
// Time is the venues' clock: the recorder's receive stamp plus the recording's own clock offset
// (the venue stamps in the frames tell it; 1.27 s in the demo). At the end of the recording every
// session is told to close (1001); after a short pause it begins anew with time stamps and ids
// moved on, so that both go on rising, and each book starts from the recording's snapshot.
//
// A served venue shows the books of one recorded venue, and a recorded venue may be shown by
// several. With a map in the options the map alone says which. Without one a served venue shows
// what was recorded under its own name; else what the demo deals it (the book of Binance USDT-M
// also to aster, edgex and grvt, that of spot to hyperliquid, lighter, backpack and extended, that
// of COIN-M to okx and paradex); and what nobody shows by then goes to the next venue that is
// still empty. Each venue shows a book on its own tick, bids rounded down and asks up: two venues
// of one book never cross.
// Frames recorded from the very venue that shows them go out byte for byte, in the first round;
// later rounds differ in the numbers that are ids and time stamps only.
//
// Funding rates, mark and index prices are not recorded: they are MADE UP here (SIM), from the
// names of venue and symbol and the books' middle, always the same. Settlement is 4 h after the
// start, then in the venue's rhythm.
#ifndef PERPDESK_SIM_SIM_MARKET_H
#define PERPDESK_SIM_SIM_MARKET_H

#include "exchanges/venue_sim.h"
#include "sim/sim_reader.h"

enum {
    SIM_VENUES_MAX = 16,
    SIM_SOURCES_MAX = 256,
    SIM_PLACES_MAX = SIM_SOURCES_MAX * SIM_VENUES_MAX,
    SIM_SESSIONS_MAX = 256,
    SIM_SYMBOLS_MAX = SYMBOL_MAX,
    SIM_STEP_RECORDS_MAX = 500, // per call: behind its clock it still answers its clients
};

struct sim_map {
    const char *recorded, *served;
};

// A recorded book as one venue shows it.
struct sim_place {
    uint32_t source, world, listing;
};

// An account at a served venue: what its one client's secrets are (in the order of
// venue_oe.secrets) and what it begins with. The rules of the money are the venue's.
struct sim_account {
    const char *venue;
    const struct slice *secrets; // copied by the venue's private side
    struct usd balance;
    struct bps maker_fee, taker_fee;
    int64_t taker_delay_ns;
};

// What goes wrong at venues with an account, drawn from the seed. 0 = never.
struct sim_trouble {
    uint64_t seed;
    uint32_t lost_ppm;   // of requests: carried out, and the connection is gone before the answer
    uint32_t unread_ppm; // of requests: the connection is gone before it is read
    uint32_t account_ms; // one of the account's own faults (venue_account.h) about this often
};

struct sim_market_options {
    const char *path;                      // file or folder
    const struct venue_sim *const *venues; // to be served
    uint32_t venue_count;
    const struct sim_map *map; // NULL: see above
    uint32_t map_count;
    bool loop;
    uint32_t connection_age_s; // of every venue; 0: each venue's own
    const struct sim_account *accounts;
    uint32_t account_count;
    struct sim_trouble trouble;
    int64_t start_ns; // venues' time of the first record; 0: as recorded
};

struct sim_market_session {
    struct vsim_session session;
    void (*on_end)(
        struct sim_market_session *session); // the round is over: close with 1001; NULL allowed
    uint32_t slot;                           // private
};

struct sim_market {
    struct sim_market_options options;
    struct tape *tape;
    struct sim_reader *reader;
    struct tape_record record; // the next one
    bool held, ended;
    int64_t offset_ns; // venue's clock minus recorder's
    int64_t first_ns;  // recorder's time of the first record
    int64_t shift_ns;  // of this round
    int64_t resume_ns; // pause after a round, 0 = none
    int64_t start_ns;  // venue's time of the first record
    bool still;        // the books stand: what was recorded next comes that much later
    int64_t still_ns;  // accounted for up to here
    uint32_t round;    // from 0
    uint64_t id_shift[SIM_SOURCES_MAX];

    struct symbol symbols[SIM_SYMBOLS_MAX];
    uint32_t symbol_count;
    struct sim_source *sources; // SIM_SOURCES_MAX
    uint32_t source_count;
    struct sim_place *places; // SIM_PLACES_MAX; those of a source lie together
    uint32_t place_count;
    struct vsim_world worlds[SIM_VENUES_MAX];
    struct vacc *accounts[SIM_VENUES_MAX]; // NULL: public data only
    int64_t fault_ns;                      // of the accounts' next fault
    uint32_t fault_next;
    uint64_t calm; // venues, a set: whose accounts no drawn trouble meets any more
    int64_t publish_ns[SIM_VENUES_MAX];
    int64_t skew_ns[SIM_VENUES_MAX]; // the venue's clock is this far ahead: a fault
    int64_t funding_ns;              // of the next funding, mark and index

    struct sim_market_session *sessions[SIM_SESSIONS_MAX];
    uint32_t session_end;      // behind the last slot in use
    uint32_t session_number;   // of all, so far
    struct level *bids, *asks; // scratch of a publication
    struct text frame;         // scratch of a rewritten frame
    uint64_t records, bad_records, frames_cut;
};

// STATUS_USAGE: the map names a venue that is not served, one twice, or one that was not recorded.
enum status sim_market_create(struct sim_market **market,
                              const struct sim_market_options *options) MUST_CHECK;
void sim_market_destroy(struct sim_market *market); // no session may be attached; NULL allowed

// Venue's time of the first record: where the shared clock has to start.
int64_t sim_market_start_ns(const struct sim_market *market);
// One recorded book stands at several venues.
bool sim_market_shares_books(const struct sim_market *market);
int sim_market_venue(const struct sim_market *market, struct slice name); // -1 when not served

// Everything up to `now_ns`; never backwards. Returns when to call again (a time already past: at
// once), INT64_MAX when the recording is over and does not loop.
int64_t sim_market_step(struct sim_market *market, int64_t now_ns);

// The session's `out` must be ready: what the client says and step push into it. Then comes
// vsim_session_open. Refused (STATUS_INTERNAL) over SIM_SESSIONS_MAX.
enum status sim_market_attach(struct sim_market *market, uint32_t venue,
                              struct sim_market_session *session, struct vsim_out *out) MUST_CHECK;
void sim_market_detach(struct sim_market *market, struct sim_market_session *session);
// A message of the client.
void sim_market_text(struct sim_market *market, struct sim_market_session *session,
                     struct slice message);
// A REST call, see vsim_call.
void sim_market_answer(struct sim_market *market, uint32_t venue,
                       const struct vsim_request *request, struct vsim_reply *reply);

// Copies a frame with its ids and time stamps moved on; what the fuzz target drives.
void sim_frame_move(struct slice frame, uint64_t id_shift, int64_t shift_ms, struct text *out);

#endif
