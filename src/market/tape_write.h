// Writing recordings in the envelope form that tape.h reads: one frame a line, gzipped when the
// file's name ends in .gz.
//
// A message that is JSON stands in the line as it came, byte for byte, but for line breaks between
// its members, which become blanks. One that is not JSON is kept as a JSON string: printable ASCII
// as it is, every other byte as \u00XX, so that no byte is lost.
//
// A file that has reached its size is followed by another: x.ndjson.gz, x.0001.ndjson.gz … Each
// later one begins with the newest rules of the instruments, stamped with the time it begins, so
// that it can be played by itself; books begin in it with the next snapshot.
//
// One thread, which may sleep on the disk: never an io thread's. A failure sticks: what follows is
// refused with the same sentence.
#ifndef PERPDESK_MARKET_TAPE_WRITE_H
#define PERPDESK_MARKET_TAPE_WRITE_H

#include "market/tape.h"

enum { TAPE_PATH_MAX = 512, TAPE_RULES_MAX = 64 };

struct tape_frame {
    int64_t t_ns; // receive time, ns since 1970
    struct slice venue;
    bool rest;
    bool rules;          // the answer tells the instruments' rules: later files begin with it
    uint32_t connection; // WebSocket only
    struct slice url;    // REST only, empty = none
    struct slice body;   // JSON that was posted, empty = none
    struct slice raw;
};

struct tape_write_options {
    const char *path;
    uint64_t file_bytes_max;   // on the disk; 0: one file only
    uint32_t keep;             // files; older ones are removed; 0: all
    uint64_t total_bytes_max;  // of all files that are kept; 0: no limit
    uint64_t disk_floor_bytes; // least free space
};

struct tape_writer;

// Creates the first file (0600). STATUS_CANNOT_CREATE when it exists: nothing is written over.
enum status tape_writer_create(struct tape_writer **out,
                               const struct tape_write_options *options) MUST_CHECK;
// STATUS_DATA: this frame is too long for a line, others may follow. STATUS_UNAVAILABLE: the total
// size is reached, and the recording is whole as it is. Anything else: it failed.
enum status tape_writer_put(struct tape_writer *writer, const struct tape_frame *frame) MUST_CHECK;
// About once a second: hands everything to the system, so that a reader sees it and a crash loses
// no more, and looks at the free space.
enum status tape_writer_tend(struct tape_writer *writer) MUST_CHECK;
// Closes the file; what came before decides with it. NULL allowed in both.
enum status tape_writer_close(struct tape_writer *writer) MUST_CHECK;
void tape_writer_destroy(struct tape_writer *writer);

uint64_t tape_writer_frames(const struct tape_writer *writer);
uint64_t tape_writer_bytes(const struct tape_writer *writer); // on the disk, of the files kept
uint32_t tape_writer_files(const struct tape_writer *writer); // begun so far

// The line of a frame without its line end; false when it does not fit.
MUST_CHECK bool tape_format_frame(const struct tape_frame *frame, struct text *out);

#endif
