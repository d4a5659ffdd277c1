// The venues of a desk: where each is, and a feed for it on the io threads.
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "cli/desk_inside.h"
#include "exchanges/venues.h"
#include "io/tls.h"

static void on_quote(void *arg, uint16_t venue, uint16_t symbol, const struct quote *quote) {
    const struct feed_hook *hook = arg;
    int64_t latency_ns = 0;
    if (quote->venue_time_ns > 0 && hook->feed != NULL) {
        int64_t offset_ns =
            atomic_load_explicit(&feed_stats(hook->feed)->offset_ns, memory_order_relaxed);
        latency_ns = quote->receive_ns - (quote->venue_time_ns - offset_ns);
        latency_ns = latency_ns > 0 ? latency_ns : 0; // the clocks agree to a few ms only
    }
    hook->run->options.on_quote(hook->run->options.on_quote_arg, venue, symbol, quote, latency_ns);
}

// Where the simulator serves a venue: its address and the venue's own path.
static bool sim_url(const char *base, const char *venue_url, char *out, size_t capacity) {
    const char *host = strstr(venue_url, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');
    int size = snprintf(out, capacity, "%s%s", base, path == NULL ? "" : path);
    return size > 0 && (size_t)size < capacity;
}

// Where a venue is when not at its own address: in the simulator, or where the options say.
static bool find_endpoint(const struct desk_run *run, const char *venue, struct sim_endpoint *out) {
    if (run->sim != NULL) {
        return sim_endpoint(run->sim, venue, out);
    }
    for (uint32_t i = 0; i < run->options.endpoint_count; i++) {
        const struct desk_endpoint *endpoint = &run->options.endpoints[i];
        if (strcmp(endpoint->venue, venue) == 0) {
            struct text ws = TEXT_OVER(out->ws);
            struct text rest = TEXT_OVER(out->rest);
            text_add_format(&ws, "wss://%s", endpoint->address);
            text_add_format(&rest, "https://%s", endpoint->address);
            return true;
        }
    }
    return false;
}

// The authorities trusted instead of the system's: the command line's file, then the
// configuration's; NULL: the system's.
static const char *trusted_file(const struct desk_run *run) {
    if (run->options.trust != NULL) {
        return run->options.trust;
    }
    return run->config.ca_file[0] != '\0' ? run->config.ca_file : NULL;
}

// What the configuration says instead of the venue's own addresses.
static void set_endpoints(struct desk_run *run, uint16_t index, struct feed_config *feed,
                          struct lane_config *lane) {
    const struct config_endpoint *own = &run->config.endpoints[index];
    if (run->sim != NULL) {
        return;
    }
    feed->base_ws = own->ws[0] != '\0' ? own->ws : NULL;
    feed->base_rest = own->rest[0] != '\0' ? own->rest : NULL;
    if (lane != NULL) {
        const char *ws = own->private_ws[0] != '\0' ? own->private_ws : feed->base_ws;
        lane->rest = feed->base_rest;
        for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
            lane->ws[i] = ws;
        }
    }
}

static enum status add_feed(struct desk_run *run, uint16_t index) {
    const struct venue_entry *entry = &run->universe.venues[index];
    const struct venue *venue = venue_find(slice_of(entry->name));
    ASSERT(venue != NULL); // the configuration was checked against the table
    struct feed_hook *hook = &run->hooks[index];
    hook->run = run;
    struct feed_config config = {
        .venue = venue->md,
        .venue_index = index,
        .universe = &run->universe,
        .cache = &run->cache,
        .engine = &run->engine,
        .clock = &run->clock,
        .settings = &run->config.settings.feeds,
        .tls = run->tls,
        .connects = &run->connects,
        .wants_book = run->config.wants_book,
        .seed = hash_bytes(entry->name, strlen(entry->name), (uint64_t)clock_now_ns(&run->clock)),
        .on_quote = run->options.on_quote != NULL ? on_quote : NULL,
        .on_quote_arg = hook,
        .on_frame = run->options.on_frame,
        .on_frame_arg = run->options.on_frame_arg,
    };
    char ws[MD_CONNECTIONS_MAX][256];
    struct sim_endpoint endpoint;
    bool elsewhere = find_endpoint(run, entry->name, &endpoint);
    if (run->sim != NULL) {
        if (!elsewhere) {
            return STATUS_OK; // the recording has nothing for it: it stays down, and says so
        }
        config.demo_streams = config.funding_generated = true;
    }
    if (elsewhere) {
        for (uint32_t i = 0; i < MD_CONNECTIONS_MAX && venue->md->mainnet.ws[i] != NULL; i++) {
            if (!sim_url(endpoint.ws, venue->md->mainnet.ws[i], ws[i], sizeof(ws[i]))) {
                return status_fail(STATUS_INTERNAL, "the address for %s is too long", entry->name);
            }
            config.ws[i] = ws[i];
        }
        config.rest = endpoint.rest;
    }
    struct lane_config lane;
    bool has_lane = desk_lane_config(run, index, &lane);
    config.testnet = run->keys[index].testnet;
    set_endpoints(run, index, &config, has_lane ? &lane : NULL);
    enum status status =
        feed_pool_add(&run->feeds, &config, has_lane ? &lane : NULL, &run->lanes[index]);
    if (status == STATUS_OK) {
        hook->feed = run->feeds.feeds[run->feeds.feed_count - 1];
    }
    return status;
}

enum status desk_feeds_start(struct desk_run *run) {
    enum status status = run->sim != NULL
                             ? tls_client_create_from_text(&run->tls, sim_authority_pem(run->sim))
                             : tls_client_create(&run->tls, trusted_file(run));
    if (status != STATUS_OK) {
        return status;
    }
    run->hooks = calloc(run->universe.venue_count, sizeof(*run->hooks));
    if (run->hooks == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the feeds");
    }
    connect_budget_init(&run->connects, run->config.settings.feeds.connects_per_s);
    status = feed_pool_create(&run->feeds, run->config.settings.feeds.threads);
    run->has_feeds = status == STATUS_OK;
    for (uint16_t i = 0; i < run->universe.venue_count && status == STATUS_OK; i++) {
        status = add_feed(run, i);
    }
    desk_lanes_wipe_keys(run);
    desk_lanes_tell_keyless(run);
    status = status == STATUS_OK ? feed_pool_start(&run->feeds) : status;
    if (status == STATUS_OK) {
        desk_lanes_ask(run);
    }
    return status;
}

const struct feed_stats *desk_run_feed_stats(const struct desk_run *run, uint16_t venue) {
    ASSERT(venue < run->universe.venue_count);
    bool known = run->hooks != NULL && run->hooks[venue].feed != NULL;
    return known ? feed_stats(run->hooks[venue].feed) : NULL;
}

void desk_feeds_stop(struct desk_run *run) {
    if (!run->has_feeds) {
        return;
    }
    atomic_store(&run->lanes_stopped, true);
    feed_pool_request_stop(&run->feeds);
    if (feed_pool_join(&run->feeds) != STATUS_OK) {
        log_warn("desk", "the feeds: %s", status_text());
    }
}

void desk_feeds_close(struct desk_run *run) {
    if (run->has_feeds) {
        feed_pool_finish(&run->feeds);
    }
    SSL_CTX_free(run->tls);
    free(run->hooks);
}
