#include "sim/sim_market.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/table.h"
#include "exchanges/venue_account.h"
#include "sim/sim_market_private.h"

enum { PAUSE_MS = 100, TICK_MS = 10, FUNDING_MS = 1000, ID_GAP = 1000, BAD_LOGGED_MAX = 10 };

int64_t sim_market_start_ns(const struct sim_market *market) {
    return market->start_ns;
}

int sim_market_venue(const struct sim_market *market, struct slice name) {
    for (uint32_t i = 0; i < market->options.venue_count; i++) {
        if (slice_equals(slice_of(market->options.venues[i]->name), name)) {
            return (int)i;
        }
    }
    return -1;
}

static int64_t venue_time(const struct sim_market *market, int64_t t_ns) {
    return t_ns + market->offset_ns + market->shift_ns;
}

// Size on the venue's step: down, but what is there does not vanish.
static struct qty shown_size(const struct listing *rules, struct qty size) {
    struct qty down = qty_step_floor(size, rules->step);
    return down.v == 0 && size.v > 0 ? rules->step : down;
}

// A recorded side as the venue shows it: prices outwards onto its tick, equal ones joined, best
// first.
static uint32_t show_side(const struct listing *rules, const struct book_side *side, bool bids,
                          struct level *out, uint32_t most) {
    uint32_t count = 0;
    for (uint32_t i = side->count; i > 0; i--) {
        struct level level = side->levels[i - 1];
        struct px price =
            bids ? listing_price_floor(rules, level.price) : listing_price_ceil(rules, level.price);
        if (count > 0 && out[count - 1].price.v == price.v) {
            out[count - 1].size = qty_add(out[count - 1].size, level.size);
            continue;
        }
        if (count == most || price.v <= 0) {
            break;
        }
        out[count++] = (struct level){price, level.size};
    }
    for (uint32_t i = 0; i < count; i++) {
        out[i].size = shown_size(rules, out[i].size);
    }
    return count;
}

static void publish_source(struct sim_market *market, uint32_t index) {
    const struct sim_source *source = &market->sources[index];
    struct vsim_world *world = &market->worlds[source->world];
    struct vsim_listing *listing = &world->listings[source->listing];
    uint32_t bids =
        show_side(&listing->rules, &source->book.bids, true, market->bids, listing->levels_max);
    uint32_t asks =
        show_side(&listing->rules, &source->book.asks, false, market->asks, listing->levels_max);
    // Ids of frames that go out as recorded are the recording's; others are counted.
    uint64_t id = listing->recorded != 0 ? source->last_id + market->id_shift[index] : 0;
    (void)vsim_publish(listing, market->bids, bids, market->asks, asks, id, world->now_ns);
}

static void poll_sessions(struct sim_market *market, const struct vsim_world *world) {
    for (uint32_t i = 0; i < SIM_SESSIONS_MAX; i++) {
        struct sim_market_session *session = market->sessions[i];
        if (session != NULL && session->session.world == world) {
            vsim_session_poll(&session->session);
        }
    }
}

// Publications of one venue, one listing after the other: a session sees each of them.
static void publish_venue(struct sim_market *market, uint32_t venue, bool recorded_only) {
    for (uint32_t i = 0; i < market->source_count; i++) {
        const struct sim_source *source = &market->sources[i];
        if (source->shown && source->world == venue &&
            (!recorded_only || market->worlds[venue].listings[source->listing].recorded != 0)) {
            publish_source(market, i);
        }
    }
    poll_sessions(market, &market->worlds[venue]);
}

// What rests between the recorded best price and the coarser one that is shown belongs to the shown
// one.
static struct level show_best(const struct listing *rules, const struct book_side *side, bool bid,
                              struct level best) {
    struct px price =
        bid ? listing_price_floor(rules, best.price) : listing_price_ceil(rules, best.price);
    struct qty size = best.size;
    for (uint32_t i = side->count; i > 0; i--) {
        struct level level = side->levels[i - 1];
        if (bid ? level.price.v < price.v : level.price.v > price.v) {
            break;
        }
        if (bid ? level.price.v < best.price.v : level.price.v > best.price.v) {
            size = qty_add(size, level.size);
        }
    }
    return (struct level){price, shown_size(rules, size)};
}

static void show_quote(struct sim_market *market, uint32_t index, int64_t now_ns) {
    const struct sim_source *source = &market->sources[index];
    struct vsim_listing *listing = &market->worlds[source->world].listings[source->listing];
    struct level bid = show_best(&listing->rules, &source->book.bids, true, source->bid);
    struct level ask = show_best(&listing->rules, &source->book.asks, false, source->ask);
    bool same = bid.price.v == listing->bid.v && ask.price.v == listing->ask.v &&
                bid.size.v == listing->bid_size.v && ask.size.v == listing->ask_size.v;
    bool counted = listing->recorded == 0 || source->ticker_id == 0;
    if ((!same || !counted) && bid.price.v > 0) {
        vsim_quote(listing, bid, ask, counted ? 0 : source->ticker_id + market->id_shift[index],
                   now_ns);
    }
}

// Reads the digits at `at`; *end is behind them.
static int64_t read_number(const char *at, const char *limit, const char **end) {
    int64_t value = 0;
    while (at < limit && *at >= '0' && *at <= '9' && value <= (INT64_MAX - 9) / 10) {
        value = value * 10 + (*at++ - '0');
    }
    *end = at;
    return value;
}

void sim_frame_move(struct slice frame, uint64_t id_shift, int64_t shift_ms, struct text *out) {
    static const struct {
        struct slice key;
        bool time;
    } keys[] = {
        {{"\"u\":", 4}, false}, {{"\"U\":", 4}, false}, {{"\"pu\":", 5}, false},
        {{"\"t\":", 4}, false}, {{"\"E\":", 4}, true},  {{"\"T\":", 4}, true},
    };
    const char *limit = frame.data + frame.size;
    const char *copied = frame.data;
    for (const char *at = frame.data; at < limit; at++) {
        if (*at != '"') {
            continue;
        }
        struct slice rest = {at, (size_t)(limit - at)};
        for (size_t k = 0; k < COUNT_OF(keys); k++) {
            if (!slice_starts(rest, keys[k].key)) {
                continue;
            }
            const char *digits = at + keys[k].key.size;
            const char *end = digits;
            int64_t value = read_number(digits, limit, &end);
            if (end > digits) {
                text_add(out, (struct slice){copied, (size_t)(digits - copied)});
                text_add_int(out,
                             add_saturating(value, keys[k].time ? shift_ms : (int64_t)id_shift));
                copied = end;
                at = end - 1;
            }
            break;
        }
    }
    text_add(out, (struct slice){copied, (size_t)(limit - copied)});
}

static void forward(struct sim_market *market, const struct sim_source *source, struct slice raw) {
    struct vsim_world *world = &market->worlds[source->world];
    int channel = world->venue->recorded_channel(raw);
    if (channel < 0 || (world->listings[source->listing].recorded >> channel & 1) == 0) {
        return;
    }
    bool moved = market->round == 0 && market->shift_ns == 0;
    for (uint32_t i = 0; i < SIM_SESSIONS_MAX; i++) {
        struct sim_market_session *session = market->sessions[i];
        if (session == NULL || session->session.world != world ||
            !vsim_subscribed(&session->session, source->listing, (uint32_t)channel)) {
            continue;
        }
        if (!moved) {
            text_clear(&market->frame);
            sim_frame_move(raw, market->id_shift[source - market->sources],
                           market->shift_ns / NS_PER_MS, &market->frame);
            market->frames_cut += market->frame.truncated;
            raw = text_slice(&market->frame);
            moved = true;
        }
        vsim_session_forward(&session->session, source->listing, (uint32_t)channel, raw);
    }
}

static void apply_record(struct sim_market *market) {
    const struct tape_record *record = &market->record;
    struct sim_record_name name;
    struct sim_source *source = NULL;
    if (sim_record_identify(record, &name)) {
        source = sim_market_source(market, &name);
    }
    if (source == NULL || !source->shown) {
        return;
    }
    struct sim_change change;
    if (!sim_source_apply(source, record, &change)) {
        market->bad_records++;
        return;
    }
    market->records++;
    if (change.quote || (change.book && source->has_ticker)) {
        show_quote(market, (uint32_t)(source - market->sources), venue_time(market, record->t_ns));
    }
    if (record->kind == TAPE_FRAME && !record->rest &&
        market->worlds[source->world].listings[source->listing].recorded != 0) {
        forward(market, source, record->raw);
    }
}

static void end_round(struct sim_market *market, int64_t now_ns) {
    for (uint32_t v = 0; v < market->options.venue_count; v++) {
        publish_venue(market, v, false); // the last state stays what calls are answered with
    }
    market->ended = true;
    for (uint32_t i = 0; i < SIM_SESSIONS_MAX; i++) {
        if (market->sessions[i] != NULL && market->sessions[i]->on_end != NULL) {
            market->sessions[i]->on_end(market->sessions[i]);
        }
    }
    market->resume_ns = now_ns + PAUSE_MS * NS_PER_MS;
    log_info("sim", "the recording is over after round %u%s", market->round + 1,
             market->options.loop ? ", it starts over" : "");
}

// Stamps go on from here and ids from where they were, so that nothing a client sees ever steps
// back.
static void next_round(struct sim_market *market) {
    enum status result = tape_rewind(market->tape);
    if (result != STATUS_OK) {
        log_error("sim", "%s", status_text());
        market->options.loop = false;
        return;
    }
    int64_t shift_ns = market->resume_ns - market->offset_ns - market->first_ns;
    market->shift_ns = (shift_ns / NS_PER_MS + 1) * NS_PER_MS;
    market->round++;
    market->ended = false;
    for (uint32_t i = 0; i < market->source_count; i++) {
        struct sim_source *source = &market->sources[i];
        market->id_shift[i] += source->last_id - source->first_id + ID_GAP;
        source->first_id = source->last_id = 0;
        if (source->shown) {
            vsim_forget(&market->worlds[source->world].listings[source->listing]);
            sim_source_forget(source);
        }
    }
}

// Holds the next record, or notes the end.
static void fetch(struct sim_market *market) {
    while (!market->held && !market->ended) {
        enum status result = tape_next(market->tape, &market->record);
        if (result == STATUS_OK) {
            market->held = true;
        } else {
            market->bad_records++;
            if (market->bad_records <= BAD_LOGGED_MAX) {
                log_warn("sim", "%s", status_text());
            }
        }
    }
}

static struct px middle(const struct vsim_listing *listing) {
    return listing->bid.v > 0 && listing->ask.v > 0 ? px_mid_floor(listing->bid, listing->ask)
                                                    : (struct px){0};
}

// Mean of the middles of all venues that quote the symbol.
static struct px index_price(const struct sim_market *market, const struct symbol *symbol) {
    int64_t sum = 0;
    int64_t count = 0;
    for (uint32_t v = 0; v < market->options.venue_count; v++) {
        const struct vsim_world *world = &market->worlds[v];
        for (uint32_t l = 0; l < world->listing_count; l++) {
            if (world->listings[l].symbol == symbol && middle(&world->listings[l]).v > 0) {
                sum = add_saturating(sum, middle(&world->listings[l]).v);
                count++;
            }
        }
    }
    return (struct px){count == 0 ? 0 : sum / count};
}

static void make_funding(struct sim_market *market, int64_t now_ns) {
    for (uint32_t v = 0; v < market->options.venue_count; v++) {
        struct vsim_world *world = &market->worlds[v];
        for (uint32_t l = 0; l < world->listing_count; l++) {
            struct vsim_listing *listing = &world->listings[l];
            struct px mark = middle(listing);
            if (mark.v == 0) {
                continue;
            }
            listing->mark = listing_price_floor(&listing->rules, mark);
            listing->index =
                listing_price_floor(&listing->rules, index_price(market, listing->symbol));
            while (listing->next_settlement_ns <= now_ns) {
                listing->next_settlement_ns += listing->funding_interval_ns;
            }
            listing->funding_id++;
        }
    }
    market->funding_ns = now_ns + FUNDING_MS * NS_PER_MS;
}

static void set_now(struct sim_market *market, int64_t now_ns) {
    for (uint32_t i = 0; i < market->options.venue_count; i++) {
        market->worlds[i].now_ns = now_ns;
    }
}

static void run_records(struct sim_market *market, int64_t now_ns) {
    for (uint32_t i = 0; i < SIM_STEP_RECORDS_MAX; i++) {
        if (market->ended) {
            if (!market->options.loop || market->resume_ns > now_ns) {
                return;
            }
            next_round(market);
        }
        fetch(market);
        if (!market->held) {
            continue; // the tape's end was noted while fetching
        }
        if (market->record.kind == TAPE_END) {
            market->held = false;
            end_round(market, now_ns);
            continue;
        }
        if (venue_time(market, market->record.t_ns) > now_ns) {
            return;
        }
        apply_record(market);
        market->held = false;
    }
}

static int64_t earlier(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void make_faults(struct sim_market *market, int64_t now_ns) {
    const struct sim_faults *faults = &market->options.faults;
    if (faults->account_ms == 0 || now_ns < market->fault_ns) {
        return;
    }
    uint64_t draw = hash_mix(faults->seed ^ ++market->fault_next);
    market->fault_ns = now_ns + (int64_t)(1 + draw % (2 * faults->account_ms)) * NS_PER_MS;
    for (uint32_t v = 0; v < market->options.venue_count; v++) {
        if (market->accounts[v] != NULL) {
            // Those of sessions and numbers are the venue's own matter: not all venues have them.
            market->accounts[v]->faults[hash_mix(draw ^ v) % VACC_FAULT_NONCE] = 1;
        }
    }
}

// Whatever the account's orders meet now, and to its client at once.
static void tick_account(struct sim_market *market, uint32_t venue) {
    if (market->accounts[venue] != NULL && !market->ended) {
        vacc_tick(market->accounts[venue], &market->worlds[venue]);
        poll_sessions(market, &market->worlds[venue]);
    }
}

int64_t sim_market_step(struct sim_market *market, int64_t now_ns) {
    set_now(market, now_ns);
    run_records(market, now_ns);
    make_faults(market, now_ns);
    for (uint32_t v = 0; v < market->options.venue_count; v++) {
        tick_account(market, v);
    }
    if (market->ended && !market->options.loop) {
        return INT64_MAX;
    }
    if (market->funding_ns <= now_ns) {
        make_funding(market, now_ns);
    }
    int64_t next_ns = now_ns + TICK_MS * NS_PER_MS;
    for (uint32_t v = 0; v < market->options.venue_count; v++) {
        if (market->publish_ns[v] <= now_ns && !market->ended) {
            publish_venue(market, v, false);
            market->publish_ns[v] = now_ns + market->options.venues[v]->book_period_ms * NS_PER_MS;
        } else {
            poll_sessions(market, &market->worlds[v]);
        }
        next_ns = earlier(next_ns, market->ended ? market->resume_ns : market->publish_ns[v]);
    }
    return market->held ? earlier(next_ns, venue_time(market, market->record.t_ns)) : next_ns;
}

enum status sim_market_attach(struct sim_market *market, uint32_t venue,
                              struct sim_market_session *session, struct vsim_out *out) {
    ASSERT(venue < market->options.venue_count);
    for (uint32_t i = 0; i < SIM_SESSIONS_MAX; i++) {
        if (market->sessions[i] == NULL) {
            enum status result = vsim_session_create(&session->session, &market->worlds[venue], out,
                                                     ++market->session_number);
            if (result == STATUS_OK) {
                session->slot = i;
                market->sessions[i] = session;
            }
            return result;
        }
    }
    return status_fail(STATUS_INTERNAL, "simulator: more than %d connections", SIM_SESSIONS_MAX);
}

void sim_market_detach(struct sim_market *market, struct sim_market_session *session) {
    ASSERT(session->slot < SIM_SESSIONS_MAX && market->sessions[session->slot] == session);
    market->sessions[session->slot] = NULL;
    vsim_session_finish(&session->session);
}

void sim_market_text(struct sim_market *market, struct sim_market_session *session,
                     struct slice message) {
    ASSERT(market->sessions[session->slot] == session);
    vsim_session_text(&session->session, message);
    tick_account(market, (uint32_t)(session->session.world - market->worlds));
}

void sim_market_answer(struct sim_market *market, uint32_t venue,
                       const struct vsim_request *request, struct vsim_reply *reply) {
    ASSERT(venue < market->options.venue_count);
    // A snapshot must be as new as the last frame that went out, or no delta would span it.
    if (!market->ended) {
        publish_venue(market, venue, true);
    }
    vsim_call(&market->worlds[venue], request, reply);
    tick_account(market, venue);
}
