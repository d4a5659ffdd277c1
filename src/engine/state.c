// The board: one sequence lock per section over 64-bit words.
//
// The words are stored with release and loaded with acquire, which is free on x86 and orders them
// against the sequence without fences (the thread sanitizer does not understand fences): a reader
// that sees any word of a publication also sees its odd sequence, or a later one.
#include "engine/state.h"

#include <sched.h>
#include <stdlib.h>

static const struct {
    uint32_t row_size;
    uint32_t rows; // 0: by the universe
} section_rows[STATE_SECTION_COUNT] = {
#define STATE_ROW(section, row, rows) [section] = {sizeof(row), rows},
    STATE_SECTION_LIST(STATE_ROW)
#undef STATE_ROW
};

#define STATE_ASSERT(section, row, rows)                                                           \
    _Static_assert(sizeof(row) % 8 == 0, "rows are copied by words");
STATE_SECTION_LIST(STATE_ASSERT)
#undef STATE_ASSERT

const char *wire_result_name(enum wire_result result) {
    static const char *const names[WIRE_RESULT_COUNT] = {
        [WIRE_SENT] = "sent",         [WIRE_OPEN] = "open",         [WIRE_PARTIAL] = "partial",
        [WIRE_FILLED] = "filled",     [WIRE_CANCELED] = "canceled", [WIRE_EXPIRED] = "expired",
        [WIRE_REJECTED] = "REJECTED", [WIRE_UNKNOWN] = "UNKNOWN",   [WIRE_DONE] = "done"};
    ASSERT((unsigned)result < WIRE_RESULT_COUNT);
    return names[result];
}

uint32_t state_row_size(enum state_section section) {
    ASSERT((unsigned)section < STATE_SECTION_COUNT);
    return section_rows[section].row_size;
}

uint32_t state_rows_max(enum state_section section, const struct universe *universe) {
    ASSERT((unsigned)section < STATE_SECTION_COUNT);
    if (section_rows[section].rows != 0) {
        return section_rows[section].rows;
    }
    uint32_t venues = universe->venue_count;
    return section == STATE_QUOTES ? venues * universe->symbol_count : venues;
}

// Sections whose number of rows never changes.
static bool is_fixed(enum state_section section) {
    return section_rows[section].rows <= 1;
}

enum status state_draft_create(struct state_draft *draft, const struct universe *universe) {
    *draft = (struct state_draft){0};
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        enum state_section section = (enum state_section)s;
        uint32_t rows = state_rows_max(section, universe);
        draft->rows[s] = calloc(rows, state_row_size(section));
        if (draft->rows[s] == NULL) {
            state_draft_finish(draft);
            return status_fail(STATUS_SYSTEM, "no memory for the picture of the desk");
        }
        draft->rows_max[s] = rows;
        draft->count[s] = is_fixed(section) ? rows : 0;
    }
    return STATUS_OK;
}

void state_draft_finish(struct state_draft *draft) {
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        free(draft->rows[s]);
    }
    *draft = (struct state_draft){0};
}

enum status state_board_create(struct state_board *board, const struct universe *universe) {
    memset(board, 0, sizeof(*board));
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        enum state_section section = (enum state_section)s;
        struct state_slot *slot = &board->slots[s];
        slot->row_size = state_row_size(section);
        slot->rows_max = state_rows_max(section, universe);
        size_t words = (size_t)slot->rows_max * slot->row_size / sizeof(uint64_t);
        slot->words = calloc(words, sizeof(*slot->words));
        if (slot->words == NULL) {
            state_board_finish(board);
            return status_fail(STATUS_SYSTEM, "no memory for the picture of the desk");
        }
    }
    return STATUS_OK;
}

void state_board_finish(struct state_board *board) {
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        free(board->slots[s].words);
        board->slots[s].words = NULL;
    }
}

// Index of the first word in which the draft differs from the board, or `words`.
static size_t first_difference(const struct state_slot *slot, const unsigned char *rows,
                               size_t words) {
    for (size_t i = 0; i < words; i++) {
        uint64_t word;
        memcpy(&word, rows + i * sizeof(word), sizeof(word));
        if (word != atomic_load_explicit(&slot->words[i], memory_order_relaxed)) {
            return i;
        }
    }
    return words;
}

static void publish_section(struct state_slot *slot, const unsigned char *rows, uint32_t count) {
    ASSERT(count <= slot->rows_max);
    size_t words = (size_t)count * slot->row_size / sizeof(uint64_t);
    uint64_t version = atomic_load_explicit(&slot->version, memory_order_relaxed);
    size_t from = first_difference(slot, rows, words);
    if (from == words && version != 0 &&
        count == atomic_load_explicit(&slot->count, memory_order_relaxed)) {
        return;
    }
    uint32_t sequence = atomic_load_explicit(&slot->sequence, memory_order_relaxed);
    ASSERT(sequence % 2 == 0);
    atomic_store_explicit(&slot->sequence, sequence + 1, memory_order_relaxed);
    atomic_store_explicit(&slot->count, count, memory_order_release);
    atomic_store_explicit(&slot->version, version + 1, memory_order_release);
    for (size_t i = from; i < words; i++) {
        uint64_t word;
        memcpy(&word, rows + i * sizeof(word), sizeof(word));
        atomic_store_explicit(&slot->words[i], word, memory_order_release);
    }
    atomic_store_explicit(&slot->sequence, sequence + 2, memory_order_release);
}

void state_publish(struct state_board *board, const struct state_draft *draft) {
    for (uint32_t s = 0; s < STATE_SECTION_COUNT; s++) {
        publish_section(&board->slots[s], draft->rows[s], draft->count[s]);
    }
}

static bool try_read(const struct state_slot *slot, unsigned char *rows, uint32_t *count,
                     uint64_t *version) {
    uint32_t before = atomic_load_explicit(&slot->sequence, memory_order_acquire);
    if (before % 2 != 0) {
        return false;
    }
    *count = atomic_load_explicit(&slot->count, memory_order_acquire);
    *version = atomic_load_explicit(&slot->version, memory_order_acquire);
    size_t words = (size_t)*count * slot->row_size / sizeof(uint64_t);
    for (size_t i = 0; i < words; i++) {
        uint64_t word = atomic_load_explicit(&slot->words[i], memory_order_acquire);
        memcpy(rows + i * sizeof(word), &word, sizeof(word));
    }
    return atomic_load_explicit(&slot->sequence, memory_order_relaxed) == before;
}

uint32_t state_read(const struct state_board *board, enum state_section section, void *rows,
                    uint64_t *version) {
    ASSERT((unsigned)section < STATE_SECTION_COUNT);
    enum { SPINS_BEFORE_YIELD = 64 };
    uint32_t count = 0;
    uint64_t seen = 0;
    for (uint32_t tries = 1; !try_read(&board->slots[section], rows, &count, &seen); tries++) {
        // The writer may have been preempted in the middle: give it the core.
        if (tries % SPINS_BEFORE_YIELD == 0) {
            (void)sched_yield();
        }
    }
    if (version != NULL) {
        *version = seen;
    }
    return count;
}

uint64_t state_version(const struct state_board *board, enum state_section section) {
    ASSERT((unsigned)section < STATE_SECTION_COUNT);
    return atomic_load_explicit(&board->slots[section].version, memory_order_acquire);
}
