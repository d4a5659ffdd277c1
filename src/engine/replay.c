// The comparison runs inside the engine's journal sink, so nothing has to be collected: whenever
// the engine emits a derived event, the next record of the journal must be that event.
#include "engine/replay.h"

static enum journal_read next_of_reader(void *arg, struct event *event) {
    return journal_next(arg, event);
}

struct replay_source replay_from_reader(struct journal_reader *reader) {
    return (struct replay_source){.next = next_of_reader, .arg = reader};
}

void replay_init(struct replay *replay, struct replay_source source,
                 const struct universe *universe) {
    *replay = (struct replay){
        .source = source, .universe = universe, .end = JOURNAL_RECORD, .until_ns = INT64_MAX};
}

static void print_into(const struct replay *replay, char *out, size_t capacity,
                       const struct event *event) {
    struct text text = text_over(out, capacity);
    if (event == NULL) {
        text_add_string(&text, "nothing");
        return;
    }
    text_add_format(&text, "%llu %lld %s", (unsigned long long)event->header.sequence,
                    (long long)event->header.time_ns,
                    (event->header.flags & EVENT_INPUT) != 0 ? "input " : "");
    event_print(&text, replay->universe, event);
}

static void note_difference(struct replay *replay, const struct event *recorded,
                            const struct event *replayed) {
    replay->differs = true;
    replay->differs_at = recorded != NULL ? recorded->header.sequence : replayed->header.sequence;
    print_into(replay, replay->recorded, sizeof(replay->recorded), recorded);
    print_into(replay, replay->replayed, sizeof(replay->replayed), replayed);
}

static bool is_equal(const struct event *a, const struct event *b) {
    return memcmp(&a->header, &b->header, sizeof(a->header)) == 0 &&
           memcmp(&a->u, &b->u, a->header.size) == 0;
}

static void compare(void *arg, const struct event *replayed) {
    struct replay *replay = arg;
    if ((replayed->header.flags & EVENT_INPUT) != 0 || replay->differs ||
        replay->end != JOURNAL_RECORD) {
        return;
    }
    replay->end = replay->source.next(replay->source.arg, &replay->record);
    if (replay->end == JOURNAL_RECORD && is_equal(&replay->record, replayed)) {
        replay->derived++;
    } else if (replay->end == JOURNAL_RECORD || replay->end == JOURNAL_END) {
        note_difference(replay, replay->end == JOURNAL_RECORD ? &replay->record : NULL, replayed);
    }
    // A torn tail cuts the last pass anywhere: what the desk decided there was never acted on.
}

static enum status commit_nothing(void *arg) {
    (void)arg;
    return STATUS_OK;
}

struct journal_sink replay_sink(struct replay *replay) {
    return (struct journal_sink){.append = compare, .commit = commit_nothing, .arg = replay};
}

static enum status check_input(const struct replay *replay, const struct engine *engine) {
    const struct event_header *header = &replay->record.header;
    unsigned long long sequence = header->sequence;
    if ((header->flags & EVENT_SAMPLE) != 0 || header->sequence != engine->bus.sequence + 1) {
        return status_fail(STATUS_DATA,
                           "record %llu follows %llu: this journal does not hold every input "
                           "(journal_quotes = decisions), so it cannot be verified",
                           sequence, (unsigned long long)engine->bus.sequence);
    }
    if (header->time_ns < engine->now_ns) {
        return status_fail(STATUS_DATA, "record %llu: time steps back", sequence);
    }
    if (!event_input_fits(replay->universe, &replay->record)) {
        return status_fail(STATUS_DATA,
                           "record %llu does not fit the venues and symbols of the configuration",
                           sequence);
    }
    return STATUS_OK;
}

static enum status run_inputs(struct replay *replay, struct engine *engine) {
    while (!replay->differs && replay->end == JOURNAL_RECORD) {
        replay->end = replay->source.next(replay->source.arg, &replay->record);
        if (replay->end != JOURNAL_RECORD) {
            break;
        }
        if ((replay->record.header.flags & EVENT_INPUT) == 0) {
            note_difference(replay, &replay->record, NULL);
            break;
        }
        enum status status = check_input(replay, engine);
        if (status != STATUS_OK) {
            return status;
        }
        if (replay->record.header.time_ns > replay->until_ns) {
            replay->reached = true;
            break;
        }
        struct event input = replay->record; // the sink reads on into replay->record
        engine_replay(engine, &input);
        replay->inputs++;
    }
    return STATUS_OK;
}

enum status replay_verify(struct replay *replay, struct engine *engine) {
    ASSERT(engine->options.cache == NULL && engine->options.journal_quotes_all);
    ASSERT(engine->options.journal.arg == replay);
    enum status status = run_inputs(replay, engine);
    if (status != STATUS_OK) {
        return status;
    }
    if (replay->differs) {
        return status_fail(STATUS_ERROR, "decision %llu differs:\n  recorded: %s\n  replayed: %s",
                           (unsigned long long)replay->differs_at, replay->recorded,
                           replay->replayed);
    }
    if (replay->end == JOURNAL_DAMAGED) {
        return status_fail(STATUS_DATA, "the journal is damaged after record %llu",
                           (unsigned long long)engine->bus.sequence);
    }
    return STATUS_OK;
}
