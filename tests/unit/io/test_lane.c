// A lane against a scripted server that speaks an invented venue's words, so that every answer that
// can be lost, late or wrong is provoked; the engine is the real one. Both ends run on one loop.
//
// An answer is lines: "accepted", "rejected ERROR", "order STATE FILLED [SIZE]", "fill TRADE SIZE",
// "end", "nonce", "keys CAN_TRADE", "position NET", "armed SECONDS". Sizes are in thousandths.
// Behind a "#" the venue's number of the order is told, too, or, of a fill, instead of the desk's.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>

#include "invented_venue.h"
#include "io/lane.h"
#include "loop_server.h"

enum { REPORTS_MAX = 64, LOST = -1, HELD = -2, ANSWERS_MAX = 8 };

// ---- the venue ---------------------------------------------------------------------------------

static enum status oe_init(struct oe *oe, const struct slice *secrets) {
    (void)oe;
    return slice_equals(secrets[0], SLICE("sesame"))
               ? STATUS_OK
               : status_fail(STATUS_CONFIG, "INVENTED_KEY is no key of invented");
}

static void client_id(uint64_t session_key, uint64_t order, char out[OE_CLIENT_ID_MAX]) {
    (void)snprintf(out, OE_CLIENT_ID_MAX, "c%llu-%llu", (unsigned long long)session_key,
                   (unsigned long long)order);
}

static uint64_t number; // of what changes something

static enum status encode(struct oe *oe, const struct oe_call *call, struct oe_message *out) {
    (void)oe;
    out->number = oe_call_changes(call->kind) ? number : 0;
    out->method = oe_call_changes(call->kind) ? "POST" : "GET";
    text_add_format(&out->path, "/%s/%.*s", oe_call_name(call->kind), (int)call->client_id.size,
                    call->client_id.size > 0 ? call->client_id.data : "");
    text_add_string(&out->headers, "X-Key: sesame\n");
    out->cost.units[0] = 1;
    return STATUS_OK;
}

static void decode_line(const struct oe_call *call, char *words, struct oe_sink *sink) {
    struct oe_event event = oe_event_for(OE_EVENT_ACCEPTED, call);
    long long a = 0, b = 0;
    char name[32] = "";
    char of[OE_CLIENT_ID_MAX]; // lists name the session's first order
    client_id(77, 1, of);
    event.client_id = call->client_id.size > 0 ? call->client_id : slice_of(of);
    if (words[0] == '#') {
        words++;
        event.venue_id = SLICE("v1");
        event.symbol = 0;
        event.client_id = strncmp(words, "fill", 4) == 0 ? (struct slice){0} : event.client_id;
    }
    if (sscanf(words, "rejected %31s", name) == 1) {
        event.kind = OE_EVENT_REJECTED;
        for (int i = 0; i < OE_ERROR_COUNT; i++) {
            event.error =
                strcmp(oe_error_name((enum oe_error)i), name) == 0 ? (enum oe_error)i : event.error;
        }
        event.text = SLICE("as scripted");
    } else if (sscanf(words, "order %31s %lld %lld", name, &a, &b) >= 2) {
        event.kind = OE_EVENT_ORDER;
        for (int i = 0; i < OE_STATE_COUNT; i++) {
            event.order.state = strcmp(oe_state_name((enum oe_state)i), name) == 0
                                    ? (enum oe_state)i
                                    : event.order.state;
        }
        event.order.has_filled = true;
        event.order.filled.v = a * (QTY_ONE / 1000);
        event.order.size.v = b * (QTY_ONE / 1000);
    } else if (sscanf(words, "fill %lld %lld", &a, &b) == 2) {
        event.kind = OE_EVENT_FILL;
        event.fill.trade = (uint64_t)a;
        event.fill.size.v = b * (QTY_ONE / 1000);
        event.fill.price.v = 100 * PX_ONE;
    } else if (sscanf(words, "position %lld", &a) == 1) {
        event.kind = OE_EVENT_POSITION;
        event.symbol = 0;
        event.position.net.v = a * (QTY_ONE / 1000);
    } else if (sscanf(words, "armed %lld", &a) == 1) {
        struct clock clock;
        clock_init_system(&clock);
        event.kind = OE_EVENT_DEADMAN;
        event.deadman.until_ns = clock_now_ns(&clock) + a * NS_PER_S;
    } else if (sscanf(words, "keys %lld", &a) == 1) {
        event.kind = OE_EVENT_KEYS;
        event.keys.can_trade = a != 0;
    } else if (sscanf(words, "end %lld", &a) == 1) {
        static char cursor[1024];
        memset(cursor, 'x', sizeof(cursor));
        event.kind = OE_EVENT_END;
        event.end.cursor = (struct slice){cursor, (size_t)a};
    } else if (strcmp(words, "end") == 0) {
        event.kind = OE_EVENT_END;
    } else if (strcmp(words, "nonce") == 0) {
        event.kind = OE_EVENT_NONCE;
    } else if (strcmp(words, "accepted") != 0) {
        event.kind = OE_EVENT_SURPRISE;
    }
    sink->on_event(sink, &event);
}

static void decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                          struct slice headers, struct slice body, struct oe_sink *sink) {
    char text[256];
    (void)oe;
    (void)headers;
    if (http_status != 200 && http_status != 400) {
        oe_emit_http(sink, call, http_status, SLICE("as scripted"));
        return;
    }
    assert_true(string_copy(text, sizeof(text), body));
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        decode_line(call, line, sink);
    }
}

static const struct venue_oe venue = {
    .name = "invented",
    .secrets = {{.variable = "INVENTED_KEY"}},
    .calls = OE_BIT(OE_NONCE) | OE_BIT(OE_PLACE) | OE_BIT(OE_CANCEL) | OE_BIT(OE_QUERY) |
             OE_BIT(OE_OPEN_ORDERS) | OE_BIT(OE_FILLS) | OE_BIT(OE_POSITIONS) |
             OE_BIT(OE_BALANCES) | OE_BIT(OE_DEADMAN),
    .deadman_min_ms = 1000,
    .deadman_max_ms = 120000,
    .buckets = {{"all", 1000, 1000}},
    .mainnet = {.rest = "https://venue.example"},
    .state_size = 8,
    .init = oe_init,
    .client_id = client_id,
    .encode = encode,
    .decode_answer = decode_answer,
};

// ---- rig ---------------------------------------------------------------------------------------

struct answer {
    int status; // LOST: the connection breaks instead; HELD: by and by. 0 = no more of them
    const char *body;
};

struct rig {
    struct venue_oe venue; // its limits are the test's
    uv_loop_t loop;
    uv_timer_t limit;
    struct loop_server server;
    struct universe universe;
    struct engine engine;
    struct clock clock;
    struct lane *lane;
    struct answer answers[OE_CALL_KIND_COUNT][ANSWERS_MAX]; // the last one goes on for ever
    int requests[OE_CALL_KIND_COUNT];
    int64_t requested_ms[OE_CALL_KIND_COUNT][ANSWERS_MAX]; // when each came
    int stopped, ready;
    int deadman_failures; // told
    bool timed_out;
    struct event_report reports[REPORTS_MAX];
    int report_count;
    struct qty position;      // as told last
    int positions;            // told
    bool position_after_fill; // the last of them
    uint64_t orders;
    struct event_lane state;
    struct loop_connection *held; // waits for its answer
    bool floods;                  // too many commands at the next report, a cancel behind them
};

static void flood(struct rig *rig) {
    struct event_order junk = {.action = ORDER_ACTION_CANCEL, .symbol = UINT16_MAX};
    for (int i = 0; i < ENGINE_OUTBOX_MAX; i++) {
        lane_send(rig->lane, &junk);
    }
    struct event_order cancel = {.order = 1, .action = ORDER_ACTION_CANCEL};
    lane_send(rig->lane, &cancel); // has no room
}

static enum status on_event(void *self, struct bus *bus, const struct event *event) {
    struct rig *rig = self;
    (void)bus;
    if (event->header.kind == EVENT_ORDER_REPORT && rig->report_count < REPORTS_MAX) {
        rig->reports[rig->report_count++] = event->u.report;
        if (rig->floods) {
            rig->floods = false;
            flood(rig);
        }
    } else if (event->header.kind == EVENT_LANE_STATE) {
        rig->state = event->u.lane;
        rig->ready += event->u.lane.state == LANE_READY;
        rig->deadman_failures += event->u.lane.deadman == DEADMAN_FAILED;
    } else if (event->header.kind == EVENT_VENUE_POSITION) {
        rig->position = event->u.venue_position.net;
        rig->positions++;
        rig->position_after_fill =
            rig->report_count > 0 && rig->reports[rig->report_count - 1].kind == REPORT_FILL;
    }
    return STATUS_OK;
}

static const struct component witness = {
    .name = "witness",
    .kinds = EVENT_BIT(EVENT_ORDER_REPORT) | EVENT_BIT(EVENT_LANE_STATE) |
             EVENT_BIT(EVENT_VENUE_POSITION),
    .on_event = on_event,
};

static void serve(struct loop_connection *c, const struct http_head *head, struct slice body) {
    struct rig *rig = c->server->user;
    (void)body;
    assert_true(slice_equals(http_head_find(head, "X-Key"), SLICE("sesame")));
    for (int kind = 0; kind < OE_CALL_KIND_COUNT; kind++) {
        char prefix[32];
        struct text text = TEXT_OVER(prefix);
        text_add_format(&text, "/%s/", oe_call_name((enum oe_call_kind)kind));
        if (!slice_starts(head->target, text_slice(&text))) {
            continue;
        }
        int at = rig->requests[kind]++;
        at = at < ANSWERS_MAX - 1 ? at : ANSWERS_MAX - 1;
        rig->requested_ms[kind][at] = mono_now_ns() / NS_PER_MS;
        while (at > 0 && rig->answers[kind][at].status == 0) {
            at--;
        }
        const struct answer *answer = &rig->answers[kind][at];
        if (answer->status == LOST) {
            stream_reset(c->stream);
        } else if (answer->status == HELD) {
            rig->held = c;
        } else {
            loop_reply(c, answer->status != 0 ? answer->status : 200,
                       answer->status == 429 ? "Retry-After: 2\r\n" : "",
                       slice_of(answer->body != NULL ? answer->body : "end"));
        }
        return;
    }
    fail_msg("an unknown call");
}

static const struct loop_script script = {.on_request = serve};

static void on_limit(uv_timer_t *timer) {
    ((struct rig *)timer->data)->timed_out = true;
}

static void wake(void *arg) {
    (void)arg;
}

static void rig_init_for(struct rig *rig, const char *const *symbols, uint16_t count) {
    *rig = (struct rig){.venue = venue};
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    assert_int_equal(uv_timer_init(&rig->loop, &rig->limit), 0);
    rig->limit.data = rig;
    uv_timer_start(&rig->limit, on_limit, 30000, 0);
    assert_int_equal(universe_create(&rig->universe, 1, count), STATUS_OK);
    (void)string_copy(rig->universe.venues[0].name, VENUE_NAME_MAX, slice_of(venue.name));
    for (uint16_t i = 0; i < count; i++) {
        assert_int_equal(symbol_parse(&rig->universe.symbols[i], slice_of(symbols[i])), STATUS_OK);
    }
    struct engine_options options = {.universe = &rig->universe};
    assert_int_equal(engine_create(&rig->engine, &options), STATUS_OK);
    engine_add(&rig->engine, &witness, rig);
    clock_init_system(&rig->clock);
    loop_server_start(&rig->server, &rig->loop, NULL, &script, rig, 0);
}

static void rig_init(struct rig *rig) {
    static const char *const symbols[] = {"BTC/USDT"};
    rig_init_for(rig, symbols, COUNT_OF(symbols));
}

static enum status rig_create_lane(struct rig *rig, struct slice key) {
    static char rest[128];
    loop_server_url(&rig->server, "http", "127.0.0.1", "", rest, sizeof(rest));
    struct lane_config config = {.loop = &rig->loop,
                                 .venue = &rig->venue,
                                 .md = &invented_venue,
                                 .universe = &rig->universe,
                                 .engine = &rig->engine,
                                 .clock = &rig->clock,
                                 .secrets = &key,
                                 .rate_share = {BPS_WHOLE / 2},
                                 .rate_reserve = {BPS_WHOLE * 3 / 10},
                                 .session_key = 77,
                                 .wake = wake,
                                 .rest = rest,
                                 .seed = 5};
    return lane_create(&rig->lane, &config);
}

static void until(struct rig *rig, const int *count, int least) {
    while (*count < least && !rig->timed_out) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
    if (rig->timed_out) {
        fail_msg("%d of %d; lane %s %s", *count, least,
                 lane_state_name((enum lane_state)rig->state.state), rig->state.text);
    }
}

static void pass(struct rig *rig, int64_t ms) {
    int64_t end_ns = mono_now_ns() + ms * NS_PER_MS;
    while (mono_now_ns() < end_ns) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
}

static void rig_learn(struct rig *rig) {
    assert_int_equal(lane_start(rig->lane), STATUS_OK);
    for (uint16_t i = 0; i < rig->universe.symbol_count; i++) {
        struct listing listing = {.ready = true, .tick = {PX_ONE}, .step = {QTY_ONE / 1000}};
        if (invented_venue.native_name(&rig->universe.symbols[i], listing.native)) {
            lane_learn(rig->lane, i, &listing);
        }
    }
}

static void rig_start(struct rig *rig) {
    assert_int_equal(rig_create_lane(rig, SLICE("sesame")), STATUS_OK);
    rig_learn(rig);
    until(rig, &rig->ready, 1);
}

static void on_stopped(void *arg) {
    ((struct rig *)arg)->stopped++;
}

static void rig_finish(struct rig *rig) {
    lane_stop(rig->lane, on_stopped, rig);
    loop_server_stop(&rig->server);
    uv_close((uv_handle_t *)&rig->limit, NULL);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(rig->stopped, 1);
    lane_destroy(rig->lane);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    loop_server_finish(&rig->server);
    engine_finish(&rig->engine);
    universe_finish(&rig->universe);
}

static void command_for(struct rig *rig, uint16_t symbol, enum order_action action,
                        enum order_type type, enum leg_phase phase) {
    rig->orders += action == ORDER_ACTION_PLACE;
    struct event_order order = {.order = rig->orders,
                                .action = (uint8_t)action,
                                .type = (uint8_t)type,
                                .phase = (uint8_t)phase,
                                .symbol = symbol,
                                .price = {100 * PX_ONE},
                                .size = {2 * (QTY_ONE / 1000)}};
    lane_send(rig->lane, &order);
}

static void command(struct rig *rig, enum order_action action, enum order_type type,
                    enum leg_phase phase) {
    command_for(rig, 0, action, type, phase);
}

static void expect(const struct rig *rig, const char *kinds) {
    char data[256];
    struct text text = TEXT_OVER(data);
    for (int i = 0; i < rig->report_count; i++) {
        text_add_string(&text, i == 0 ? "" : " ");
        text_add_string(&text, report_kind_name((enum report_kind)rig->reports[i].kind));
    }
    assert_string_equal(data, kinds);
}

// ---- tests -------------------------------------------------------------------------------------

static void test_wrong_key(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    assert_int_equal(rig_create_lane(&rig, SLICE("open")), STATUS_CONFIG);
    assert_non_null(strstr(status_text(), "INVENTED_KEY"));
    assert_null(strstr(status_text(), "open"));
    assert_int_equal(rig_create_lane(&rig, SLICE("")), STATUS_CONFIG);
    rig_start(&rig);
    rig_finish(&rig);
}

// Accepted is not filled; a fill counts once, whoever tells it how often; the end comes last.
static void test_good_life(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "fill 9 1\nfill 9 1\norder canceled 1"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 1);
    expect(&rig, "accepted");
    command(&rig, ORDER_ACTION_CANCEL, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 3);
    expect(&rig, "accepted fill canceled");
    assert_int_equal(counter_read(&lane_stats(rig.lane)->duplicates), 1);
    const struct stages *stages = engine_stages(&rig.engine, 0); // of the order, not of the cancel
    assert_int_equal(counter_read(&stages->encode_ns.count), 1);
    assert_int_equal(counter_read(&stages->write_ns.count), 1);
    rig_finish(&rig);
}

// The end is told when the fill that is missing has come, by the list. The position is asked for at
// once: one that has the fill is told, one of before it is an old one, though it is the very one
// that was told first, because the order was sent after that.
static void fill_is_missing(bool old) {
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder expired 1"};
    rig.answers[OE_FILLS][0] = (struct answer){200, "end"};
    rig.answers[OE_FILLS][1] = (struct answer){200, "end"};
    rig.answers[OE_FILLS][2] = (struct answer){200, "fill 4 1\nend"};
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "position 1\nend"};
    rig.answers[OE_POSITIONS][1] =
        (struct answer){200, old ? "position 1\nend" : "position 2\nend"};
    rig_start(&rig);
    int told = rig.positions;
    command(&rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_OPEN);
    until(&rig, &rig.report_count, 2);
    expect(&rig, "fill expired");
    until(&rig, &rig.requests[OE_POSITIONS], 2);
    pass(&rig, 50);
    assert_int_equal(rig.positions, old ? told : told + 1);
    rig_finish(&rig);
}

static void test_fill_is_missing(void **state) {
    (void)state;
    fill_is_missing(false);
    fill_is_missing(true);
}

// A reduce-only order that the venue cut to what there was is full with less than was wanted, and
// one that it says it rejected may have traded: what is filled counts, the rest is given back.
static void test_full_with_less(void **state) {
    (void)state;
    static const struct row {
        const char *answer, *reports;
    } rows[] = {{"accepted\norder filled 1 1\nfill 4 1", "fill expired"},
                {"accepted\nfill 4 1\norder filled 1 1", "fill expired"},
                {"accepted\norder filled 2 2\nfill 4 1\nfill 5 1", "fill fill"},
                {"accepted\norder filled 2\nfill 4 1\nfill 5 1", "fill fill"},
                {"accepted\norder rejected 1\nfill 4 1", "fill rejected"},
                {"accepted\norder rejected 0", "rejected"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rig rig;
        rig_init(&rig);
        rig.answers[OE_PLACE][0] = (struct answer){200, rows[i].answer};
        rig_start(&rig);
        command(&rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_CLOSE);
        until(&rig, &rig.report_count, i < 5 ? 2 : 1);
        expect(&rig, rows[i].reports);
        rig_finish(&rig);
    }
}

// A list tells an old fill while the positions, that have it, are on their way: they are asked for
// again at once, and the lane is not ready before it knows them.
static void test_position_is_older(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_QUERY][0] = (struct answer){200, "order expired 1"};
    rig.answers[OE_FILLS][0] = (struct answer){200, "fill 4 1\nend"};
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "position 1\nend"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    struct event_order left = {.order = 1, // by the session before, which filled since
                               .action = ORDER_ACTION_ASK,
                               .session_key = 77,
                               .price = {100 * PX_ONE},
                               .size = {2 * (QTY_ONE / 1000)}};
    lane_send(rig.lane, &left);
    rig_learn(&rig);
    until(&rig, &rig.ready, 1);
    assert_int_equal(rig.reports[0].kind, REPORT_FILL);
    assert_int_equal(rig.position.v, QTY_ONE / 1000);
    assert_int_equal(rig.requests[OE_POSITIONS], 2);
    rig_finish(&rig);
}

// What a stream tells before the lists of its connection are known may be of long ago: only the
// list is believed.
static void test_old_picture(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_FILLS][0] = (struct answer){200, "position 5\nend"};
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "position 1\nend"};
    rig_start(&rig);
    assert_int_equal(rig.positions, 1);
    assert_int_equal(rig.position.v, QTY_ONE / 1000);
    rig_finish(&rig);
}

// A list that contradicts what is known, with no fill since, may be an old one: a later one
// decides.
static void test_odd_list(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "position 5\nend"};
    rig.answers[OE_POSITIONS][1] = (struct answer){200, "position 1\nend"};
    rig.answers[OE_POSITIONS][2] = (struct answer){200, "position 5\nend"};
    rig_start(&rig);
    int told = rig.positions;
    until(&rig, &rig.requests[OE_POSITIONS], 3); // the usual one, and the one behind it
    pass(&rig, 300);
    assert_int_equal(rig.requests[OE_POSITIONS], 3);
    assert_int_equal(rig.positions, told);
    assert_int_equal(rig.position.v, 5 * (QTY_ONE / 1000));
    rig_finish(&rig);
}

// What a stream says of a position and no fill explains is told when a list asked for after it says
// so, too: somebody else traded, or the venue did.
static void test_hearsay_is_true(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] =
        (struct answer){200, "accepted\norder new 0\nposition 3\nposition 5"};
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "end"};
    rig.answers[OE_POSITIONS][1] = (struct answer){200, "position 5\nend"};
    rig_start(&rig);
    int told = rig.positions;
    int64_t began_ns = mono_now_ns();
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 1);
    assert_int_equal(rig.positions, told);
    until(&rig, &rig.positions, told + 1);
    assert_int_equal(rig.position.v, 5 * (QTY_ONE / 1000));
    assert_int_equal(rig.requests[OE_POSITIONS], 2);
    until(&rig, &rig.requests[OE_FILLS], 2); // it may have been ours
    assert_in_range(mono_now_ns() - began_ns, 0, 10 * NS_PER_S);
    rig_finish(&rig);
}

// What the stream says again is no news: the list on its way is not older than it.
static void test_hearsay_is_repeated(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0\nposition 5"};
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "end"};
    rig.answers[OE_POSITIONS][1] = (struct answer){HELD, NULL};
    rig_start(&rig);
    int told = rig.positions;
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_POSITIONS], 2);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 2);
    pass(&rig, 20); // the position comes behind the report
    loop_reply(rig.held, 200, "", SLICE("position 5\nend"));
    until(&rig, &rig.positions, told + 1);
    assert_int_equal(rig.position.v, 5 * (QTY_ONE / 1000));
    assert_int_equal(rig.requests[OE_POSITIONS], 2);
    rig_finish(&rig);
}

// And never when the list says what was known.
static void test_hearsay_is_false(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0\nposition 3"};
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "position 1\nend"};
    rig_start(&rig);
    int told = rig.positions;
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_POSITIONS], 2);
    pass(&rig, 600);
    assert_int_equal(rig.requests[OE_POSITIONS], 2); // the matter is closed
    assert_int_equal(rig.positions, told);
    assert_int_equal(rig.position.v, QTY_ONE / 1000);
    rig_finish(&rig);
}

// A position that came before its fill is told behind it: only then does it say anything of what is
// booked. The same once more is no news.
static void test_position_before_its_fill(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0\nposition 1\nfill 4 1"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "position 1\nposition 1\norder canceled 1"};
    rig_start(&rig);
    int before = rig.positions;
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 2);
    assert_int_equal(rig.positions, before + 1);
    assert_true(rig.position_after_fill);
    command(&rig, ORDER_ACTION_CANCEL, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 3);
    expect(&rig, "accepted fill canceled");
    assert_int_equal(rig.positions, before + 1);
    assert_int_equal(rig.position.v, QTY_ONE / 1000);
    assert_int_equal(rig.requests[OE_POSITIONS], 1);
    rig_finish(&rig);
}

// Nor is a list ahead of a fill, as a stream may be: what it said and no fill explained is not told
// when a fill happens to lead there.
static void test_hearsay_of_a_list(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0\nfill 4 1\nposition 1"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "fill 5 1\norder canceled 2"};
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "end"};
    rig.answers[OE_POSITIONS][1] = (struct answer){200, "position 2\nend"};
    rig.answers[OE_POSITIONS][2] = (struct answer){HELD, NULL};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 2);
    until(&rig, &rig.requests[OE_POSITIONS], 2);
    pass(&rig, 20);
    int told = rig.positions;
    command(&rig, ORDER_ACTION_CANCEL, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 3);
    pass(&rig, 20);
    assert_int_equal(rig.positions, told);
    rig_finish(&rig);
}

// A fill that the stream lost and a list told: a list of positions that does not have it is an old
// one, however well it agrees with what was known before.
static void test_list_without_a_fill(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0\nfill 4 1\nposition 1"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "order canceled 2"};
    rig.answers[OE_FILLS][0] = (struct answer){200, "end"};
    rig.answers[OE_FILLS][1] = (struct answer){200, "fill 5 1\nend"};
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "end"};
    rig.answers[OE_POSITIONS][1] = (struct answer){200, "position 1\nend"};
    rig.answers[OE_POSITIONS][2] = (struct answer){200, "position 2\nend"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 2);
    assert_int_equal(rig.position.v, QTY_ONE / 1000);
    int told = rig.positions;
    command(&rig, ORDER_ACTION_CANCEL, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.positions, told + 1);
    expect(&rig, "accepted fill fill");
    assert_int_equal(rig.position.v, 2 * (QTY_ONE / 1000));
    assert_int_equal(rig.requests[OE_POSITIONS], 3);
    rig_finish(&rig);
}

// A fill that only a list told was in the position that was told before it, which the lane cannot
// know: what a stream says then looks wrong, and, when the next fill undoes the listed one, looks
// as if it had been ahead of it. It was not.
static void test_hearsay_is_behind(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0\nposition 1"};
    rig.answers[OE_PLACE][1] = (struct answer){200, "accepted\nfill 5 1\nposition 2"};
    rig.answers[OE_PLACE][2] = (struct answer){200, "accepted\nfill 6 1"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "order canceled 1"};
    rig.answers[OE_FILLS][0] = (struct answer){200, "end"};
    rig.answers[OE_FILLS][1] = (struct answer){200, "fill 4 1\nend"};
    rig.answers[OE_POSITIONS][0] = (struct answer){200, "end"};
    rig.answers[OE_POSITIONS][1] = (struct answer){200, "position 1\nend"};
    rig.answers[OE_POSITIONS][2] = (struct answer){200, "position 1\nend"};
    rig.answers[OE_POSITIONS][3] = (struct answer){HELD, NULL};
    rig_start(&rig);
    int told = rig.positions;
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.positions, told + 1);
    command(&rig, ORDER_ACTION_CANCEL, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_POSITIONS], 3);
    pass(&rig, 20);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_POSITIONS], 4);
    struct event_order sell = {.order = ++rig.orders,
                               .action = ORDER_ACTION_PLACE,
                               .side = SIDE_SELL,
                               .price = {100 * PX_ONE},
                               .size = {2 * (QTY_ONE / 1000)}};
    lane_send(rig.lane, &sell);
    until(&rig, &rig.report_count, 5);
    expect(&rig, "accepted fill canceled fill fill");
    assert_int_equal(rig.positions, told + 1);
    rig_finish(&rig);
}

// Closing orders that are refused and tried again, four at any time, until the positions were asked
// for so often.
static void close_until_asked(struct rig *rig, int looks) {
    int refused = rig->report_count - 4;
    while (rig->requests[OE_POSITIONS] < looks && !rig->timed_out) {
        for (; refused < rig->report_count; refused++) {
            command(rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_CLOSE);
        }
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
    assert_in_range(rig->requests[OE_PLACE], 1, 3);
    int told = rig->positions;
    until(rig, &rig->positions, told + 1);
    assert_int_equal(rig->position.v, 0);
}

static void rig_start_for_nothing_to_reduce(struct rig *rig) {
    rig->venue.buckets[0].limit = 5; // two a second are ours
    rig->venue.place_cost.units[0] = 1;
    rig->answers[OE_PLACE][0] = (struct answer){400, "rejected reduce_only"};
    rig->answers[OE_POSITIONS][0] = (struct answer){200, "position 2\nend"};
    rig_start(rig);
}

// Nothing to reduce, says the venue: the position is asked for, before the orders that wait for its
// message rate, since they would find nothing either.
static void test_nothing_to_reduce(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_POSITIONS][1] = (struct answer){200, "end"};
    rig_start_for_nothing_to_reduce(&rig);
    close_until_asked(&rig, 2);
    rig_finish(&rig);
}

// So it is where they were asked for already, like now and then, and that failed.
static void test_nothing_to_reduce_after_a_failed_look(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_POSITIONS][1] = (struct answer){503, ""};
    rig.answers[OE_POSITIONS][2] = (struct answer){200, "end"};
    rig_start_for_nothing_to_reduce(&rig);
    until(&rig, &rig.requests[OE_POSITIONS], 2);
    close_until_asked(&rig, 3);
    rig_finish(&rig);
}

// What is booked of an order of an earlier session is told again by the lists: it counts once, or
// the order would be taken for full and nobody told of its end.
static void test_past_order_is_partly_filled(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_QUERY][0] = (struct answer){200, "order canceled 1"};
    rig.answers[OE_FILLS][0] = (struct answer){200, "fill 4 1\nend"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    struct event_order left = {.order = 1,
                               .action = ORDER_ACTION_ASK,
                               .state = ORDER_UNKNOWN,
                               .session_key = 77,
                               .price = {100 * PX_ONE},
                               .size = {2 * (QTY_ONE / 1000)},
                               .filled = {QTY_ONE / 1000}};
    lane_send(rig.lane, &left);
    rig_learn(&rig);
    until(&rig, &rig.report_count, 2);
    expect(&rig, "fill canceled");
    rig_finish(&rig);
}

// An order of an earlier session that had ended is not asked for; a fill of it that a list tells is
// reported all the same.
static void test_past_order_has_ended(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_FILLS][0] = (struct answer){200, "fill 4 1\nend"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    struct event_order ended = {.order = 1,
                                .action = ORDER_ACTION_ASK,
                                .state = ORDER_CANCELED_DONE,
                                .session_key = 77,
                                .price = {100 * PX_ONE},
                                .size = {2 * (QTY_ONE / 1000)}};
    lane_send(rig.lane, &ended);
    rig_learn(&rig);
    until(&rig, &rig.ready, 1);
    assert_int_equal(rig.report_count, 1);
    assert_int_equal(rig.reports[0].kind, REPORT_FILL);
    assert_int_equal(rig.requests[OE_QUERY], 0);
    assert_int_equal(rig.state.orders, 0);
    rig_finish(&rig);
}

static uint64_t trade_of_past_order(const char *const *symbols, uint16_t count, uint16_t symbol) {
    struct rig rig;
    rig_init_for(&rig, symbols, count);
    rig.answers[OE_FILLS][0] = (struct answer){200, "fill 4 1\nend"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    struct event_order ended = {.order = 1,
                                .action = ORDER_ACTION_ASK,
                                .state = ORDER_CANCELED_DONE,
                                .session_key = 77,
                                .symbol = symbol,
                                .price = {100 * PX_ONE},
                                .size = {2 * (QTY_ONE / 1000)}};
    lane_send(rig.lane, &ended);
    rig_learn(&rig);
    until(&rig, &rig.ready, 1);
    assert_int_equal(rig.report_count, 1);
    uint64_t trade = rig.reports[0].trade;
    rig_finish(&rig);
    return trade;
}

// A fill has the number it had before, in a session that trades more symbols or in another order;
// those of two symbols differ, though the venue's numbers may be the same.
static void test_trade_of_another_session(void **state) {
    (void)state;
    static const char *const before[] = {"BTC/USDT"};
    static const char *const now[] = {"ETH/USDT", "BTC/USDT"};
    uint64_t trade = trade_of_past_order(before, COUNT_OF(before), 0);
    assert_true(trade_of_past_order(now, COUNT_OF(now), 1) == trade);
    assert_true(trade_of_past_order(now, COUNT_OF(now), 0) != trade);
}

// A list that tells its fill by the venue's number only: the order is asked for, which has the
// number, and the fills again. Nothing is ready before that. A fill that the order cannot have made
// is no reason to ask.
static void test_past_order_by_its_number(void **state) {
    (void)state;
    for (int size = 2; size <= 3; size++) {
        struct rig rig;
        rig_init(&rig);
        rig.answers[OE_FILLS][0] =
            (struct answer){200, size == 2 ? "#fill 4 2\nend" : "#fill 4 3\nend"};
        rig.answers[OE_QUERY][0] = (struct answer){LOST, NULL};
        rig.answers[OE_QUERY][1] = (struct answer){200, "#order canceled 2"};
        assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
        struct event_order ended = {.order = 1,
                                    .action = ORDER_ACTION_ASK,
                                    .state = ORDER_CANCELED_DONE,
                                    .session_key = 77,
                                    .type = ORDER_POST_ONLY,
                                    .price = {100 * PX_ONE},
                                    .size = {2 * (QTY_ONE / 1000)}};
        lane_send(rig.lane, &ended);
        rig_learn(&rig);
        until(&rig, &rig.ready, 1);
        assert_int_equal(rig.report_count, size == 2 ? 1 : 0);
        assert_int_equal(rig.requests[OE_QUERY], size == 2 ? 2 : 0);
        assert_int_equal(rig.requests[OE_FILLS], size == 2 ? 2 : 1);
        assert_int_equal(rig.state.orders, 0);
        rig_finish(&rig);
    }
}

// Where lists are of one symbol each, those are asked for that can be traded; and one that the
// venue refuses for its symbol keeps none of the others from being traded.
static void test_symbol_is_not_traded(void **state) {
    (void)state;
    static const char *const symbols[] = {"ETH/USDT", "BTC/USDT"};
    struct rig rig;
    rig_init_for(&rig, symbols, COUNT_OF(symbols));
    rig.venue.flags |= OE_OPEN_PER_SYMBOL | OE_FILLS_PER_SYMBOL;
    rig.answers[OE_OPEN_ORDERS][0] = (struct answer){200, "end"};
    rig.answers[OE_OPEN_ORDERS][1] = (struct answer){200, "rejected symbol"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    assert_int_equal(lane_start(rig.lane), STATUS_OK);
    struct listing listing = {.tick = {PX_ONE}, .step = {QTY_ONE / 1000}};
    for (uint16_t i = 0; i < COUNT_OF(symbols); i++) { // the first one is not to be traded now
        assert_true(invented_venue.native_name(&rig.universe.symbols[i], listing.native));
        listing.ready = i == 1;
        lane_learn(rig.lane, i, &listing);
    }
    until(&rig, &rig.ready, 1);
    assert_int_equal(rig.requests[OE_OPEN_ORDERS], 1);
    assert_int_equal(rig.requests[OE_FILLS], 1);
    listing.ready = true;
    assert_true(invented_venue.native_name(&rig.universe.symbols[0], listing.native));
    lane_learn(rig.lane, 0, &listing);
    rig.ready = 0;
    until(&rig, &rig.requests[OE_OPEN_ORDERS], 3);
    until(&rig, &rig.ready, 1);
    rig_finish(&rig);
}

// A list that goes on with a cursor too long to keep is not whole: it is asked for again, and with
// growing pauses.
static void test_long_cursor(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_FILLS][0] = (struct answer){200, "end 511"};
    rig.answers[OE_FILLS][1] = (struct answer){200, "end 512"};
    rig.answers[OE_FILLS][2] = (struct answer){200, "end 511"};
    rig.answers[OE_FILLS][3] = (struct answer){200, "end 512"};
    rig.answers[OE_FILLS][4] = (struct answer){200, "end"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    rig_learn(&rig);
    until(&rig, &rig.requests[OE_FILLS], 4);
    assert_int_equal(rig.ready, 0);
    int64_t since_ns = mono_now_ns();
    until(&rig, &rig.ready, 1);
    assert_int_equal(rig.requests[OE_FILLS], 5);
    assert_true(mono_now_ns() - since_ns > 3 * NS_PER_S / 10); // the first pause is 250 ms
    rig_finish(&rig);
}

static void relearn(struct rig *rig) {
    struct listing listing = {.tick = {PX_ONE}, .step = {QTY_ONE / 1000}};
    assert_true(invented_venue.native_name(&rig->universe.symbols[0], listing.native));
    lane_learn(rig->lane, 0, &listing);
    listing.ready = true;
    lane_learn(rig->lane, 0, &listing);
}

// An order that was over is open after all. A list of just after its end may be an old one; a later
// one is believed, and the order cancelled.
static void test_open_after_its_end(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "rejected other"};
    rig.answers[OE_OPEN_ORDERS][0] = (struct answer){200, "end"};
    rig.answers[OE_OPEN_ORDERS][1] = (struct answer){200, "order new 0\nend"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "fill 4 1\norder canceled 1"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 1);
    relearn(&rig);
    until(&rig, &rig.requests[OE_OPEN_ORDERS], 2);
    pass(&rig, 1700);
    assert_int_equal(rig.requests[OE_CANCEL], 0);
    relearn(&rig);
    until(&rig, &rig.report_count, 3);
    expect(&rig, "rejected fill canceled");
    assert_int_equal(rig.requests[OE_CANCEL], 1);
    rig_finish(&rig);
}

// Lists are asked for anew while one of before is on its way: what that one says is old.
static void test_list_is_given_up(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_POSITIONS][0] = (struct answer){HELD, NULL};
    rig.answers[OE_POSITIONS][1] = (struct answer){200, "position 1\nend"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    rig_learn(&rig);
    until(&rig, &rig.requests[OE_POSITIONS], 1);
    relearn(&rig);
    until(&rig, &rig.ready, 1);
    assert_int_equal(rig.requests[OE_POSITIONS], 2);
    assert_int_equal(rig.position.v, QTY_ONE / 1000);
    loop_reply(rig.held, 200, "", SLICE("position 5\nend"));
    pass(&rig, 300);
    assert_int_equal(rig.position.v, QTY_ONE / 1000);
    rig_finish(&rig);
}

// The answer is lost: unknown, asked for, never sent again.
static void test_lost_answer(void **state) {
    (void)state;
    static const struct answer lost[] = {{LOST, ""}, {500, ""}};
    for (size_t i = 0; i < COUNT_OF(lost); i++) {
        struct rig rig;
        rig_init(&rig);
        rig.answers[OE_PLACE][0] = lost[i];
        rig.answers[OE_QUERY][0] = (struct answer){LOST, ""};
        rig.answers[OE_QUERY][1] = (struct answer){503, ""};
        rig.answers[OE_QUERY][2] = (struct answer){200, "fill 5 2\norder filled 2"};
        rig_start(&rig);
        command(&rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_HEDGE);
        until(&rig, &rig.report_count, 2);
        expect(&rig, "unknown fill");
        pass(&rig, 300);
        assert_int_equal(rig.requests[OE_PLACE], 1);
        assert_int_equal(rig.requests[OE_QUERY], 3);
        expect(&rig, "unknown fill");
        rig_finish(&rig);
    }
}

// A cancel that finds no room among the commands cancels everything: an order that rests, and one
// that the lane hears of by a command that waits before it.
static void test_cancel_without_room(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "order canceled 0"};
    rig_start(&rig);
    int64_t began_ns = mono_now_ns();
    rig.floods = true;
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 2);
    expect(&rig, "accepted canceled");
    assert_in_range(mono_now_ns() - began_ns, 0, 10 * NS_PER_S);
    rig_finish(&rig);
    rig_init(&rig);
    rig.answers[OE_QUERY][0] = (struct answer){200, "order new 0"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "order canceled 0"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    struct event_order left = {.order = 1,
                               .action = ORDER_ACTION_ASK,
                               .session_key = 77,
                               .type = ORDER_POST_ONLY,
                               .price = {100 * PX_ONE},
                               .size = {2 * (QTY_ONE / 1000)}};
    lane_send(rig.lane, &left);
    flood(&rig);
    rig_learn(&rig);
    until(&rig, &rig.requests[OE_CANCEL], 1);
    rig_finish(&rig);
}

// A question that a cancel leads to, refused or answered with what cannot be read, is a request of
// its own: its answer counts.
static void test_refused_cancel(void **state) {
    (void)state;
    static const struct {
        struct answer place, cancel;
        const char *reports;
    } cases[] = {
        {{LOST, ""}, {200, "rejected no_order"}, "unknown canceled"},
        {{200, "accepted\norder new 0"}, {200, "cut"}, "accepted canceled"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct rig rig;
        rig_init(&rig);
        rig.answers[OE_PLACE][0] = cases[i].place;
        rig.answers[OE_CANCEL][0] = cases[i].cancel;
        rig.answers[OE_QUERY][0] = (struct answer){200, "order canceled 0"};
        rig_start(&rig);
        command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
        until(&rig, &rig.report_count, 1);
        command(&rig, ORDER_ACTION_CANCEL, ORDER_POST_ONLY, LEG_OPEN);
        until(&rig, &rig.report_count, 2);
        expect(&rig, cases[i].reports);
        rig_finish(&rig);
    }
}

// A venue that does not know the order is believed only when the request cannot be taken any more.
// Where only resting orders are found, those that never rest are not asked for at all: time and the
// fills tell.
static void test_gone(void **state) {
    (void)state;
    static const uint32_t late_ms[] = {0, 7000}; // what the venue says of itself
    for (size_t i = 0; i < COUNT_OF(late_ms); i++) {
        struct rig rig;
        rig_init(&rig);
        rig.venue.late_ms = late_ms[i];
        rig.venue.flags |= i == 0 ? 0 : OE_QUERY_ONLY_OPEN;
        rig.answers[OE_PLACE][0] = (struct answer){LOST, ""};
        rig.answers[OE_QUERY][0] = (struct answer){200, "order gone 0"};
        rig_start(&rig);
        int64_t began_ns = mono_now_ns();
        for (size_t n = 0; n <= 2 * i; n++) {
            command(&rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_OPEN);
        }
        until(&rig, &rig.report_count, i == 0 ? 2 : 6);
        expect(&rig,
               i == 0 ? "unknown expired" : "unknown unknown unknown expired expired expired");
        assert_true(mono_now_ns() - began_ns >= (i == 0 ? 6 : 7) * NS_PER_S);
        assert_int_equal(rig.requests[OE_PLACE], i == 0 ? 1 : 3);
        assert_true(rig.requests[OE_FILLS] >= 2); // looked for once more
        if (i == 0) {
            assert_true(rig.requests[OE_QUERY] > 3);
        } else {
            assert_int_equal(rig.requests[OE_QUERY], 0);
            assert_int_equal(rig.requests[OE_OPEN_ORDERS], 1); // the one at the start
        }
        rig_finish(&rig);
    }
}

// What became of an order that may rest is asked for out of what is kept for lowering risk: nothing
// can be done about its leg before.
static void test_unknown_goes_first(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.venue.flags |= OE_QUERY_ONLY_OPEN;
    rig.venue.deadman_max_ms = 0;
    rig.venue.buckets[0] = (struct oe_bucket){"all", 14, 30000}; // of our seven the first look
    rig.answers[OE_PLACE][0] = (struct answer){LOST, ""};        // takes what is not kept
    rig_start(&rig);
    int64_t began_ns = mono_now_ns();
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_CLOSE);
    until(&rig, &rig.requests[OE_OPEN_ORDERS], 2);
    assert_in_range(mono_now_ns() - began_ns, 0, 10 * NS_PER_S);
    rig_finish(&rig);
}

// The venue takes back the order and knows only then that some of it had filled: the fills are
// listed at once, not with the next look.
static void test_filled_after_its_end(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "order canceled 0\norder canceled 1"};
    rig.answers[OE_FILLS][0] = (struct answer){200, "end"};
    rig.answers[OE_FILLS][1] = (struct answer){200, "fill 4 1\nend"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 1);
    int64_t began_ns = mono_now_ns();
    command(&rig, ORDER_ACTION_CANCEL, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 3);
    expect(&rig, "accepted canceled fill");
    assert_in_range(mono_now_ns() - began_ns, 0, 10 * NS_PER_S);
    rig_finish(&rig);
}

// Sends hedges, one after another was refused for want of room, until the venue has one.
static void hedge_until_placed(struct rig *rig, int placed) {
    while (rig->requests[OE_PLACE] == placed && !rig->timed_out) {
        int told = rig->report_count;
        command(rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_HEDGE);
        until(rig, &rig->report_count, told + 1);
    }
    assert_int_equal(rig->requests[OE_PLACE], placed + 1);
}

// Behind a lost connection there are lists of many pages to be asked for, and two requests a
// second: a hedge has the second of them, not the last.
static void test_hedge_and_lists_take_turns(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.venue.deadman_max_ms = 0;
    rig.venue.buckets[0].limit = 5; // two a second are ours
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder expired 0"};
    rig.answers[OE_FILLS][0] = (struct answer){200, "end 4"};
    rig.answers[OE_FILLS][4] = (struct answer){200, "end"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    rig_learn(&rig);
    until(&rig, &rig.requests[OE_OPEN_ORDERS], 1);
    int before = rig.requests[OE_FILLS] + rig.requests[OE_POSITIONS] + rig.requests[OE_BALANCES];
    hedge_until_placed(&rig, 0);
    int since = rig.requests[OE_FILLS] + rig.requests[OE_POSITIONS] + rig.requests[OE_BALANCES];
    assert_in_range(since - before, 0, 2);
    until(&rig, &rig.ready, 1); // nor do the lists wait for good
    rig_finish(&rig);
}

// So it is with questions for orders whose outcome is not known.
static void test_hedge_and_questions_take_turns(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.venue.deadman_max_ms = 0;
    rig.venue.buckets[0].limit = 5;
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder expired 0"};
    rig.answers[OE_QUERY][0] = (struct answer){503, ""};
    rig_start(&rig);
    pass(&rig, 2500);
    for (uint64_t i = 0; i < 8; i++) {
        struct event_order left = {.order = 100 + i,
                                   .action = ORDER_ACTION_ASK,
                                   .state = ORDER_UNKNOWN,
                                   .session_key = 76,
                                   .price = {100 * PX_ONE},
                                   .size = {QTY_ONE / 1000}};
        lane_send(rig.lane, &left);
    }
    until(&rig, &rig.requests[OE_QUERY], 1);
    hedge_until_placed(&rig, 0);
    assert_in_range(rig.requests[OE_QUERY], 1, 3);
    rig_finish(&rig);
}

// The venue takes each number once: when the dead-man's switch was armed with that of a lost order,
// the order never came, which is known long before it would be believed.
static void test_number_is_taken(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    number = 5;
    rig.answers[OE_PLACE][0] = (struct answer){LOST, ""};
    rig.answers[OE_QUERY][0] = (struct answer){503, ""};
    rig.answers[OE_DEADMAN][0] = (struct answer){200, "armed 60"};
    rig_start(&rig);
    int64_t began_ns = mono_now_ns();
    command(&rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_CLOSE);
    until(&rig, &rig.report_count, 2);
    expect(&rig, "unknown expired");
    assert_in_range(mono_now_ns() - began_ns, 0, 3 * NS_PER_S); // of six
    number = 0;
    rig_finish(&rig);
}

static void test_nonce(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "rejected nonce"};
    rig.answers[OE_PLACE][1] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_NONCE][0] = (struct answer){200, "nonce"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 1);
    expect(&rig, "accepted");
    assert_int_equal(rig.requests[OE_PLACE], 2);
    assert_int_equal(rig.requests[OE_NONCE], 1);
    rig_finish(&rig);
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "rejected nonce"};
    rig.answers[OE_NONCE][0] = (struct answer){200, "nonce"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 1);
    expect(&rig, "rejected"); // once more, not for ever
    assert_int_equal(rig.requests[OE_PLACE], 2);
    rig_finish(&rig);
}

// Too many requests: nothing is sent for as long as the venue says, and the desk is told.
static void test_rate_limit(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){429, ""};
    rig.answers[OE_PLACE][1] = (struct answer){200, "accepted\norder new 0"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 1);
    expect(&rig, "rejected");
    pass(&rig, 200);
    assert_int_equal(rig.state.state, LANE_BLOCKED);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    expect(&rig, "rejected rejected");
    assert_int_equal(rig.requests[OE_PLACE], 1);
    assert_non_null(strstr(rig.reports[1].text, "not sent"));
    assert_int_equal(rig.reports[0].unsent, 0); // the venue said no
    assert_int_equal(rig.reports[1].unsent, 1);
    rig.ready = 0;
    until(&rig, &rig.ready, 1);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 3);
    expect(&rig, "rejected rejected accepted");
    rig_finish(&rig);
}

// After that one request goes alone; when it is refused for what it asks, the venue takes requests
// again, and the next need not wait for a second.
static void test_refusal_after_rate_limit(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){429, ""};
    rig.answers[OE_PLACE][1] = (struct answer){400, "rejected size"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_CLOSE);
    until(&rig, &rig.report_count, 1);
    rig.ready = 0;
    until(&rig, &rig.ready, 1);
    for (int i = 1; i < 4; i++) {
        command(&rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_CLOSE);
        until(&rig, &rig.report_count, i + 1);
    }
    assert_int_equal(rig.requests[OE_PLACE], 4);
    int64_t took_ms = rig.requested_ms[OE_PLACE][3] - rig.requested_ms[OE_PLACE][1];
    assert_in_range(took_ms, 0, 900);
    rig_finish(&rig);
}

// So it is with one that says so under another status: its words count, once.
static void test_rate_limit_in_words(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "rejected rate"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 1);
    pass(&rig, 200);
    assert_int_equal(rig.state.state, LANE_BLOCKED);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    expect(&rig, "rejected rejected");
    assert_int_equal(rig.requests[OE_PLACE], 1);
    rig_finish(&rig);
}

// Five requests a second, of which two are ours and one for what lowers no risk: an order may open
// while others are to be closed, because those have the seconds that follow.
static void test_tight_rate(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.venue.buckets[0].limit = 5;
    rig.venue.place_cost.units[0] = 1;
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig_start(&rig);
    while (rig.state.room == 0 && !rig.timed_out) { // the first look at the account took it
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    assert_int_equal(rig.state.room, 1);
    assert_int_equal(rig.state.room_soon, 4);
    int64_t began_ns = mono_now_ns();
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    for (int i = 0; i < 2; i++) {
        command(&rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_CLOSE); // the second waits
    }
    until(&rig, &rig.report_count, 3);
    expect(&rig, "accepted accepted accepted");
    assert_in_range(mono_now_ns() - began_ns, NS_PER_S, 10 * NS_PER_S);
    rig_finish(&rig);
}

// The lists that are asked for now and then do not take each second's one request, one after the
// other: between two of them the engine hears of room, and an order that waits for it goes.
static void test_lists_leave_room(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.venue.buckets[0].limit = 5;
    rig.venue.place_cost.units[0] = 1;
    rig_start(&rig);
    while (rig.state.room == 0 && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    int looks = rig.requests[OE_BALANCES];
    int64_t room_ns = mono_now_ns(), without_ns = 0; // the longest time
    while (rig.requests[OE_BALANCES] == looks && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
        int64_t now_ns = mono_now_ns();
        room_ns = rig.state.room > 0 ? now_ns : room_ns;
        without_ns = now_ns - room_ns > without_ns ? now_ns - room_ns : without_ns;
    }
    assert_in_range(without_ns, NS_PER_S / 2, 2 * NS_PER_S);
    rig_finish(&rig);
}

static void test_keys_refused(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_POSITIONS][0] = (struct answer){401, ""};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    assert_int_equal(lane_start(rig.lane), STATUS_OK);
    struct listing listing = {.ready = true, .tick = {PX_ONE}, .step = {QTY_ONE / 1000}};
    assert_true(invented_venue.native_name(&rig.universe.symbols[0], listing.native));
    lane_learn(rig.lane, 0, &listing);
    while (rig.state.state != LANE_AUTH_FAILED && !rig.timed_out) {
        uv_run(&rig.loop, UV_RUN_ONCE);
    }
    assert_int_equal(rig.ready, 0); // found before the first order
    assert_int_equal(rig.state.state, LANE_AUTH_FAILED);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    expect(&rig, "rejected");
    assert_int_equal(rig.requests[OE_PLACE], 0);
    rig_finish(&rig);
}

// A 401 of a gateway: the same list is answered again, and that was it; but no list speaks for
// another one.
static void test_keys_are_taken_again(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_POSITIONS][0] = (struct answer){401, ""};
    rig.answers[OE_POSITIONS][2] = (struct answer){200, "end"};
    assert_int_equal(rig_create_lane(&rig, SLICE("sesame")), STATUS_OK);
    rig_learn(&rig);
    until(&rig, &rig.requests[OE_POSITIONS], 2);
    assert_int_equal(rig.state.state, LANE_AUTH_FAILED);
    assert_int_equal(rig.ready, 0);
    until(&rig, &rig.ready, 1);
    rig_finish(&rig);
}

// An order is refused for them: the venue is asked whether they may trade, and is waited for.
static void test_keys_refused_an_order(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.venue.calls |= OE_BIT(OE_KEYS);
    rig.answers[OE_KEYS][0] = (struct answer){200, "keys 1"};
    rig.answers[OE_KEYS][1] = (struct answer){200, "keys 0"};
    rig.answers[OE_KEYS][2] = (struct answer){200, "keys 1"};
    rig.answers[OE_PLACE][0] = (struct answer){401, ""};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 1);
    expect(&rig, "rejected");
    rig.ready = 0;
    until(&rig, &rig.requests[OE_KEYS], 3);
    assert_int_equal(rig.state.state, LANE_AUTH_FAILED);
    assert_int_equal(rig.ready, 0);
    until(&rig, &rig.ready, 1);
    const int64_t *at_ms = rig.requested_ms[OE_KEYS];
    assert_in_range(at_ms[2] - at_ms[1], 3500, 20000);
    rig_finish(&rig);
}

static void until_deadman(struct rig *rig, enum deadman_state state) {
    while (rig->state.deadman != state && !rig->timed_out) {
        uv_run(&rig->loop, UV_RUN_ONCE);
    }
    assert_int_equal(rig->state.deadman, state);
}

// The dead-man's switch is tried again and again, each time after twice as long; until it is armed
// the desk is told that it is not.
static void test_deadman_fails(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_DEADMAN][0] = (struct answer){200, "rejected other"};
    rig.answers[OE_DEADMAN][4] = (struct answer){200, "armed 60"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until_deadman(&rig, DEADMAN_FAILED);
    until(&rig, &rig.requests[OE_DEADMAN], 5);
    const int64_t *at_ms = rig.requested_ms[OE_DEADMAN];
    for (int i = 2; i < 4; i++) {
        assert_in_range(at_ms[i + 1] - at_ms[i], (at_ms[i] - at_ms[i - 1]) * 3 / 2, 10000);
    }
    until_deadman(&rig, DEADMAN_ARMED);
    rig_finish(&rig);
}

// A login that is over is renewed: that is no alarm of the switch's, unless it stays so.
static void test_deadman_waits_for_login(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_DEADMAN][0] = (struct answer){200, "rejected login"};
    rig.answers[OE_DEADMAN][2] = (struct answer){200, "armed 60"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_DEADMAN], 2);
    pass(&rig, 100); // refused twice
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 2);
    expect(&rig, "accepted accepted");
    until_deadman(&rig, DEADMAN_ARMED);
    assert_int_equal(rig.requests[OE_DEADMAN], 3);
    assert_int_equal(rig.deadman_failures, 0);
    rig_finish(&rig);
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_DEADMAN][0] = (struct answer){200, "rejected login"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until_deadman(&rig, DEADMAN_FAILED);
    assert_int_equal(rig.requests[OE_DEADMAN], 3);
    rig_finish(&rig);
}

// Its order has ended and what was armed is over: it is tried until it works, or nothing would open
// any more.
static void test_deadman_recovers_without_orders(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig);
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "order canceled 0"};
    rig.answers[OE_DEADMAN][0] = (struct answer){200, "armed 1"};
    rig.answers[OE_DEADMAN][1] = (struct answer){200, "rejected other"};
    rig.answers[OE_DEADMAN][4] = (struct answer){200, "armed 60"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_DEADMAN], 2);
    command(&rig, ORDER_ACTION_CANCEL, ORDER_POST_ONLY, LEG_OPEN);
    until_deadman(&rig, DEADMAN_FAILED);
    until_deadman(&rig, DEADMAN_OFF);
    expect(&rig, "accepted canceled");
    assert_true(rig.requests[OE_DEADMAN] >= 5);
    rig_finish(&rig);
}

// Where each symbol has a switch, that of one does not speak for the other's.
static void test_deadman_per_symbol(void **state) {
    (void)state;
    static const char *const symbols[] = {"BTC/USDT", "ETH/USDT"};
    struct rig rig;
    rig_init_for(&rig, symbols, COUNT_OF(symbols));
    rig.venue.flags |= OE_DEADMAN_PER_SYMBOL;
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_DEADMAN][0] = (struct answer){200, "rejected other"}; // of the first
    rig.answers[OE_DEADMAN][1] = (struct answer){200, "armed 60"};       // of the other
    rig.answers[OE_DEADMAN][2] = (struct answer){200, "rejected other"};
    rig_start(&rig);
    command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_DEADMAN], 1);
    command_for(&rig, 1, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_CLOSE);
    until(&rig, &rig.requests[OE_DEADMAN], 2);
    pass(&rig, 20);
    command_for(&rig, 1, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.report_count, 3);
    expect(&rig, "accepted accepted rejected");
    assert_int_equal(rig.requests[OE_PLACE], 2);
    rig_finish(&rig);
}

// The journal failed, so no cancel comes from the engine: what rests is taken back all the same,
// nothing is placed, and where a cancel does not get through the switch is left to run out.
static void test_journal_failed(void **state) {
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        struct rig rig;
        rig_init(&rig);
        rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
        rig.answers[OE_QUERY][0] = (struct answer){200, "order new 0"};
        rig.answers[OE_OPEN_ORDERS][0] = (struct answer){200, "order new 0\nend"};
        rig.answers[OE_CANCEL][0] =
            lost ? (struct answer){503, ""} : (struct answer){200, "order canceled 0"};
        rig.answers[OE_DEADMAN][0] = (struct answer){200, "armed 1"};
        rig_start(&rig);
        command(&rig, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
        until(&rig, &rig.requests[OE_DEADMAN], 1);
        pass(&rig, 20);
        atomic_store(&rig.engine.journal_failed, true);
        until(&rig, &rig.requests[OE_CANCEL], 1 + lost);
        int armed = rig.requests[OE_DEADMAN];
        pass(&rig, lost ? 1500 : 50);
        command(&rig, ORDER_ACTION_PLACE, ORDER_IOC, LEG_CLOSE);
        until(&rig, &rig.report_count, 3 - lost);
        expect(&rig, lost ? "accepted rejected" : "accepted canceled rejected");
        assert_int_equal(rig.requests[OE_PLACE], 1);
        if (lost) {
            assert_int_equal(rig.requests[OE_DEADMAN], armed);
        }
        rig_finish(&rig);
    }
}

// One symbol's switch is disarmed when its order is gone: the other's is still shown as armed.
static void test_deadman_of_the_other(void **state) {
    (void)state;
    static const char *const symbols[] = {"BTC/USDT", "ETH/USDT"};
    struct rig rig;
    rig_init_for(&rig, symbols, COUNT_OF(symbols));
    rig.venue.flags |= OE_DEADMAN_PER_SYMBOL;
    rig.answers[OE_PLACE][0] = (struct answer){200, "accepted\norder new 0"};
    rig.answers[OE_CANCEL][0] = (struct answer){200, "order canceled 0"};
    rig.answers[OE_DEADMAN][0] = (struct answer){200, "armed 60"}; // of the second
    rig.answers[OE_DEADMAN][1] = (struct answer){200, "armed 41"}; // of the first: soon again
    rig.answers[OE_DEADMAN][2] = (struct answer){200, "armed 0"};
    rig_start(&rig);
    command_for(&rig, 1, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_DEADMAN], 1);
    command_for(&rig, 0, ORDER_ACTION_PLACE, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_DEADMAN], 2);
    pass(&rig, 20);
    command_for(&rig, 0, ORDER_ACTION_CANCEL, ORDER_POST_ONLY, LEG_OPEN);
    until(&rig, &rig.requests[OE_DEADMAN], 3);
    pass(&rig, 1200);
    assert_int_equal(rig.state.deadman, DEADMAN_ARMED);
    rig_finish(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_key),
        cmocka_unit_test(test_good_life),
        cmocka_unit_test(test_fill_is_missing),
        cmocka_unit_test(test_full_with_less),
        cmocka_unit_test(test_position_is_older),
        cmocka_unit_test(test_old_picture),
        cmocka_unit_test(test_odd_list),
        cmocka_unit_test(test_hearsay_is_true),
        cmocka_unit_test(test_hearsay_is_repeated),
        cmocka_unit_test(test_hearsay_is_false),
        cmocka_unit_test(test_hearsay_of_a_list),
        cmocka_unit_test(test_position_before_its_fill),
        cmocka_unit_test(test_list_without_a_fill),
        cmocka_unit_test(test_hearsay_is_behind),
        cmocka_unit_test(test_nothing_to_reduce),
        cmocka_unit_test(test_nothing_to_reduce_after_a_failed_look),
        cmocka_unit_test(test_past_order_has_ended),
        cmocka_unit_test(test_trade_of_another_session),
        cmocka_unit_test(test_past_order_by_its_number),
        cmocka_unit_test(test_past_order_is_partly_filled),
        cmocka_unit_test(test_symbol_is_not_traded),
        cmocka_unit_test(test_long_cursor),
        cmocka_unit_test(test_open_after_its_end),
        cmocka_unit_test(test_cancel_without_room),
        cmocka_unit_test(test_list_is_given_up),
        cmocka_unit_test(test_lost_answer),
        cmocka_unit_test(test_refused_cancel),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_unknown_goes_first),
        cmocka_unit_test(test_filled_after_its_end),
        cmocka_unit_test(test_hedge_and_lists_take_turns),
        cmocka_unit_test(test_hedge_and_questions_take_turns),
        cmocka_unit_test(test_number_is_taken),
        cmocka_unit_test(test_nonce),
        cmocka_unit_test(test_rate_limit),
        cmocka_unit_test(test_refusal_after_rate_limit),
        cmocka_unit_test(test_rate_limit_in_words),
        cmocka_unit_test(test_tight_rate),
        cmocka_unit_test(test_lists_leave_room),
        cmocka_unit_test(test_keys_refused),
        cmocka_unit_test(test_keys_are_taken_again),
        cmocka_unit_test(test_keys_refused_an_order),
        cmocka_unit_test(test_deadman_fails),
        cmocka_unit_test(test_deadman_waits_for_login),
        cmocka_unit_test(test_deadman_recovers_without_orders),
        cmocka_unit_test(test_deadman_per_symbol),
        cmocka_unit_test(test_deadman_of_the_other),
        cmocka_unit_test(test_journal_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
