#include "exchanges/md_quote.h"

#include "exchanges/md_decode.h"

// False: no decimal, or negative.
static bool read_side(struct slice price, struct slice size, struct px *px, struct qty *qty,
                      bool *empty) {
    *empty = price.size == 0 || size.size == 0;
    if (*empty) {
        return true;
    }
    if (!md_read_px(price, px) || !md_read_qty(size, qty)) {
        return false;
    }
    *empty = px->v == 0 || qty->v == 0;
    return true;
}

void md_emit_quote(struct md_sink *sink, uint16_t symbol, const struct md_quote_text *text) {
    struct md_update update = {
        .kind = MD_BBO, .symbol = symbol, .venue_time_ns = text->venue_time_ns};
    struct md_bbo *bbo = &update.bbo;
    if (!read_side(text->bid, text->bid_size, &bbo->bid, &bbo->bid_size, &bbo->bid_empty) ||
        !read_side(text->ask, text->ask_size, &bbo->ask, &bbo->ask_size, &bbo->ask_empty)) {
        md_refuse(sink, FEED_BAD_NUMBER, (struct slice){0});
        return;
    }
    bbo->sequence = text->sequence;
    sink->on_update(sink, &update);
}

void md_emit_funding(struct md_sink *sink, uint16_t symbol, const struct md_funding_text *text) {
    struct md_update update = {.kind = MD_FUNDING,
                               .symbol = symbol,
                               .venue_time_ns = text->venue_time_ns,
                               .funding = {.has_rate = text->rate.size > 0,
                                           .has_mark = text->mark.size > 0,
                                           .has_index = text->index.size > 0,
                                           .next_settlement_ns = text->next_settlement_ns,
                                           .interval_ns = text->interval_ns}};
    struct md_funding *funding = &update.funding;
    struct rate rate = {0};
    if ((funding->has_rate && !md_read_rate(text->rate, &rate)) ||
        (funding->has_mark && !md_read_px_near(text->mark, &funding->mark)) ||
        (funding->has_index && !md_read_px_near(text->index, &funding->index))) {
        md_refuse(sink, FEED_BAD_NUMBER, text->name);
        return;
    }
    funding->per_hour = md_rate_per_hour(rate, text->interval_ns * (text->percent ? 100 : 1));
    sink->on_update(sink, &update);
}
