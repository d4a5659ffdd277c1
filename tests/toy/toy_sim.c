#include "base/clock.h"
#include "toy.h"

static void add_px(struct text *out, const struct vsim_listing *listing, struct px price) {
    text_add_char(out, ' ');
    px_print(out, price, 0, px_tick_digits(listing->rules.tick));
}

static void add_level(struct text *out, const struct vsim_listing *listing, struct level level) {
    add_px(out, listing, level.price);
    text_add_char(out, ' ');
    qty_print(out, level.size, 0, QTY_DIGITS);
}

static void begin_push(const struct vsim_channel *channel, const struct vsim_listing *listing,
                       struct text *out) {
    text_add_format(out, "%s %s", channel->name, listing->rules.native);
}

static void encode_quote(const struct vsim_channel *channel, const struct vsim_world *world,
                         const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel, listing, out);
    text_add_format(out, " %llu", (unsigned long long)listing->quote_id);
    add_level(out, listing, (struct level){listing->bid, listing->bid_size});
    add_level(out, listing, (struct level){listing->ask, listing->ask_size});
    text_add_char(out, ' ');
    vsim_write_ms(out, listing->quote_ns);
}

static void add_side(struct text *out, const struct vsim_listing *listing,
                     const struct level *levels, uint32_t count) {
    text_add_format(out, " %u", count);
    for (uint32_t i = 0; i < count; i++) {
        add_level(out, listing, levels[i]);
    }
}

static void encode_book(const struct vsim_channel *channel, const struct vsim_world *world,
                        const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)world;
    (void)whole;
    begin_push(channel, listing, out);
    text_add_format(out, " %llu", (unsigned long long)listing->book_id);
    add_side(out, listing, listing->bids, listing->bid_count);
    add_side(out, listing, listing->asks, listing->ask_count);
    text_add_char(out, ' ');
    vsim_write_ms(out, listing->book_ns);
}

static void encode_funding(const struct vsim_channel *channel, const struct vsim_world *world,
                           const struct vsim_listing *listing, bool whole, struct text *out) {
    (void)whole;
    begin_push(channel, listing, out);
    text_add_char(out, ' ');
    decimal_print(out, listing->funding.v, RATE_DIGITS, 0, RATE_DIGITS);
    add_px(out, listing, listing->mark);
    add_px(out, listing, listing->index);
    text_add_char(out, ' ');
    vsim_write_ms(out, listing->next_settlement_ns);
    text_add_char(out, ' ');
    vsim_write_ms(out, world->now_ns);
}

static const struct vsim_channel channels[] = {
    {.name = "Q", .topic = VSIM_BBO, .encode = encode_quote},
    {.name = "B", .topic = VSIM_BOOK_WHOLE, .levels = TOY_LEVELS, .encode = encode_book},
    {.name = "F", .topic = VSIM_FUNDING, .period_ms = 1000, .encode = encode_funding},
};

static bool toy_open(struct vsim_session *session, struct slice target) {
    (void)session;
    return slice_equals(target, SLICE("/feed"));
}

static void toy_on_text(struct vsim_session *session, struct slice message) {
    const struct vsim_world *world = session->world;
    struct slice name = message;
    struct slice verb = vsim_cut(&name, ' ');
    const struct vsim_listing *listing = vsim_find(world, name);
    bool good = slice_equals(verb, SLICE("SUB")) && listing != NULL;
    for (uint32_t c = 0; c < COUNT_OF(channels) && good; c++) {
        good = vsim_subscribe(session, (uint32_t)(listing - world->listings), c);
    }
    if (slice_equals(message, SLICE("PING"))) {
        vsim_session_say(session, SLICE("PONG"));
        return;
    }
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_string(out, good ? "OK " : "NO ");
    text_add(out, good ? name : message);
    vsim_session_send(session);
}

static uint32_t toy_answer(const struct vsim_world *world, const struct vsim_request *request,
                           struct text *body) {
    if (slice_equals(request->path, SLICE("/time"))) {
        vsim_write_ms(body, world->now_ns);
        return 200;
    }
    if (!slice_equals(request->path, SLICE("/rules"))) {
        return 404;
    }
    for (uint32_t i = 0; i < world->listing_count; i++) {
        const struct vsim_listing *listing = &world->listings[i];
        text_add_string(body, listing->rules.native);
        add_px(body, listing, listing->rules.tick);
        text_add_char(body, ' ');
        qty_print(body, listing->rules.step, 0, QTY_DIGITS);
        text_add_char(body, '\n');
    }
    return 200;
}

static void toy_refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                       struct vsim_reply *reply) {
    (void)world;
    text_add_string(&reply->body, refusal->why == VSIM_NO_STREAM ? "NONE" : "SLOW");
}

static void toy_rules(const struct symbol *symbol, const struct listing *seen,
                      struct listing *out) {
    *out = *seen;
    out->contract = (struct qty){QTY_ONE};
    out->size_min = out->step;
    (void)string_copy(out->native, sizeof(out->native), slice_of(symbol->base));
}

const struct venue_sim toy_sim = {
    .name = "toy",
    .book_levels = TOY_LEVELS,
    .book_period_ms = 100,
    .funding_interval_ns = 3600 * NS_PER_S,
    .channels = channels,
    .channel_count = COUNT_OF(channels),
    .rules = toy_rules,
    .open = toy_open,
    .on_text = toy_on_text,
    .answer = toy_answer,
    .limits = {.calls = {{20, 1000}}},
    .refuse = toy_refuse,
};
