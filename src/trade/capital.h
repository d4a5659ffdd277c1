// The capital orchestrator: who holds how much of which venue's purse. All legs of a job or none.
//
// Balances come in as CAPITAL_SNAPSHOT (live) or are worked out from the position book every
// snapshot interval (paper); the arithmetic is the allocator's. Owns its data; the scheduler calls
// reserve and release.
#ifndef PERPDESK_TRADE_CAPITAL_H
#define PERPDESK_TRADE_CAPITAL_H

#include "base/clock.h"
#include "engine/bus.h"
#include "trade/allocator.h"
#include "trade/job.h"

struct desk;

struct reservation {
    uint32_t job; // 0 = free; the row is the row of the job
    struct {
        uint16_t venue;
        struct usd from[CAPITAL_PARTS_MAX];
    } legs[JOB_LEGS_MAX];
};

struct capital_venue {
    struct purse purse;
    struct usd start;             // live: the first balance told
    struct usd peak;              // since start, and past_peak
    struct usd past_peak;         // of the day's earlier sessions: counts once equity is told
    struct usd pnl, volume, fees; // of settled jobs, since start
    bool told; // live: the venue has told its balance; before that nothing is there to lend
};

struct capital {
    struct capital_venue venues[VENUE_MAX];
    struct reservation reservations[JOBS_MAX];
    int64_t snapshot_ns;
    bool forced_safe;  // every venue is in safe mode until a person resumes
    bool concentrated; // one venue held too large a share at the last look
};

extern const struct component capital_component;

// On paper every venue starts with equity_usd; a live venue has nothing until it tells its balance.
void capital_start(struct capital *capital, enum desk_mode mode, const struct settings *settings,
                   uint16_t venue_count);
// RULE_NONE when every leg of the job could be reserved now; else the first refusal, naming its
// venue.
struct verdict capital_check_job(const struct desk *desk, const struct job *job);
// Reserves job->notional on both legs' venues, all or nothing; sets job->reserved.
struct verdict capital_reserve_job(struct desk *desk, struct job *job);
// The same for a job of an earlier session: it runs already, whatever the limits say now.
void capital_restore_job(struct desk *desk, struct job *job);
void capital_release(struct desk *desk, struct job *job); // idempotent
// Books a settled job once per job: profit to the venues by their legs' share, volume and fees by
// fills.
void capital_record_pnl(struct desk *desk, const struct job *job, struct usd pnl);
// A venue's equity as told or worked out; updates peak, drawdown and safe mode.
void capital_update_equity(struct desk *desk, struct bus *bus, uint16_t venue, struct usd equity);

// Every venue is in safe mode, whatever its drawdown, until the desk is resumed.
void capital_force_safe_mode(struct desk *desk, struct bus *bus);
bool capital_safe_mode(const struct desk *desk, uint16_t venue);
struct usd capital_equity(const struct desk *desk, uint16_t venue);
struct usd capital_total_equity(const struct desk *desk); // of the venues with role trade
struct usd capital_all_equity(const struct desk *desk);   // of all venues, whatever their role
struct usd capital_start_equity(const struct desk *desk); // theirs at the start
struct bps capital_drawdown(const struct desk *desk, uint16_t venue);
struct bps capital_total_drawdown(const struct desk *desk); // worst venue

#endif
