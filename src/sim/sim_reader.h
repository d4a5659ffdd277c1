// What a recording's messages say, read with the venues' own decoders (struct venue_md): so a
// recording of any venue of the venue table can be shown, and is understood exactly as the desk
// understands the venue itself.
//
// Two things a feed knows are found out first, in a pass over the beginning of the recording: which
// symbols are in it (the decoders name what they do not know; where the stream has numbers only,
// the recorded rules name them), and the instruments' rules from the recorded REST answers. Sizes
// of contracts whose rules are not recorded come from the table of sim_source.h.
//
// Left to the shapes of sim_source.h are tables, Binance's combined streams (they are shown byte
// for byte) and recorded venues that are not in the venue table (binance-coinm …).
//
// No threads. Slices handed out live as long as the record they come from.
#ifndef PERPDESK_SIM_SIM_READER_H
#define PERPDESK_SIM_SIM_READER_H

#include "market/venue.h"
#include "sim/sim_source.h"

// One symbol of a recorded venue, as its decoder has it after the record at hand.
struct sim_seen {
    struct level bid, ask;  // best prices by themselves; an empty side is 0
    bool quoted, booked;    // the record at hand told them, it told the book
    struct book_sync sync;  // in base units
    struct px tick;         // the finest seen so far
    struct qty step;        //
    uint32_t quotes, books; // told while learning
    bool book_leads;        // best prices come too seldom beside the book: it tells them
    bool foreign;           // not the instrument that the venue's decoder is for (spot, dated …)
    struct sim_units units; // of sizes, where no rules tell them
    int64_t venue_ns;       // the venue's stamp of the record at hand, 0 = none
};

struct sim_reader;

// STATUS_NO_INPUT and STATUS_DATA as the tape tells them.
enum status sim_reader_create(struct sim_reader **out, const char *path) MUST_CHECK;
void sim_reader_destroy(struct sim_reader *reader); // NULL allowed
// The tape was rewound: everything but names and rules is forgotten. Ticks and steps are learned
// before the first call only.
void sim_reader_rewind(struct sim_reader *reader);

// Takes a record; then sim_reader_next tells each source it speaks of, until false.
void sim_reader_take(struct sim_reader *reader, const struct tape_record *record);
bool sim_reader_next(struct sim_reader *reader, struct sim_record_name *name);

#endif
