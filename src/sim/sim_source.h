// One recorded book, brought up to date record by record: the recorder's venue and symbol, sizes in
// base units.
//
// Understood are tables of quotes and depth, and raw frames of the Binance family (USDT-M, COIN-M,
// spot: they share their shapes), of OKX (books, bbo-tbt, tickers) and of Hyperliquid (l2Book,
// bbo). Sizes in contracts become base units: a fixed number of USD at the level's own price, or a
// fixed number of coins.
#ifndef PERPDESK_SIM_SIM_SOURCE_H
#define PERPDESK_SIM_SIM_SOURCE_H

#include "market/book.h"
#include "market/tape.h"

enum { SIM_SOURCE_LEVELS = 5000 };

struct sim_source {
    char venue[32], symbol[NATIVE_NAME_MAX]; // as recorded
    struct symbol canonical; // "BTC/USDT": what was recorded against USD or USDC counts as USDT
    int64_t contract_usd;    // size unit in USD; with both 0 sizes are in base units
    struct qty contract;     // size unit in coins
    struct px tick;          // the finest seen so far, a power of ten; 1 at most
    struct qty step;

    uint32_t first_place, place_count; // where it is shown: of the market's places

    struct book book;
    struct level bid, ask;      // best prices
    bool has_ticker;            // best prices come by themselves, else from the book
    bool has_depth;             // the book comes by itself, else from the best prices
    uint64_t first_id, last_id; // of the book's updates, as recorded
    uint64_t ticker_id;         // of the best prices, 0 = none
};

// What a record says of its source, before anything is applied.
struct sim_record_name {
    struct slice venue, symbol;
    int64_t venue_ms; // the venue's stamp, 0 = none
};
// False: nothing this simulator understands.
bool sim_record_identify(const struct tape_record *record, struct sim_record_name *name);

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
