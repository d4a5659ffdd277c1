#include "load_desk.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/verbs.h"
#include "exchanges/venue_sim.h"
#include "exchanges/venues.h"

static void configure(struct load_desk *desk) {
    struct config_report *report = malloc(sizeof(*report));
    struct config_venue venues[VENUE_MAX];
    struct config_options options = {.venues = venues, .venue_count = cli_venues(venues)};
    ASSERT(report != NULL);
    config_report_init(report);
    ASSERT(config_parse(&desk->config, &options, "load", SLICE(""), report) == STATUS_OK);
    free(report);
}

static void make_universe(struct load_desk *desk) {
    const struct farm_options *options = &desk->farm->options;
    ASSERT(universe_create(&desk->universe, FARM_VENUES, (uint16_t)options->symbols) == STATUS_OK);
    for (uint16_t v = 0; v < FARM_VENUES; v++) {
        struct venue_entry *entry = &desk->universe.venues[v];
        (void)snprintf(entry->name, sizeof(entry->name), "%s", venue_table[v].md->name);
        entry->quote_currency = (uint8_t)venue_table[v].md->quote_currency;
        entry->maker_fee = venue_table[v].maker_fee;
        entry->taker_fee = venue_table[v].taker_fee;
    }
    for (uint32_t s = 0; s < options->symbols; s++) {
        farm_symbol(s, &desk->universe.symbols[s]);
        desk->wants_book[s] = s < options->books;
    }
}

static void add_feed(struct load_desk *desk, uint16_t v, const struct load_hook *hook) {
    const struct venue_md *venue = venue_table[v].md;
    char ws[MD_CONNECTIONS_MAX][256];
    char rest[64];
    (void)snprintf(rest, sizeof(rest), "https://localhost:%u", desk->farm->ports[v]);
    struct feed_config config = {.venue = venue,
                                 .venue_index = v,
                                 .universe = &desk->universe,
                                 .cache = &desk->cache,
                                 .clock = &desk->clock,
                                 .settings = &desk->config.settings.feeds,
                                 .tls = desk->tls,
                                 .rest = rest,
                                 .wants_book = desk->wants_book,
                                 .funding_generated = true,
                                 .seed = v + 1};
    if (hook != NULL) {
        config.on_quote = hook->on_quote;
        config.on_quote_arg = hook->arg;
    }
    for (uint32_t i = 0; i < MD_CONNECTIONS_MAX && venue->mainnet.ws[i] != NULL; i++) {
        const char *path = strchr(strstr(venue->mainnet.ws[i], "://") + 3, '/');
        (void)snprintf(ws[i], sizeof(ws[i]), "wss://localhost:%u%s", desk->farm->ports[v],
                       path == NULL ? "" : path);
        config.ws[i] = ws[i];
    }
    ASSERT(feed_pool_add(&desk->pool, &config, NULL, NULL) == STATUS_OK);
}

void load_desk_start(struct load_desk *desk, struct farm *farm, const char *pem,
                     const struct load_hook *hook) {
    *desk = (struct load_desk){.farm = farm};
    configure(desk);
    clock_init_system(&desk->clock);
    make_universe(desk);
    uint32_t listings = (uint32_t)FARM_VENUES * desk->universe.symbol_count;
    ASSERT(quote_cache_create(&desk->cache, listings) == STATUS_OK);
    ASSERT(tls_client_create_from_text(&desk->tls, slice_of(pem)) == STATUS_OK);
    ASSERT(feed_pool_create(&desk->pool, 1) == STATUS_OK);
    for (uint16_t v = 0; v < FARM_VENUES; v++) {
        add_feed(desk, v, hook);
    }
    ASSERT(feed_pool_start(&desk->pool) == STATUS_OK);
}

void load_desk_stop(struct load_desk *desk) {
    feed_pool_request_stop(&desk->pool);
    ASSERT(feed_pool_join(&desk->pool) == STATUS_OK);
    feed_pool_finish(&desk->pool);
    SSL_CTX_free(desk->tls);
    quote_cache_finish(&desk->cache);
    universe_finish(&desk->universe);
}

bool load_desk_agrees(const struct load_desk *desk, uint32_t venue) {
    uint32_t symbols = desk->universe.symbol_count;
    for (uint32_t s = 0; s < symbols; s++) {
        struct quote quote;
        const struct farm_quote *truth = &desk->farm->truth[venue][s];
        quote_load(&desk->cache, venue * symbols + s, &quote);
        if (quote.bid.v != truth->bid || quote.ask.v != truth->ask ||
            quote.bid_size.v != truth->bid_size || quote.ask_size.v != truth->ask_size) {
            return false;
        }
    }
    return true;
}

struct qty load_desk_step(uint32_t venue) {
    struct listing seen = {.ready = true, .tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}};
    struct listing rules = {0};
    struct symbol symbol;
    farm_symbol(0, &symbol);
    venue_table[venue].sim->rules(&symbol, &seen, &rules);
    return rules.step;
}
