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

bool sim_market_shares_books(const struct sim_market *market) {
    for (uint32_t i = 0; i < market->source_count; i++) {
        if (market->sources[i].place_count > 1) {
            return true;
        }
    }
    return false;
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

struct shown_side {
    const struct listing *rules;
    bool bids;
    struct level *levels; // best first
    uint32_t count, most;
};

// Adds a recorded level at its price on the venue's tick, outwards; false when it is one too many.
static bool show_level(struct shown_side *shown, struct level level) {
    struct px price = shown->bids ? listing_price_floor(shown->rules, level.price)
                                  : listing_price_ceil(shown->rules, level.price);
    struct level *last = shown->count > 0 ? &shown->levels[shown->count - 1] : NULL;
    if (last != NULL && last->price.v == price.v) {
        last->size = qty_add(last->size, level.size);
        return true;
    }
    if (shown->count == shown->most || price.v <= 0) {
        return false;
    }
    shown->levels[shown->count++] = (struct level){price, level.size};
    return true;
}

// A recorded side as the venue shows it. With `best` it begins there, whatever the recorded book
// says: best prices come by themselves and sooner, and a venue that tells them in its books only
// would lag behind the others of the same book.
static void show_side(struct shown_side *shown, const struct book_side *side,
                      const struct level *best) {
    bool more = best == NULL || show_level(shown, *best);
    for (uint32_t i = side->count; i > 0 && more; i--) {
        struct level level = side->levels[i - 1];
        bool behind = best == NULL ||
                      (shown->bids ? level.price.v < best->price.v : level.price.v > best->price.v);
        more = !behind || show_level(shown, level);
    }
    for (uint32_t i = 0; i < shown->count; i++) {
        shown->levels[i].size = shown_size(shown->rules, shown->levels[i].size);
    }
}

static void publish_place(struct sim_market *market, const struct sim_place *place) {
    const struct sim_source *source = &market->sources[place->source];
    struct vsim_listing *listing = sim_market_listing(market, place);
    bool recorded = listing->recorded != 0;
    bool led = !recorded && source->bid.price.v > 0 && source->book.bids.count > 0 &&
               source->book.asks.count > 0;
    struct shown_side bids = {&listing->rules, true, market->bids, 0, listing->levels_max};
    struct shown_side asks = {&listing->rules, false, market->asks, 0, listing->levels_max};
    show_side(&bids, &source->book.bids, led ? &source->bid : NULL);
    show_side(&asks, &source->book.asks, led ? &source->ask : NULL);
    // Ids of frames that go out as recorded are the recording's; others are counted.
    uint64_t id = recorded ? source->last_id + market->id_shift[place->source] : 0;
    (void)vsim_publish(listing, market->bids, bids.count, market->asks, asks.count, id,
                       market->worlds[place->world].now_ns);
}

static void poll_sessions(struct sim_market *market, const struct vsim_world *world) {
    for (uint32_t i = 0; i < market->session_end; i++) {
        struct sim_market_session *session = market->sessions[i];
        if (session != NULL && session->session.world == world) {
            vsim_session_poll(&session->session);
        }
    }
}

// Publications of one venue, one listing after the other: a session sees each of them.
static void publish_venue(struct sim_market *market, uint32_t venue, bool recorded_only) {
    for (uint32_t i = 0; i < market->place_count; i++) {
        const struct sim_place *place = &market->places[i];
        if (place->world == venue &&
            (!recorded_only || sim_market_listing(market, place)->recorded != 0)) {
            publish_place(market, place);
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

static void show_quote(struct sim_market *market, const struct sim_place *place, int64_t now_ns) {
    const struct sim_source *source = &market->sources[place->source];
    struct vsim_listing *listing = sim_market_listing(market, place);
    struct level bid = show_best(&listing->rules, &source->book.bids, true, source->bid);
    struct level ask = show_best(&listing->rules, &source->book.asks, false, source->ask);
    bool same = bid.price.v == listing->bid.v && ask.price.v == listing->ask.v &&
                bid.size.v == listing->bid_size.v && ask.size.v == listing->ask_size.v;
    bool counted = listing->recorded == 0 || source->ticker_id == 0;
    bool any = bid.price.v > 0 || ask.price.v > 0;
    if ((!same || !counted) && any) {
        vsim_quote(listing, bid, ask,
                   counted ? 0 : source->ticker_id + market->id_shift[place->source],
                   now_ns + market->skew_ns[place->world]);
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

static void forward(struct sim_market *market, const struct sim_place *place, struct slice raw) {
    struct vsim_world *world = &market->worlds[place->world];
    int channel = world->venue->recorded_channel(raw);
    if (channel < 0 || (sim_market_listing(market, place)->recorded >> channel & 1) == 0) {
        return;
    }
    bool moved = market->round == 0 && market->shift_ns == 0;
    for (uint32_t i = 0; i < market->session_end; i++) {
        struct sim_market_session *session = market->sessions[i];
        if (session == NULL || session->session.world != world ||
            !vsim_subscribed(&session->session, place->listing, (uint32_t)channel)) {
            continue;
        }
        if (!moved) {
            text_clear(&market->frame);
            sim_frame_move(raw, market->id_shift[place->source], market->shift_ns / NS_PER_MS,
                           &market->frame);
            market->frames_cut += market->frame.truncated;
            raw = text_slice(&market->frame);
            moved = true;
        }
        vsim_session_forward(&session->session, place->listing, (uint32_t)channel, raw);
    }
}

// What the record at hand tells of one source.
static void apply_to(struct sim_market *market, const struct sim_record_name *name) {
    const struct tape_record *record = &market->record;
    struct sim_source *source = sim_market_source(market, name);
    if (source == NULL || source->place_count == 0) {
        return;
    }
    struct sim_change change;
    if (!sim_source_apply(source, record, &change)) {
        market->bad_records++;
        return;
    }
    market->records++;
    bool quoted = change.quote || (change.book && source->has_ticker);
    bool forwarded = record->kind == TAPE_FRAME && !record->rest;
    for (uint32_t i = 0; i < source->place_count; i++) {
        const struct sim_place *place = &market->places[source->first_place + i];
        if (quoted) {
            show_quote(market, place, venue_time(market, record->t_ns));
        }
        if (forwarded && sim_market_listing(market, place)->recorded != 0) {
            forward(market, place, record->raw);
        }
    }
}

static void apply_record(struct sim_market *market) {
    struct sim_record_name name;
    sim_reader_take(market->reader, &market->record);
    while (sim_reader_next(market->reader, &name)) {
        apply_to(market, &name);
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
    sim_reader_rewind(market->reader);
    int64_t shift_ns = market->resume_ns - market->offset_ns - market->first_ns;
    market->shift_ns = (shift_ns / NS_PER_MS + 1) * NS_PER_MS;
    market->round++;
    market->ended = false;
    for (uint32_t i = 0; i < market->source_count; i++) {
        struct sim_source *source = &market->sources[i];
        market->id_shift[i] += source->last_id - source->first_id + ID_GAP;
        source->first_id = source->last_id = 0;
        if (source->place_count > 0) {
            sim_source_forget(source);
        }
    }
    for (uint32_t i = 0; i < market->place_count; i++) {
        vsim_forget(sim_market_listing(market, &market->places[i]));
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
        market->worlds[i].now_ns = now_ns + market->skew_ns[i];
    }
}

// Stamps are moved by whole milliseconds.
static bool stands_still(struct sim_market *market, int64_t now_ns) {
    int64_t stood_ns = (now_ns - market->still_ns) / NS_PER_MS * NS_PER_MS;
    market->shift_ns += market->still ? stood_ns : 0;
    market->still_ns += stood_ns;
    return market->still;
}

static void run_records(struct sim_market *market, int64_t now_ns) {
    if (stands_still(market, now_ns)) {
        return;
    }
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
    const struct sim_trouble *trouble = &market->options.trouble;
    if (trouble->account_ms == 0 || now_ns < market->fault_ns) {
        return;
    }
    uint64_t draw = hash_mix(trouble->seed ^ ++market->fault_next);
    market->fault_ns = now_ns + (int64_t)(1 + draw % (2 * trouble->account_ms)) * NS_PER_MS;
    for (uint32_t v = 0; v < market->options.venue_count; v++) {
        if (market->accounts[v] != NULL && (market->calm >> v & 1) == 0) {
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
                market->session_end = i >= market->session_end ? i + 1 : market->session_end;
            }
            return result;
        }
    }
    return status_fail(STATUS_INTERNAL, "simulator: more than %d connections", SIM_SESSIONS_MAX);
}

void sim_market_detach(struct sim_market *market, struct sim_market_session *session) {
    ASSERT(session->slot < SIM_SESSIONS_MAX && market->sessions[session->slot] == session);
    market->sessions[session->slot] = NULL;
    while (market->session_end > 0 && market->sessions[market->session_end - 1] == NULL) {
        market->session_end--;
    }
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
