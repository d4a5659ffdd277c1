#include "oe_rig.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const symbol_names[2] = {"BTC/USDT", "ETH/USDT"};

static struct slice keep(char *room, size_t size, struct slice from) {
    (void)string_copy(room, size, from);
    return slice_of(room);
}

static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    struct rig *rig = (struct rig *)(void *)((char *)sink - offsetof(struct rig, sink));
    if (rig->event_count == RIG_EVENTS_MAX) {
        return;
    }
    struct rig_event *row = &rig->events[rig->event_count++];
    row->event = *event;
    row->event.client_id = keep(row->client_id, sizeof(row->client_id), event->client_id);
    row->event.venue_id = keep(row->venue_id, sizeof(row->venue_id), event->venue_id);
    row->event.text = keep(row->text, sizeof(row->text), event->text);
    if (event->kind == OE_EVENT_END) {
        row->event.end.cursor = keep(row->cursor, sizeof(row->cursor), event->end.cursor);
    }
}

static void socket_sends(struct vsim_out *out, struct slice message) {
    struct rig_socket *socket =
        (struct rig_socket *)(void *)((char *)out - offsetof(struct rig_socket, out));
    struct rig *rig = socket->rig;
    uint32_t before = rig->event_count;
    rig->venue->oe->decode_frame(&rig->oe, socket->index, message, rig->world.now_ns, &rig->sink);
    for (uint32_t i = before; i < rig->event_count; i++) {
        if (rig->events[i].event.kind == OE_EVENT_REPLY) {
            (void)string_copy(socket->reply, sizeof(socket->reply), rig->events[i].event.text);
        }
    }
}

static void poll(struct rig *rig) {
    vacc_tick(rig->account, &rig->world);
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        struct rig_socket *socket = &rig->sockets[i];
        if (!socket->open) {
            continue;
        }
        vsim_session_poll(&socket->session);
        if (socket->reply[0] != '\0') {
            char reply[sizeof(socket->reply)];
            (void)string_copy(reply, sizeof(reply), slice_of(socket->reply));
            socket->reply[0] = '\0';
            vsim_session_text(&socket->session, slice_of(reply));
        }
        if (socket->session.over != NULL) {
            vsim_session_finish(&socket->session);
            socket->open = false;
        }
    }
}

void rig_show(struct rig *rig, uint16_t symbol, int64_t bid, int64_t ask, int64_t tenths) {
    struct vsim_listing *listing = &rig->world.listings[symbol];
    struct level bids[3], asks[3];
    for (int i = 0; i < 3; i++) {
        bids[i] = (struct level){{(bid - i) * PX_ONE}, {tenths * (QTY_ONE / 10)}};
        asks[i] = (struct level){{(ask + i) * PX_ONE}, {tenths * (QTY_ONE / 10)}};
    }
    rig->world.now_ns += NS_PER_MS;
    vsim_quote(listing, bids[0], asks[0], 0, rig->world.now_ns);
    (void)vsim_publish(listing, bids, 3, asks, 3, 0, rig->world.now_ns);
    listing->mark = listing->index = px_mid_floor(bids[0].price, asks[0].price);
    poll(rig);
}

static enum status make_world(struct rig *rig) {
    const struct venue_sim *sim = rig->venue->sim;
    enum status status = vsim_world_create(&rig->world, sim, 2);
    rig->world.now_ns = INT64_C(1767323045678) * NS_PER_MS;
    for (uint16_t i = 0; status == STATUS_OK && i < 2; i++) {
        struct vsim_listing *listing = &rig->world.listings[i];
        struct listing seen = {.tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}};
        listing->symbol = &rig->symbols[i];
        sim->rules(&rig->symbols[i], &seen, &listing->rules);
        listing->rules.ready = true;
        listing->rules.symbol = i;
        listing->funding_interval_ns = sim->funding_interval_ns;
        listing->next_settlement_ns = rig->world.now_ns + 3600 * NS_PER_S;
        (void)rig->venue->md->native_name(&rig->symbols[i], listing->rules.native);
    }
    return status;
}

static enum status make_account(struct rig *rig, const struct slice *secrets, struct usd balance) {
    const struct vsim_private *side = rig->venue->sim->private_side;
    struct vacc_options options = {.maker_fee = rig->venue->maker_fee,
                                   .taker_fee = rig->venue->taker_fee,
                                   .taker_delay_ns = rig->venue->taker_delay_ns,
                                   .balance = balance,
                                   .leverage = 10,
                                   .first_number = 1000000};
    ASSERT(side != NULL);
    enum status status = vacc_create(&rig->account, &options, 2, side->own_size);
    if (status == STATUS_OK) {
        status = side->init(rig->account, secrets);
        rig->world.account = rig->account;
    }
    return status;
}

enum status rig_create(struct rig *rig, const char *venue, const struct slice *secrets,
                       const struct slice *venue_secrets, struct usd balance) {
    memset(rig, 0, sizeof(*rig));
    rig->venue = venue_find(slice_of(venue));
    ASSERT(rig->venue != NULL && rig->venue->oe != NULL);
    rig->sink.on_event = on_event;
    rig->headers = malloc(VSIM_HEADERS_SIZE);
    rig->body = malloc(VSIM_SCRATCH_SIZE);
    ASSERT(rig->headers != NULL && rig->body != NULL);
    enum status status = universe_create(&rig->universe, 1, 2);
    for (uint16_t i = 0; status == STATUS_OK && i < 2; i++) {
        status = symbol_parse(&rig->symbols[i], slice_of(symbol_names[i]));
        rig->universe.symbols[i] = rig->symbols[i];
    }
    if (status == STATUS_OK) {
        status =
            oe_create(&rig->oe, rig->venue->oe, rig->venue->md, &rig->universe, false, secrets);
    }
    if (status == STATUS_OK) {
        status = make_world(rig);
    }
    if (status == STATUS_OK) {
        status = make_account(rig, venue_secrets != NULL ? venue_secrets : secrets, balance);
    }
    for (uint16_t i = 0; status == STATUS_OK && i < 2; i++) {
        oe_learn(&rig->oe, i, &rig->world.listings[i].rules);
    }
    if (status == STATUS_OK) {
        rig_show(rig, 0, 60000, 60001, 20);
        rig_show(rig, 1, 3000, 3001, 200);
    }
    return status;
}

void rig_destroy(struct rig *rig) {
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        if (rig->sockets[i].open) {
            vsim_session_finish(&rig->sockets[i].session);
        }
    }
    rig->world.account = NULL;
    vacc_destroy(rig->account);
    vsim_world_finish(&rig->world);
    oe_destroy(&rig->oe);
    universe_finish(&rig->universe);
    free(rig->headers);
    free(rig->body);
}

// ---- sending -----------------------------------------------------------------------------------

#define AGENT SLICE("User-Agent: rig\n") // which the transports add by themselves

static struct vsim_request request_of(struct slice method, struct slice target,
                                      struct slice headers, struct slice body) {
    const char *question = memchr(target.data, '?', target.size);
    size_t size = question != NULL ? (size_t)(question - target.data) : target.size;
    struct slice query = {"", 0};
    if (question != NULL) {
        query = (struct slice){question + 1, target.size - size - 1};
    }
    return (struct vsim_request){.method = method,
                                 .path = {target.data, size},
                                 .query = query,
                                 .body = body,
                                 .headers = headers};
}

static void send_rest(struct rig *rig, const struct oe_call *call) {
    struct oe_message *message = &rig->message;
    text_add(&message->headers, AGENT);
    struct vsim_request request =
        request_of(slice_of(message->method), text_slice(&message->path),
                   text_slice(&message->headers), text_slice(&message->body));
    struct vsim_reply reply = {.headers = text_over(rig->headers, VSIM_HEADERS_SIZE),
                               .body = text_over(rig->body, VSIM_SCRATCH_SIZE)};
    vsim_call(&rig->world, &request, &reply);
    rig->last_status = reply.status;
    if (rig->edit != NULL) {
        rig->edit(&reply.body);
    }
    rig->venue->oe->decode_answer(&rig->oe, call, reply.status, text_slice(&reply.headers),
                                  text_slice(&reply.body), &rig->sink);
}

enum status rig_call(struct rig *rig, struct oe_call *call) {
    call->tag = ++rig->tag;
    call->now_ns = rig->world.now_ns;
    call->random = hash_mix(rig->tag);
    enum status status = oe_encode(&rig->oe, call, &rig->message);
    if (status == STATUS_OK && call->kind == OE_PLACE) { // what was foretold
        ASSERT(memcmp(&rig->message.cost, &rig->oe.venue->place_cost, sizeof(struct oe_cost)) == 0);
    }
    if (status != STATUS_OK) {
        return status;
    }
    rig->world.now_ns += rig->late_ms * NS_PER_MS;
    if (rig->message.way == OE_WAY_REST) {
        send_rest(rig, call);
    } else {
        struct rig_socket *socket = &rig->sockets[rig->message.socket];
        if (!socket->open) {
            return status_fail(STATUS_UNAVAILABLE, "socket %u is not open", rig->message.socket);
        }
        vsim_session_text(&socket->session, text_slice(&rig->message.body));
    }
    rig->world.now_ns += NS_PER_MS;
    poll(rig);
    return STATUS_OK;
}

// ---- sessions ----------------------------------------------------------------------------------

static bool greet(struct rig *rig, uint32_t socket) {
    char data[OE_GREETING_MAX];
    uint32_t step = 0;
    for (int tries = 0; tries < 100; tries++) {
        struct text out = TEXT_OVER(data);
        switch (oe_greet(&rig->oe, socket, step, rig->world.now_ns, &out)) {
        case OE_GREETING_SEND:
            vsim_session_text(&rig->sockets[socket].session, text_slice(&out));
            step++;
            break;
        case OE_GREETING_WAIT:
            rig_pass(rig, 10);
            break;
        case OE_GREETING_DONE:
        default:
            return rig->sockets[socket].open;
        }
    }
    (void)status_fail(STATUS_TIMEOUT, "the greeting of socket %u never ended", socket);
    return false;
}

bool rig_connect(struct rig *rig, uint32_t socket) {
    char url_data[OE_URL_MAX], headers_data[OE_HEADERS_MAX];
    struct text url = TEXT_OVER(url_data), headers = TEXT_OVER(headers_data);
    struct rig_socket *row = &rig->sockets[socket];
    if (rig->venue->oe->open(&rig->oe, socket, rig->world.now_ns, &url, &headers) != STATUS_OK) {
        return false;
    }
    *row = (struct rig_socket){.rig = rig, .index = socket, .out.send = socket_sends};
    ASSERT(vsim_session_create(&row->session, &rig->world, &row->out, socket) == STATUS_OK);
    text_add(&headers, AGENT);
    const char *target = strchr(url_data + strlen("wss://"), '/');
    struct vsim_request request = request_of(SLICE("GET"), slice_of(target != NULL ? target : "/"),
                                             text_slice(&headers), (struct slice){"", 0});
    struct vsim_reply reply = {.headers = text_over(rig->headers, VSIM_HEADERS_SIZE),
                               .body = text_over(rig->body, VSIM_SCRATCH_SIZE)};
    vsim_session_open(&row->session, &request, &reply);
    if (reply.status != 101 || row->session.over != NULL) {
        (void)status_fail(STATUS_PROTOCOL, "socket %u was refused: %u %s", socket, reply.status,
                          row->session.over != NULL ? row->session.over : rig->body);
        vsim_session_finish(&row->session);
        return false;
    }
    row->open = true;
    return greet(rig, socket);
}

static void keep_up(struct rig *rig) {
    enum oe_call_kind kind;
    for (int tries = 0;
         rig->venue->oe->upkeep != NULL && tries < 4 &&
         rig->venue->oe->upkeep(&rig->oe, rig->world.now_ns, &kind) <= rig->world.now_ns;
         tries++) {
        struct oe_call call = {.kind = kind, .symbol = OE_SYMBOL_NONE};
        if (rig_call(rig, &call) != STATUS_OK) {
            return;
        }
    }
}

bool rig_start(struct rig *rig) {
    keep_up(rig);
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        if (rig->venue->oe->mainnet.ws[i] != NULL && !rig_connect(rig, i)) {
            return false;
        }
    }
    return true;
}

static void beat(struct rig *rig) {
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        if (rig->sockets[i].open) {
            vsim_session_text(&rig->sockets[i].session, slice_of(rig->venue->oe->heartbeat_text));
        }
    }
}

void rig_pass(struct rig *rig, int64_t ms) {
    int64_t beat_ns = rig->venue->oe->heartbeat_ms * NS_PER_MS;
    int64_t until_ns = rig->world.now_ns + ms * NS_PER_MS;
    while (rig->world.now_ns < until_ns) {
        int64_t next_ns = rig->beaten_ns + beat_ns;
        bool beats = beat_ns > 0 && next_ns <= until_ns;
        rig->world.now_ns = !beats                        ? until_ns
                            : next_ns > rig->world.now_ns ? next_ns
                                                          : rig->world.now_ns + 1;
        if (beats) {
            rig->beaten_ns = rig->world.now_ns;
            beat(rig);
        }
        poll(rig);
        keep_up(rig);
    }
}

// ---- looking -----------------------------------------------------------------------------------

void rig_forget(struct rig *rig) {
    rig->event_count = 0;
}

const struct oe_event *rig_last(const struct rig *rig, enum oe_event_kind kind) {
    for (uint32_t i = rig->event_count; i-- > 0;) {
        if (rig->events[i].event.kind == kind) {
            return &rig->events[i].event;
        }
    }
    return NULL;
}

uint32_t rig_count(const struct rig *rig, enum oe_event_kind kind) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < rig->event_count; i++) {
        count += rig->events[i].event.kind == kind;
    }
    return count;
}

static bool is_of(const struct oe_event *event, const char *client_id, struct slice venue_id) {
    return slice_equals(event->client_id, slice_of(client_id)) ||
           (event->client_id.size == 0 && venue_id.size > 0 &&
            slice_equals(event->venue_id, venue_id));
}

// Venues tell some things by their own id alone: which one that is, an earlier event told.
static struct slice venue_id_of(const struct rig *rig, const char *client_id) {
    for (uint32_t i = 0; i < rig->event_count; i++) {
        const struct oe_event *event = &rig->events[i].event;
        if (event->venue_id.size > 0 && slice_equals(event->client_id, slice_of(client_id))) {
            return event->venue_id;
        }
    }
    return (struct slice){"", 0};
}

enum oe_state rig_state(const struct rig *rig, const char *client_id) {
    struct slice venue_id = venue_id_of(rig, client_id);
    for (uint32_t i = rig->event_count; i-- > 0;) {
        const struct oe_event *event = &rig->events[i].event;
        if (event->kind == OE_EVENT_ORDER && is_of(event, client_id, venue_id)) {
            return event->order.state;
        }
    }
    return OE_STATE_COUNT;
}

struct qty rig_filled(const struct rig *rig, const char *client_id) {
    struct slice venue_id = venue_id_of(rig, client_id);
    struct qty sum = {0};
    for (uint32_t i = 0; i < rig->event_count; i++) {
        const struct oe_event *event = &rig->events[i].event;
        bool counts = event->kind == OE_EVENT_FILL && is_of(event, client_id, venue_id);
        for (uint32_t j = 0; counts && j < i; j++) {
            const struct oe_event *before = &rig->events[j].event;
            counts = before->kind != OE_EVENT_FILL || before->fill.trade != event->fill.trade;
        }
        sum = counts ? qty_add(sum, event->fill.size) : sum;
    }
    return sum;
}

void rig_print(const struct rig *rig) {
    char data[1024];
    for (uint32_t i = 0; i < rig->event_count; i++) {
        struct text line = TEXT_OVER(data);
        oe_event_print(&line, &rig->oe, &rig->events[i].event);
        printf("# %s\n", data);
    }
}
