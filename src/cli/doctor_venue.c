// A venue: can it be reached, does its clock agree, are the instruments there, do all channels
// live.
#include <stdlib.h>

#include "base/clock.h"
#include "cli/doctor.h"
#include "io/feed.h"

enum { DAYS_WARN = 14 };

static const char network[] =
    "check this machine's network and name service, a firewall, and whether the venue is down or "
    "closed to this place";
static const char certificate[] =
    "do not trade over it: something stands between, the system's authorities are old "
    "(ca-certificates), or the clock is wrong";

static bool is_certificate(const char *reason) {
    return strstr(reason, "certificate") != NULL || strstr(reason, "TLS") != NULL;
}

// Reached by TLS, and answered in the venue's own protocol.
static bool check_reach(struct doctor *doctor, const char *name, const char *check,
                        const struct doctor_probe *probe, bool answered) {
    if (!probe->made) {
        doctor_add(doctor, name, check, DOCTOR_FAIL,
                   is_certificate(probe->reason) ? certificate : network, "%s: %s", probe->host,
                   probe->reason);
    } else if (!answered) {
        doctor_add(doctor, name, check, DOCTOR_FAIL,
                   "try again; if it stays so, look for the venue's announcements",
                   "%s: connected, but nothing of use came back in time", probe->host);
    } else {
        doctor_add(doctor, name, check, DOCTOR_OK, "", "%s answers", probe->host);
    }
    return probe->made && answered;
}

static void check_tls(struct doctor *doctor, const char *name, const struct doctor_probes *probes) {
    const struct doctor_probe *rest = &probes->rest, *ws = &probes->ws;
    if (!rest->made || !ws->made) {
        return; // said already
    }
    int days = rest->days_left < ws->days_left ? rest->days_left : ws->days_left;
    doctor_add(doctor, name, "tls", days < DAYS_WARN ? DOCTOR_WARN : DOCTOR_OK,
               "the venue has to renew its certificate before that",
               "REST %s, WebSocket %s, certificates verified, %d days left", rest->version,
               ws->version, days);
}

static void check_time(struct doctor *doctor, const char *name, struct feed *feed) {
    const struct feed_stats *stats = feed_stats(feed);
    int64_t round_trip_ns = atomic_load(&stats->round_trip_ns);
    int64_t offset_ns = atomic_load(&stats->offset_ns);
    int64_t limit_ns = feed_config(feed)->settings->clock_offset_max_ns;
    if (!feed_tells_time(feed)) {
        doctor_add(doctor, name, "clock", DOCTOR_OK, "", "this venue has no clock to be asked");
    } else if (round_trip_ns == 0) {
        doctor_add(doctor, name, "clock", DOCTOR_FAIL, network, "the venue did not tell its time");
    } else {
        bool near = offset_ns <= limit_ns && offset_ns >= -limit_ns;
        doctor_add(doctor, name, "clock", near ? DOCTOR_OK : DOCTOR_FAIL,
                   "set this machine's clock: run a time service",
                   "the venue's is %lld ms ahead, round trip %lld ms (limit %lld ms)",
                   (long long)(offset_ns / NS_PER_MS), (long long)(round_trip_ns / NS_PER_MS),
                   (long long)(limit_ns / NS_PER_MS));
    }
}

// Configured symbols of one venue, counted by what came of them.
struct tally {
    uint32_t symbols, ready, missing;
    char names[160]; // of the missing ones
};

static void check_instruments(struct doctor *doctor, const char *name, const struct tally *tally) {
    enum doctor_state state = tally->ready == 0    ? DOCTOR_FAIL
                              : tally->missing > 0 ? DOCTOR_WARN
                                                   : DOCTOR_OK;
    doctor_add(doctor, name, "instruments", state,
               "correct [desk] symbols, or turn the venue off if it has none of them",
               "%u of %u symbols trade here%s%s", tally->ready, tally->symbols,
               tally->missing > 0 ? "; not here: " : "", tally->names);
}

static void take_names(struct tally *tally, const struct desk_run *desk, const struct feed *feed) {
    const struct universe *universe = desk_run_universe(desk);
    struct text names = TEXT_OVER(tally->names);
    for (uint16_t i = 0; i < universe->symbol_count; i++) {
        struct feed_check check;
        feed_check_symbol(feed, i, &check);
        tally->symbols++;
        if (check.listed && check.ready) {
            tally->ready++;
        } else {
            text_add_format(&names, "%s%s", tally->missing == 0 ? "" : ", ",
                            universe->symbols[i].name);
            tally->missing++;
        }
    }
}

enum channel { CHANNEL_QUOTES, CHANNEL_BOOKS, CHANNEL_FUNDING, CHANNEL_COUNT };

// Whether the symbol should have it, and when it last came; 0 = never.
static bool wanted(const struct feed_check *check, enum channel channel, int64_t *came_ns) {
    switch (channel) {
    case CHANNEL_QUOTES:
        *came_ns = check->quote_ns;
        return true;
    case CHANNEL_BOOKS:
        *came_ns = check->book_live ? check->book_ns : 0;
        return check->wants_book;
    case CHANNEL_FUNDING:
        *came_ns = check->funding_ns;
        return true;
    case CHANNEL_COUNT:
        break;
    }
    ASSERT(false);
    return false;
}

static void check_channel(struct doctor *doctor, const struct desk_run *desk, const char *name,
                          const struct feed *feed, enum channel channel, int64_t now_ns) {
    static const char *const channels[] = {
        [CHANNEL_QUOTES] = "quotes", [CHANNEL_BOOKS] = "books", [CHANNEL_FUNDING] = "funding"};
    const struct universe *universe = desk_run_universe(desk);
    uint32_t of = 0, live = 0;
    int64_t oldest_ns = 0;
    char dead[160] = "";
    struct text names = TEXT_OVER(dead);
    for (uint16_t i = 0; i < universe->symbol_count; i++) {
        struct feed_check check;
        int64_t came_ns = 0;
        feed_check_symbol(feed, i, &check);
        if (!check.listed || !check.ready || !wanted(&check, channel, &came_ns)) {
            continue;
        }
        of++;
        if (came_ns == 0) {
            text_add_format(&names, "%s%s", names.size == 0 ? "; none of " : ", ",
                            universe->symbols[i].name);
            continue;
        }
        live++;
        oldest_ns = now_ns - came_ns > oldest_ns ? now_ns - came_ns : oldest_ns;
    }
    if (of == 0) {
        return; // nothing is wanted of it
    }
    doctor_add(doctor, name, channels[channel], live == of ? DOCTOR_OK : DOCTOR_FAIL,
               "give it more time (--seconds); if it stays so, the venue does not send this "
               "channel: perpdesk record shows what it sends",
               "%u of %u live, oldest %lld ms%s", live, of, (long long)(oldest_ns / NS_PER_MS),
               dead);
}

void doctor_check_venue(struct doctor *doctor, const struct desk_run *desk, uint16_t venue,
                        const struct doctor_probes *probes, int64_t now_ns) {
    const char *name = desk_run_universe(desk)->venues[venue].name;
    struct feed *feed = desk_run_feed(desk, venue);
    ASSERT(feed != NULL);
    const struct feed_stats *stats = feed_stats(feed);
    bool rest_answers = counter_read(&stats->rest_requests) > counter_read(&stats->rest_failures);
    bool rest = check_reach(doctor, name, "rest", &probes->rest, rest_answers);
    bool ws = check_reach(doctor, name, "websocket", &probes->ws, counter_read(&stats->frames) > 0);
    check_tls(doctor, name, probes);
    if (rest) {
        struct tally tally = {0};
        check_time(doctor, name, feed);
        take_names(&tally, desk, feed);
        check_instruments(doctor, name, &tally);
    }
    for (uint32_t i = 0; rest && ws && i < CHANNEL_COUNT; i++) {
        check_channel(doctor, desk, name, feed, (enum channel)i, now_ns);
    }
}
