// The three texts made from the key table: effective configuration, default file, manual.
#include <stdlib.h>

#include "io/config_private.h"

// Lists are cut into lines inih takes whole: `name = …`, then `name += …`.
enum { LIST_LINE_MAX = 100, FILE_WIDTH = 96, MANUAL_WIDTH = 79 };

struct list_line {
    struct text *out;
    const char *name;
    size_t began; // where the line at hand begins
    bool empty;   // no item yet
};

static struct list_line list_begin(struct text *out, const char *name) {
    struct list_line line = {.out = out, .name = name, .began = out->size, .empty = true};
    text_add_format(out, "%s =", name);
    return line;
}

static void list_add(struct list_line *line, const char *item) {
    if (!line->empty && line->out->size - line->began + strlen(item) > LIST_LINE_MAX) {
        line->began = line->out->size + 1;
        line->empty = true;
        text_add_format(line->out, "\n%s +=", line->name);
    }
    text_add_format(line->out, "%s %s", line->empty ? "" : ",", item);
    line->empty = false;
}

static void print_symbols(struct text *out, const char *name, const struct config *config,
                          bool books) {
    struct list_line line = list_begin(out, name);
    for (uint16_t i = 0; i < config->symbol_count; i++) {
        if (!books || config->wants_book[i]) {
            list_add(&line, config->symbols[i].name);
        }
    }
    if (line.empty) {
        list_add(&line, "none");
    }
}

static void print_pairs(struct text *out, const char *name, const struct config *config) {
    struct list_line line = list_begin(out, name);
    const struct settings_scanner *scanner = &config->settings.scanner;
    for (uint32_t i = 0; i < scanner->priority_count; i++) {
        char pair[2 * VENUE_NAME_MAX];
        struct text text = TEXT_OVER(pair);
        text_add_format(&text, "%s:%s", config->venues[scanner->priority[i][0]].name,
                        config->venues[scanner->priority[i][1]].name);
        list_add(&line, pair);
    }
}

static void print_key(struct text *out, const struct config *config, const struct config_key *key) {
    if (key->type == CONFIG_SYMBOLS || key->type == CONFIG_BOOKS) {
        print_symbols(out, key->name, config, key->type == CONFIG_BOOKS);
    } else if (key->type == CONFIG_PAIRS) {
        print_pairs(out, key->name, config);
    } else if (key->type == CONFIG_FILE) {
        text_add_format(out, "%s = %s", key->name,
                        config->ca_file[0] != '\0' ? config->ca_file : "system");
    } else if (key->type == CONFIG_KEYMAP) {
        text_add_format(out, "%s = %s", key->name,
                        config->console_keys[0] != '\0' ? config->console_keys : "none");
    } else if (key->type == CONFIG_BASIS) {
        text_add_format(out, "%s = ", key->name);
        config_basis_print(out, &config->settings);
    } else {
        text_add_format(out, "%s = ", key->name);
        config_value_print(out, key, config_value_get(key, &config->settings));
    }
    text_add_char(out, '\n');
}

static const struct config_key *venue_key(const char *section, const char *name) {
    const struct config_key *key = config_key_find(slice_of(section), slice_of(name));
    ASSERT(key != NULL);
    return key;
}

static void print_role(struct text *out, const struct venue_entry *venue) {
    text_add_format(out, "%s = ", venue->name);
    config_value_print(out, venue_key("venues", "<venue>"), venue->role);
    text_add_char(out, '\n');
}

static void print_fees(struct text *out, const struct venue_entry *venue) {
    const struct config_key *maker = venue_key("fees.<venue>", "maker_bps");
    const struct config_key *taker = venue_key("fees.<venue>", "taker_bps");
    text_add_format(out, "\n[fees.%s]\n%s = ", venue->name, maker->name);
    config_value_print(out, maker, venue->maker_fee.v);
    text_add_format(out, "\n%s = ", taker->name);
    config_value_print(out, taker, venue->taker_fee.v);
    text_add_char(out, '\n');
}

static void print_endpoints(struct text *out, const struct venue_entry *venue,
                            const struct config_endpoint *endpoint) {
    const struct {
        const char *name, *value;
    } rows[] = {
        {"ws", endpoint->ws}, {"private_ws", endpoint->private_ws}, {"rest", endpoint->rest}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].value[0] != '\0') {
            text_add_format(out, "%s_%s = %s\n", venue->name, rows[i].name, rows[i].value);
        }
    }
}

// Breaks `help` into lines with `prefix` in front, at blanks.
static void print_wrapped(struct text *out, const char *prefix, size_t width, struct slice help) {
    while (help.size > 0) {
        size_t take = help.size;
        if (take > width) {
            take = width;
            while (take > 0 && help.data[take] != ' ') {
                take--;
            }
            ASSERT(take > 0);
        }
        text_add_string(out, prefix);
        text_add(out, (struct slice){help.data, take});
        text_add_char(out, '\n');
        help.data += take;
        help.size -= take;
        help = config_trim(help);
    }
}

// "<help>. Allowed: <range>." as the comment above a key.
static void print_help(struct text *out, const struct config_key *key) {
    char help[512];
    struct text text = TEXT_OVER(help);
    if (key->type == CONFIG_FEE || key->type == CONFIG_ENDPOINT) {
        text_add_format(&text, "%s: ", key->name); // both stand above the first venue
    }
    text_add_format(&text, "%s. Allowed: ", key->help);
    config_value_print_range(&text, key);
    text_add_char(&text, '.');
    ASSERT(!text.truncated);
    print_wrapped(out, "# ", FILE_WIDTH, text_slice(&text));
}

static bool is_of(const struct config_key *key, const struct config_section *section) {
    return strcmp(key->section, section->name) == 0;
}

static void print_alert(struct text *out, const struct alert_rule *rule) {
    text_add_format(out, "\n[alert.%s]\n", rule->name);
    for (uint32_t k = 0; k < config_key_count; k++) {
        const struct config_key *key = &config_keys[k];
        const char *words = (const char *)rule + key->at; // of a text
        if (!config_key_of_alert(key) || (key->type == CONFIG_TEXT && words[0] == '\0')) {
            continue;
        }
        text_add_format(out, "%s = ", key->name);
        if (key->type == CONFIG_TEXT) {
            text_add_string(out, words);
        } else {
            config_value_print(out, key, config_value_get(key, rule));
        }
        text_add_char(out, '\n');
    }
}

static void print_alerts(struct text *out, const struct settings_alerts *alerts) {
    for (uint32_t i = 0; i < alerts->count; i++) {
        print_alert(out, &alerts->rules[i]);
    }
}

// The lines of the venues, which the table holds as one row.
static void print_venues(struct text *out, const struct config *config,
                         const struct config_section *section) {
    for (uint16_t v = 0; v < config->venue_count; v++) {
        if (strcmp(section->name, "venues") == 0) {
            print_role(out, &config->venues[v]);
        } else if (strcmp(section->name, "fees.<venue>") == 0) {
            print_fees(out, &config->venues[v]);
        } else if (strcmp(section->name, "endpoints") == 0) {
            print_endpoints(out, &config->venues[v], &config->endpoints[v]);
        }
    }
}

static void print_header(struct text *out, const struct config_section *section) {
    if (strchr(section->name, '<') == NULL) {
        text_add_format(out, "[%s]\n", section->name);
    }
}

void config_print(const struct config *config, struct text *out) {
    for (uint32_t s = 0; s < config_section_count; s++) {
        const struct config_section *section = &config_sections[s];
        text_add_string(out, s == 0 || strchr(section->name, '<') != NULL ? "" : "\n");
        print_header(out, section);
        for (uint32_t k = 0; k < config_key_count; k++) {
            if (is_of(&config_keys[k], section) && config_keys[k].type < CONFIG_ROLE &&
                !config_key_of_alert(&config_keys[k])) {
                print_key(out, config, &config_keys[k]);
            }
        }
        print_venues(out, config, section);
        if (strcmp(section->name, "alert.<name>") == 0) {
            print_alerts(out, &config->settings.alerts);
        }
    }
}

static void print_default_key(struct text *out, const struct config *config,
                              const struct config_key *key) {
    print_help(out, key);
    if (config_key_of_alert(key)) { // no rule is one of the defaults
        text_add_format(out, "# %s = ", key->name);
        if (key->type == CONFIG_TEXT) {
            text_add_string(out, key->min == 0 ? "quote_latency_ms > 5000"
                                               : "sell binance BTC/USDT 100 over 60");
        } else {
            config_value_print(out, key, key->value);
        }
        text_add_char(out, '\n');
    } else if (key->type == CONFIG_BOOKS) {
        text_add_format(out, "%s = traded\n", key->name);
    } else if (key->type < CONFIG_ROLE) {
        print_key(out, config, key);
    }
}

void config_print_default(const struct config_options *options, struct text *out) {
    struct config config;
    struct config_options plain = {.venues = options->venues, .venue_count = options->venue_count};
    struct config_report *report = malloc(sizeof(*report));
    ASSERT(report != NULL);
    config_report_init(report);
    enum status status = config_parse(&config, &plain, "defaults", (struct slice){NULL, 0}, report);
    ASSERT(status == STATUS_OK); // the table's own defaults
    free(report);
    text_add_string(out,
                    "# perpdesk.ini: every key with what it does, its range and its default.\n"
                    "#\n"
                    "# Read from /etc/perpdesk/perpdesk.ini, then from\n"
                    "# $XDG_CONFIG_HOME/perpdesk/perpdesk.ini (~/.config/perpdesk/perpdesk.ini);\n"
                    "# --config FILE reads FILE only. perpdesk.ini(5) describes the format,\n"
                    "# `perpdesk check-config FILE` names every mistake.\n");
    for (uint32_t s = 0; s < config_section_count; s++) {
        const struct config_section *section = &config_sections[s];
        text_add_format(out, "\n# ---- %s ----\n", section->help);
        print_header(out, section);
        if (strcmp(section->name, "alert.<name>") == 0) {
            text_add_string(out, "# [alert.slow]\n");
        }
        for (uint32_t k = 0; k < config_key_count; k++) {
            if (is_of(&config_keys[k], section)) {
                print_default_key(out, &config, &config_keys[k]);
            }
        }
        print_venues(out, &config, section);
    }
}

// The default as the manual tells it.
static void print_manual_default(struct text *out, const struct config_key *key) {
    switch (key->type) {
    case CONFIG_SYMBOLS:
        text_add_string(out, "BTC/USDT, ETH/USDT");
        return;
    case CONFIG_BOOKS:
        text_add_string(out, "traded");
        return;
    case CONFIG_PAIRS:
    case CONFIG_KEYMAP:
        text_add_string(out, "none");
        return;
    case CONFIG_BASIS:
        text_add_string(out, "auto");
        return;
    case CONFIG_FILE:
        text_add_string(out, "system");
        return;
    case CONFIG_TEXT:
        text_add_string(out, key->min == 0 ? "none, a rule must have one" : "none");
        return;
    case CONFIG_ENDPOINT:
        text_add_string(out, "the venue's own");
        return;
    case CONFIG_FEE:
        text_add_string(out, "the venue's, see etc/perpdesk.ini");
        return;
    case CONFIG_SHARE:
    case CONFIG_USD:
    case CONFIG_DURATION:
    case CONFIG_BYTES:
    case CONFIG_PPM:
    case CONFIG_USD_S:
    case CONFIG_COUNT:
    case CONFIG_WORD:
    case CONFIG_ROLE:
        break;
    }
    config_value_print(out, key, key->value);
}

// mdoc wants a new line for each sentence, and lines of 80 bytes.
static void print_sentences(struct text *out, const char *sentences) {
    const char *at = sentences;
    for (const char *end = strstr(at, ". "); end != NULL; end = strstr(at, ". ")) {
        print_wrapped(out, "", MANUAL_WIDTH, (struct slice){at, (size_t)(end + 1 - at)});
        at = end + 2;
    }
    print_wrapped(out, "", MANUAL_WIDTH, slice_of(at));
}

static void print_manual_key(struct text *out, const struct config_key *key) {
    char bytes[512];
    struct text text = TEXT_OVER(bytes);
    text_add_format(&text, "%s. Allowed: ", key->help);
    config_value_print_range(&text, key);
    text_add_string(&text, ". Default: ");
    print_manual_default(&text, key);
    text_add_string(&text, config_key_may_change(key) ? ". May change while the desk runs." : ".");
    ASSERT(!text.truncated);
    text_add_format(out, ".It Ic %s\n", key->name);
    print_sentences(out, bytes);
}

void config_print_manual(struct text *out) {
    for (uint32_t s = 0; s < config_section_count; s++) {
        const struct config_section *section = &config_sections[s];
        text_add_format(out, ".Ss [%s]\\&\n%s.\n.Bl -tag -width Ds\n", section->name,
                        section->help);
        for (uint32_t k = 0; k < config_key_count; k++) {
            const struct config_key *key = &config_keys[k];
            if (!is_of(key, section)) {
                continue;
            }
            print_manual_key(out, key);
        }
        text_add_string(out, ".El\n");
    }
}
