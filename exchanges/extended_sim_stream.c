// The account's stream of Extended's simulated server, which begins with the whole picture
// (extended.md section 3). Nothing is said before the handshake is answered: the picture waits for
// the first round of pushes.
#include "base/clock.h"
#include "exchanges/extended_sim.h"
#include "exchanges/vsim_text.h"

enum { MODE_ACCOUNT = 1 << 8 }; // of a session

bool extended_sim_open(struct vsim_session *session, const struct vsim_request *request) {
    if (!slice_equals(request->path, SLICE("/stream.extended.exchange/v1/account"))) {
        return false;
    }
    session->mode = MODE_ACCOUNT;
    if (extended_sim_is_key(session->world, request)) {
        vsim_session_follow(session, 1);
    } else {
        session->over = "the API key is not the account's";
    }
    return true;
}

static struct text *begin_message(const struct vsim_session *session, const char *type,
                                  const char *member) {
    struct text *out = &session->world->scratch;
    text_clear(out);
    text_add_format(out, "{\"type\":\"%s\",\"data\":{\"%s\":", type, member);
    return out;
}

static void end_message(struct vsim_session *session, int64_t time_ns) {
    struct text *out = &session->world->scratch;
    text_add_char(out, '}');
    vsim_member_int(out, "ts", time_ns / NS_PER_MS);
    vsim_member_int(out, "seq", (int64_t)++session->pushes);
    text_add_char(out, '}');
    vsim_session_send(session);
}

static void push_balance(struct vsim_session *session) {
    extended_sim_balance(session->world, begin_message(session, "BALANCE", "balance"));
    end_message(session, session->world->now_ns);
}

void extended_sim_greet(struct vsim_session *session) {
    const struct vsim_world *world = session->world;
    if (session->mode != MODE_ACCOUNT || session->pushes > 0) {
        return;
    }
    push_balance(session);
    struct text *out = begin_message(session, "POSITION", "positions");
    const char *comma = "";
    text_add_char(out, '[');
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (world->account->positions[i].net.v != 0) {
            text_add_string(out, comma);
            extended_sim_position(world, i, &world->account->positions[i], true, out);
            comma = ",";
        }
    }
    text_add_char(out, ']');
    end_message(session, world->now_ns);
    out = begin_message(session, "ORDER", "orders");
    const struct vacc_order *order;
    uint64_t at = 0;
    comma = "";
    text_add_char(out, '[');
    while ((order = vacc_next_live(world->account, VACC_ALL, &at)) != NULL) {
        text_add_string(out, comma);
        extended_sim_order(world, order, out);
        comma = ",";
    }
    text_add_char(out, ']');
    end_message(session, world->now_ns);
}

void extended_sim_push(struct vsim_session *session, const struct vacc_event *event) {
    const struct vsim_world *world = session->world;
    struct text *out;
    switch (event->kind) {
    case VACC_EVENT_FILL:
        out = begin_message(session, "TRADE", "trades");
        text_add_char(out, '[');
        extended_sim_fill(world, &event->fill, true, out);
        text_add_char(out, ']');
        end_message(session, event->time_ns);
        __attribute__((fallthrough)); // the order as it is after it
    case VACC_EVENT_ORDER:
        out = begin_message(session, "ORDER", "orders");
        text_add_char(out, '[');
        extended_sim_order(world, &event->order, out);
        text_add_char(out, ']');
        end_message(session, event->time_ns);
        return;
    case VACC_EVENT_POSITION:
        out = begin_message(session, "POSITION", "positions");
        text_add_char(out, '[');
        extended_sim_position(world, event->listing, &event->position, true, out);
        text_add_char(out, ']');
        end_message(session, event->time_ns);
        push_balance(session);
        return;
    case VACC_EVENT_FUNDING:
    default:
        push_balance(session);
    }
}
