// Values into the configuration, one at a time as they are read.
#include "io/config_loader.h"
#include "io/url.h"

// Settings the table cannot hold as one number.
static const char *const default_symbols[] = {"BTC/USDT", "ETH/USDT"};

void config_set_defaults(struct config_loader *loader) {
    struct config *config = loader->config;
    memset(config, 0, sizeof(*config));
    ASSERT(config_key_count <= CONFIG_KEYS_MAX);
    for (uint32_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (key->type <= CONFIG_WORD && !config_key_of_alert(key)) {
            config_value_set(key, &config->settings, key->value);
        }
    }
    config->settings.scanner.basis_mode = BASIS_AUTO;
    for (size_t i = 0; i < COUNT_OF(default_symbols); i++) {
        enum status status = symbol_parse(&config->symbols[i], slice_of(default_symbols[i]));
        ASSERT(status == STATUS_OK);
    }
    config->symbol_count = COUNT_OF(default_symbols);
    config->venue_count = (uint16_t)loader->options->venue_count;
    for (uint32_t i = 0; i < loader->options->venue_count; i++) {
        const struct config_venue *from = &loader->options->venues[i];
        struct venue_entry *to = &config->venues[i];
        bool whole = string_copy(to->name, sizeof(to->name), slice_of(from->name));
        ASSERT(whole);
        to->role = VENUE_TRADE;
        to->quote_currency = (uint8_t)from->quote_currency;
        to->maker_fee = from->maker_fee;
        to->taker_fee = from->taker_fee;
        to->taker_delay_ns = from->taker_delay_ns;
        struct text section = TEXT_OVER(loader->fee_sections[i]);
        text_add_format(&section, "fees.%s", from->name);
    }
}

// What is at hand while one value is applied.
struct value {
    struct config_loader *loader;
    struct config_found found;
    struct slice section, name, text;
    bool adds; // name += value
};

// "FILE:LINE: [section] name = "item"": the caller goes on.
static struct text *refuse(struct value *value, struct slice item) {
    struct text *out = config_mistake_begin(value->loader, value->loader->here);
    value->loader->origins[value->found.slot].refused = true;
    config_add_key_name(out, value->section, value->name);
    text_add_string(out, " = ");
    config_add_quoted(out, item);
    return out;
}

static void refuse_text(struct value *value, struct slice item, const char *problem) {
    struct text *out = refuse(value, item);
    text_add_string(out, problem);
    text_add_string(out, ": expected ");
    config_value_print_range(out, value->found.key);
    config_mistake_end(value->loader);
}

// A comment behind a value begins with " ;" and quotes mean nothing: say so where it may explain.
static const char *value_hint(struct slice text) {
    if (memchr(text.data, '#', text.size) != NULL) {
        return " (a comment behind a value begins with a blank and ;)";
    }
    return memchr(text.data, '"', text.size) != NULL ? " (without quotes)" : "";
}

// Takes the next item of a comma-separated list; false at its end.
static bool take_item(struct slice *rest, struct slice *item) {
    if (rest->data == NULL) {
        return false;
    }
    const char *comma = rest->size > 0 ? memchr(rest->data, ',', rest->size) : NULL;
    if (comma == NULL) {
        *item = config_trim(*rest);
        rest->data = NULL;
        return true;
    }
    *item = config_trim((struct slice){rest->data, (size_t)(comma - rest->data)});
    size_t taken = (size_t)(comma - rest->data) + 1;
    rest->data += taken;
    rest->size -= taken;
    return true;
}

static bool list_names(const struct symbol *symbols, uint32_t count, struct slice name) {
    for (uint32_t i = 0; i < count; i++) {
        if (slice_equals(name, slice_of(symbols[i].name))) {
            return true;
        }
    }
    return false;
}

// Adds the items of a list of symbols to symbols[0 .. *count].
static void apply_symbols(struct value *value, struct symbol *symbols, uint32_t *count,
                          uint32_t max) {
    struct slice rest = value->text, item;
    while (take_item(&rest, &item)) {
        struct symbol symbol;
        if (list_names(symbols, *count, item)) {
            refuse_text(value, item, " is named twice");
        } else if (symbol_parse(&symbol, item) != STATUS_OK) {
            refuse_text(value, item, " is no symbol of the form BASE/QUOTE in capitals");
        } else if (*count == max) {
            refuse_text(value, item, " is one too many");
            return;
        } else {
            symbols[(*count)++] = symbol;
        }
    }
}

static void apply_traded(struct value *value) {
    struct config *config = value->loader->config;
    uint32_t count = value->adds ? config->symbol_count : 0;
    if (!value->adds) {
        memset(config->symbols, 0, sizeof(config->symbols));
    }
    apply_symbols(value, config->symbols, &count, SYMBOL_MAX);
    config->symbol_count = (uint16_t)count;
}

static void apply_books(struct value *value) {
    struct config_loader *loader = value->loader;
    if (!value->adds) {
        loader->book_count = 0;
        if (slice_equals(value->text, SLICE("traded")) ||
            slice_equals(value->text, SLICE("none"))) {
            loader->books_choice =
                value->text.data[0] == 't' ? CONFIG_BOOKS_TRADED : CONFIG_BOOKS_NONE;
            return;
        }
    }
    loader->books_choice = CONFIG_BOOKS_LISTED;
    apply_symbols(value, loader->books, &loader->book_count, CONFIG_BOOKS_MAX);
}

static bool parse_pair_venue(struct value *value, struct slice item, struct slice name,
                             uint16_t *venue) {
    int found = config_find_venue(value->loader, name);
    if (found >= 0) {
        *venue = (uint16_t)found;
        return true;
    }
    struct text *out = refuse(value, item);
    const char *near = config_nearest_venue(value->loader, name);
    text_add_string(out, " names the unknown venue ");
    config_add_quoted(out, name);
    text_add_format(out, near != NULL ? ": did you mean %s?" : ": [venues] lists them", near);
    config_mistake_end(value->loader);
    return false;
}

static void apply_pairs(struct value *value) {
    struct settings_scanner *scanner = &value->loader->config->settings.scanner;
    if (!value->adds) {
        scanner->priority_count = 0;
        memset(scanner->priority, 0, sizeof(scanner->priority));
    }
    struct slice rest = value->text, item;
    while (value->text.size > 0 && take_item(&rest, &item)) {
        const char *colon = item.size > 0 ? memchr(item.data, ':', item.size) : NULL;
        if (colon == NULL) {
            refuse_text(value, item, " is no pair");
            continue;
        }
        size_t length = (size_t)(colon - item.data);
        struct slice first = config_trim((struct slice){item.data, length});
        struct slice second = config_trim((struct slice){colon + 1, item.size - length - 1});
        uint16_t a = 0, b = 0;
        bool found = parse_pair_venue(value, item, first, &a);
        found = parse_pair_venue(value, item, second, &b) && found;
        if (!found) {
            continue;
        }
        if (a == b) {
            refuse_text(value, item, " pairs a venue with itself");
        } else if (scanner->priority_count == COUNT_OF(scanner->priority)) {
            refuse_text(value, item, " is one too many");
            return;
        } else {
            scanner->priority[scanner->priority_count][0] = a;
            scanner->priority[scanner->priority_count++][1] = b;
        }
    }
}

static void apply_number(struct value *value) {
    const struct config_key *key = value->found.key;
    struct config *config = value->loader->config;
    char problem[256];
    struct text why = TEXT_OVER(problem);
    int64_t number = 0;
    if (!config_value_parse(key, value->text, &number, &why)) {
        struct text *out = refuse(value, value->text);
        text_add_string(out, problem);
        text_add_string(out, value_hint(value->text));
        config_mistake_end(value->loader);
        return;
    }
    struct venue_entry *venue = &config->venues[value->found.venue];
    if (key->type == CONFIG_ROLE) {
        venue->role = (uint8_t)number;
    } else if (key->type == CONFIG_FEE) {
        memcpy((char *)venue + key->at, &number, sizeof(number));
    } else if (key->type == CONFIG_BASIS) {
        config->settings.scanner.basis_mode = BASIS_FIXED;
        config->settings.scanner.basis_fixed = (struct bps){number};
    } else if (value->found.rule != NULL) {
        config_value_set(key, value->found.rule, number);
    } else {
        config_value_set(key, &config->settings, number);
    }
}

// Kept as written: what it names is known once everything is read.
static void apply_text(struct value *value) {
    const struct config_key *key = value->found.key;
    char *field = (char *)value->found.rule + key->at;
    if (!string_copy(field, (size_t)key->max + 1, value->text)) {
        field[0] = '\0';
        refuse_text(value, value->text, " is too long");
    }
}

static void apply_basis(struct value *value) {
    struct settings_scanner *scanner = &value->loader->config->settings.scanner;
    scanner->basis_fixed = (struct bps){0};
    if (slice_equals(value->text, SLICE("auto"))) {
        scanner->basis_mode = BASIS_AUTO;
    } else if (slice_equals(value->text, SLICE("off"))) {
        scanner->basis_mode = BASIS_OFF;
    } else {
        apply_number(value);
    }
}

static void apply_file(struct value *value) {
    struct config *config = value->loader->config;
    struct slice path = slice_equals(value->text, SLICE("system")) ? SLICE("") : value->text;
    if ((path.size > 0 && path.data[0] != '/') ||
        !string_copy(config->ca_file, sizeof(config->ca_file), path)) {
        config->ca_file[0] = '\0';
        refuse_text(value, value->text, ": expected an absolute path, or system");
    }
}

// What the actions are called only the console knows: it refuses what it does not understand.
static void apply_keys(struct value *value) {
    struct config *config = value->loader->config;
    struct slice keys = slice_equals(value->text, SLICE("none")) ? SLICE("") : value->text;
    if (!string_copy(config->console_keys, sizeof(config->console_keys), keys)) {
        config->console_keys[0] = '\0';
        refuse_text(value, value->text, ": expected at most 255 characters");
    }
}

static void apply_endpoint(struct value *value) {
    const struct config_key *key = value->found.key;
    char *field = (char *)&value->loader->config->endpoints[value->found.venue] + key->at;
    struct url url;
    bool good = string_copy(field, CONFIG_URL_MAX, value->text) &&
                url_parse(&url, field) == STATUS_OK && url.websocket == (key->min == 1) &&
                strcmp(url.path, "/") == 0 && value->text.data[value->text.size - 1] != '/';
    if (!good) {
        field[0] = '\0';
        refuse_text(value, value->text,
                    key->min == 1 ? ": expected wss://host:port without a path"
                                  : ": expected https://host:port without a path");
    }
}

// A key may stand once per file. True when it may be applied.
static bool first_time(struct value *value) {
    struct config_loader *loader = value->loader;
    uint32_t *line = &loader->seen_line[value->found.slot];
    if (value->adds || loader->here.line == 0) {
        return true;
    }
    if (*line != 0) {
        struct text *out = config_mistake_begin(loader, loader->here);
        config_add_key_name(out, value->section, value->name);
        text_add_format(out, " is set twice: line %u has it too", *line);
        config_mistake_end(loader);
        return false;
    }
    *line = loader->here.line;
    return true;
}

void config_apply(struct config_loader *loader, struct slice section, struct slice name,
                  struct slice text) {
    struct value value = {.loader = loader, .section = section, .name = name, .text = text};
    if (name.size > 0 && name.data[name.size - 1] == '+') {
        value.adds = true;
        value.name = config_trim((struct slice){name.data, name.size - 1});
    }
    if (!config_find(loader, section, value.name, &value.found)) {
        config_mistake_key(loader, section, value.name);
        return;
    }
    if (!first_time(&value)) {
        return;
    }
    loader->origins[value.found.slot] = loader->here;
    enum config_type type = value.found.key->type;
    if (type == CONFIG_SYMBOLS) {
        apply_traded(&value);
    } else if (type == CONFIG_BOOKS) {
        apply_books(&value);
    } else if (type == CONFIG_PAIRS) {
        apply_pairs(&value);
    } else if (value.adds) {
        refuse_text(&value, text, " is added to what is no list (+=)");
    } else if (type == CONFIG_BASIS) {
        apply_basis(&value);
    } else if (type == CONFIG_TEXT) {
        apply_text(&value);
    } else if (type == CONFIG_FILE) {
        apply_file(&value);
    } else if (type == CONFIG_KEYMAP) {
        apply_keys(&value);
    } else if (type == CONFIG_ENDPOINT) {
        apply_endpoint(&value);
    } else {
        apply_number(&value);
    }
}
