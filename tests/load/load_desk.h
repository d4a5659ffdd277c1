// The desk's side of a farm: feeds of all ten venues over wss into one quote cache.
#ifndef PERPDESK_TESTS_LOAD_LOAD_DESK_H
#define PERPDESK_TESTS_LOAD_LOAD_DESK_H

#include "farm.h"
#include "io/config.h"
#include "io/feed_pool.h"

struct load_desk {
    struct farm *farm;
    struct config config;
    struct universe universe;
    struct quote_cache cache;
    struct clock clock;
    struct feed_pool pool;
    SSL_CTX *tls;
    bool wants_book[SYMBOL_MAX];
};

struct load_hook {
    void (*on_quote)(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote);
    void *arg;
};

// `pem` is the farm's authority. `hook` NULL: none.
void load_desk_start(struct load_desk *desk, struct farm *farm, const char *pem,
                     const struct load_hook *hook);
void load_desk_stop(struct load_desk *desk);

// Whether the cache has the truth of a frozen venue.
bool load_desk_agrees(const struct load_desk *desk, uint32_t venue);
// The size step of a venue's symbols, known once the first quote is there.
struct qty load_desk_step(uint32_t venue);

#endif
