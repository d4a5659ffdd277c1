// The configuration: what a person sets, checked as a whole before anything starts.
//
// One key table (config_keys.c) names every key with its type, units, range, default and help
// sentence; the reader, the effective text, etc/perpdesk.ini and the list in perpdesk.ini(5) all
// come from it. Sources in rising order: the table's defaults, /etc/perpdesk/perpdesk.ini,
// $XDG_CONFIG_HOME/perpdesk/perpdesk.ini (or only the file named), then `section.key=value`
// settings of the command line. Every mistake of every source is reported, one line each, as
// `FILE:LINE: what is wrong and what would be right`; with any mistake nothing is applied.
//
// Which venues exist is not known here: the caller hands over the venue table's names and fees, and
// every one of them is a key of [venues] and a section [fees.<venue>]. Venues keep the table's
// order. No threads: load before the desk starts. The result holds no pointers.
#ifndef PERPDESK_IO_CONFIG_H
#define PERPDESK_IO_CONFIG_H

#include "engine/settings.h"
#include "market/instrument.h"

enum {
    CONFIG_FILE_MAX = 256 * 1024,
    CONFIG_LINE_MAX = 198, // the longest line inih takes whole
    CONFIG_REPORT_MAX = 64 * 1024,
    CONFIG_TEXT_MAX = 48 * 1024, // enough for config_print and its siblings at all limits
    CONFIG_BOOKS_MAX = 20,
    CONFIG_URL_MAX = 128,
    CONFIG_KEYMAP_MAX = 256
};

// A row of the caller's venue table.
struct config_venue {
    const char *name;
    enum currency quote_currency;
    struct bps maker_fee, taker_fee;
    int64_t taker_delay_ns;
};

// Where a venue is instead of its own addresses: scheme, host and port, "" = its own.
struct config_endpoint {
    char ws[CONFIG_URL_MAX], private_ws[CONFIG_URL_MAX], rest[CONFIG_URL_MAX];
};

struct config {
    struct settings settings;
    uint16_t venue_count; // every venue of the table, those that are off last
    uint16_t venues_on;   // the others: only they are part of a desk
    uint16_t symbol_count;
    struct venue_entry venues[VENUE_MAX];
    struct config_endpoint endpoints[VENUE_MAX]; // of `venues`
    char ca_file[CONFIG_URL_MAX];         // PEM of the only authorities to trust, "" = the system's
    char console_keys[CONFIG_KEYMAP_MAX]; // changes of the console's keys, "" = none
    struct symbol symbols[SYMBOL_MAX];
    bool wants_book[SYMBOL_MAX]; // book_symbols: full books are kept for these
};

struct config_options {
    const struct config_venue *venues;
    uint32_t venue_count;    // 1..VENUE_MAX
    const char *path;        // the only file to read; NULL: search the usual places
    const char *const *sets; // "section.key=value"
    uint32_t set_count;
};

// Everything that was wrong, one line each.
struct config_report {
    char lines[CONFIG_REPORT_MAX];
    struct text text; // over lines
    uint32_t count;
    char files[2][512]; // the files read, in order
    uint32_t file_count;
};

void config_report_init(struct config_report *report);

// Fills *config. STATUS_CONFIG when anything was wrong: the report has the lines. STATUS_NO_INPUT
// when the named file cannot be read. A missing file in the usual places is no mistake.
enum status config_load(struct config *config, const struct config_options *options,
                        struct config_report *report) MUST_CHECK;
// The same from a text in memory, called `name` in the report: the journal's header, tests.
// options->path is not used; options->sets are.
enum status config_parse(struct config *config, const struct config_options *options,
                         const char *name, struct slice text,
                         struct config_report *report) MUST_CHECK;

// Puts venues that are off behind the others, order kept, and counts the others. config_load has
// done it; again after roles were changed.
void config_sort_venues(struct config *config);

// Symbols, and the venues that are not off, as a universe of the caller; listings are not known
// yet. STATUS_CONFIG when every venue is off.
enum status config_universe(const struct config *config, struct universe *universe) MUST_CHECK;

// The effective configuration as INI text: parses back to an equal struct config.
void config_print(const struct config *config, struct text *out);
// The documented default file: etc/perpdesk.ini.
void config_print_default(const struct config_options *options, struct text *out);
// The key list of perpdesk.ini(5), in mdoc.
void config_print_manual(struct text *out);

// The nearest of `count` names to `name`, or NULL when none is near; for "did you mean". `at` gives
// name number `index`.
const char *nearest_name(struct slice name, uint32_t count,
                         const char *(*at)(const void *names, uint32_t index), const void *names);

#endif
