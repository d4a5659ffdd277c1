#include "exchanges/md_answer.h"

bool md_read_refusal(struct json *r, struct slice key, struct md_answer *answer) {
    if (slice_equals(key, slice_of(answer->words->code))) {
        md_read_text(r, &answer->code);
    } else if (slice_equals(key, slice_of(answer->words->text))) {
        md_read_text(r, &answer->text);
    } else {
        return false;
    }
    return true;
}

bool md_end_answer(struct json *r, const struct md_answer *answer, struct md_sink *sink) {
    if (!json_end(r)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return false;
    }
    bool (*refused)(struct slice code) = answer->words->refused;
    if (answer->code.size > 0 && (refused == NULL || refused(answer->code))) {
        md_refuse(sink, FEED_VENUE_ERROR, answer->text.size > 0 ? answer->text : answer->code);
        return false;
    }
    return true;
}

void md_decode_time(struct json *r, const struct md_refusal_words *words, const char *name,
                    struct md_sink *sink) {
    struct md_answer answer = {.words = words};
    struct slice key;
    int64_t time_ms = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, slice_of(name))) {
            md_read_int(r, &time_ms);
        } else if (!md_read_refusal(r, key, &answer)) {
            json_skip(r);
        }
    }
    if (!md_end_answer(r, &answer, sink)) {
        return;
    }
    if (md_ns_from_ms(time_ms) == 0) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    md_emit_time(sink, md_ns_from_ms(time_ms));
}

bool md_read_rules(const struct md_rules_text *text, struct listing *out) {
    out->contract = (struct qty){QTY_ONE};
    out->notional_min = (struct usd){0};
    if (!md_read_px(text->tick, &out->tick) || !md_read_qty(text->step, &out->step) ||
        out->tick.v == 0 || out->step.v == 0) {
        return false;
    }
    out->size_min = out->step;
    if (text->size_min.size > 0 && !md_read_qty(text->size_min, &out->size_min)) {
        return false;
    }
    if (!md_read_qty(text->size_max, &out->size_max)) {
        out->size_max = (struct qty){0};
    }
    return text->notional_min.size == 0 ||
           (decimal_parse(text->notional_min, USD_DIGITS, &out->notional_min.v) &&
            out->notional_min.v >= 0);
}
