#include "ui/palette.h"

#include "ui/act_desk.h"
#include "ui/actions.h"

enum { WORDS_MAX = 3 };

enum word_kind {
    WORD_END,
    WORD_VENUE,
    WORD_SYMBOL,
    WORD_STATE,
    WORD_RISK_MODE,
    WORD_ROLE,
    WORD_STRATEGY,
    WORD_SWITCH,
    WORD_SIDE,
    WORD_PANE,
    WORD_LAYOUT,
    WORD_SCHEME,
    WORD_SECONDS,
    WORD_BPS,
    WORD_NUMBER,
    WORD_ALARM, // its number, or all
    WORD_TEXT
};

struct command {
    const char *action; // its name and its help sentence
    enum word_kind words[WORDS_MAX];
    const char *usage;
    // Values of the words, in order; how many were given.
    void (*run)(struct console *console, const int64_t values[WORDS_MAX], int count);
    void (*run_text)(struct console *console, struct slice text); // else: the rest of the line
};

static void run_risk_mode(struct console *console, const int64_t values[WORDS_MAX], int count) {
    (void)count;
    act_desk_risk_mode(console, (enum risk_mode)values[0]);
}

static void run_override(struct console *console, const int64_t values[WORDS_MAX], int count) {
    (void)count;
    act_desk_override(console, values[0]);
}

static void run_threshold(struct console *console, const int64_t values[WORDS_MAX], int count) {
    (void)count;
    act_desk_threshold(console, (struct bps){values[0]});
}

static void run_state(struct console *console, const int64_t values[WORDS_MAX], int count) {
    (void)count;
    act_desk_state(console, (enum trading_state)values[0]);
}

static void run_cancel(struct console *console, const int64_t values[WORDS_MAX], int count) {
    (void)count;
    act_desk_cancel(console, (uint32_t)values[0]);
}

static void run_flatten(struct console *console, const int64_t values[WORDS_MAX], int count) {
    act_desk_flatten(console, (uint16_t)values[0],
                     count > 1 ? (uint16_t)values[1] : (uint16_t)CONTROL_ANY);
}

static void run_role(struct console *console, const int64_t values[WORDS_MAX], int count) {
    if (count < 2) {
        console_say(console, INK_WARN, "which role: trade, reference or off?");
        return;
    }
    act_desk_role(console, (uint16_t)values[0], (enum venue_role)values[1]);
}

static void run_strategy(struct console *console, const int64_t values[WORDS_MAX], int count) {
    if (count < 2) {
        console_say(console, INK_WARN, "on or off?");
        return;
    }
    act_desk_strategy(console, (enum strategy)values[0], values[1] != 0);
}

static void run_acknowledge(struct console *console, const int64_t values[WORDS_MAX], int count) {
    (void)count;
    act_desk_acknowledge(console, values[0]);
}

static void run_pane(struct console *console, const int64_t values[WORDS_MAX], int count) {
    (void)count;
    console_focus(console, (enum pane_id)values[0]);
}

static void run_layout(struct console *console, const int64_t values[WORDS_MAX], int count) {
    (void)count;
    console_set_preset(console, (enum layout_preset)values[0]);
}

static void run_scheme(struct console *console, const int64_t values[WORDS_MAX], int count) {
    (void)count;
    console_set_scheme(console, (enum ink_scheme)values[0]);
}

static void run_filter(struct console *console, struct slice text) {
    struct pane *pane = console_pane(console);
    (void)string_copy(pane->filter, sizeof(pane->filter), text);
    pane->dirty = true;
}

static const struct command commands[] = {
    {"risk-mode", {WORD_RISK_MODE}, "risk-mode MODE", run_risk_mode, NULL},
    {"override", {WORD_SECONDS}, "override SECONDS, 0 ends it", run_override, NULL},
    {"threshold", {WORD_BPS}, "threshold BPS|auto", run_threshold, NULL},
    {"state", {WORD_STATE}, "state STATE", run_state, NULL},
    {"cancel", {WORD_NUMBER}, "cancel JOB", run_cancel, NULL},
    {"flatten", {WORD_VENUE, WORD_SYMBOL}, "flatten VENUE [SYMBOL]", run_flatten, NULL},
    {"venue-role", {WORD_VENUE, WORD_ROLE}, "venue-role VENUE ROLE", run_role, NULL},
    {"strategy", {WORD_STRATEGY, WORD_SWITCH}, "strategy NAME on|off", run_strategy, NULL},
    {"acknowledge", {WORD_ALARM}, "acknowledge ALERT|all", run_acknowledge, NULL},
    {"pane", {WORD_PANE}, "pane NAME", run_pane, NULL},
    {"layout", {WORD_LAYOUT}, "layout NAME", run_layout, NULL},
    {"scheme", {WORD_SCHEME}, "scheme NAME", run_scheme, NULL},
    {"filter", {WORD_TEXT}, "filter TEXT", NULL, run_filter},
    {"set", {WORD_TEXT}, "set SECTION.KEY=VALUE", NULL, act_desk_set},
    {"submit",
     {WORD_SIDE, WORD_VENUE, WORD_SYMBOL},
     "submit buy|sell VENUE SYMBOL USD",
     NULL,
     act_desk_submit},
};

static const struct command *command_of(struct slice name) {
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (slice_equals(slice_of(commands[i].action), name)) {
            return &commands[i];
        }
    }
    return NULL;
}

static int names_of(const struct console *console, enum word_kind kind) {
    switch (kind) {
    case WORD_VENUE:
        return console->view.universe->venue_count;
    case WORD_SYMBOL:
        return console->view.universe->symbol_count;
    case WORD_STATE:
        return TRADING_STATE_COUNT;
    case WORD_RISK_MODE:
        return RISK_MODE_COUNT;
    case WORD_ROLE:
        return VENUE_ROLE_COUNT;
    case WORD_STRATEGY:
        return STRATEGY_COUNT;
    case WORD_SWITCH:
    case WORD_SIDE:
        return 2;
    case WORD_PANE:
        return PANE_COUNT;
    case WORD_LAYOUT:
        return LAYOUT_PRESET_COUNT;
    case WORD_SCHEME:
        return SCHEME_COUNT;
    case WORD_END:
    case WORD_SECONDS:
    case WORD_BPS:
    case WORD_NUMBER:
    case WORD_ALARM:
    case WORD_TEXT:
        break;
    }
    return 0; // any text
}

static const char *name_of(const struct console *console, enum word_kind kind, int i) {
    switch (kind) {
    case WORD_VENUE:
        return console->view.universe->venues[i].name;
    case WORD_SYMBOL:
        return view_symbol(&console->view, (uint16_t)i);
    case WORD_STATE:
        return trading_state_name((enum trading_state)i);
    case WORD_RISK_MODE:
        return risk_mode_name((enum risk_mode)i);
    case WORD_ROLE:
        return venue_role_name((enum venue_role)i);
    case WORD_STRATEGY:
        return strategy_name((enum strategy)i);
    case WORD_SWITCH:
        return i == 0 ? "off" : "on";
    case WORD_SIDE:
        return i == 0 ? "buy" : "sell";
    case WORD_PANE:
        return pane_table[i]->name;
    case WORD_LAYOUT:
        return layout_preset_name((enum layout_preset)i);
    case WORD_SCHEME:
        return ink_scheme_name((enum ink_scheme)i);
    case WORD_END:
    case WORD_SECONDS:
    case WORD_BPS:
    case WORD_NUMBER:
    case WORD_ALARM:
    case WORD_TEXT:
        break;
    }
    return "";
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

// Case does not matter.
static bool begins(const char *name, struct slice with) {
    size_t i = 0;
    while (i < with.size && name[i] != '\0' && lower(name[i]) == lower(with.data[i])) {
        i++;
    }
    return i == with.size;
}

struct words {
    int count;
    bool open; // the last word may go on: no blank behind it
    struct slice at[1 + WORDS_MAX];
};

static struct words split(struct slice line) {
    struct words words = {.open = line.size > 0 && line.data[line.size - 1] != ' '};
    size_t i = 0;
    while (i < line.size && words.count < 1 + WORDS_MAX) {
        while (i < line.size && line.data[i] == ' ') {
            i++;
        }
        size_t start = i;
        while (i < line.size && line.data[i] != ' ') {
            i++;
        }
        if (i > start) {
            words.at[words.count++] = (struct slice){line.data + start, i - start};
        }
    }
    return words;
}

static void offer(struct palette_candidates *out, const char *name, struct slice stem) {
    if (out->count < PALETTE_CANDIDATES_MAX && begins(name, stem)) {
        char *word = out->words[out->count++];
        (void)string_copy(word, PALETTE_WORD_MAX, slice_of(name));
        for (; *word != '\0'; word++) {
            *word = *word == ' ' ? '-' : *word; // one word
        }
    }
}

void palette_complete(const struct console *console, struct slice line,
                      struct palette_candidates *out) {
    *out = (struct palette_candidates){0};
    struct words words = split(line);
    int at = words.count - (words.open ? 1 : 0);
    struct slice stem = words.open ? words.at[words.count - 1] : (struct slice){"", 0};
    if (at == 0) {
        for (size_t i = 0; i < action_count; i++) {
            offer(out, action_table[i].name, stem);
        }
        return;
    }
    const struct command *command = command_of(words.at[0]);
    if (command == NULL || at > WORDS_MAX) {
        return;
    }
    enum word_kind kind = command->words[at - 1];
    for (int i = 0; i < names_of(console, kind); i++) {
        offer(out, name_of(console, kind, i), stem);
    }
}

static bool same(const char *name, struct slice word) {
    size_t i = 0;
    while (i < word.size && name[i] != '\0') {
        bool equal =
            lower(name[i]) == lower(word.data[i]) || (name[i] == ' ' && word.data[i] == '-');
        if (!equal) {
            return false;
        }
        i++;
    }
    return i == word.size && name[i] == '\0';
}

static bool value_of(const struct console *console, enum word_kind kind, struct slice word,
                     int64_t *value) {
    if (kind == WORD_ALARM && same("all", word)) {
        *value = -1;
        return true;
    }
    if (kind == WORD_SECONDS || kind == WORD_NUMBER || kind == WORD_ALARM) {
        return decimal_parse(word, 0, value) && *value >= 0 && *value <= UINT32_MAX;
    }
    if (kind == WORD_BPS) {
        struct bps threshold = {0};
        bool fits = act_desk_read_threshold(console, word, &threshold);
        *value = threshold.v;
        return fits;
    }
    for (int i = 0; i < names_of(console, kind); i++) {
        if (same(name_of(console, kind, i), word)) {
            *value = i;
            return true;
        }
    }
    return false;
}

void palette_run(struct console *console, struct slice line) {
    struct words words = split(line);
    if (words.count == 0) {
        return;
    }
    const struct action *action = action_named(words.at[0]);
    const struct command *command = command_of(words.at[0]);
    if (action == NULL) {
        console_say(console, INK_BAD, "nothing is called %.*s: Tab shows what there is",
                    (int)words.at[0].size, words.at[0].data);
        return;
    }
    if (words.count == 1) {
        action->run(console);
        return;
    }
    if (command == NULL) {
        console_say(console, INK_BAD, "%s takes no words", action->name);
        return;
    }
    if (command->run_text != NULL) {
        const char *rest = words.at[1].data;
        command->run_text(console, (struct slice){rest, line.size - (size_t)(rest - line.data)});
        return;
    }
    int64_t values[WORDS_MAX] = {0};
    for (int i = 1; i < words.count; i++) {
        enum word_kind kind = command->words[i - 1];
        if (kind == WORD_END || !value_of(console, kind, words.at[i], &values[i - 1])) {
            console_say(console, INK_BAD, "'%.*s' does not fit: %s", (int)words.at[i].size,
                        words.at[i].data, command->usage);
            return;
        }
    }
    command->run(console, values, words.count - 1);
}

void palette_explain(const struct console *console, struct slice line, struct text *out) {
    (void)console;
    struct words words = split(line);
    const struct action *action = words.count > 0 ? action_named(words.at[0]) : NULL;
    if (action == NULL) {
        text_add_string(out, "Tab completes, Up brings back earlier lines, Esc leaves");
        return;
    }
    const struct command *command = command_of(words.at[0]);
    if (command != NULL && words.count > 1) {
        text_add_string(out, command->usage);
    } else {
        text_add_string(out, action->help);
    }
    const char *ask = action_ask_text(action->ask);
    if (ask[0] != '\0') {
        text_add_format(out, " (%s)", ask);
    }
}
