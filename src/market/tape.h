// Reading recordings: one file, or a folder whose files are merged by time.
//
// Formats (gzipped or plain), told apart by the first line:
//   envelope  *.ndjson  {"t_ns":…,"venue":"…","chan":"ws"|"rest","url":…,"raw":<message>}; `raw` is
//   handed out byte
//             for byte. Frames the recorder itself sent ("dir":"out") are left out. "conn" numbers
//             the venue's connections, "body" is what a REST call posted. Where t_ns is null the
//             venue's own stamp in the message counts.
//   bbo       *.csv     ts_ns,venue,symbol,bid,bid_size,ask,ask_size; an empty field is an unknown
//   one depth     depth-SYMBOL.csv with columns ts_ns, bid_px_N, bid_sz_N, ask_px_N, ask_sz_N in
//   any order. Such a file
//             names no venue: it is the first part of its folder's name (aster-20250924 -> aster).
// In a folder, raw frames win: with at least one envelope file the tables beside it are left alone
// (they are derived from the frames); tables of another shape (trades …) are passed over.
//
// Nothing is kept in memory but one line per file, so a recording may be of any length; tape_rewind
// starts over. Within a file time never steps back: an earlier or absent stamp counts as the one
// before it. One thread. All memory belongs to the tape.
#ifndef PERPDESK_MARKET_TAPE_H
#define PERPDESK_MARKET_TAPE_H

#include "market/quote.h"

enum { TAPE_FILES_MAX = 64, TAPE_LEVELS_MAX = 32, TAPE_LINE_MAX = 5 * 1024 * 1024 };

enum tape_kind {
    TAPE_END,   // nothing more; tape_rewind starts over
    TAPE_FRAME, // a raw message
    TAPE_ROW,   // best prices or some levels of a book
};

// Slices are valid until the next call on the tape.
struct tape_record {
    enum tape_kind kind;
    int64_t t_ns; // the recorder's receive time, ns since 1970
    struct slice venue;
    const char *file; // lives as long as the tape
    uint32_t line;

    // TAPE_FRAME
    bool rest;           // the answer of a REST call, else a WebSocket frame
    uint32_t connection; // which of the venue's it came on, 0 = the first or not told
    struct slice url;
    struct slice body; // JSON that the REST call posted, empty = none
    struct slice raw;

    // TAPE_ROW; best first. An unknown price leaves its side empty, an unknown size is 0.
    bool depth; // levels of a book, else best prices only
    struct slice symbol;
    uint32_t bid_count, ask_count;
    struct level bids[TAPE_LEVELS_MAX], asks[TAPE_LEVELS_MAX];
};

struct tape;

enum status tape_create(struct tape **tape, const char *path) MUST_CHECK;
void tape_destroy(struct tape *tape); // NULL allowed

// The next record in time. STATUS_DATA names file and line of a line that is not of its format; the
// call after it goes on behind that line. STATUS_IO: a file is damaged (truncated gzip …) and
// counts as ended.
enum status tape_next(struct tape *tape, struct tape_record *record) MUST_CHECK;
enum status tape_rewind(struct tape *tape) MUST_CHECK;

uint32_t tape_file_count(const struct tape *tape);

// Decodes one line of an envelope file, without its line end; what the fuzz target drives. `record`
// gets t_ns -1 when neither the recorder nor the venue stamped it. *skip is set for frames the
// recorder sent.
enum status tape_parse_envelope(struct slice line, struct tape_record *record,
                                bool *skip) MUST_CHECK;

// How the columns of a table are used. Private but for the tests and the fuzz target.
enum { TAPE_COLUMNS_MAX = 160 };
enum tape_column_use {
    TAPE_COLUMN_NONE,
    TAPE_COLUMN_TIME,
    TAPE_COLUMN_VENUE,
    TAPE_COLUMN_SYMBOL,
    TAPE_COLUMN_LEVEL
};
struct tape_table {
    bool depth;
    uint32_t columns;
    struct {
        uint8_t use; // enum tape_column_use
        uint8_t level;
        bool ask, size;
    } column[TAPE_COLUMNS_MAX];
};
// False: not a table of quotes.
bool tape_parse_header(struct slice line, struct tape_table *table);
enum status tape_parse_row(const struct tape_table *table, struct slice line,
                           struct tape_record *record) MUST_CHECK;

#endif
