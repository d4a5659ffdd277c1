// What only the whole configuration can tell: rules between keys, lists of symbols that name
// others.
#include "engine/control_text.h"
#include "io/config_loader.h"

// Where a rule between two keys is reported: the first that was set. False when neither was, or
// when one of them is already reported.
static bool rule_origin(const struct config_loader *loader, const struct config_found *a,
                        const struct config_found *b, struct config_origin *origin) {
    const struct config_origin *first = &loader->origins[a->slot];
    const struct config_origin *second = &loader->origins[b->slot];
    if (first->refused || second->refused) {
        return false;
    }
    *origin = first->source != NULL ? *first : *second;
    return origin->source != NULL;
}

static void find_row(const struct config_loader *loader, const char *section, const char *name,
                     struct config_found *found) {
    bool known = config_find(loader, slice_of(section), slice_of(name), found);
    ASSERT(known);
}

static void settle_orders(struct config_loader *loader) {
    for (uint32_t i = 0; i < config_order_count; i++) {
        const struct config_order *order = &config_orders[i];
        struct config_found low, high;
        find_row(loader, order->low_section, order->low_name, &low);
        find_row(loader, order->high_section, order->high_name, &high);
        int64_t a = config_value_get(low.key, &loader->config->settings);
        int64_t b = config_value_get(high.key, &loader->config->settings);
        struct config_origin origin;
        if (a <= b || !rule_origin(loader, &low, &high, &origin)) {
            continue;
        }
        struct text *out = config_mistake_begin(loader, origin);
        config_add_key_name(out, slice_of(low.key->section), slice_of(low.key->name));
        text_add_string(out, " is ");
        config_value_print(out, low.key, a);
        text_add_string(out, ": expected at most ");
        config_add_key_name(out, slice_of(high.key->section), slice_of(high.key->name));
        text_add_string(out, ", which is ");
        config_value_print(out, high.key, b);
        config_mistake_end(loader);
    }
}

// Shares of one whole: `sentence` names them.
static void settle_shares(struct config_loader *loader, const char *const names[], uint32_t count,
                          const char *sentence) {
    struct config_origin origin = {0};
    int64_t sum = 0;
    struct config_found found;
    for (uint32_t i = count; i-- > 0;) {
        find_row(loader, "capital", names[i], &found);
        const struct config_origin *set = &loader->origins[found.slot];
        if (set->refused) {
            return;
        }
        origin = set->source != NULL ? *set : origin;
        sum += config_value_get(found.key, &loader->config->settings);
    }
    if (sum == BPS_WHOLE || origin.source == NULL) {
        return;
    }
    struct text *out = config_mistake_begin(loader, origin);
    text_add_string(out, sentence);
    text_add_string(out, " add up to ");
    config_value_print(out, found.key, sum);
    text_add_string(out, ": expected 100%");
    config_mistake_end(loader);
}

static void settle_capital(struct config_loader *loader) {
    static const char *const pools[POOL_COUNT] = {"wash_pct", "arb_pct", "reserve_pct"};
    static const char *const layers[LAYER_COUNT] = {"layer1_pct", "layer2_pct", "layer3_pct",
                                                    "layer4_pct", "layer5_pct"};
    settle_shares(loader, pools, POOL_COUNT, "[capital] wash_pct, arb_pct and reserve_pct");
    settle_shares(loader, layers, LAYER_COUNT, "[capital] layer1_pct to layer5_pct");
}

static void settle_books(struct config_loader *loader) {
    struct config *config = loader->config;
    uint32_t first = loader->books_choice == CONFIG_BOOKS_TRADED ? config->symbol_count : 0;
    for (uint32_t i = 0; i < first && i < CONFIG_BOOKS_MAX; i++) {
        config->wants_book[i] = true;
    }
    struct config_found books, traded;
    find_row(loader, "feeds", "book_symbols", &books);
    find_row(loader, "desk", "symbols", &traded);
    if (loader->books_choice != CONFIG_BOOKS_LISTED || loader->origins[traded.slot].refused) {
        return;
    }
    for (uint32_t i = 0; i < loader->book_count; i++) {
        uint32_t at = 0;
        while (at < config->symbol_count &&
               strcmp(config->symbols[at].name, loader->books[i].name) != 0) {
            at++;
        }
        if (at < config->symbol_count) {
            config->wants_book[at] = true;
            continue;
        }
        struct text *out = config_mistake_begin(loader, loader->origins[books.slot]);
        text_add_format(out, "[feeds] book_symbols = \"%s\" is not among [desk] symbols",
                        loader->books[i].name);
        config_mistake_end(loader);
    }
}

// What is wrong with a key of a rule: at the key, or where the rule was named when it is not set.
static void refuse_alert(struct config_loader *loader, const struct alert_rule *rule,
                         const char *name, const char *problem) {
    char bytes[ALERT_NAME_MAX + 8];
    struct text section = TEXT_OVER(bytes);
    text_add_format(&section, "alert.%s", rule->name);
    struct config_found found;
    find_row(loader, bytes, name, &found);
    const struct config_origin *origin = &loader->origins[found.slot];
    if (origin->refused) {
        return;
    }
    bool missing = origin->source == NULL;
    size_t nth = (size_t)(rule - loader->config->settings.alerts.rules);
    struct text *out = config_mistake_begin(loader, missing ? loader->alert_origins[nth] : *origin);
    config_add_key_name(out, text_slice(&section), slice_of(name));
    text_add_format(out, " %s", missing ? "is missing" : problem);
    config_mistake_end(loader);
}

static void settle_condition(struct config_loader *loader, struct alert_rule *rule) {
    struct config *config = loader->config;
    const struct alert_names names = {.symbols = config->symbols,
                                      .venues = config->venues,
                                      .symbol_count = config->symbol_count,
                                      .venue_count = config->venue_count};
    char problem[256];
    struct text why = TEXT_OVER(problem);
    char condition[ALERT_CONDITION_MAX];
    memcpy(condition, rule->condition, sizeof(condition));
    if (!alert_rule_parse(rule, slice_of(condition), &names, &why)) {
        refuse_alert(loader, rule, "condition", problem);
    }
}

// The order is read anew when it is sent: here it only has to make sense.
static void settle_order(struct config_loader *loader, const struct alert_rule *rule,
                         const struct universe *universe) {
    if (rule->order[0] == '\0' && rule->action != ALERT_AUTO_ORDER) {
        return;
    }
    struct control_request request = {.origin = ORIGIN_RULE};
    enum status status = control_parse_submit(slice_of(rule->order), universe, &request);
    if (status == STATUS_OK) {
        status = control_check(&request, universe);
    }
    if (status != STATUS_OK) {
        refuse_alert(loader, rule, "order", status_text());
    }
}

static void settle_alerts(struct config_loader *loader) {
    struct config_found traded;
    find_row(loader, "desk", "symbols", &traded);
    struct config *config = loader->config;
    struct settings_alerts *alerts = &config->settings.alerts;
    struct universe universe = {.venue_count = config->venue_count,
                                .symbol_count = config->symbol_count};
    memcpy(universe.venues, config->venues, sizeof(universe.venues));
    memcpy(universe.symbols, config->symbols, sizeof(universe.symbols));
    for (uint32_t i = 0; i < alerts->count && !loader->origins[traded.slot].refused; i++) {
        settle_condition(loader, &alerts->rules[i]);
        settle_order(loader, &alerts->rules[i], &universe);
    }
}

void config_settle(struct config_loader *loader) {
    settle_books(loader);
    settle_capital(loader);
    settle_orders(loader);
    settle_alerts(loader);
    config_sort_venues(loader->config);
}
