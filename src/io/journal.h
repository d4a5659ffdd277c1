// The journal's files: one folder per kind of desk, one session per start of a desk, one writer.
//
// A session is named after the machine's UTC clock at its start: `journal-20240808T235736.123Z.pdj`
// and, when that file reached its size limit, `journal-20240808T235736.123Z.0001.pdj` and so on:
// each begins with the same head, sequence numbers go on from file to file, and a session is read
// (replay, recovery) as the chain of its files. The stamp is the machine's time and not the desk's,
// which in a demo starts at the same moment each time; it is always later than the newest
// session's.
//
// The engine appends inside its lock into memory sized at start; commit is one write(). Any failure
// (full disk, I/O error) is told by commit with a sentence and sticks: this journal takes nothing
// any more and its engine sends nothing any more. Free space below the floor is no failure: what
// lowers risk still has to be written and sent, and the floor is what it is written on. What was
// written of a failed commit is cut off again, so the file ends with the last whole pass.
// journal_sync makes durable what was committed and belongs to one other thread (the keeper's).
#ifndef PERPDESK_IO_JOURNAL_H
#define PERPDESK_IO_JOURNAL_H

#include <stdatomic.h>

#include "engine/engine.h"
#include "engine/journal_format.h"

enum { JOURNAL_NAME_MAX = 64, JOURNAL_STAMP_MAX = 24, JOURNAL_FILES_MAX = 9999 };

// A state folder, locked against a second desk.
struct journal_folder {
    int fd;      // of the folder
    int lock_fd; // of the file `lock` in it, held by flock
    char path[256];
};

// Creates the folder (0700) when missing. STATUS_UNAVAILABLE when another desk holds it.
enum status journal_folder_open(struct journal_folder *folder, const char *path) MUST_CHECK;
void journal_folder_close(struct journal_folder *folder);

struct journal_options {
    enum desk_mode mode;
    struct slice config;       // text for the head; copied
    uint64_t file_bytes_max;   // a new file is begun beyond this
    int64_t retention_ns;      // older sessions are removed, never the newest one; 0: kept for ever
    const char *kept;          // nor this one (its stamp) and what came after; NULL: none
    uint64_t disk_floor_bytes; // least free space
    size_t buffer_bytes;       // memory for one pass; a larger pass is written in parts
};

struct journal {
    struct journal_folder *folder;
    struct journal_options options;
    char stamp[JOURNAL_STAMP_MAX]; // "20240808T235736.123Z"
    char *config;                  // copied
    size_t config_size;
    unsigned char *head; // room for the head of a file
    size_t head_size;
    uint64_t sequence; // of the newest event taken
    unsigned char *buffer;
    size_t buffered;
    uint32_t file_number;
    uint64_t file_bytes;             // written and whole
    uint64_t part_bytes;             // written of a pass that is not committed yet
    _Atomic int fd;                  // written by the engine's thread, closed only by journal_sync
    _Atomic int retired_fd;          // a finished file that journal_sync makes durable and closes
    _Atomic bool unsynced, new_file; // something for journal_sync
    _Atomic int sync_errno;          // what journal_sync met
    _Atomic bool below_floor;        // what journal_tend saw
    _Atomic bool parked;             // journal_sync's thread sleeps long: the next commit wakes it
    void (*wake)(void *arg);
    void *wake_arg;
    bool failed;
    char failure[192];
    _Atomic uint64_t commits, bytes, syncs; // counters
};

// Begins a session in a locked folder: removes expired sessions, refuses below the disk floor.
enum status journal_create(struct journal *journal, struct journal_folder *folder,
                           const struct journal_options *options) MUST_CHECK;
void journal_finish(struct journal *journal); // makes durable and closes
struct journal_sink journal_sink(struct journal *journal);

// One thread, not the engine's. Nothing to do: returns at once.
void journal_sync(struct journal *journal);
bool journal_sync_wanted(const struct journal *journal);
// journal_sync's thread, before a long sleep: true when it may, the next commit then calls `wake`
// (set once before threads start).
void journal_on_wake(struct journal *journal, void (*wake)(void *arg), void *arg);
bool journal_park(struct journal *journal);
// Looks at the free space. Same thread as sync.
void journal_tend(struct journal *journal);
// Below the floor, when it was last looked at: nothing should be opened any more. Any thread.
bool journal_is_low(const struct journal *journal);

// Reading a session, file after file. No lock is needed: a growing session reads as a torn tail.
struct journal_session {
    char folder[256];
    char stamp[JOURNAL_STAMP_MAX];
    uint32_t file_count, file_number;
    unsigned char *map; // of the file at hand
    size_t map_size;
    struct journal_reader reader;
    uint16_t mode;    // enum desk_mode
    size_t head_size; // of every file
    uint64_t events, last_sequence;
    int64_t last_ns; // desk time of the newest event read
    enum journal_read end;
    bool unread; // ended so because a file is there and could not be opened: status_text() says why
    uint64_t bytes_lost; // behind the place where reading ended; 0 after a clean end
};

// `path`: a folder (its newest session) or a session's first file. STATUS_NO_INPUT when there is
// none, STATUS_DATA when it is damaged, STATUS_SYSTEM when it is there and cannot be read. The
// head's configuration and mode are in session->reader.
enum status journal_session_open(struct journal_session *session, const char *path) MUST_CHECK;
// The newest session in a folder that began before `stamp`; "": the newest of all. `stamp` is
// filled in also when the session cannot be read.
enum status journal_session_open_before(struct journal_session *session, const char *folder,
                                        const char *stamp) MUST_CHECK;
void journal_session_close(struct journal_session *session);
// As journal_next over all files. After anything but JOURNAL_RECORD the fields above tell the end.
enum journal_read journal_session_next(struct journal_session *session, struct event *event);
enum status journal_session_rewind(struct journal_session *session) MUST_CHECK;
// Where reading stopped: "FILE: record 12 at byte 3456: the record's checksum is wrong".
void journal_session_where(const struct journal_session *session, struct text *out);
// "4 files, 1234 events, last at 2024-08-08T23:57:36Z, torn tail of 56 bytes"; reads to the end.
void journal_session_describe(struct journal_session *session, struct text *out);

#endif
