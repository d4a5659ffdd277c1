#include "past.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "engine/journal_format.h"

enum { NEAR_THE_END = 2048, FIRST_CAPACITY = 1 << 20 };
enum { HEAD_SIZE_AT = 24, HEAD_CHECKSUM_AT = 28, HEAD_AT = 32 }; // the format is first in it

static void make_room(struct past *past, size_t size) {
    if (past->capacity - past->size < size) {
        past->capacity = 2 * past->capacity + size + FIRST_CAPACITY;
        past->data = realloc(past->data, past->capacity);
        ASSERT(past->data != NULL);
    }
}

void past_begin(struct past *past, const char *config) {
    struct journal_head head = {.mode = DESK_LIVE, .config = slice_of(config)};
    past->size = 0;
    make_room(past, journal_header_size(head.config.size));
    past->size = past->first = journal_encode_header(&head, past->data);
}

void past_add(struct past *past, const unsigned char *records, size_t size) {
    make_room(past, size);
    memcpy(past->data + past->size, records, size);
    past->size += size;
}

void past_end(struct past *past) {
    free(past->data);
    *past = (struct past){0};
}

static bool read_all(const struct past *past, size_t size, struct recall *recall,
                     struct journal_reader *reader, enum journal_read *end) {
    struct event event;
    recall_init(recall);
    *end = JOURNAL_DAMAGED;
    if (journal_reader_init(reader, past->data, size) != STATUS_OK) {
        return false;
    }
    while ((*end = journal_next(reader, &event)) == JOURNAL_RECORD) {
        recall_event(recall, &event);
    }
    return true;
}

// Where the record begins that holds byte `at`.
static size_t record_of(const struct past *past, size_t at) {
    struct journal_reader reader = {.data = past->data, .size = past->size, .at = past->first};
    struct event event;
    size_t begin = past->first;
    while (reader.at <= at && journal_next(&reader, &event) == JOURNAL_RECORD) {
        begin = reader.at <= at ? reader.at : begin;
    }
    return begin;
}

static bool says(char *why, const char *text, size_t at, size_t expected) {
    (void)snprintf(why, 256, "%s: read up to byte %zu, sound up to %zu", text, at, expected);
    return false;
}

// As another version of the program would have begun the file: in order, but of its own format.
static void rewrite_head(struct past *past, int format) {
    unsigned char *data = past->data;
    uint16_t number = (uint16_t)format;
    uint32_t size, checksum;
    memcpy(data + HEAD_AT, &number, sizeof(number));
    memcpy(&size, data + HEAD_SIZE_AT, sizeof(size));
    checksum = (uint32_t)hash_bytes(data + HEAD_AT, size, size);
    memcpy(data + HEAD_CHECKSUM_AT, &checksum, sizeof(checksum));
}

// Upgraded, or taken back to an older version.
static bool read_foreign(struct past *past, struct dice *dice, struct recall *recall, char *why) {
    struct journal_reader reader;
    enum journal_read end;
    int format = EVENT_FORMAT + (dice_hit(dice, 500000) ? 1 : -1);
    rewrite_head(past, format);
    bool opened = read_all(past, past->size, recall, &reader, &end);
    rewrite_head(past, EVENT_FORMAT);
    if (opened || reader.format != format) {
        return says(why, "another format was opened", reader.at, 0);
    }
    return true;
}

bool past_read(struct past *past, bool spoiled, struct dice *dice, struct recall *recall,
               enum past_end *how, char *why) {
    struct journal_reader reader;
    enum journal_read end;
    size_t records = past->size - past->first;
    *how = spoiled && records > 0 ? (enum past_end)dice_between(dice, PAST_TORN, PAST_END_COUNT - 1)
                                  : PAST_SOUND;
    size_t back = (size_t)dice_between(
        dice, 1, records < NEAR_THE_END ? (int64_t)records + !records : NEAR_THE_END);
    size_t at = past->size - back;
    if (*how == PAST_SOUND) {
        bool sound = read_all(past, past->size, recall, &reader, &end) && end == JOURNAL_END;
        return sound || says(why, "a sound journal", reader.at, past->size);
    }
    size_t sound = record_of(past, at);
    if (*how == PAST_TORN) {
        bool opened = read_all(past, at, recall, &reader, &end);
        bool right =
            opened && reader.at == sound && end == (at == sound ? JOURNAL_END : JOURNAL_TORN);
        return right || says(why, "a torn tail", opened ? reader.at : 0, sound);
    }
    if (*how == PAST_FOREIGN) {
        return read_foreign(past, dice, recall, why);
    }
    unsigned char bit = (unsigned char)(1u << dice_between(dice, 0, 7));
    past->data[at] ^= bit;
    bool opened = read_all(past, past->size, recall, &reader, &end);
    past->data[at] ^= bit;
    bool right = opened && reader.at == sound && end != JOURNAL_END;
    *how = end == JOURNAL_TORN ? PAST_TORN : PAST_DAMAGED; // in the last record they look alike
    return right || says(why, "a flipped bit", opened ? reader.at : 0, sound);
}
