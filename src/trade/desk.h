// The trading half of the desk: one struct that holds every component's data, and what a person has
// set.
//
// Components live on the bus (components.c). Each owns one member of struct desk and is the only
// one that writes it; the others read it through that component's functions. Two services are
// called directly, not by event, because their answer is needed before the next line: risk_check_*
// (pure) and capital_reserve_job/release. Everything that happened is told by event. No clock, no
// random, no I/O, no allocation after desk_create.
#ifndef PERPDESK_TRADE_DESK_H
#define PERPDESK_TRADE_DESK_H

#include "engine/engine.h"
#include "engine/settings.h"
#include "trade/alert_rule.h"
#include "trade/capital.h"
#include "trade/execution.h"
#include "trade/health.h"
#include "trade/job.h"
#include "trade/order.h"
#include "trade/paper.h"
#include "trade/picture.h"
#include "trade/position.h"
#include "trade/reconcile.h"
#include "trade/risk.h"
#include "trade/scanner.h"
#include "trade/scheduler.h"
#include "trade/setting.h"
#include "trade/watch.h"
#include "trade/wire.h"

struct desk {
    const struct settings *settings;
    // Changes one of `settings`, or a fee of the universe; false: it does not know it. Set by the
    // owner of both after desk_create; NULL: settings stay as they are.
    bool (*change_setting)(void *arg, const struct setting_change *change);
    void (*change_alerts)(void *arg, const struct settings_alerts *rules); // the same for these
    void *change_arg;
    struct universe *universe; // the engine's; read only here
    enum desk_mode mode;
    int64_t started_ns;

    // What a person has set; written by risk.c alone (EVENT_CONTROL).
    enum desk_status status;
    enum trading_state state;
    enum risk_mode risk_mode;
    bool killed;
    struct bps threshold; // arbitrage threshold set live; below zero: the dynamic one rules
    int64_t override_until_ns;

    struct picture picture;
    struct scanner scanner;
    struct capital capital;
    struct risk risk;
    struct position_book positions;
    struct order_table orders;
    struct job_table jobs;
    struct execution execution;
    struct paper paper;
    struct scheduler scheduler;
    struct reconcile reconcile;
    struct health health;
    struct alert_rows alerts;
    struct watch watch;
    struct wire wire;
};

// `settings` and `universe` must outlive the desk. Sizes everything; nothing is allocated later.
enum status desk_create(struct desk *desk, enum desk_mode mode, const struct settings *settings,
                        struct universe *universe) MUST_CHECK;
void desk_finish(struct desk *desk);
// Adds every component to the engine, in order of dispatch.
void desk_add_components(struct desk *desk, struct engine *engine);

static inline bool desk_overridden(const struct desk *desk, int64_t now_ns) {
    return now_ns < desk->override_until_ns;
}

// Looked at dozens of times in every decision: these must not cost a call.
static inline const struct picture_listing *picture_listing(const struct desk *desk, uint16_t venue,
                                                            uint16_t symbol) {
    return &desk->picture.listings[listing_id(desk->universe, venue, symbol)];
}
static inline const struct quote *picture_quote(const struct desk *desk, uint16_t venue,
                                                uint16_t symbol) {
    return &picture_listing(desk, venue, symbol)->quote;
}
// FRESH_OK or FRESH_WARN.
static inline bool picture_is_fresh(const struct desk *desk, uint16_t venue, uint16_t symbol,
                                    int64_t now_ns) {
    const struct picture_listing *listing = picture_listing(desk, venue, symbol);
    const struct settings_feeds *limits = &desk->settings->feeds;
    bool known = now_ns <= listing->fresh_until_ns && desk->picture.stale_ns == limits->stale_ns &&
                 desk->picture.quiet_ns == limits->quiet_ns;
    return known || picture_judge_fresh(desk, venue, &listing->quote, now_ns);
}
static inline const struct depth *picture_depth(const struct desk *desk, uint16_t venue,
                                                uint16_t symbol) {
    return &desk->picture.depths[listing_id(desk->universe, venue, symbol)];
}
// The book to walk for costs: one that was not heard of for quiet_ms is none. It has an age of its
// own, because it may come on another channel than the quotes.
static inline const struct depth *picture_fresh_depth(const struct desk *desk, uint16_t venue,
                                                      uint16_t symbol, int64_t now_ns) {
    const struct depth *depth = picture_depth(desk, venue, symbol);
    bool fresh = now_ns - depth->receive_ns <= desk->settings->feeds.quiet_ns;
    return fresh ? depth : &picture_no_depth;
}
static inline const struct event_funding *picture_funding(const struct desk *desk, uint16_t venue,
                                                          uint16_t symbol) {
    return &picture_listing(desk, venue, symbol)->funding;
}
static inline const struct position *position_of(const struct desk *desk, uint16_t venue,
                                                 uint16_t symbol) {
    return &desk->positions.positions[listing_id(desk->universe, venue, symbol)];
}

#endif
