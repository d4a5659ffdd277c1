// Ten simulated venues in their own wire formats behind wss, whose market moves by itself: what the
// load test, the soak and the benches of the whole feed run against. A process of its own, so that
// the memory and the files of the desk are the desk's alone; both share one page of figures.
//
// Each move of a symbol gives it new best prices, and the size on the bid tells the number of the
// move: by it the desk's side finds out when the move was made. A frozen venue moves nothing, so
// that what the desk has of it can be compared with the truth.
#ifndef PERPDESK_TESTS_LOAD_FARM_H
#define PERPDESK_TESTS_LOAD_FARM_H

#include <stdatomic.h>
#include <sys/types.h>

#include "io/tls.h"
#include "market/quote.h"

enum { FARM_VENUES = 10, FARM_SYMBOLS_MAX = 200, FARM_MOVES_KEPT = 32768 };

struct farm_options {
    uint32_t symbols;      // of each venue
    uint32_t books;        // of so many symbols, published in the venue's rhythm
    uint32_t moves_per_s;  // of all venues together
    uint32_t cut_every_ms; // a connection of each venue is reset as often; 0 = never
    uint64_t seed;
};

struct farm_quote {
    int64_t bid, ask, bid_size, ask_size;
};

// Shared by both processes.
struct farm {
    struct farm_options options;
    _Atomic bool ready, stop;
    _Atomic bool spare; // leaves connections as they are
    uint16_t ports[FARM_VENUES];
    _Atomic uint32_t freeze, frozen; // a bit per venue: asked for, and so
    _Atomic uint64_t moves, messages, cuts;
    _Atomic uint64_t
        given_up; // connections a venue closed itself: an unanswered ping, a full queue
    struct farm_quote truth[FARM_VENUES][FARM_SYMBOLS_MAX]; // to be read while frozen
    _Atomic int64_t moved_ns[FARM_VENUES][FARM_MOVES_KEPT]; // machine time, by number of the move
    pid_t pid;
};

// The symbol of a number: "S7/USDT".
void farm_symbol(uint32_t index, struct symbol *out);
// In a child process; returns when all venues listen. `authority` signs their certificates.
struct farm *farm_start(const struct farm_options *options, struct tls_authority *authority);
void farm_stop(struct farm *farm);
// When the move was made that a quote of this bid size tells of; 0: of none.
int64_t farm_moved_ns(const struct farm *farm, uint32_t venue, struct qty bid_size,
                      struct qty step);

#endif
