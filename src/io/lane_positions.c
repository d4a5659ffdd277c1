// What is believed of positions. A venue's word may be old: a stream may begin with a picture of
// before, a list may come out of a memory of seconds ago; and it may be ahead of the fills that
// explain it. Taken as said, it would make a leg look gone that is there, and the desk would close
// the other one. So the engine is told what our fills explain; anything else (liquidation, somebody
// else's trade) is hearsay until a list that was asked for a moment later says the same.
#include "io/lane_private.h"

static struct lane_position *row_of(struct lane *lane, uint16_t symbol) {
    return &lane->symbols[symbol].position;
}

static void tell(struct lane *lane, uint16_t symbol, const struct oe_position *said) {
    struct lane_position *row = row_of(lane, symbol);
    row->odd = false;
    if (row->told && !row->filled_since && row->net.v == said->net.v) {
        return;
    }
    row->first = !row->told;
    row->told = true;
    row->told_ms = lane_loop_ms(lane);
    row->filled_since = false;
    row->net = row->net_listed = said->net;
    struct event_venue_position event = {.venue = lane->config.venue_index,
                                         .symbol = symbol,
                                         .net = said->net,
                                         .average = said->average,
                                         .liquidation = said->liquidation};
    engine_input(lane->config.engine, EVENT_VENUE_POSITION, &event, lane_now_ns(lane));
}

// A stream may still be on its way through fills that a list told already: what it says explains
// itself by all of them only. A list that was asked for after them may go without.
static bool is_explained(const struct lane_position *row, struct qty net, bool listed) {
    return net.v == row->net_listed.v || (listed && row->first && net.v == row->net.v);
}

// A private connection was opened just now: pictures of before are likely.
static bool is_young(const struct lane *lane) {
    bool young = false;
    for (uint32_t i = 0; i < OE_SOCKETS_MAX; i++) {
        young = young || (lane->sockets[i].open &&
                          lane_loop_ms(lane) - lane->sockets[i].opened_ms < LANE_PATIENCE_MS);
    }
    return young;
}

// Time for what the venue's word may be ahead of, or behind. A list may come out of a memory that
// is repeated for seconds, and so may what a connection begins with; a stream that has been up for
// a while tells what happens when it happens. Where a reduce-only order was refused less will do:
// what is believed is wrong then.
static void hear(struct lane *lane, struct lane_position *row, const struct oe_position *said,
                 bool listed) {
    if (!row->odd || row->hearsay.net.v != said->net.v) {
        int64_t now_ms = lane_loop_ms(lane);
        bool refused = row->refused_ms != 0 && now_ms - row->refused_ms < LANE_STALE_MS;
        int64_t wait_ms = refused ? LANE_EVIDENCE_MS : LANE_STALE_MS;
        row->odd = true;
        row->believe_ms = now_ms + (listed || is_young(lane) ? wait_ms : LANE_ASK_MS);
    }
    row->hearsay = *said;
    row->hearsay_listed = listed;
}

static void stream_said(struct lane *lane, uint16_t symbol, const struct oe_position *said) {
    struct lane_position *row = row_of(lane, symbol);
    // What only repeats the hearsay is no news, else every list that it waits for is older than it.
    bool repeats = row->odd && said->net.v == row->hearsay.net.v;
    bool moved = !repeats && (!row->told || said->net.v != row->net.v);
    row->moved_ms = moved ? lane_loop_ms(lane) : row->moved_ms;
    if (!lane->reconciled && !row->told) {
        // The list that was asked for on this connection is believed, and asked for again where it
        // may be older than this.
        struct lane_list *list = lane_positions_list(lane);
        list->doubted = true;
        if (!list->busy) {
            lane_positions_want(lane, lane_loop_ms(lane));
        }
    } else if (!row->told || is_explained(row, said->net, false)) {
        tell(lane, symbol, said);
    } else {
        hear(lane, row, said, false);
        lane_positions_confirm(lane);
    }
}

// It moved while the list was on its way, so the list may be older: nobody is told. But the fill
// that moved it may be an old one that only another list told now, and then this one had the truth:
// unless there is no doubt it is asked for again.
static bool is_passed_over(struct lane *lane, const struct lane_position *row, struct qty net) {
    struct lane_list *list = lane_positions_list(lane);
    if (row->moved_ms == 0 || row->moved_ms < list->asked_ms) {
        return false;
    }
    bool clear = row->told && net.v == row->net.v && net.v == row->net_listed.v;
    list->doubted = list->doubted || !clear;
    return true;
}

static void list_said(struct lane *lane, uint16_t symbol, const struct oe_position *said) {
    struct lane_position *row = row_of(lane, symbol);
    if (is_passed_over(lane, row, said->net)) {
        return;
    }
    bool repeated = row->odd && row->hearsay.net.v == said->net.v &&
                    lane_positions_list(lane)->asked_ms >= row->believe_ms;
    if (!row->told || is_explained(row, said->net, true) || repeated) {
        tell(lane, symbol, said);
    } else {
        hear(lane, row, said, true);
    }
}

void lane_position(struct lane *lane, const struct oe_event *event) {
    if (event->symbol >= lane->oe.symbol_count) {
        return;
    }
    lane->symbols[event->symbol].listed = true;
    if (event->call == OE_POSITIONS && event->tag != 0) {
        list_said(lane, event->symbol, &event->position);
    } else {
        stream_said(lane, event->symbol, &event->position);
    }
}

void lane_position_filled(struct lane *lane, const struct lane_order *order, struct qty bought,
                          bool listed) {
    uint16_t symbol = order->symbol;
    struct lane_position *row = row_of(lane, symbol);
    // What was told before the order was sent cannot have its fill.
    bool later = !order->past && order->sent_ms > row->told_ms;
    // It says as much as that what was told last had all that only lists told since.
    bool behind = row->hearsay.net.v == row->net.v;
    row->moved_ms = lane_loop_ms(lane);
    row->filled_since = true;
    row->net_listed = qty_add(row->net_listed, bought);
    row->net = listed && !later ? row->net : qty_add(row->net, bought);
    if (listed && !lane_positions_list(lane)->busy) {
        // There may be more in the list; and did the position told last have it? A millisecond on,
        // as a list counts that is newer.
        lane_positions_want(lane, lane_loop_ms(lane) + 1);
    } else if (!listed && row->told && row->odd && !row->hearsay_listed && !behind &&
               is_explained(row, row->hearsay.net, false)) {
        tell(lane, symbol, &row->hearsay); // it was ahead of this fill
    }
}

void lane_position_refused(struct lane *lane, uint16_t symbol) {
    struct lane_position *row = row_of(lane, symbol);
    int64_t now_ms = lane_loop_ms(lane);
    if (row->odd && row->believe_ms > now_ms + LANE_EVIDENCE_MS) {
        row->believe_ms = now_ms + LANE_EVIDENCE_MS;
    }
    if (now_ms < row->refused_ms + LANE_EVIDENCE_MS) {
        return; // another order of ours may be about to reduce it: no list for each refusal
    }
    row->refused_ms = now_ms;
    if (lane_positions_list(lane)->busy) {
        lane_positions_list(lane)->doubted = true;
    } else {
        lane_positions_want(lane, now_ms);
    }
}

// What is believed when this list says it, too, is mostly a fill that no stream told: the fills are
// asked for with it, once, before the engine takes the leg for gone.
void lane_positions_asked(struct lane *lane) {
    int64_t now_ms = lane_loop_ms(lane);
    for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
        const struct lane_position *row = row_of(lane, i);
        lane->symbols[i].listed = false;
        bool looked = lane_fills_list(lane, i)->asked_ms >= row->believe_ms;
        if (row->odd && now_ms >= row->believe_ms && !looked) {
            lane_fills_want_again(lane, i, false);
        }
    }
}

// Positions that were not in the whole list are none.
void lane_positions_listed(struct lane *lane) {
    const struct oe_position none = {0};
    for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
        if (!lane->symbols[i].listed && lane->oe.listings[i].native[0] != '\0') {
            list_said(lane, i, &none);
        }
    }
}

void lane_positions_confirm(struct lane *lane) {
    int64_t due_ms = INT64_MAX;
    for (uint16_t i = 0; i < lane->oe.symbol_count; i++) {
        const struct lane_position *row = row_of(lane, i);
        due_ms = row->odd && row->believe_ms < due_ms ? row->believe_ms : due_ms;
    }
    if (due_ms != INT64_MAX && !lane_positions_list(lane)->busy) {
        int64_t now_ms = lane_loop_ms(lane);
        lane_positions_want(lane, due_ms > now_ms ? due_ms : now_ms);
    }
}
