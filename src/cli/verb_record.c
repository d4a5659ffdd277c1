// record: every message of every venue into a file, as it came.
//
// The io threads must never wait for a disk: each venue has one thread, so each gets a ring, and
// the main thread empties them into the writer. A full ring loses messages and counts them; that is
// told at the end, and once a second while it goes on.
#include <stdio.h>
#include <stdlib.h>

#include "base/byte_ring.h"
#include "base/clock.h"
#include "cli/verbs.h"
#include "io/feed.h"
#include "market/tape_write.h"

enum { RING_BYTES = 16 * 1024 * 1024 };
_Static_assert(RING_BYTES >= 2 * MD_FRAME_MAX, "the largest message fits with room to spare");

// What stands before the texts of a message in its ring.
struct head {
    int64_t t_ns;
    uint32_t url_size, body_size, raw_size, connection;
    bool rest, rules;
};

struct recorder {
    struct byte_ring rings[VENUE_MAX]; // by venue
    uint16_t venue_count;
    _Atomic uint64_t lost, lost_bytes;
    uint64_t lost_told, too_long;
    const struct universe *universe;
    struct tape_writer *writer;
};

static void on_frame(void *arg, uint16_t venue, const struct feed_frame *frame) {
    struct recorder *recorder = arg;
    struct head head;
    memset(&head, 0, sizeof(head));
    head.t_ns = frame->receive_ns;
    head.url_size = (uint32_t)frame->url.size;
    head.body_size = (uint32_t)frame->body.size;
    head.raw_size = (uint32_t)frame->raw.size;
    head.connection = frame->connection;
    head.rest = frame->rest;
    head.rules = frame->rest && frame->kind == MD_REQUEST_INSTRUMENTS;
    const struct slice parts[] = {
        {(const char *)&head, sizeof(head)}, frame->url, frame->body, frame->raw};
    if (!byte_ring_push(&recorder->rings[venue], parts, COUNT_OF(parts))) {
        atomic_fetch_add_explicit(&recorder->lost, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&recorder->lost_bytes, frame->raw.size, memory_order_relaxed);
    }
}

static enum status write_record(struct recorder *recorder, uint16_t venue, struct slice record) {
    struct head head;
    ASSERT(record.size >= sizeof(head));
    memcpy(&head, record.data, sizeof(head));
    const char *texts = record.data + sizeof(head);
    struct tape_frame frame = {
        .t_ns = head.t_ns,
        .venue = slice_of(recorder->universe->venues[venue].name),
        .rest = head.rest,
        .rules = head.rules,
        .connection = head.connection,
        .url = {texts, head.url_size},
        .body = {texts + head.url_size, head.body_size},
        .raw = {texts + head.url_size + head.body_size, head.raw_size},
    };
    enum status status = tape_writer_put(recorder->writer, &frame);
    if (status == STATUS_DATA) {
        recorder->too_long++;
        return STATUS_OK;
    }
    return status;
}

// Empties the rings in the order of arrival, so that a file tells all venues in one order of time.
static enum status write_waiting(struct recorder *recorder) {
    for (;;) {
        int first = -1;
        struct slice oldest = {0};
        struct head head, oldest_head = {0};
        for (uint16_t i = 0; i < recorder->venue_count; i++) {
            struct slice record;
            if (!byte_ring_peek(&recorder->rings[i], &record)) {
                continue;
            }
            memcpy(&head, record.data, sizeof(head));
            if (first < 0 || head.t_ns < oldest_head.t_ns) {
                first = i;
                oldest = record;
                oldest_head = head;
            }
        }
        if (first < 0) {
            return STATUS_OK;
        }
        enum status status = write_record(recorder, (uint16_t)first, oldest);
        byte_ring_drop(&recorder->rings[first]);
        if (status != STATUS_OK) {
            return status;
        }
    }
}

static void tell_lost(struct recorder *recorder) {
    uint64_t lost = atomic_load(&recorder->lost);
    if (lost != recorder->lost_told) {
        recorder->lost_told = lost;
        fprintf(stderr,
                "perpdesk: %llu messages (%llu bytes) were not recorded: the disk was too slow\n",
                (unsigned long long)lost, (unsigned long long)atomic_load(&recorder->lost_bytes));
    }
}

static enum status tend(struct recorder *recorder, int64_t *tended_ns) {
    int64_t now_ns = mono_now_ns();
    if (now_ns - *tended_ns < NS_PER_S) {
        return STATUS_OK;
    }
    *tended_ns = now_ns;
    tell_lost(recorder);
    return tape_writer_tend(recorder->writer);
}

static void tell_end(const struct recorder *recorder) {
    if (recorder->too_long > 0) {
        fprintf(stderr, "perpdesk: %llu messages were too long to be recorded\n",
                (unsigned long long)recorder->too_long);
    }
    fprintf(stderr, "perpdesk: %llu messages in %u file%s, %llu bytes kept\n",
            (unsigned long long)tape_writer_frames(recorder->writer),
            tape_writer_files(recorder->writer),
            tape_writer_files(recorder->writer) == 1 ? "" : "s",
            (unsigned long long)tape_writer_bytes(recorder->writer));
}

static enum status record(struct recorder *recorder, struct desk_run *desk, int64_t seconds_ns) {
    int64_t began_ns = mono_now_ns(), tended_ns = began_ns;
    enum status status = desk_run_start(desk);
    if (status != STATUS_OK) {
        return status;
    }
    do {
        status = write_waiting(recorder);
        if (status == STATUS_OK) {
            status = tend(recorder, &tended_ns);
        }
    } while (status == STATUS_OK && cli_wait(began_ns, seconds_ns));
    desk_run_stop(desk);
    if (status == STATUS_OK) {
        status = write_waiting(recorder);
    }
    if (status == STATUS_UNAVAILABLE) { // --max-mb: an end like another
        fprintf(stderr, "perpdesk: %s\n", status_text());
        status = STATUS_OK;
    }
    tell_lost(recorder);
    if (status == STATUS_OK) {
        status = tape_writer_close(recorder->writer);
    }
    tell_end(recorder);
    if (status == STATUS_OK && tape_writer_frames(recorder->writer) == 0 && !cli_stopped()) {
        status = status_fail(STATUS_UNAVAILABLE, "no venue sent a message");
    }
    return status;
}

static enum status create_rings(struct recorder *recorder) {
    enum status status = STATUS_OK;
    for (uint16_t i = 0; i < recorder->venue_count && status == STATUS_OK; i++) {
        status = byte_ring_create(&recorder->rings[i], RING_BYTES);
    }
    return status;
}

enum status verb_record(const struct cli_args *args) {
    struct config config;
    struct desk_run *desk = NULL;
    struct recorder *recorder =
        aligned_alloc(64, (sizeof(struct recorder) + 63) / 64 * 64); // the rings' cache lines
    if (recorder == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory");
    }
    memset(recorder, 0, sizeof(*recorder));
    struct desk_run_options options = {.on_frame = on_frame, .on_frame_arg = recorder};
    cli_catch_signals();
    enum status status = cli_open_desk(args, &options, &config, &desk);
    if (status == STATUS_OK) {
        recorder->universe = desk_run_universe(desk);
        recorder->venue_count = recorder->universe->venue_count;
        status = create_rings(recorder);
    }
    if (status == STATUS_OK) {
        struct tape_write_options files = {
            .path = args->operands[0],
            .file_bytes_max = args->rotate_mb << 20,
            .keep = args->keep,
            .total_bytes_max = args->max_mb << 20,
            .disk_floor_bytes = config.settings.disk_floor_bytes,
        };
        status = tape_writer_create(&recorder->writer, &files);
    }
    if (status == STATUS_OK) {
        status = record(recorder, desk, args->seconds_ns);
    }
    desk_run_close(desk);
    for (uint16_t i = 0; i < VENUE_MAX; i++) {
        byte_ring_finish(&recorder->rings[i]);
    }
    tape_writer_destroy(recorder->writer);
    free(recorder);
    return status;
}
