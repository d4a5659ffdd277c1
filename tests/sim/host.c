#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/table.h"
#include "moment.h"

enum {
    LEVERAGE = 10,
    FIRST_NUMBER = 1000000,
    BUSY_STEP_MS = 100, // while orders wait at the account
    OLD_ANSWER_S = 20,
    WELL_AFTER_S = 5,
    SETTLEMENT_H = 1,
};

static struct host *hosts;
static struct host_options options;

uint32_t hosts_count(void) {
    return venue_table_count < HOSTS_MAX ? venue_table_count : HOSTS_MAX;
}

struct host *host_number(uint32_t index) {
    return &hosts[index];
}

struct host *host_at(const char *name) {
    size_t size = strcspn(name, ".");
    for (uint32_t i = 0; i < hosts_count(); i++) {
        const char *own = hosts[i].venue->md->name;
        if (strlen(own) == size && memcmp(own, name, size) == 0) {
            return &hosts[i];
        }
    }
    ASSERT(!"a venue by that name");
    return NULL;
}

bool host_is_well(const struct host *host) {
    static const enum weather_kind lasting[] = {WEATHER_STALL,   WEATHER_OUTAGE,
                                                WEATHER_LIMITED, WEATHER_SERVER_ERROR,
                                                WEATHER_SKEW,    WEATHER_STALE_SNAPSHOT};
    for (size_t i = 0; i < COUNT_OF(lasting); i++) {
        if (weather_acts(&host->weather, lasting[i])) {
            return false;
        }
    }
    return moment_now_ns() - host->broken_ns > WELL_AFTER_S * NS_PER_S;
}

int64_t host_latency_ns(struct host *host, bool down) {
    int64_t wait_ns = host->latency_ns + dice_between(&host->wire_dice, 0, host->latency_ns);
    if (down && weather_acts(&host->weather, WEATHER_STALL)) {
        int64_t stalled_ns = host->weather.until_ns[WEATHER_STALL] - moment_now_ns();
        return wait_ns > stalled_ns ? wait_ns : stalled_ns;
    }
    return wait_ns;
}

// ---- what leaves -------------------------------------------------------------------------------

static void hold(struct host_session *row, struct slice message) {
    free(row->held);
    row->held = malloc(message.size + 1);
    ASSERT(row->held != NULL);
    memcpy(row->held, message.data, message.size);
    row->held_size = message.size;
}

static void let_go(struct host_session *row) {
    if (row->held != NULL) {
        line_text(row->line, (struct slice){row->held, row->held_size});
        free(row->held);
        row->held = NULL;
    }
}

// Only messages of the market are rewritten: what is said of the account is delayed, told twice and
// cut off, but true.
static struct slice spoil(struct host *host, struct slice message) {
    static const struct {
        enum weather_kind kind;
        enum sim_fault_kind as;
    } ways[] = {{WEATHER_GARBAGE, SIM_FAULT_GARBAGE},
                {WEATHER_TRUNCATED, SIM_FAULT_CUT},
                {WEATHER_CHECKSUM, SIM_FAULT_CHECKSUM},
                {WEATHER_WRONG_SYMBOL, SIM_FAULT_WRONG_SYMBOL}};
    enum { EVERY = 4 }; // the number of a message that sim_fault_rewrite takes
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        if (weather_hits(&host->weather, ways[i].kind)) {
            text_clear(&host->spoiled);
            uint64_t number = EVERY + 5 * (host->weather.dice.drawn % 1000);
            if (sim_fault_rewrite(SIM_FAULT_BIT(ways[i].as), number, message,
                                  slice_of(host->world.listings[0].rules.native), &host->spoiled)) {
                return text_slice(&host->spoiled);
            }
        }
    }
    return message;
}

static void session_says(struct vsim_out *out, struct slice message) {
    struct host_session *row = (void *)((char *)out - offsetof(struct host_session, out));
    struct host *host = row->host;
    host->says++;
    if (row->mute) {
        return;
    }
    if (row->replying) {
        line_text(row->line, message);
        return;
    }
    if (weather_hits(&host->weather, WEATHER_DUPLICATE)) {
        line_text(row->line, message);
    }
    if (!row->private) {
        if (weather_hits(&host->weather, WEATHER_GAP)) {
            return;
        }
        message = spoil(host, message);
        if (weather_hits(&host->weather, WEATHER_REORDER)) {
            hold(row, message);
            return;
        }
    }
    line_text(row->line, message);
    let_go(row);
}

static void session_pings(struct vsim_out *out) {
    struct host_session *row = (void *)((char *)out - offsetof(struct host_session, out));
    line_ping(row->line);
}

// ---- sessions ----------------------------------------------------------------------------------

static void set_now(struct host *host) {
    bool skewed = weather_acts(&host->weather, WEATHER_SKEW);
    host->world.now_ns = moment_now_ns() + (skewed ? SIM_FAULT_SKEW_MS * NS_PER_MS : 0);
}

// The venue's end of the line is no more.
static void session_end(struct host_session *row) {
    struct host *host = row->host;
    if (host->venue->sim->private_side->close != NULL) {
        host->venue->sim->private_side->close(&row->session);
    }
    for (uint32_t i = 0; i < HOST_SESSIONS_MAX; i++) {
        if (host->sessions[i] == row) {
            host->sessions[i] = NULL;
        }
    }
    row->line->session = NULL;
    vsim_session_finish(&row->session);
    free(row->held);
    free(row);
}

static void poll_sessions(struct host *host) {
    for (uint32_t i = 0; i < HOST_SESSIONS_MAX; i++) {
        struct host_session *row = host->sessions[i];
        if (row == NULL) {
            continue;
        }
        vsim_session_poll(&row->session);
        if (row->session.over != NULL) {
            line_close(row->line, 1000, slice_of(row->session.over));
            session_end(row);
        }
    }
}

static void settle(struct host *host) {
    vacc_tick(host->account, &host->world);
    const struct vacc_event *event;
    while ((event = vacc_event(host->account, host->told + 1)) != NULL) {
        host->told++;
        options.on_account(options.arg, host, event);
    }
    ASSERT(host->told == host->account->event_count);
    poll_sessions(host);
}

static struct vsim_request request_of(struct slice method, struct slice target,
                                      struct slice headers) {
    struct slice query = target;
    struct slice path = vsim_cut(&query, '?');
    return (struct vsim_request){
        .method = method, .path = path, .query = query, .headers = headers, .body = SLICE("")};
}

static struct vsim_reply empty_reply(struct host *host) {
    text_clear(&host->body);
    return (struct vsim_reply){.headers = text_over(host->headers, sizeof(host->headers)),
                               .body = host->body};
}

static uint32_t refusal_now(const struct host *host) {
    return weather_acts(&host->weather, WEATHER_LIMITED)        ? 429
           : weather_acts(&host->weather, WEATHER_SERVER_ERROR) ? 502
                                                                : 0;
}

void host_open(struct line *line, struct slice target, struct slice headers) {
    struct host *host = line->host;
    uint32_t at = 0;
    while (at < HOST_SESSIONS_MAX && host->sessions[at] != NULL) {
        at++;
    }
    if (weather_acts(&host->weather, WEATHER_OUTAGE)) {
        line_cut(line);
        return;
    }
    if (refusal_now(host) != 0 || at == HOST_SESSIONS_MAX) {
        line_answer(line, at == HOST_SESSIONS_MAX ? 503 : refusal_now(host), 1);
        return;
    }
    set_now(host);
    struct host_session *row = calloc(1, sizeof(*row));
    ASSERT(row != NULL);
    row->host = host;
    row->line = line;
    row->out.send = session_says;
    row->out.ping = session_pings;
    enum status status =
        vsim_session_create(&row->session, &host->world, &row->out, ++host->session_number);
    ASSERT(status == STATUS_OK);
    struct vsim_request request = request_of(SLICE("GET"), target, headers);
    struct vsim_reply reply = empty_reply(host);
    line->session = row;
    host->sessions[at] = row;
    row->mute = true; // nothing before the answer
    vsim_session_open(&row->session, &request, &reply);
    row->mute = false;
    line_answer(line, reply.status, 0);
    if (reply.status != 101) {
        session_end(row);
        return;
    }
    row->private = row->session.account_mode != 0; // some follow the account by their address
    settle(host);
}

void host_text(struct line *line, struct slice text) {
    struct host_session *row = line->session;
    struct host *host = row->host;
    set_now(host);
    bool account = row->session.account_mode != 0 || text.size > 64;
    if (account && weather_hits(&host->weather, WEATHER_LOST_REQUEST)) {
        line_cut(line); // before it was read
        session_end(row);
        return;
    }
    bool lost = account && weather_hits(&host->weather, WEATHER_LOST_ANSWER);
    row->replying = true;
    row->mute = lost;
    vsim_session_text(&row->session, text);
    row->mute = row->replying = false;
    row->private = row->private || row->session.account_mode != 0;
    if (lost) { // carried out, and nobody is told
        line_cut(line);
        session_end(row);
    }
    settle(host);
}

void host_heard(struct line *line, bool pong) {
    set_now(line->host);
    vsim_session_heard(&line->session->session, pong);
    if (!pong) {
        line_pong(line);
    }
}

void host_closed(struct line *line) {
    set_now(line->host);
    session_end(line->session);
}

// ---- calls -------------------------------------------------------------------------------------

static struct host_reply *reply_of(uint32_t status, struct slice headers, struct slice body) {
    struct host_reply *reply = calloc(1, sizeof(*reply));
    ASSERT(reply != NULL);
    reply->status = status;
    reply->headers = malloc(headers.size + 1);
    reply->body = malloc(body.size + 1);
    ASSERT(reply->headers != NULL && reply->body != NULL);
    memcpy(reply->headers, headers.data, headers.size);
    reply->headers[headers.size] = '\0';
    memcpy(reply->body, body.data, body.size);
    reply->body[body.size] = '\0';
    reply->body_size = body.size;
    return reply;
}

void host_reply_free(struct host_reply *reply) {
    if (reply != NULL) {
        free(reply->headers);
        free(reply->body);
        free(reply);
    }
}

static bool has(struct slice text, const char *word) {
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= text.size; i++) {
        if (strncasecmp(text.data + i, word, size) == 0) {
            return true;
        }
    }
    return false;
}

// An older answer to the same question about the market, while that is the weather.
static void age_answer(struct host *host, const struct vsim_request *request,
                       struct vsim_reply *reply) {
    // Nobody keeps answers about an account, or the time.
    static const char *const marks[] = {"sign", "key", "auth", "cookie", "token"};
    bool kept = request->body.size == 0 && !has(request->path, "time");
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        kept = kept && !has(request->headers, marks[i]) && !has(request->query, marks[i]);
    }
    if (!kept) {
        return;
    }
    uint64_t key = hash_bytes(request->path.data, request->path.size, 3);
    key = hash_bytes(request->query.data, request->query.size, key) | 1;
    struct host_old_answer *old = &host->old[key % HOST_OLD_ANSWERS];
    if (old->key == key && weather_acts(&host->weather, WEATHER_STALE_SNAPSHOT)) {
        text_clear(&reply->body);
        text_add(&reply->body, (struct slice){old->body, old->size});
        reply->status = old->status;
        return;
    }
    if (reply->status != 200 || reply->body.size > 65536 ||
        (old->key != 0 && moment_now_ns() - old->since_ns < OLD_ANSWER_S * NS_PER_S)) {
        return;
    }
    free(old->body);
    old->body = malloc(reply->body.size + 1);
    ASSERT(old->body != NULL);
    memcpy(old->body, reply->body.data, reply->body.size);
    *old =
        (struct host_old_answer){key, moment_now_ns(), reply->status, old->body, reply->body.size};
}

struct host_reply *host_call(struct host *host, const struct vsim_request *request,
                             int64_t *wait_ns) {
    *wait_ns = 0;
    host->calls++;
    struct weather *weather = &host->weather;
    if (weather_acts(weather, WEATHER_OUTAGE)) {
        struct host_reply *reply = reply_of(0, SLICE(""), SLICE(""));
        reply->nothing_sent = true;
        return reply;
    }
    uint32_t refusal = refusal_now(host);
    if (refusal != 0) {
        bool told = dice_hit(&weather->dice, PPM_ONE / 2);
        return reply_of(refusal, refusal == 429 && told ? SLICE("Retry-After: 1\r\n") : SLICE(""),
                        refusal == 429 ? SLICE("{\"msg\":\"too many requests\"}")
                                       : SLICE("<html>502 Bad Gateway</html>"));
    }
    if (weather_hits(weather, WEATHER_LOST_REQUEST)) {
        return dice_hit(&weather->dice, PPM_ONE / 2) ? NULL : reply_of(0, SLICE(""), SLICE(""));
    }
    set_now(host);
    struct vsim_reply out = empty_reply(host);
    vsim_call(&host->world, request, &out);
    ASSERT(!out.headers.truncated && !out.body.truncated);
    age_answer(host, request, &out);
    struct host_reply *reply =
        reply_of(out.status, text_slice(&out.headers), text_slice(&out.body));
    settle(host);
    if (weather_hits(weather, WEATHER_LOST_ANSWER)) { // carried out, and nobody is told
        bool silent = dice_hit(&weather->dice, PPM_ONE / 2);
        reply->status = 0;
        if (silent) {
            host_reply_free(reply);
            return NULL;
        }
    } else if (weather_hits(weather, WEATHER_LATE_ERROR)) { // carried out, and called a failure
        reply->status = 504;
        reply->body_size = 0;
    } else if (weather_hits(weather, WEATHER_SPOILED_ANSWER)) {
        reply->body_size /= 2;
    }
    if (weather_hits(weather, WEATHER_SLOW_ANSWER)) {
        *wait_ns = dice_between(&weather->dice, 200, 6000) * NS_PER_MS;
    }
    return reply;
}

// ---- time --------------------------------------------------------------------------------------

static void cut_all(struct host *host, bool deaf) {
    host->broken_ns = moment_now_ns();
    for (uint32_t i = 0; i < HOST_SESSIONS_MAX; i++) {
        struct host_session *row = host->sessions[i];
        if (row == NULL || (deaf && dice_hit(&host->weather.dice, PPM_ONE / 2))) {
            continue;
        }
        if (deaf) {
            row->line->deaf = true;
        } else {
            line_cut(row->line);
        }
        session_end(row);
    }
}

static void meddle(struct host *host, bool liquidation) {
    uint32_t listing = (uint32_t)dice_between(&host->weather.dice, 0, PRICES_SYMBOLS - 1);
    const struct vsim_listing *row = &host->world.listings[listing];
    struct qty net = host->account->positions[listing].net;
    enum side side = dice_hit(&host->weather.dice, PPM_ONE / 2) ? SIDE_BUY : SIDE_SELL;
    struct qty size = {row->rules.step.v * dice_between(&host->weather.dice, 1, 20)};
    if (liquidation) {
        side = net.v > 0 ? SIDE_SELL : SIDE_BUY;
        size = qty_abs(net);
    }
    if (size.v == 0 || row->bid.v == 0) {
        return;
    }
    vacc_meddle(host->account, &host->world, listing, side, size, liquidation);
}

static void weather_passes(struct host *host, int64_t passed_ns) {
    struct weather *weather = &host->weather;
    static const struct {
        enum weather_kind kind;
        int64_t least_ms, most_ms;
    } lasting[] = {{WEATHER_STALL, 500, 15000},         {WEATHER_OUTAGE, 2000, 60000},
                   {WEATHER_STALE_SNAPSHOT, 500, 5000}, {WEATHER_LIMITED, 500, 5000},
                   {WEATHER_SERVER_ERROR, 500, 5000},   {WEATHER_SKEW, 1000, 20000}};
    static const struct {
        enum weather_kind kind;
        enum vacc_fault fault;
    } account[] = {{WEATHER_REJECT, VACC_FAULT_REJECT},
                   {WEATHER_PARTIAL, VACC_FAULT_PARTIAL},
                   {WEATHER_DUPLICATE_FILL, VACC_FAULT_DUPLICATE_FILL},
                   {WEATHER_LATE_FILL, VACC_FAULT_LATE_FILL},
                   {WEATHER_NONCE, VACC_FAULT_NONCE},
                   {WEATHER_LOGIN, VACC_FAULT_LOGIN}};
    for (size_t i = 0; i < COUNT_OF(lasting); i++) {
        if (weather_begins(weather, lasting[i].kind, passed_ns)) {
            weather_lasts(weather, lasting[i].kind, lasting[i].least_ms, lasting[i].most_ms);
            if (lasting[i].kind == WEATHER_OUTAGE) {
                cut_all(host, false);
            }
        }
    }
    for (size_t i = 0; i < COUNT_OF(account); i++) {
        if (weather_begins(weather, account[i].kind, passed_ns)) {
            host->account->faults[account[i].fault] = 1;
        }
    }
    if (weather_begins(weather, WEATHER_DISCONNECT, passed_ns)) {
        cut_all(host, false);
    }
    if (weather_begins(weather, WEATHER_HALF_OPEN, passed_ns)) {
        cut_all(host, true);
    }
    if (weather_begins(weather, WEATHER_BY_HAND, passed_ns)) {
        meddle(host, false);
    }
    if (weather_begins(weather, WEATHER_LIQUIDATION, passed_ns)) {
        meddle(host, true);
    }
}

static void remember_quote(struct host *host, uint32_t symbol) {
    struct host_history *history = &host->history[symbol];
    const struct vsim_listing *listing = &host->world.listings[symbol];
    int64_t now_ns = moment_now_ns();
    if (history->count > 0) {
        history->shown[(history->count - 1) % HOST_SHOWN_MAX].until_ns = now_ns;
    }
    history->shown[history->count++ % HOST_SHOWN_MAX] =
        (struct host_shown){listing->bid, listing->ask, now_ns, 0};
}

static void move(struct host *host) {
    prices_move(options.prices, moment_now_ns());
    for (uint32_t i = 0; i < PRICES_SYMBOLS; i++) {
        struct vsim_listing *listing = &host->world.listings[i];
        if (shown_move(&host->shown[i], options.prices, i, listing, host->world.now_ns)) {
            remember_quote(host, i);
        }
        while (listing->next_settlement_ns <= host->world.now_ns) {
            listing->next_settlement_ns += listing->funding_interval_ns;
        }
        listing->funding_id++;
    }
    host->moved_ns = moment_now_ns();
    host->move_wait_ns = dice_between(&host->wire_dice, 900, 2200) * NS_PER_MS;
}

static void on_step(void *arg) {
    struct host *host = arg;
    int64_t now_ns = moment_now_ns();
    set_now(host);
    weather_passes(host, now_ns - host->stepped_ns);
    host->stepped_ns = now_ns;
    if (now_ns - host->moved_ns >= host->move_wait_ns) {
        move(host);
    }
    settle(host);
    int64_t wait_ns = host->moved_ns + host->move_wait_ns - now_ns;
    bool busy = host->account->live_count > 0;
    if (busy && wait_ns > BUSY_STEP_MS * NS_PER_MS) {
        wait_ns = BUSY_STEP_MS * NS_PER_MS;
    }
    host->step = moment_in(wait_ns, on_step, host);
}

// ---- life --------------------------------------------------------------------------------------

static enum status make_listings(struct host *host) {
    const struct venue_sim *sim = host->venue->sim;
    enum status status = vsim_world_create(&host->world, sim, PRICES_SYMBOLS);
    host->world.now_ns = moment_now_ns();
    for (uint32_t i = 0; status == STATUS_OK && i < PRICES_SYMBOLS; i++) {
        struct vsim_listing *listing = &host->world.listings[i];
        struct listing seen = {.ready = true, .tick = {PX_ONE / 10}, .step = {QTY_ONE / 1000}};
        status = symbol_parse(&host->symbols[i], slice_of(prices_symbols[i]));
        listing->symbol = &host->symbols[i];
        sim->rules(&host->symbols[i], &seen, &listing->rules);
        listing->funding_interval_ns = sim->funding_interval_ns;
        listing->next_settlement_ns = moment_now_ns() + SETTLEMENT_H * 3600 * NS_PER_S;
        listing->funding.v = PX_ONE / 100000;
    }
    return status;
}

static enum status make_account(struct host *host) {
    const struct vsim_private *side = host->venue->sim->private_side;
    struct vacc_options made = {.maker_fee = host->venue->maker_fee,
                                .taker_fee = host->venue->taker_fee,
                                .taker_delay_ns = host->venue->taker_delay_ns,
                                .balance = options.balance,
                                .leverage = LEVERAGE,
                                .first_number = FIRST_NUMBER};
    enum status status = vacc_create(&host->account, &made, PRICES_SYMBOLS, side->own_size);
    if (status == STATUS_OK) {
        status = side->init(host->account, options.secrets[host->index]);
        host->world.account = host->account;
    }
    return status;
}

static enum status host_begin(struct host *host) {
    host->venue = &venue_table[host->index];
    host->wire_dice = dice_of(options.seed, 100 + host->index);
    host->latency_ns = dice_between(&host->wire_dice, 1, 40) * NS_PER_MS;
    weather_begin(&host->weather, options.seed, 200 + host->index, options.fair);
    char *body = malloc(VSIM_SCRATCH_SIZE), *spoiled = malloc(VSIM_SCRATCH_SIZE);
    if (body == NULL || spoiled == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a venue");
    }
    host->body = text_over(body, VSIM_SCRATCH_SIZE);
    host->spoiled = text_over(spoiled, VSIM_SCRATCH_SIZE);
    enum status status = make_listings(host);
    for (uint32_t i = 0; i < PRICES_SYMBOLS; i++) {
        shown_begin(&host->shown[i], options.seed, host->index * PRICES_SYMBOLS + i);
    }
    if (status == STATUS_OK) {
        status = make_account(host);
    }
    host->stepped_ns = moment_now_ns();
    host->step = moment_in(0, on_step, host);
    return status_context(status, "%s", host->venue->md->name);
}

enum status hosts_begin(const struct host_options *wanted) {
    hosts = calloc(HOSTS_MAX, sizeof(*hosts));
    options = *wanted;
    enum status status = hosts == NULL ? status_fail(STATUS_SYSTEM, "no memory") : STATUS_OK;
    for (uint32_t i = 0; i < hosts_count() && status == STATUS_OK; i++) {
        hosts[i].index = i;
        status = host_begin(&hosts[i]);
    }
    return status;
}

void hosts_calm(void) {
    for (uint32_t i = 0; i < hosts_count(); i++) {
        weather_calm(&hosts[i].weather);
        memset(hosts[i].account->faults, 0, sizeof(hosts[i].account->faults));
    }
}

bool hosts_refuse(void) {
    for (uint32_t i = 0; i < hosts_count(); i++) {
        if (hosts[i].world.calls_refused > 0) {
            return true;
        }
    }
    return false;
}

void hosts_end(void) {
    for (uint32_t i = 0; i < hosts_count(); i++) {
        struct host *host = &hosts[i];
        for (uint32_t j = 0; j < HOST_SESSIONS_MAX; j++) {
            if (host->sessions[j] != NULL) {
                session_end(host->sessions[j]);
            }
        }
        for (uint32_t j = 0; j < HOST_OLD_ANSWERS; j++) {
            free(host->old[j].body);
        }
        host->world.account = NULL;
        vacc_destroy(host->account);
        vsim_world_finish(&host->world);
        free(host->body.data);
        free(host->spoiled.data);
    }
    free(hosts);
    hosts = NULL;
}
