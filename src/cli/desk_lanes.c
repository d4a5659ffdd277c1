// The private side of a live desk: keys before anything starts, a lane per venue that has them, and
// the way of a committed order to its lane.
#include "base/log.h"
#include "cli/desk_inside.h"
#include "exchanges/venues.h"

static bool is_live(const struct desk_run *run) {
    return run->desk.mode == DESK_LIVE;
}

// A simulator at another address is another account.
static enum status lock_account(struct desk_run *run, uint16_t index) {
    run->account_fds[index] = -1;
    return run->keys[index].found
               ? account_lock(&run->account_fds[index], run->universe.venues[index].name,
                              run->config.endpoints[index].rest, &run->keys[index])
               : STATUS_OK;
}

void desk_lanes_unlock(struct desk_run *run) {
    for (uint32_t i = 0; i < VENUE_MAX; i++) {
        if (run->account_fds[i] > 0) {
            account_unlock(&run->account_fds[i]);
        }
    }
}

enum status desk_lanes_load_keys(struct desk_run *run) {
    struct secret_source source;
    char path[SECRET_PATH_MAX];
    secret_harden();
    secret_source_find(&source, path);
    for (uint16_t i = 0; i < run->universe.venue_count; i++) {
        const struct venue *venue = venue_find(slice_of(run->universe.venues[i].name));
        ASSERT(venue != NULL); // the configuration was checked against the table
        if (venue->oe != NULL) {
            enum status status = secret_load(&run->keys[i], venue->oe, &source);
            if (status != STATUS_OK) {
                return status_context(status, "keys of %s", venue->oe->name);
            }
            status = lock_account(run, i);
            if (status != STATUS_OK) {
                return status;
            }
        }
    }
    return STATUS_OK;
}

void desk_lanes_wipe_keys(struct desk_run *run) {
    for (uint32_t i = 0; i < VENUE_MAX; i++) {
        bool testnet = run->keys[i].testnet;
        secret_wipe(&run->keys[i]);
        run->keys[i].testnet = testnet;
    }
}

bool desk_lane_config(struct desk_run *run, uint16_t index, struct lane_config *out) {
    const struct venue *venue = venue_find(slice_of(run->universe.venues[index].name));
    if (!is_live(run) || !run->keys[index].found) {
        return false;
    }
    *out = (struct lane_config){
        .venue = venue->oe,
        .md = venue->md,
        .venue_index = index,
        .universe = &run->universe,
        .engine = &run->engine,
        .clock = &run->clock,
        .secrets = run->keys[index].values,
        .testnet = run->keys[index].testnet,
        .rate_share = run->config.settings.execution.rate_share,
        .rate_reserve = run->config.settings.execution.rate_reserve,
        .session_key = run->desk.orders.session_key,
        .gone_ns = run->config.settings.execution.late_request_ns,
        .deadman_ns = run->config.settings.execution.deadman_ns,
        .tls = run->tls,
        .seed = hash_bytes(venue->md->name, strlen(venue->md->name),
                           (uint64_t)clock_now_ns(&run->clock)),
        .connects = &run->connects,
    };
    return true;
}

void desk_lanes_tell_keyless(struct desk_run *run) {
    for (uint16_t i = 0; is_live(run) && i < run->universe.venue_count; i++) {
        if (run->lanes[i] == NULL) {
            struct event_lane event = {.venue = i, .state = LANE_NO_KEYS, .text = "no keys"};
            engine_input(&run->engine, EVENT_LANE_STATE, &event, clock_now_ns(&run->clock));
        }
    }
}

void desk_lanes_ask(struct desk_run *run) {
    for (uint32_t i = 0; i < run->ask_count; i++) {
        struct lane *lane = run->lanes[run->asks[i].venue];
        if (lane != NULL) { // else the order stays unknown, and nothing opens
            lane_send(lane, &run->asks[i]);
        }
    }
    run->ask_count = 0;
}

void desk_lanes_send(void *arg, const struct event_order *command) {
    struct desk_run *run = arg;
    struct lane *lane = run->lanes[command->venue];
    if (command->action == ORDER_ACTION_ASK) { // told at the start, before there are lanes
        ASSERT(run->ask_count < ORDERS_MAX);
        run->asks[run->ask_count++] = *command;
        return;
    }
    if (lane != NULL && !atomic_load(&run->lanes_stopped)) {
        lane_send(lane, command);
        return;
    }
    if (command->action == ORDER_ACTION_PLACE) {
        struct event_report report = {.order = command->order,
                                      .venue = command->venue,
                                      .symbol = command->symbol,
                                      .kind = REPORT_REJECTED,
                                      .unsent = 1,
                                      .text = "not sent: no lane"};
        engine_input(&run->engine, EVENT_ORDER_REPORT, &report, clock_now_ns(&run->clock));
    }
}
