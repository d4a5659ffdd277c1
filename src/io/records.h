// Every attempt on record, written off the path: the engine's events are copied into a ring inside
// its lock, and a thread of its own brings them into the database in batches.
//
// Records never hold up trading and never stop it: when the ring is full an event is lost and
// counted, and when the disk or the database fails, recording ends with one line in the log. The
// journal is the truth; records are what one looks at.
#ifndef PERPDESK_IO_RECORDS_H
#define PERPDESK_IO_RECORDS_H

#include "base/ring.h"
#include "base/role.h"
#include "engine/engine.h"
#include "io/records_db.h"

struct records_options {
    struct records_db_options db;
    const struct quote_cache *cache; // of the engine: for what an order may expect
};

struct records {
    struct records_options options;
    struct journal_sink inner;
    struct records_db *db; // after records_start the thread's only
    struct ring ring;
    struct role role;
    uv_timer_t timer;
    _Atomic uint64_t taken, lost;
    struct records_item next; // the thread's, as the rest
    bool has_next, failed;
};

// Opens the database; nothing runs yet.
enum status records_create(struct records *records,
                           const struct records_options *options) MUST_CHECK;
// The sink to give the engine: hands everything on to `inner` and keeps a copy of what is recorded.
struct journal_sink records_sink(struct records *records, struct journal_sink inner);
enum status records_start(struct records *records) MUST_CHECK;
// After the engine's last event: writes what is left and closes the database.
void records_finish(struct records *records);

#endif
