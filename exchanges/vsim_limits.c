// A simulated venue's doors: calls, handshakes and messages of clients, held to the limits of the
// venue's row before the venue sees them, and connections that the venue ends by itself.
#include "base/clock.h"
#include "exchanges/venue_account.h"

static bool lacks_user_agent(const struct vsim_world *world, const struct vsim_request *request) {
    struct slice value;
    return world->limits.user_agent &&
           (!vsim_header(request, "User-Agent", &value) || value.size == 0);
}

uint32_t vsim_refusal_status(enum vsim_why why) {
    switch (why) {
    case VSIM_NO_STREAM:
        return 404;
    case VSIM_NO_USER_AGENT:
        return 403;
    case VSIM_BANNED:
        return 418;
    case VSIM_TOO_MANY_CALLS:
    case VSIM_TOO_MANY_CONNECTIONS:
    default:
        return 429;
    }
}

static void refuse(const struct vsim_world *world, const struct vsim_refusal *refusal,
                   struct vsim_reply *reply) {
    reply->status = vsim_refusal_status(refusal->why);
    if (world->venue->refuse != NULL) {
        world->venue->refuse(world, refusal, reply);
    }
}

// Whole seconds, up: what a client that waits them has waited enough.
static uint32_t seconds_up(int64_t time_ns) {
    return (uint32_t)((time_ns + NS_PER_S - 1) / NS_PER_S);
}

// True, and why, when the call is refused. A client that goes on calling is banned in the end.
static bool is_over(struct vsim_world *world, const struct vsim_request *request,
                    struct vsim_refusal *refusal) {
    const struct vsim_limits *limits = &world->limits;
    if (lacks_user_agent(world, request)) {
        *refusal = (struct vsim_refusal){.why = VSIM_NO_USER_AGENT};
        return true;
    }
    if (world->now_ns < world->banned_until_ns) {
        *refusal = (struct vsim_refusal){
            .why = VSIM_BANNED, .after_s = seconds_up(world->banned_until_ns - world->now_ns)};
        return true;
    }
    struct vsim_charge charge = {0, 1};
    if (world->venue->charge != NULL) {
        charge = world->venue->charge(request);
    }
    ASSERT(charge.rate < VSIM_CALL_RATES_MAX);
    struct vsim_rate rate = limits->calls[charge.rate];
    struct vsim_rate_use *use = &world->call_uses[charge.rate];
    if (vsim_rate_take(use, rate, world->now_ns, charge.weight)) {
        world->calls_refused = 0;
        return false;
    }
    uint32_t weight = charge.weight < rate.most ? charge.weight : rate.most;
    *refusal = (struct vsim_refusal){
        .why = VSIM_TOO_MANY_CALLS,
        .after_s = seconds_up(vsim_rate_wait_ns(use, rate, world->now_ns, weight))};
    world->calls_refused++;
    if (limits->ban_after > 0 && world->calls_refused >= limits->ban_after) {
        world->calls_refused = 0;
        world->banned_until_ns = world->now_ns + limits->ban_s * NS_PER_S;
    }
    return true;
}

// The private side first, where the venue has a client's account here.
static void answer(const struct vsim_world *world, const struct vsim_request *request,
                   struct vsim_reply *reply) {
    reply->status =
        world->account == NULL ? 0 : world->venue->private_side->answer(world, request, reply);
    if (reply->status == 0) {
        reply->status = world->venue->answer(world, request, &reply->body);
    }
}

void vsim_call(struct vsim_world *world, const struct vsim_request *request,
               struct vsim_reply *reply) {
    struct vsim_refusal refusal;
    if (is_over(world, request, &refusal)) {
        refuse(world, &refusal, reply);
    } else {
        answer(world, request, reply);
    }
    if (world->venue->add_headers != NULL) {
        world->venue->add_headers(world, &reply->headers);
    }
}

static bool may_connect(struct vsim_world *world) {
    const struct vsim_limits *limits = &world->limits;
    if (limits->connections > 0 && world->connections >= limits->connections) {
        return false;
    }
    bool may = true;
    for (uint32_t i = 0; i < VSIM_CONNECT_RATES; i++) {
        may = vsim_rate_take(&world->connect_uses[i], limits->connects[i], world->now_ns, 1) && may;
    }
    return may;
}

static bool open_path(struct vsim_session *session, const struct vsim_request *request) {
    const struct vsim_world *world = session->world;
    if (world->account != NULL && world->venue->private_side->open != NULL &&
        world->venue->private_side->open(session, request)) {
        return true;
    }
    char target[1024];
    struct text path = TEXT_OVER(target);
    text_add(&path, request->path);
    if (request->query.size > 0) {
        text_add_char(&path, '?');
        text_add(&path, request->query);
    }
    return !path.truncated && world->venue->open(session, text_slice(&path));
}

void vsim_session_open(struct vsim_session *session, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    struct vsim_world *world = session->world;
    struct vsim_refusal refusal = {.why = VSIM_TOO_MANY_CONNECTIONS};
    if (lacks_user_agent(world, request)) {
        refusal.why = VSIM_NO_USER_AGENT;
        refuse(world, &refusal, reply);
        return;
    }
    if (!may_connect(world)) {
        refuse(world, &refusal, reply);
        return;
    }
    session->counted = true;
    world->connections++;
    session->opened_ns = session->heard_ns = session->sent_ns = session->ping_ns = world->now_ns;
    reply->status = 101;
    if (!open_path(session, request)) {
        refusal.why = VSIM_NO_STREAM;
        refuse(world, &refusal, reply);
    }
}

void vsim_session_heard(struct vsim_session *session, bool pong) {
    session->heard_ns = session->world->now_ns;
    session->await_ns = pong ? 0 : session->await_ns;
}

static void read_message(struct vsim_session *session, struct slice message) {
    const struct vsim_world *world = session->world;
    if (world->account == NULL || world->venue->private_side->on_text == NULL ||
        !world->venue->private_side->on_text(session, message)) {
        world->venue->on_text(session, message);
    }
}

void vsim_session_text(struct vsim_session *session, struct slice message) {
    struct vsim_world *world = session->world;
    const struct vsim_limits *limits = &world->limits;
    session->heard_ns = world->now_ns;
    bool counts =
        limits->free_message == NULL || !slice_equals(message, slice_of(limits->free_message));
    if (session->over != NULL) {
        return;
    }
    if (!counts || session->free_messages ||
        (vsim_rate_take(&session->message_use, limits->messages, world->now_ns, 1) &&
         vsim_rate_take(&world->message_use, limits->messages_in_all, world->now_ns, 1))) {
        read_message(session, message);
    } else if (world->venue->refuse_message != NULL) {
        world->venue->refuse_message(session);
    } else {
        session->over = "too many messages";
    }
}

static bool passed(int64_t since_ns, int64_t now_ns, uint32_t limit_s) {
    return limit_s > 0 && now_ns - since_ns >= limit_s * NS_PER_S;
}

void vsim_session_watch(struct vsim_session *session) {
    const struct vsim_limits *limits = &session->world->limits;
    int64_t now_ns = session->world->now_ns;
    int64_t alive_ns = session->heard_ns > session->sent_ns ? session->heard_ns : session->sent_ns;
    if (!session->counted || session->over != NULL) {
        return;
    }
    if (passed(session->opened_ns, now_ns, limits->age_s)) {
        session->over = "the connection is too old";
    } else if (passed(session->heard_ns, now_ns, limits->silent_s)) {
        session->over = "the client is silent";
    } else if (passed(session->sent_ns, now_ns, limits->unsent_s)) {
        session->over = "nothing was sent";
    } else if (passed(alive_ns, now_ns, limits->idle_s)) {
        session->over = "the connection is idle";
    } else if (session->await_ns > 0 && passed(session->await_ns, now_ns, limits->pong_s)) {
        session->over = "no pong";
    } else if (session->out->ping != NULL && passed(session->ping_ns, now_ns, limits->ping_s)) {
        session->ping_ns = now_ns;
        session->await_ns = session->await_ns > 0 ? session->await_ns : now_ns;
        session->out->ping(session->out);
    }
}
