// Paradex's order entry and the account behind it at the simulated venue. The first byte tells what
// the rest is: the answer to a kind of call, a frame of the socket, or what a client sends, line by
// line (a request on the socket, or "METHOD /path?query body").
#include <stddef.h>

#include "base/json.h"
#include "exchanges/oe_text.h"
#include "exchanges/venue_account.h"
#include "exchanges/venues.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LISTINGS = 2, TEXT_SIZE = 1 << 20, FROM_VENUE_FRAME = OE_CALL_KIND_COUNT, FROM_CLIENT };

struct fuzz {
    struct oe_sink sink; // must be first
    struct universe universe;
    struct oe oe;
    struct vsim_world world;
    struct vacc *account;
    struct vsim_out out;
    struct text line;
    bool tells_token; // the input at hand
};

#define TOKEN "the-token-of-the-client"

static char line_data[TEXT_SIZE], headers[VSIM_HEADERS_SIZE], body[VSIM_SCRATCH_SIZE];
static struct fuzz fuzz;

static void check_json(struct slice text) {
    struct json r;
    json_init(&r, text);
    ASSERT(json_skip(&r) && json_end(&r));
}

static void on_event(struct oe_sink *sink, const struct oe_event *event) {
    (void)sink;
    ASSERT((unsigned)event->kind < OE_EVENT_KIND_COUNT && (unsigned)event->error < OE_ERROR_COUNT);
    ASSERT(event->symbol == OE_SYMBOL_NONE || event->symbol < LISTINGS);
    ASSERT(event->kind != OE_EVENT_ORDER || (unsigned)event->order.state < OE_STATE_COUNT);
    ASSERT(event->kind != OE_EVENT_FILL || (event->fill.trade != 0 && event->fill.size.v > 0));
    text_clear(&fuzz.line);
    oe_event_print(&fuzz.line, &fuzz.oe, event);
    // Nobody is to see the token, unless the input itself says it.
    ASSERT(fuzz.tells_token || strstr(line_data, TOKEN) == NULL);
}

static void check_sent(struct vsim_out *out, struct slice message) {
    (void)out;
    check_json(message);
    fuzz.oe.venue->decode_frame(&fuzz.oe, 0, message, fuzz.world.now_ns, &fuzz.sink);
}

static void fill_world(const struct venue *venue, const struct slice *secrets) {
    const struct vacc_options options = {
        .taker_fee = BPS_C(450), .balance = USD(100000), .leverage = 10, .first_number = 1000};
    ASSERT(vsim_world_create(&fuzz.world, venue->sim, LISTINGS) == STATUS_OK);
    fuzz.world.now_ns = INT64_C(1723161455) * NS_PER_S;
    for (uint16_t i = 0; i < LISTINGS; i++) {
        struct vsim_listing *listing = &fuzz.world.listings[i];
        struct listing seen = {.ready = true, .tick = {PX_ONE / 100}, .step = {QTY_ONE / 1000}};
        struct level bid = {{60000 * PX_ONE}, {QTY_ONE}}, ask = {{60001 * PX_ONE}, {QTY_ONE}};
        listing->symbol = &fuzz.universe.symbols[i];
        venue->sim->rules(listing->symbol, &seen, &listing->rules);
        listing->rules.ready = true;
        vsim_quote(listing, bid, ask, 0, fuzz.world.now_ns);
        (void)vsim_publish(listing, &bid, 1, &ask, 1, 0, fuzz.world.now_ns);
        listing->mark = listing->index = bid.price;
        oe_learn(&fuzz.oe, i, &listing->rules);
    }
    ASSERT(vacc_create(&fuzz.account, &options, LISTINGS, venue->sim->private_side->own_size) ==
           STATUS_OK);
    ASSERT(venue->sim->private_side->init(fuzz.account, secrets) == STATUS_OK);
    fuzz.world.account = fuzz.account;
}

static void create(void) {
    static const struct slice secrets[OE_SECRETS_MAX] = {
        {"0x543b6cf6c91817a87174aaea4fb370ac1c694e864d7740d728f8344d53e815", 64},
        {"0x129c135ed63df9353885e292be4426b8ed6122b13c6c0e1bb787288a1f5adfa", 65}};
    const struct venue *venue = venue_find(SLICE("paradex"));
    fuzz.sink.on_event = on_event;
    fuzz.out.send = check_sent;
    fuzz.line = TEXT_OVER(line_data);
    ASSERT(universe_create(&fuzz.universe, 1, LISTINGS) == STATUS_OK);
    ASSERT(symbol_parse(&fuzz.universe.symbols[0], SLICE("BTC/USDT")) == STATUS_OK);
    ASSERT(symbol_parse(&fuzz.universe.symbols[1], SLICE("ETH/USDT")) == STATUS_OK);
    ASSERT(oe_create(&fuzz.oe, venue->oe, venue->md, &fuzz.universe, false, secrets) == STATUS_OK);
    fill_world(venue, secrets);
}

// Two orders, one of them open, a position, and the token that the input's calls carry.
static const char *prepare(struct vsim_session *session) {
    static char token[128];
    struct oe_call call = {.kind = OE_LOGIN, .tag = 1, .symbol = 0, .now_ns = fuzz.world.now_ns};
    static struct oe_message message;
    struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
    struct json r;
    struct slice key, text = {"", 0};
    (void)vacc_cancel_all(fuzz.account, &fuzz.world, VACC_ALL, VACC_CANCELED);
    ASSERT(oe_encode(&fuzz.oe, &call, &message) == STATUS_OK);
    struct vsim_request request = {.method = slice_of(message.method),
                                   .path = text_slice(&message.path),
                                   .headers = text_slice(&message.headers)};
    vsim_call(&fuzz.world, &request, &reply);
    json_init(&r, text_slice(&reply.body));
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        (void)json_text(&r, &text);
    }
    ASSERT(reply.status == 200 && json_end(&r));
    (void)string_copy(token, sizeof(token), text);
    text_clear(&fuzz.line);
    text_add_format(&fuzz.line, "{\"method\":\"auth\",\"id\":1,\"params\":{\"bearer\":\"%s\"}}",
                    token);
    vsim_session_text(session, text_slice(&fuzz.line));
    vsim_session_follow(session, UINT32_MAX);
    for (int i = 0; i < 2; i++) {
        const struct vacc_order *order;
        const struct vacc_request wanted = {.kind = i == 0 ? VACC_IOC : VACC_POST_ONLY,
                                            .price = {(i == 0 ? 60001 : 59000) * PX_ONE},
                                            .size = {QTY_ONE / 1000},
                                            .client_id = i == 0 ? SLICE("taker") : SLICE("maker")};
        ASSERT(vacc_place(fuzz.account, &fuzz.world, &wanted, &order) < VACC_REFUSAL_COUNT);
    }
    return token;
}

static void send_call(struct slice line, const char *token) {
    char header_data[256];
    struct text header = TEXT_OVER(header_data);
    struct vsim_reply reply = {.headers = TEXT_OVER(headers), .body = TEXT_OVER(body)};
    struct vsim_request request = {.method = vsim_cut(&line, ' ')};
    struct slice target = vsim_cut(&line, ' ');
    request.path = vsim_cut(&target, '?');
    request.query = target;
    request.body = line;
    text_add_format(&header, "Authorization: Bearer %s\r\n", token);
    request.headers = text_slice(&header);
    vsim_call(&fuzz.world, &request, &reply);
    ASSERT(reply.status >= 200 && reply.status < 500 && !reply.body.truncated);
    check_json(text_slice(&reply.body));
}

static void drive_client(struct slice rest) {
    struct vsim_session session;
    memset(fuzz.world.call_uses, 0, sizeof(fuzz.world.call_uses));
    ASSERT(vsim_session_create(&session, &fuzz.world, &fuzz.out, 1) == STATUS_OK);
    const char *token = prepare(&session);
    while (rest.size > 0) {
        struct slice line = vsim_cut(&rest, '\n');
        if (line.size > 0 && line.data[0] >= 'A' && line.data[0] <= 'Z') {
            send_call(line, token);
        } else {
            vsim_session_text(&session, line);
        }
        fuzz.world.now_ns += 10 * NS_PER_MS;
        vsim_session_poll(&session);
    }
    vsim_session_finish(&session);
}

// What an earlier input may have changed is told anew.
static void tell(enum oe_call_kind kind, const char *text) {
    const struct oe_call call = {.kind = kind, .tag = 7, .now_ns = fuzz.world.now_ns};
    fuzz.oe.venue->decode_answer(&fuzz.oe, &call, 200, SLICE(""), slice_of(text), &fuzz.sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (fuzz.oe.venue == NULL) {
        create();
    }
    if (size == 0) {
        return 0;
    }
    uint32_t kind = data[0] % (FROM_CLIENT + 1);
    struct slice text = {(const char *)data + 1, size - 1};
    struct oe_call call = {.tag = 7, .now_ns = fuzz.world.now_ns};
    fuzz.tells_token = memmem(data, size, TOKEN, strlen(TOKEN)) != NULL;
    tell(OE_RULES, "{\"starknet_chain_id\":\"PRIVATE_SN_PARACLEAR_MAINNET\"}");
    tell(OE_LOGIN, "{\"jwt_token\":\"" TOKEN "\"}");
    if (kind == FROM_CLIENT) {
        drive_client(text);
    } else if (kind == FROM_VENUE_FRAME) {
        fuzz.oe.venue->decode_frame(&fuzz.oe, 0, text, fuzz.world.now_ns, &fuzz.sink);
    } else {
        // The second byte: of which status. The input's first line is a header.
        static const uint16_t statuses[] = {200, 201, 204, 400, 401, 404, 429, 500};
        uint32_t status = size > 1 ? statuses[data[1] % COUNT_OF(statuses)] : 200;
        struct slice answer = size > 1 ? (struct slice){text.data + 1, text.size - 1} : text;
        struct slice header = vsim_cut(&answer, '\n');
        call.kind = (enum oe_call_kind)kind;
        fuzz.oe.venue->decode_answer(&fuzz.oe, &call, status, header, answer, &fuzz.sink);
    }
    return 0;
}
