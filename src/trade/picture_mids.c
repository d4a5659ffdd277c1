// Medians of a symbol's mids over its venues, all or all but one: gathered and sorted once.
#include "trade/desk.h"

void picture_gather_mids(const struct desk *desk, uint16_t symbol, int64_t now_ns,
                         struct picture_mids *out) {
    uint32_t count = 0;
    for (uint16_t venue = 0; venue < desk->universe->venue_count; venue++) {
        const struct quote *quote = picture_quote(desk, venue, symbol);
        if (quote->bid.v <= 0 || (quote->flags & QUOTE_QUARANTINED) != 0 ||
            desk->universe->venues[venue].role == VENUE_OFF ||
            !picture_is_fresh(desk, venue, symbol, now_ns)) {
            continue;
        }
        int64_t value = px_mid_floor(quote->bid, quote->ask).v;
        uint32_t at = count++;
        // Insertion: at most VENUE_MAX, mostly ten.
        while (at > 0 && out->mids[at - 1] > value) {
            out->mids[at] = out->mids[at - 1];
            out->venues[at] = out->venues[at - 1];
            at--;
        }
        out->mids[at] = value;
        out->venues[at] = venue;
    }
    out->count = count;
}

uint32_t picture_mids_median(const struct picture_mids *mids, uint16_t except, struct px *mid) {
    uint32_t left_out = 0;
    while (left_out < mids->count && mids->venues[left_out] != except) {
        left_out++;
    }
    uint32_t count = mids->count - (left_out < mids->count);
    *mid = (struct px){0};
    if (count == 0) {
        return 0;
    }
    // The row left out moves those behind it down by one.
    uint32_t upper = count / 2, lower = upper - (count % 2 == 0);
    int64_t high = mids->mids[upper + (upper >= left_out)];
    int64_t low = mids->mids[lower + (lower >= left_out)];
    mid->v = count % 2 == 1 ? high : low / 2 + high / 2;
    return count;
}

uint32_t picture_median_mid(const struct desk *desk, uint16_t symbol, uint16_t except,
                            int64_t now_ns, struct px *mid) {
    struct picture_mids mids;
    picture_gather_mids(desk, symbol, now_ns, &mids);
    return picture_mids_median(&mids, except, mid);
}

bool picture_quorum_others(uint16_t venue, const struct picture_mids *mids, struct px *others) {
    return picture_mids_median(mids, venue, others) >= PICTURE_QUORUM_OTHERS_MIN;
}
