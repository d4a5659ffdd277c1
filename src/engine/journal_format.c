// Records of the journal as bytes.
//
// The head: magic (24 bytes, zero-padded), {u32 size, u32 checksum} of what follows, then u16
// format, u16 desk mode, u32 bytes of configuration text, u32 file number, u32 zero, u64 base, the
// text, zeros to a multiple of 8. A record: {u32 size, u32 checksum} of what follows, event header,
// payload. The size is the seed of the checksum, so a flipped bit in it is noticed, too.
#include "engine/journal_format.h"

#include "base/table.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "journals are little-endian; this machine would need conversion"
#endif

enum { MAGIC_SIZE = 24, CONFIG_MAX = 1 << 20, SAMPLE_INPUT = EVENT_INPUT | EVENT_SAMPLE };

struct record_head {
    uint32_t size; // of what follows the checksum
    uint32_t checksum;
};
struct file_head {
    uint16_t format;
    uint16_t mode;
    uint32_t config_size;
    uint32_t file_number;
    uint32_t pad;
    uint64_t base;
};

_Static_assert(sizeof(JOURNAL_MAGIC) <= MAGIC_SIZE, "magic fits");
_Static_assert(sizeof(struct event) % 8 == 0, "records are aligned");

static uint32_t checksum_of(const void *data, uint32_t size) {
    return (uint32_t)hash_bytes(data, size, size);
}

static size_t padded(size_t size) {
    return (size + 7) / 8 * 8;
}

size_t journal_record_size(const struct event *event) {
    return sizeof(struct record_head) + sizeof(struct event_header) + event->header.size;
}

size_t journal_encode(const struct event *event, unsigned char *out) {
    ASSERT(event->header.kind < EVENT_KIND_COUNT);
    ASSERT(event->header.size == event_payload_size((enum event_kind)event->header.kind));
    struct record_head head = {.size = (uint32_t)sizeof(event->header) + event->header.size};
    memcpy(out + sizeof(head), event, head.size);
    head.checksum = checksum_of(out + sizeof(head), head.size);
    memcpy(out, &head, sizeof(head));
    return sizeof(head) + head.size;
}

size_t journal_header_size(size_t config_size) {
    return MAGIC_SIZE + sizeof(struct record_head) + sizeof(struct file_head) + padded(config_size);
}

size_t journal_encode_header(const struct journal_head *of, unsigned char *out) {
    struct slice config = of->config;
    ASSERT(config.size <= CONFIG_MAX);
    size_t size = journal_header_size(config.size);
    memset(out, 0, size);
    memcpy(out, JOURNAL_MAGIC, sizeof(JOURNAL_MAGIC) - 1);
    struct record_head head = {.size = (uint32_t)(size - MAGIC_SIZE - sizeof(head))};
    struct file_head file = {.format = EVENT_FORMAT,
                             .mode = (uint16_t)of->mode,
                             .config_size = (uint32_t)config.size,
                             .file_number = of->file_number,
                             .base = of->base};
    unsigned char *body = out + MAGIC_SIZE + sizeof(head);
    memcpy(body, &file, sizeof(file));
    if (config.size > 0) {
        memcpy(body + sizeof(file), config.data, config.size);
    }
    head.checksum = checksum_of(body, head.size);
    memcpy(out + MAGIC_SIZE, &head, sizeof(head));
    return size;
}

enum status journal_reader_init(struct journal_reader *reader, const void *data, size_t size) {
    *reader = (struct journal_reader){.data = data, .size = size};
    const unsigned char *bytes = data;
    if (size < MAGIC_SIZE + sizeof(struct record_head) + sizeof(uint16_t)) {
        return status_fail(STATUS_DATA, "too short for a journal: %zu bytes", size);
    }
    char magic[MAGIC_SIZE] = JOURNAL_MAGIC;
    if (memcmp(bytes, magic, MAGIC_SIZE) != 0) {
        return status_fail(STATUS_DATA, "not a journal of this program");
    }
    struct record_head head;
    memcpy(&head, bytes + MAGIC_SIZE, sizeof(head));
    const unsigned char *body = bytes + MAGIC_SIZE + sizeof(head);
    struct file_head file;
    if (head.size > size - MAGIC_SIZE - sizeof(head) || head.size < sizeof(file.format) ||
        head.checksum != checksum_of(body, head.size)) {
        return status_fail(STATUS_DATA, "the journal's head is damaged");
    }
    memcpy(&file.format, body, sizeof(file.format)); // first in the head of every format
    reader->format = file.format;
    if (file.format != EVENT_FORMAT) {
        return status_fail(STATUS_DATA, "the journal is of format %u, this program reads %d",
                           file.format, EVENT_FORMAT);
    }
    if (head.size < sizeof(file)) {
        return status_fail(STATUS_DATA, "the journal's head is damaged");
    }
    memcpy(&file, body, sizeof(file));
    if (file.mode >= DESK_MODE_COUNT || file.config_size > CONFIG_MAX ||
        sizeof(file) + padded(file.config_size) != head.size) {
        return status_fail(STATUS_DATA, "the journal's head is damaged");
    }
    reader->mode = file.mode;
    reader->file_number = file.file_number;
    reader->base = reader->last_sequence = file.base;
    reader->config = (struct slice){(const char *)body + sizeof(file), file.config_size};
    reader->at = MAGIC_SIZE + sizeof(head) + head.size;
    return STATUS_OK;
}

// A crash of the machine may leave a file longer than its data: the rest reads as zeros.
static bool is_zero(const unsigned char *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (data[i] != 0) {
            return false;
        }
    }
    return true;
}

// Whether what stands after the record's head can be an event of that size at all.
static bool is_plausible(const unsigned char *body, uint32_t size) {
    struct event_header header;
    memcpy(&header, body, sizeof(header));
    return header.kind < EVENT_KIND_COUNT && (header.flags & ~SAMPLE_INPUT) == 0 &&
           header.size == event_payload_size((enum event_kind)header.kind) &&
           header.size + sizeof(header) == size;
}

// A bool of any other byte must not even be looked at.
static bool is_bool_sound(const unsigned char *body) {
    struct event_header header;
    memcpy(&header, body, sizeof(header));
    const unsigned char *ready =
        body + sizeof(header) + offsetof(struct event_listing_rules, listing.ready);
    return header.kind != EVENT_INSTRUMENT || *ready <= 1;
}

static bool follows(const struct journal_reader *reader, const struct event_header *header) {
    if ((header->flags & EVENT_SAMPLE) != 0) {
        return (header->flags & EVENT_INPUT) != 0; // written late: out of sequence by nature
    }
    return header->sequence > reader->last_sequence;
}

static enum journal_read end(struct journal_reader *reader, bool torn, const char *why) {
    reader->why = why;
    return torn ? JOURNAL_TORN : JOURNAL_DAMAGED;
}

enum journal_read journal_next(struct journal_reader *reader, struct event *event) {
    ASSERT(reader->at <= reader->size);
    const unsigned char *at = reader->data + reader->at;
    size_t left = reader->size - reader->at;
    if (left == 0) {
        return JOURNAL_END;
    }
    struct record_head head;
    if (left < sizeof(head) || is_zero(at, left < sizeof(*event) ? left : sizeof(*event))) {
        bool torn = left < sizeof(head) || is_zero(at, left);
        return end(reader, torn, torn ? "the record was not written whole" : "zeros");
    }
    memcpy(&head, at, sizeof(head));
    if (head.size < sizeof(event->header) || head.size > sizeof(*event)) {
        bool torn = is_zero(at + sizeof(head.size), left - sizeof(head.size));
        return end(reader, torn, "no record has this size");
    }
    const unsigned char *body = at + sizeof(head);
    size_t body_left = left - sizeof(head);
    if (body_left >= sizeof(event->header) && !is_plausible(body, head.size)) {
        bool cut = is_zero(body + sizeof(event->header), body_left - sizeof(event->header));
        bool torn = body_left <= head.size || is_zero(body + head.size, body_left - head.size);
        return end(reader, cut || (torn && is_zero(body, sizeof(event->header))),
                   "size and kind of the record do not fit");
    }
    if (body_left < head.size) {
        return end(reader, true, "the record was not written whole");
    }
    if (head.checksum != checksum_of(body, head.size)) {
        return end(reader, is_zero(body + head.size, body_left - head.size),
                   "the record's checksum is wrong");
    }
    struct event_header header;
    memcpy(&header, body, sizeof(header));
    if (!is_bool_sound(body)) {
        return end(reader, false, "the record holds what no desk writes");
    }
    if (!follows(reader, &header)) {
        return end(reader, false, "the record's number does not follow");
    }
    memset(event, 0, sizeof(*event));
    memcpy(event, body, head.size);
    if ((header.flags & EVENT_SAMPLE) == 0) {
        reader->last_sequence = header.sequence;
    }
    reader->at += sizeof(head) + head.size;
    return JOURNAL_RECORD;
}
