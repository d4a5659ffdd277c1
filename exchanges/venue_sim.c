// What the servers of all venues share: published books, sessions, subscriptions, what is due.
#include "exchanges/venue_account.h"

#include <stdlib.h>

#include "base/clock.h"

static enum status listing_create(struct vsim_listing *listing, uint32_t levels) {
    struct level **arrays[] = {&listing->bids, &listing->asks, &listing->changed_bids,
                               &listing->changed_asks};
    listing->levels_max = levels;
    for (size_t i = 0; i < COUNT_OF(arrays); i++) {
        *arrays[i] = calloc(2 * (size_t)levels, sizeof(struct level));
        if (*arrays[i] == NULL) {
            return status_fail(STATUS_SYSTEM, "simulator: no memory for a book");
        }
    }
    listing->bid_changes = calloc(2 * (size_t)levels, sizeof(struct qty));
    listing->ask_changes = calloc(2 * (size_t)levels, sizeof(struct qty));
    if (listing->bid_changes == NULL || listing->ask_changes == NULL) {
        return status_fail(STATUS_SYSTEM, "simulator: no memory for a book");
    }
    return STATUS_OK;
}

enum status vsim_world_create(struct vsim_world *world, const struct venue_sim *venue,
                              uint32_t listings) {
    ASSERT(venue->channel_count <= VSIM_CHANNELS_MAX);
    *world = (struct vsim_world){.venue = venue, .limits = venue->limits};
    world->listings = calloc(listings == 0 ? 1 : listings, sizeof(*world->listings));
    char *scratch = malloc(VSIM_SCRATCH_SIZE);
    if (world->listings == NULL || scratch == NULL) {
        free(scratch);
        free(world->listings);
        world->listings = NULL;
        return status_fail(STATUS_SYSTEM, "simulator: no memory for %s", venue->name);
    }
    world->scratch = text_over(scratch, VSIM_SCRATCH_SIZE);
    world->listing_count = listings;
    for (uint32_t i = 0; i < listings; i++) {
        enum status result = listing_create(&world->listings[i], venue->book_levels);
        if (result != STATUS_OK) {
            vsim_world_finish(world);
            return result;
        }
    }
    return STATUS_OK;
}

void vsim_world_finish(struct vsim_world *world) {
    for (uint32_t i = 0; i < world->listing_count; i++) {
        struct vsim_listing *listing = &world->listings[i];
        free(listing->bids);
        free(listing->asks);
        free(listing->changed_bids);
        free(listing->changed_asks);
        free(listing->bid_changes);
        free(listing->ask_changes);
    }
    free(world->listings);
    free(world->scratch.data);
    *world = (struct vsim_world){0};
}

struct vsim_listing *vsim_find(const struct vsim_world *world, struct slice native) {
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (slice_equals(slice_of(world->listings[i].rules.native), native)) {
            return &world->listings[i];
        }
    }
    return NULL;
}

void vsim_quote(struct vsim_listing *listing, struct level bid, struct level ask, uint64_t id,
                int64_t now_ns) {
    listing->bid = bid.price;
    listing->ask = ask.price;
    listing->bid_size = bid.size;
    listing->ask_size = ask.size;
    listing->quote_id = id == 0 ? listing->quote_id + 1 : id;
    listing->quote_ns = now_ns;
}

void vsim_forget(struct vsim_listing *listing) {
    listing->bid = listing->ask = (struct px){0};
    listing->bid_size = listing->ask_size = (struct qty){0};
    listing->bid_count = listing->ask_count = 0;
    listing->changed_bid_count = listing->changed_ask_count = 0;
}

// Both lists best first. Writes what is new, different or gone (size 0), and by how much it
// changed; at most old_count + new_count entries.
static uint32_t diff_side(const struct level *old, uint32_t old_count, const struct level *new,
                          uint32_t new_count, bool bids, struct level *out, struct qty *changes) {
    uint32_t o = 0, n = 0, count = 0;
    while (o < old_count || n < new_count) {
        bool old_first =
            n == new_count || (o < old_count && (bids ? old[o].price.v > new[n].price.v
                                                      : old[o].price.v < new[n].price.v));
        if (old_first) {
            changes[count] = qty_sub((struct qty){0}, old[o].size);
            out[count++] = (struct level){old[o++].price, {0}};
        } else if (o < old_count && old[o].price.v == new[n].price.v) {
            if (old[o].size.v != new[n].size.v) {
                changes[count] = qty_sub(new[n].size, old[o].size);
                out[count++] = new[n];
            }
            o++;
            n++;
        } else {
            changes[count] = new[n].size;
            out[count++] = new[n++];
        }
    }
    return count;
}

bool vsim_publish(struct vsim_listing *listing, const struct level *bids, uint32_t bid_count,
                  const struct level *asks, uint32_t ask_count, uint64_t id, int64_t now_ns) {
    bid_count = bid_count < listing->levels_max ? bid_count : listing->levels_max;
    ask_count = ask_count < listing->levels_max ? ask_count : listing->levels_max;
    listing->changed_bid_count = diff_side(listing->bids, listing->bid_count, bids, bid_count, true,
                                           listing->changed_bids, listing->bid_changes);
    listing->changed_ask_count = diff_side(listing->asks, listing->ask_count, asks, ask_count,
                                           false, listing->changed_asks, listing->ask_changes);
    if (listing->changed_bid_count == 0 && listing->changed_ask_count == 0) {
        listing->snapshot_id = id > listing->snapshot_id ? id : listing->snapshot_id;
        return false;
    }
    memcpy(listing->bids, bids, bid_count * sizeof(*bids));
    memcpy(listing->asks, asks, ask_count * sizeof(*asks));
    listing->bid_count = bid_count;
    listing->ask_count = ask_count;
    listing->book_previous = listing->book_id;
    listing->book_id = id > listing->book_id ? id : listing->book_id + 1;
    listing->snapshot_id = listing->book_id;
    listing->book_ns = now_ns;
    return true;
}

enum status vsim_session_create(struct vsim_session *session, struct vsim_world *world,
                                struct vsim_out *out, uint32_t number) {
    *session = (struct vsim_session){.world = world, .out = out, .number = number};
    size_t count = (size_t)world->listing_count * world->venue->channel_count;
    session->subscriptions = calloc(count == 0 ? 1 : count, sizeof(*session->subscriptions));
    return session->subscriptions != NULL
               ? STATUS_OK
               : status_fail(STATUS_SYSTEM, "simulator: no memory for a session");
}

void vsim_session_finish(struct vsim_session *session) {
    const struct vsim_world *world = session->world;
    if (world != NULL && world->account != NULL && world->venue->private_side->close != NULL) {
        world->venue->private_side->close(session);
    }
    if (world != NULL) {
        session->world->connections -= session->counted;
        session->world->subscriptions -= session->subscribed;
    }
    free(session->subscriptions);
    *session = (struct vsim_session){0};
}

// A message that did not fit the scratch would be cut: it is not sent at all.
void vsim_session_send(struct vsim_session *session) {
    struct text *scratch = &session->world->scratch;
    if (scratch->size > 0 && !scratch->truncated) {
        vsim_session_say(session, text_slice(scratch));
    }
}

void vsim_session_say(struct vsim_session *session, struct slice message) {
    session->sent_ns = session->world->now_ns;
    session->out->send(session->out, message);
}

static void send_pushed(struct vsim_session *session, struct slice message) {
    const struct venue_sim *venue = session->world->venue;
    vsim_session_say(session, venue->shape == NULL ? message : venue->shape(session, message));
    session->pushes++;
}

static struct vsim_subscription *subscription_at(const struct vsim_session *session,
                                                 uint32_t listing, uint32_t channel) {
    const struct vsim_world *world = session->world;
    if (listing >= world->listing_count || channel >= world->venue->channel_count) {
        return NULL;
    }
    return &session->subscriptions[listing * world->venue->channel_count + channel];
}

static bool may_subscribe(const struct vsim_session *session) {
    const struct vsim_world *world = session->world;
    const struct vsim_limits *limits = &world->limits;
    return (limits->subscriptions == 0 || session->subscribed < limits->subscriptions) &&
           (limits->subscriptions_in_all == 0 ||
            world->subscriptions < limits->subscriptions_in_all);
}

bool vsim_subscribe(struct vsim_session *session, uint32_t listing, uint32_t channel) {
    return vsim_subscribe_at(session, listing, channel, 0, 0);
}

bool vsim_subscribe_at(struct vsim_session *session, uint32_t listing, uint32_t channel,
                       uint32_t period_ms, uint32_t option) {
    struct vsim_subscription *subscription = subscription_at(session, listing, channel);
    if (subscription == NULL || (!subscription->on && !may_subscribe(session))) {
        return false;
    }
    session->subscribed += !subscription->on;
    session->world->subscriptions += !subscription->on;
    *subscription = (struct vsim_subscription){
        .on = true, .since_ns = session->world->now_ns, .period_ms = period_ms, .option = option};
    return true;
}

bool vsim_unsubscribe(struct vsim_session *session, uint32_t listing, uint32_t channel) {
    struct vsim_subscription *subscription = subscription_at(session, listing, channel);
    if (subscription == NULL || !subscription->on) {
        return false;
    }
    session->subscribed--;
    session->world->subscriptions--;
    subscription->on = false;
    return true;
}

bool vsim_set_subscription(struct vsim_session *session, uint32_t listing, uint32_t channel,
                           bool on) {
    if (on) {
        return vsim_subscribe(session, listing, channel);
    }
    (void)vsim_unsubscribe(session, listing, channel);
    return true;
}

bool vsim_subscribed(const struct vsim_session *session, uint32_t listing, uint32_t channel) {
    const struct vsim_subscription *subscription = subscription_at(session, listing, channel);
    return subscription != NULL && subscription->on;
}

int vsim_channel_find(const struct venue_sim *venue, struct slice name) {
    for (uint32_t i = 0; i < venue->channel_count; i++) {
        if (slice_equals(slice_of(venue->channels[i].name), name)) {
            return (int)i;
        }
    }
    return -1;
}

// Id of what a push of this topic would show; 0: nothing to show yet.
static uint64_t shown_id(const struct vsim_listing *listing, enum vsim_topic topic) {
    switch (topic) {
    case VSIM_BBO:
        return listing->bid.v > 0 && listing->ask.v > 0 ? listing->quote_id : 0;
    case VSIM_BOOK_DELTA:
    case VSIM_BOOK_WHOLE:
        return listing->bid_count > 0 || listing->ask_count > 0 ? listing->book_id : 0;
    case VSIM_FUNDING:
        return listing->mark.v > 0 ? listing->funding_id : 0;
    case VSIM_RECORDED:
    case VSIM_TOPIC_COUNT:
    default:
        return 0;
    }
}

static void push(struct vsim_session *session, struct vsim_subscription *subscription,
                 const struct vsim_channel *channel, const struct vsim_listing *listing) {
    uint64_t id = shown_id(listing, channel->topic);
    int64_t now_ns = session->world->now_ns;
    uint32_t period_ms = subscription->period_ms > 0 ? subscription->period_ms : channel->period_ms;
    int64_t since_ns = now_ns - subscription->ns; // a clock that was set back delays nothing
    bool early = since_ns >= 0 && since_ns < period_ms * NS_PER_MS;
    if (id == 0 || (subscription->pushed && early) ||
        (subscription->pushed && id == subscription->id && !channel->repeats)) {
        return;
    }
    bool whole = true;
    bool silent = false;
    if (channel->topic == VSIM_BOOK_DELTA) {
        bool chained = subscription->pushed && subscription->id == listing->book_previous;
        bool again = channel->whole_ms > 0 &&
                     now_ns - subscription->whole_ns >= channel->whole_ms * NS_PER_MS;
        whole = channel->whole_first && (!chained || again);
        silent = !channel->whole_first && !subscription->pushed; // from the next change on
        subscription->count = whole ? 0 : subscription->count;   // changes are numbered from there
    }
    if (!silent) {
        text_clear(&session->world->scratch);
        session->world->pushing = subscription;
        channel->encode(channel, session->world, listing, whole, &session->world->scratch);
        ASSERT(!session->world->scratch
                    .truncated); // VSIM_SCRATCH_SIZE holds the deepest book of any venue
        session->world->pushing = NULL;
        send_pushed(session, text_slice(&session->world->scratch));
        subscription->count++;
        subscription->bid = (struct level){listing->bid, listing->bid_size};
        subscription->ask = (struct level){listing->ask, listing->ask_size};
    }
    subscription->whole_ns = whole ? now_ns : subscription->whole_ns;
    subscription->pushed = true;
    subscription->id = id;
    subscription->ns = now_ns;
}

enum vsim_due vsim_session_due(struct vsim_session *session, uint32_t ping_ms) {
    int64_t now_ns = session->world->now_ns;
    bool greeted = session->said_ns != 0;
    if (greeted && now_ns - session->said_ns < ping_ms * NS_PER_MS) {
        return VSIM_DUE_NOTHING;
    }
    session->said_ns = now_ns;
    return greeted ? VSIM_DUE_PING : VSIM_DUE_GREETING;
}

void vsim_session_follow(struct vsim_session *session, uint32_t account_mode) {
    if (session->account_mode == 0) {
        session->account_seen = session->world->account->event_count;
    }
    session->account_mode |= account_mode;
}

static void push_account(struct vsim_session *session) {
    const struct vsim_world *world = session->world;
    while (world->account != NULL && session->account_mode != 0 && session->over == NULL &&
           session->account_seen < world->account->event_count) {
        const struct vacc_event *event = vacc_event(world->account, ++session->account_seen);
        if (event == NULL) {
            session->over = "the client's account went on without it";
            return;
        }
        world->venue->private_side->push(session, event);
    }
}

static void push_due(struct vsim_session *session) {
    const struct vsim_world *world = session->world;
    const struct venue_sim *venue = world->venue;
    for (uint32_t l = 0; l < world->listing_count; l++) {
        for (uint32_t c = 0; c < venue->channel_count; c++) {
            struct vsim_subscription *subscription =
                &session->subscriptions[l * venue->channel_count + c];
            if (subscription->on && (world->listings[l].recorded >> c & 1) == 0) {
                push(session, subscription, &venue->channels[c], &world->listings[l]);
            }
        }
    }
}

void vsim_session_poll(struct vsim_session *session) {
    const struct venue_sim *venue = session->world->venue;
    if (session->over != NULL) {
        return;
    }
    if (venue->tick != NULL) {
        venue->tick(session);
    }
    push_account(session);
    if (session->subscribed > 0) {
        push_due(session);
    }
    vsim_session_watch(session); // behind the pushes: time may have made a leap since the last poll
}

void vsim_session_forward(struct vsim_session *session, uint32_t listing, uint32_t channel,
                          struct slice frame) {
    if (vsim_subscribed(session, listing, channel)) {
        send_pushed(session, frame);
    }
}

struct slice vsim_cut(struct slice *rest, char separator) {
    const char *at = rest->size == 0 ? NULL : memchr(rest->data, separator, rest->size);
    size_t size = at == NULL ? rest->size : (size_t)(at - rest->data);
    struct slice part = {rest->data, size};
    size_t used = at == NULL ? size : size + 1;
    *rest = (struct slice){rest->data + used, rest->size - used};
    return part;
}

bool vsim_query(struct slice query, const char *name, struct slice *value) {
    while (query.size > 0) {
        struct slice pair = vsim_cut(&query, '&');
        struct slice key = vsim_cut(&pair, '=');
        if (slice_equals(key, slice_of(name))) {
            *value = pair;
            return true;
        }
    }
    return false;
}

bool vsim_query_levels(struct slice query, int64_t *levels) {
    static const int64_t allowed[] = {5, 10, 20, 50, 100, 500, 1000};
    struct slice value;
    if (!vsim_query(query, "limit", &value)) {
        return true;
    }
    bool number = decimal_parse(value, 0, levels);
    for (size_t i = 0; number && i < COUNT_OF(allowed); i++) {
        if (allowed[i] == *levels) {
            return true;
        }
    }
    return false;
}

void vsim_write_ms(struct text *out, int64_t time_ns) {
    text_add_int(out, time_ns / NS_PER_MS);
}
