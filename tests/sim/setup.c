#include "setup.h"

#include <stdlib.h>

#include "host.h"

static void write_config(struct dice *dice, struct text *text) {
    text_add_format(
        text,
        "[desk]\nmode = live\nsymbols = BTC/USDT, ETH/USDT\njournal_quotes = all\n"
        "disk_floor_mb = 0\n"
        "[feeds]\nstale_ms = 2500ms\n"
        "[scanner]\nbasis = off\n"
        "[risk]\nmode = %s\nmax_jobs_per_minute = 10000\nmax_jobs_per_day = 100000\n"
        "cool_down_sec = %ds\nmax_failures = 1000\nvenue_breaker_failures = %d\n"
        "venue_breaker_sec = 10s\nmax_losing_in_a_row = 10000\nmax_drawdown_pct = 50\n"
        "daily_loss_limit_usd = 100000\ndaily_loss_limit_pct = 90\nfunding_blackout_min = 0\n"
        "[capital]\nsafe_mode_drawdown_pct = 50\n"
        "[wash]\nhold_min_sec = 0s\nhold_max_sec = %ds\npace_ms = %dms\n"
        "wait_fill_timeout_sec = %ds\nmax_leg_gap_ms = %dms\n"
        "[execution]\nrate_share_pct = 100\nmode = %s\npartial_fill_handling = %s\n",
        dice_hit(dice, 500000) ? "aggressive" : "balanced", (int)dice_between(dice, 0, 3),
        (int)dice_between(dice, 3, 1000), (int)dice_between(dice, 1, 20),
        (int)dice_between(dice, 500, 8000), (int)dice_between(dice, 1, 6),
        (int)dice_between(dice, 300, 2000),
        dice_hit(dice, 700000) ? "hybrid_hedge_taker" : "safe_taker_only",
        dice_hit(dice, 700000) ? "hedge" : "unwind");
    for (uint32_t i = 0; i < hosts_count(); i++) { // cheap enough to trade all the time
        text_add_format(text, "[fees.%s]\nmaker_bps = 0\ntaker_bps = 0\n",
                        host_number(i)->venue->md->name);
    }
    text_add_string(text, "[venues]\n");
    for (uint32_t i = 0; i < hosts_count(); i++) {
        text_add_format(text, "%s = trade\n", host_number(i)->venue->md->name);
    }
}

static enum status parse(struct config *config, struct slice text) {
    struct config_venue venues[VENUE_MAX];
    for (uint32_t i = 0; i < hosts_count(); i++) {
        const struct venue *from = host_number(i)->venue;
        venues[i] = (struct config_venue){.name = from->md->name,
                                          .quote_currency = from->md->quote_currency,
                                          .maker_fee = from->maker_fee,
                                          .taker_fee = from->taker_fee,
                                          .taker_delay_ns = from->taker_delay_ns};
    }
    struct config_options options = {.venues = venues, .venue_count = hosts_count()};
    struct config_report *report = malloc(sizeof(*report));
    ASSERT(report != NULL);
    config_report_init(report);
    enum status status = config_parse(config, &options, "seed", text, report);
    if (status != STATUS_OK) {
        status = status_fail(status, "%.400s", report->lines);
    }
    free(report);
    config->settings.start_status = DESK_PAUSED;
    return status;
}

enum status setup_load(struct config *config, struct dice *dice, char *bytes) {
    struct text text = text_over(bytes, CONFIG_TEXT_MAX);
    write_config(dice, &text);
    return parse(config, text_slice(&text));
}

enum status setup_edit(struct config *loaded, struct dice *dice, struct config_changes *changes) {
    static char bytes[CONFIG_TEXT_MAX], restart_bytes[1024];
    static struct config edited;
    struct text restart = TEXT_OVER(restart_bytes);
    enum status status = setup_load(&edited, dice, bytes);
    changes->count = 0;
    if (status != STATUS_OK) {
        return status;
    }
    config_changes_find(changes, loaded, &edited, &restart);
    struct config_target target = {&loaded->settings, loaded->venues, loaded->venues_on};
    for (uint32_t i = 0; i < changes->count; i++) {
        if (!config_change_apply(&target, &changes->changes[i])) {
            return status_fail(STATUS_INTERNAL, "a change that was found cannot be made");
        }
    }
    return status;
}

bool setup_refuses(struct dice *dice) {
    static const char *const mistakes[] = {"[risk]\nmode = reckless\n", "[wash]\npace_ms = -1\n",
                                           "[wash]\npace_sm = 5\n", "[feeds\n",
                                           "[risk]\nmax_order_usd = 1e400\n"};
    static char bytes[CONFIG_TEXT_MAX];
    static struct config config;
    struct text text = TEXT_OVER(bytes);
    write_config(dice, &text);
    text_add_string(&text, mistakes[dice_between(dice, 0, (int64_t)COUNT_OF(mistakes) - 1)]);
    return parse(&config, text_slice(&text)) != STATUS_OK;
}
