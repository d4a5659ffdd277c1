#include "past.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/journal_format.h"

enum { NEAR_THE_END = 2048, FIRST_CAPACITY = 1 << 20 };

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
    bool flipped = *how == PAST_DAMAGED;
    size_t byte = flipped ? at : sizeof(JOURNAL_MAGIC) - 3; // the number of the format
    unsigned char bit = (unsigned char)(1u << dice_between(dice, 0, flipped ? 7 : 2));
    past->data[byte] ^= bit;
    bool opened = read_all(past, past->size, recall, &reader, &end);
    past->data[byte] ^= bit;
    if (!flipped) {
        return !opened || says(why, "another format was opened", reader.at, 0);
    }
    bool right = opened && reader.at == sound && end != JOURNAL_END;
    *how = end == JOURNAL_TORN ? PAST_TORN : PAST_DAMAGED; // in the last record they look alike
    return right || says(why, "a flipped bit", opened ? reader.at : 0, sound);
}
