// The journal's record format: how events lie in the file. Pure bytes; files are io/journal.h's
// matter.
//
// File: a head (magic, then size and checksum of what follows: format, desk mode, number of the
// file in its session, sequence number of the last event before it, configuration text), then
// records. A session's files are a chain: what is missing between two of them is noticed. Each
// record is {u32 size of what follows the checksum, u32 checksum (XXH3 seeded with the size, low 32
// bits, over what follows), event header, payload}. Little-endian, 8-byte aligned. A record whose
// size or checksum is wrong ends what can be trusted: at the end of the file that is a torn tail
// and told, in the middle it is damage. Sequence numbers rise, except in records marked
// EVENT_SAMPLE. perpdesk-protocol(7) documents it.
#ifndef PERPDESK_ENGINE_JOURNAL_FORMAT_H
#define PERPDESK_ENGINE_JOURNAL_FORMAT_H

#include "engine/event.h"

#define JOURNAL_MAGIC "perpdesk journal 1\n"

enum journal_read {
    JOURNAL_RECORD, // *event is filled
    JOURNAL_END,    // exactly at the end
    JOURNAL_TORN,   // the rest is shorter than the record it announces, or its checksum fails and
                    // nothing (or only zeros) follows
    JOURNAL_DAMAGED // checksum, size or kind is wrong and more follows
};

struct journal_reader {
    const unsigned char *data;
    size_t size, at;      // at: end of what was read and found good
    struct slice config;  // configuration text of the header
    uint16_t format;      // of the head; 0: it could not be read that far
    uint16_t mode;        // enum desk_mode
    uint32_t file_number; // of the session
    uint64_t base;        // sequence number the session had reached when this file began
    uint64_t last_sequence;
    const char *why; // after JOURNAL_TORN or JOURNAL_DAMAGED: what is wrong at `at`
};

struct journal_head {
    enum desk_mode mode;
    uint32_t file_number;
    uint64_t base; // see journal_reader
    struct slice config;
};

// Bytes `event` needs in the file.
size_t journal_record_size(const struct event *event);
// Encodes into `out` (journal_record_size bytes); returns the bytes written.
size_t journal_encode(const struct event *event, unsigned char *out);
size_t journal_header_size(size_t config_size);
size_t journal_encode_header(const struct journal_head *head, unsigned char *out);

// STATUS_DATA with a sentence when it is no journal of this format.
enum status journal_reader_init(struct journal_reader *reader, const void *data,
                                size_t size) MUST_CHECK;
enum journal_read journal_next(struct journal_reader *reader, struct event *event);

#endif
