// The journal's reader on any bytes, and what comes after it on records that pass the checksum.
//
// The first byte chooses: even, the rest is a file as it is. Odd, the rest is cut into records
// whose sizes and checksums are made right, so that printing, the check of inputs and replay see
// every possible payload.
#include <stdlib.h>

#include "engine/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct universe universe;

static void read_file(const unsigned char *data, size_t size) {
    struct journal_reader reader;
    if (journal_reader_init(&reader, data, size) != STATUS_OK) {
        return;
    }
    struct event event;
    enum journal_read read;
    size_t before = reader.at;
    while ((read = journal_next(&reader, &event)) == JOURNAL_RECORD) {
        ASSERT(reader.at > before && reader.at <= size);
        before = reader.at;
        char line[400];
        struct text out = TEXT_OVER(line);
        event_print(&out, &universe, &event);
        ASSERT(out.size > 0);
    }
    ASSERT(reader.at == before);
    ASSERT((read == JOURNAL_END) == (reader.at == size));
}

static void replay_file(const unsigned char *data, size_t size) {
    static struct engine engine;
    struct journal_reader reader;
    struct replay replay;
    if (journal_reader_init(&reader, data, size) != STATUS_OK) {
        return;
    }
    replay_init(&replay, replay_from_reader(&reader), &universe);
    struct engine_options options = {.universe = &universe,
                                     .journal = replay_sink(&replay),
                                     .journal_quotes_all = true,
                                     .publish_ns = INT64_MAX};
    if (engine_create(&engine, &options) == STATUS_OK) {
        enum status status = replay_verify(&replay, &engine);
        ASSERT((status == STATUS_ERROR) == replay.differs);
        engine_finish(&engine);
    }
}

// Records of three bytes of description and the payload's bytes, zeros where they end.
static size_t make_file(const uint8_t *data, size_t size, unsigned char *out, size_t capacity) {
    size_t used =
        journal_encode_header(&(struct journal_head){.mode = DESK_DEMO, .config = SLICE("x")}, out);
    uint64_t sequence = 0;
    while (size > 3 && used + sizeof(struct event) + 8 <= capacity) {
        struct event event = {0};
        event.header.kind = data[0] % EVENT_KIND_COUNT;
        event.header.flags = data[1] % 4;
        event.header.time_ns = (int64_t)sequence * 8 + (int8_t)data[2];
        event.header.sequence = ++sequence;
        event.header.size = event_payload_size((enum event_kind)event.header.kind);
        data += 3;
        size -= 3;
        size_t take = size < event.header.size ? size : event.header.size;
        memcpy(&event.u, data, take);
        data += take;
        size -= take;
        used += journal_encode(&event, out + used);
    }
    return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static unsigned char file[16384];
    if (universe.listings == NULL && universe_create(&universe, 2, 3) != STATUS_OK) {
        return 0;
    }
    if (size == 0) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        read_file(data + 1, size - 1);
        return 0;
    }
    size_t used = make_file(data + 1, size - 1, file, sizeof(file));
    read_file(file, used);
    replay_file(file, used);
    return 0;
}
