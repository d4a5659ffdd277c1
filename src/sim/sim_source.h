// One recorded book, brought up to date record by record: the recorder's venue and symbol, sizes in
// base units.
//
// Understood here are tables of quotes and depth, and Binance's combined streams (USDT-M, COIN-M,
// spot: they share their shapes) with the snapshots beside them; what venues' own decoders read
// comes from sim_reader.h. Sizes in contracts become base units: a fixed number of USD at the
// level's own price, or a fixed number of coins.
#ifndef PERPDESK_SIM_SIM_SOURCE_H
#define PERPDESK_SIM_SIM_SOURCE_H

#include "market/book.h"
#include "market/tape.h"

enum { SIM_SOURCE_LEVELS = 5000 };

// What a size counts: with both 0 base units.
struct sim_units {
    int64_t usd;      // worth of one unit
    struct qty coins; // of one unit
};
// As known of recorded venues by names of venue and instrument.
struct sim_units sim_units_of(const char *venue, const char *symbol);
struct qty sim_units_base(const struct sim_units *units, struct px price, struct qty size);

struct sim_seen; // sim_reader.h

struct sim_source {
    char venue[32], symbol[NATIVE_NAME_MAX]; // as recorded
    struct symbol canonical; // "BTC/USDT": what was recorded against USD or USDC counts as USDT
    struct sim_units units;
    const struct sim_seen *seen; // read by the venue's decoder, with the book; NULL: read here
    struct px tick;              // the finest seen so far, a power of ten; 1 at most
    struct qty step;

    uint32_t channels;                 // bit c: there are frames of its own venue's channel c
    uint32_t first_place, place_count; // where it is shown: of the market's places

    struct book book;
    struct level bid, ask;      // best prices
    bool has_ticker;            // best prices come by themselves, else from the book
    bool has_depth;             // the book comes by itself, else from the best prices
    uint64_t first_id, last_id; // of the book's updates, as recorded
    uint64_t ticker_id;         // of the best prices, 0 = none
    int64_t bid_ns, ask_ns;     // of a table's: when the row came that told it
};

// What a record says of its source, before anything is applied.
struct sim_record_name {
    struct slice venue, symbol;
    int64_t venue_ms; // the venue's stamp, 0 = none
    const struct sim_seen *seen;
};
// Of tables and combined streams. False: nothing that is understood here.
bool sim_record_identify(const struct tape_record *record, struct sim_record_name *name);

// "BTCUSD_PERP", "ETH-USDT-SWAP", "BTCUSDT", "kPEPE" -> base and "/USDT". STATUS_DATA: it gives
// none.
enum status sim_source_canonical(struct symbol *symbol, struct slice recorded) MUST_CHECK;
// Refines a tick and a step by a level.
void sim_learn_level(struct px *tick, struct qty *step, struct level level);

// STATUS_DATA: the symbol gives no canonical one.
enum status sim_source_init(struct sim_source *source,
                            const struct sim_record_name *name) MUST_CHECK;
enum status
sim_source_open_book(struct sim_source *source) MUST_CHECK; // before the first sim_source_apply
void sim_source_finish(struct sim_source *source);
void sim_source_forget(struct sim_source *source); // as before the first record

struct sim_change {
    bool book, quote;
};
// False: the record is not what its format promises; the source may have taken a part of it.
bool sim_source_apply(struct sim_source *source, const struct tape_record *record,
                      struct sim_change *change);
// Notes tick and step only.
void sim_source_learn(struct sim_source *source, const struct tape_record *record);

#endif
