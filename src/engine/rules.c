// Names, sentences and figures of the refusal codes: everything comes from RULE_LIST.
#include "engine/rules.h"

#include "base/decimal.h"

struct rule_row {
    const char *name;
    const char *sentence;
    enum rule_level level;
    enum rule_unit unit;
    bool hard;
};

static const struct rule_row rule_rows[RULE_COUNT] = {
#define RULE_ROW(code, name, level, unit, hard, sentence)                                          \
    [code] = {name, sentence, level, unit, hard},
    RULE_LIST(RULE_ROW)
#undef RULE_ROW
};

static const struct rule_row *row_of(enum rule rule) {
    ASSERT((unsigned)rule < RULE_COUNT);
    return &rule_rows[rule];
}

const char *rule_name(enum rule rule) {
    return row_of(rule)->name;
}

const char *rule_sentence(enum rule rule) {
    return row_of(rule)->sentence;
}

enum rule_level rule_level_of(enum rule rule) {
    return row_of(rule)->level;
}

enum rule_unit rule_unit_of(enum rule rule) {
    return row_of(rule)->unit;
}

bool rule_is_hard(enum rule rule) {
    return row_of(rule)->hard;
}

const char *rule_level_name(enum rule_level level) {
    static const char *const names[] = {
        [LEVEL_DESK] = "desk",         [LEVEL_CAPITAL] = "capital",     [LEVEL_ACCOUNT] = "account",
        [LEVEL_POSITION] = "position", [LEVEL_EXECUTION] = "execution", [LEVEL_JOB] = "job",
        [LEVEL_SCHEDULE] = "schedule",
    };
    ASSERT((unsigned)level < COUNT_OF(names));
    return names[level];
}

void rule_figure_print(struct text *out, enum rule_unit unit, int64_t figure) {
    ASSERT((unsigned)unit <= UNIT_PX);
    switch (unit) {
    case UNIT_NONE:
        return;
    case UNIT_USD:
        usd_print(out, (struct usd){figure}, 2, 2);
        text_add_string(out, " USD");
        return;
    case UNIT_BPS:
        bps_print(out, (struct bps){figure});
        text_add_string(out, " bps");
        return;
    case UNIT_MS:
        text_add_int(out, figure);
        text_add_string(out, " ms");
        return;
    case UNIT_COUNT:
        text_add_int(out, figure);
        return;
    case UNIT_PPM:
        text_add_int(out, figure);
        text_add_string(out, " ppm");
        return;
    case UNIT_QTY:
        qty_print(out, (struct qty){figure}, 0, QTY_DIGITS);
        return;
    case UNIT_USD_S:
        usd_print(out, (struct usd){figure}, 2, 2);
        text_add_string(out, " USD*s");
        return;
    case UNIT_PPM_SCORE:
        // A score is shown as 0..100 with one decimal: one millionth is 1e-4 of a point.
        decimal_print(out, figure, 4, 1, 1);
        return;
    case UNIT_PX:
        px_print(out, (struct px){figure}, 0, PX_DIGITS);
        return;
    default:
        return;
    }
}

void verdict_print(struct text *out, const struct verdict *verdict) {
    ASSERT(verdict->rule < RULE_COUNT);
    enum rule rule = (enum rule)verdict->rule;
    enum rule_unit unit = rule_unit_of(rule);
    text_add_string(out, rule_name(rule));
    text_add_string(out, ": ");
    if (unit != UNIT_NONE) {
        rule_figure_print(out, unit, verdict->figure);
        text_add_string(out, " against ");
        rule_figure_print(out, unit, verdict->limit);
        text_add_string(out, ": ");
    }
    text_add_string(out, rule_sentence(rule));
}
