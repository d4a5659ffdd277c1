// The private channels of Lighter's simulated socket: orders, trades, positions and money, first
// the picture and then what is new (lighter.md sections 3 and 5). A client whose token is over is
// sent away as soon as there is something to tell.
#include <inttypes.h>

#include "base/json.h"
#include "exchanges/lighter_sim.h"
#include "exchanges/lighter_sim_private.h"
#include "exchanges/md_decode.h"
#include "exchanges/vsim_text.h"

enum { FOLLOW_ORDERS = 1, FOLLOW_TRADES = 2, FOLLOW_POSITIONS = 4, FOLLOW_STATS = 8 };
enum { HISTORY = 100 }; // trades that a subscription begins with

static const struct {
    const char *name;
    uint32_t follow;
} channels[] = {
    {"account_all_orders", FOLLOW_ORDERS},
    {"account_all_trades", FOLLOW_TRADES},
    {"account_all_positions", FOLLOW_POSITIONS},
    {"user_stats", FOLLOW_STATS},
};

static const char *channel_name(uint32_t follow) {
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        if (channels[i].follow == follow) {
            return channels[i].name;
        }
    }
    return "";
}

static void begin_push(struct vsim_session *session, uint32_t follow, bool first) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    const char *name = channel_name(follow);
    text_clear(out);
    text_add_format(out, "{\"type\":\"%s/%s\",\"channel\":\"%s:%" PRIu64 "\"",
                    first ? "subscribed" : "update", name, name,
                    lighter_private_of(world)->account);
    vsim_member_int(out, "timestamp", world->now_ns / NS_PER_MS);
}

static void end_push(struct vsim_session *session, const char *end) {
    text_add_string(&session->world->scratch, end);
    vsim_session_send(session);
}

static void add_key(const struct vsim_world *world, uint32_t listing, const char *before,
                    struct text *out) {
    text_add_format(out, "%s\"%u\":", before, lighter_sim_market(world, &world->listings[listing]));
}

// Open orders by market.
static void push_open_orders(struct vsim_session *session) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    const char *between = "";
    begin_push(session, FOLLOW_ORDERS, true);
    text_add_string(out, ",\"orders\":{");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        uint64_t at = 0;
        const struct vacc_order *order = vacc_next_live(world->account, i, &at);
        if (order == NULL) {
            continue;
        }
        add_key(world, i, between, out);
        for (const char *comma = "["; order != NULL;
             order = vacc_next_live(world->account, i, &at)) {
            text_add_string(out, comma);
            lighter_sim_write_order(world, order, out);
            comma = ",";
        }
        text_add_char(out, ']');
        between = ",";
    }
    end_push(session, "}}");
}

// What was traded before, as a plain list, with volumes.
static void push_history(struct vsim_session *session) {
    struct text *out = &session->world->scratch;
    const struct vacc_fill *fill;
    begin_push(session, FOLLOW_TRADES, true);
    text_add_string(out, ",\"trades\":[");
    for (uint32_t n = 0; n < HISTORY && (fill = vacc_fill(session->world->account, n)) != NULL;
         n++) {
        text_add_string(out, n > 0 ? "," : "");
        lighter_sim_write_trade(session->world, fill, out);
    }
    end_push(session, "],\"total_volume\":\"0\"}");
}

static void push_positions(struct vsim_session *session, bool first) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    const char *between = "";
    begin_push(session, FOLLOW_POSITIONS, first);
    text_add_string(out, ",\"positions\":{");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (world->account->positions[i].net.v != 0) {
            add_key(world, i, between, out);
            lighter_sim_write_position(world, i, out);
            between = ",";
        }
    }
    end_push(session, "},\"shares\":[]}");
}

static void push_stats(struct vsim_session *session, bool first) {
    const struct vsim_world *world = session->world;
    struct text *out = &session->world->scratch;
    begin_push(session, FOLLOW_STATS, first);
    text_add_string(out, ",\"stats\":{\"account_trading_mode\":0");
    lighter_sim_member_usd(out, "available_balance", vacc_available(world->account, world));
    lighter_sim_member_usd(out, "collateral", world->account->cash);
    lighter_sim_member_usd(out, "portfolio_value", vacc_equity(world->account, world));
    end_push(session, "}}");
}

static void push_picture(struct vsim_session *session, uint32_t follow) {
    switch (follow) {
    case FOLLOW_ORDERS:
        push_open_orders(session);
        break;
    case FOLLOW_TRADES:
        push_history(session);
        break;
    case FOLLOW_POSITIONS:
        push_positions(session, true);
        break;
    case FOLLOW_STATS:
    default:
        push_stats(session, true);
    }
}

// "account_all_orders/12345"; false: it is no private channel.
static bool subscribe(struct vsim_session *session, struct slice wanted, struct slice token) {
    const struct vsim_world *world = session->world;
    struct slice rest = wanted;
    struct slice name = vsim_cut(&rest, '/');
    int64_t account, until_ns;
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        if (!slice_equals(name, slice_of(channels[i].name))) {
            continue;
        }
        int code = lighter_sim_check_token(world, token, &until_ns);
        if (code != 0) {
            lighter_sim_refuse(session, code, lighter_sim_token_words(code), SLICE(""));
        } else if (!decimal_parse(rest, 0, &account) ||
                   (uint64_t)account != lighter_private_of(world)->account) {
            lighter_sim_refuse(session, 30005, "Invalid Channel:  ", wanted);
        } else if ((session->account_mode & channels[i].follow) != 0) {
            lighter_sim_refuse(session, 30003, "Already Subscribed to : ", wanted);
        } else {
            lighter_private_of(world)->token_until_ns = until_ns;
            push_picture(session, channels[i].follow);
            vsim_session_follow(session, channels[i].follow);
        }
        return true;
    }
    return false;
}

bool lighter_sim_on_text(struct vsim_session *session, struct slice message) {
    struct json r;
    struct slice key, type = {"", 0}, channel = type, token = type;
    struct slice data = type;
    json_init(&r, message);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, SLICE("type"))) {
            md_read_text(&r, &type);
        } else if (slice_equals(key, SLICE("channel"))) {
            md_read_text(&r, &channel);
        } else if (slice_equals(key, SLICE("auth"))) {
            md_read_text(&r, &token);
        } else if (slice_equals(key, SLICE("data"))) {
            data = json_raw(&r);
        } else {
            json_skip(&r);
        }
    }
    if (!json_end(&r)) {
        return false;
    }
    if (slice_equals(type, SLICE("subscribe"))) {
        return subscribe(session, channel, token);
    }
    if (slice_equals(type, SLICE("jsonapi/sendtx"))) {
        lighter_sim_transaction(session, data);
        return true;
    }
    return false;
}

static void push_order(struct vsim_session *session, const struct vacc_event *event) {
    struct text *out = &session->world->scratch;
    begin_push(session, FOLLOW_ORDERS, false);
    add_key(session->world, event->listing, ",\"orders\":{", out);
    text_add_char(out, '[');
    lighter_sim_write_order(session->world, &event->order, out);
    end_push(session, "]}}");
}

static void push_trade(struct vsim_session *session, const struct vacc_event *event) {
    struct text *out = &session->world->scratch;
    begin_push(session, FOLLOW_TRADES, false);
    add_key(session->world, event->listing, ",\"trades\":{", out);
    text_add_char(out, '[');
    lighter_sim_write_trade(session->world, &event->fill, out);
    end_push(session, "]}}");
}

void lighter_sim_push(struct vsim_session *session, const struct vacc_event *event) {
    uint32_t mode = session->account_mode;
    if (event->kind == VACC_EVENT_FILL && (mode & FOLLOW_TRADES) != 0) {
        push_trade(session, event);
    }
    if ((event->kind == VACC_EVENT_FILL || event->kind == VACC_EVENT_ORDER) &&
        (mode & FOLLOW_ORDERS) != 0 && event->order.number != 0) {
        push_order(session, event);
    }
    if (event->kind == VACC_EVENT_POSITION || event->kind == VACC_EVENT_FUNDING) {
        if ((mode & FOLLOW_POSITIONS) != 0) {
            push_positions(session, false);
        }
        if ((mode & FOLLOW_STATS) != 0) {
            push_stats(session, false);
        }
    }
    if (session->world->now_ns >= lighter_private_of(session->world)->token_until_ns) {
        session->over = "the token is over";
    }
}
