// What GRVT's simulated server does with orders and tells of the account: grvt.md sections 5 to 7.
// Signatures are verified from what the body says, as the venue does.
#include "exchanges/bytes_text.h"
#include "exchanges/grvt_sim_private.h"
#include "exchanges/oe_fields.h"
#include "exchanges/vsim_text.h"

enum { BASE_DECIMALS = 9, CHAIN = 325, PAGE_MAX = 1000 };

static const struct grvt_refusal taken = {0, 200, ""};
static const struct grvt_refusal malformed = {
    1003, 400, "Request could not be processed due to malformed syntax"};

static struct grvt_refusal refuse(int code, const char *text) {
    return (struct grvt_refusal){code, 400, text};
}

// ---- writing -----------------------------------------------------------------------------------

static void member_usd(struct text *out, const char *name, struct usd value) {
    text_add_format(out, ",\"%s\":\"", name);
    usd_print(out, value, 1, USD_DIGITS);
    text_add_char(out, '"');
}

static void member_bool(struct text *out, const char *name, bool value) {
    text_add_format(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void member_ns(struct text *out, const char *name, int64_t time_ns) {
    text_add_format(out, ",\"%s\":\"%lld\"", name, (long long)time_ns);
}

static void write_number(struct text *out, uint64_t number) {
    text_add_format(out, "\"order_id\":\"0x0101010500000000%016llx\"", (unsigned long long)number);
}

static const char *reason_of(const struct vacc_order *order) {
    switch (order->end) {
    case VACC_CANCELED:
        return "CLIENT_CANCEL";
    case VACC_REST_EXPIRED:
        return order->kind == VACC_FOK ? "FOK_CANCEL" : "IOC_CANCEL";
    case VACC_POST_ONLY_END:
        return "FAIL_POST_ONLY";
    case VACC_SELF_TRADE:
        return "SELF_MATCHED_SUBACCOUNT";
    case VACC_DEADMAN:
        return "CLIENT_CANCEL_ON_DISCONNECT_TRIGGERED";
    case VACC_LIQUIDATED:
        return "LIQUIDATION";
    case VACC_BY_VENUE:
        return "SYSTEM_FAILOVER";
    case VACC_LIVE:
    case VACC_FILLED:
    default:
        return "UNSPECIFIED";
    }
}

static const char *force_of(enum vacc_kind kind) {
    return kind == VACC_IOC || kind == VACC_MARKET ? "IMMEDIATE_OR_CANCEL"
           : kind == VACC_FOK                      ? "FILL_OR_KILL"
                                                   : "GOOD_TILL_TIME";
}

// `pending`: as it is answered before the book has seen it.
void grvt_sim_write_order(const struct vsim_world *world, const struct vacc_order *order,
                          bool pending, struct text *out) {
    const struct vsim_listing *listing = &world->listings[order->listing];
    struct qty filled = pending ? (struct qty){0} : order->filled;
    text_add_char(out, '{');
    if (pending) {
        text_add_string(out, "\"order_id\":\"0x00\"");
    } else {
        write_number(out, order->number);
    }
    vsim_member_string(out, "sub_account_id", grvt_private_of(world)->sub_account);
    member_bool(out, "is_market", order->kind == VACC_MARKET);
    vsim_member_string(out, "time_in_force", force_of(order->kind));
    member_bool(out, "post_only", order->kind == VACC_POST_ONLY);
    member_bool(out, "reduce_only", order->reduce_only);
    text_add_format(out, ",\"legs\":[{\"instrument\":\"%s\"", listing->rules.native);
    vsim_member_qty(out, "size", listing, order->size);
    vsim_member_px(out, "limit_price", listing, order->price);
    member_bool(out, "is_buying_asset", order->side == SIDE_BUY);
    text_add_format(out, "}],\"metadata\":{\"client_order_id\":\"%s\"", order->client_id);
    member_ns(out, "create_time", order->created_ns);
    text_add_string(out, "},\"state\":{\"status\":\"");
    text_add_string(out, pending                     ? "PENDING"
                         : order->end == VACC_LIVE   ? "OPEN"
                         : order->end == VACC_FILLED ? "FILLED"
                                                     : "CANCELLED");
    text_add_format(out, "\",\"reject_reason\":\"%s\",\"book_size\":[",
                    pending ? "UNSPECIFIED" : reason_of(order));
    vsim_write_qty(out, listing, qty_sub(order->size, filled));
    text_add_string(out, "],\"traded_size\":[");
    vsim_write_qty(out, listing, filled);
    text_add_char(out, ']');
    member_ns(out, "update_time", order->updated_ns);
    text_add_string(out, ",\"avg_fill_price\":[\"");
    px_print(out, pending ? (struct px){0} : vacc_average(order), 1, GRVT_PRICE_DIGITS);
    text_add_string(out, "\"]}}");
}

void grvt_sim_write_fill(const struct vsim_world *world, const struct vacc_fill *fill,
                         struct text *out) {
    const struct vsim_listing *listing = &world->listings[fill->listing];
    text_add_format(out, "{\"event_time\":\"%lld\",\"sub_account_id\":\"%s\",\"instrument\":\"%s\"",
                    (long long)fill->time_ns, grvt_private_of(world)->sub_account,
                    listing->rules.native);
    member_bool(out, "is_buyer", fill->side == SIDE_BUY);
    member_bool(out, "is_taker", !fill->maker);
    vsim_member_qty(out, "size", listing, fill->size);
    vsim_member_px(out, "price", listing, fill->price);
    member_usd(out, "fee", fill->fee);
    text_add_format(out, ",\"trade_id\":\"%llu-1\",", (unsigned long long)fill->number);
    write_number(out, fill->order);
    vsim_member_string(out, "client_order_id", fill->client_id);
    vsim_member_string(out, "venue", "ORDERBOOK");
    member_bool(out, "is_liquidation", fill->liquidation);
    text_add_char(out, '}');
}

void grvt_sim_write_position(const struct vsim_world *world, uint32_t i,
                             const struct vacc_position *position, struct text *out) {
    const struct vsim_listing *listing = &world->listings[i];
    text_add_format(out, "{\"event_time\":\"%lld\",\"sub_account_id\":\"%s\",\"instrument\":\"%s\"",
                    (long long)world->now_ns, grvt_private_of(world)->sub_account,
                    listing->rules.native);
    vsim_member_qty(out, "size", listing, position->net);
    vsim_member_px(out, "entry_price", listing, vacc_entry(position));
    vsim_member_px(out, "mark_price", listing, listing->mark);
    member_usd(out, "unrealized_pnl", vacc_unrealised(world->account, world, i));
    member_usd(out, "realized_pnl", position->realised);
    vsim_member_string(out, "est_liquidation_price", "0.0");
    member_usd(out, "cumulative_fee", position->fees);
    member_usd(out, "cumulative_realized_funding_payment", position->funding);
    vsim_member_string(out, "margin_type", "CROSS");
    text_add_char(out, '}');
}

// ---- orders ------------------------------------------------------------------------------------

static const struct grvt_refusal refusals[VACC_REFUSAL_COUNT] = {
    [VACC_TAKEN] = {0, 200, ""},
    [VACC_NO_LISTING] = {3000, 400, "Instrument is invalid"},
    [VACC_OFF_TICK] = {2064, 400, "Limit price is not a multiple of the tick size"},
    [VACC_OFF_STEP] = {2065, 400, "Order size is too granular"},
    [VACC_TOO_SMALL] = {2062, 400, "Order size is below the minimum"},
    [VACC_BELOW_NOTIONAL] = {2066, 400, "Order notional is below the minimum"},
    [VACC_NO_MARGIN] = {2080, 400, "Insufficient margin"},
    [VACC_NOT_REDUCING] = {2400, 400, "Reduce only order with no position"},
    [VACC_DUPLICATE] = {2012, 400, "Client order id is already active"},
    [VACC_TOO_MANY] = {2090, 429, "Too many open orders"},
    [VACC_WOULD_TAKE] = {2084, 400, "Order failed post-order check"},
    [VACC_FORCED] = {2082, 400, "Order failed pre-order check"},
};

struct order {
    struct slice sub_account, is_market, force, post_only, reduce_only, legs, signature, metadata;
    struct slice instrument, size, price, buys;                     // of the leg
    struct slice signer, r, s, v, expiration, nonce, chain, client; // and what signs it
};

static struct slice only_item(struct slice list) {
    struct json r;
    struct slice item = {"", 0};
    uint32_t count = 0;
    oe_read_list(&r, list);
    while (json_array_next(&r)) {
        md_read_value(&r, &item);
        count++;
    }
    return json_end(&r) && count == 1 ? item : (struct slice){"", 0};
}

static bool read_order(struct slice text, struct order *row) {
    static const struct md_field fields[] = {
        {"sub_account_id", offsetof(struct order, sub_account)},
        {"is_market", offsetof(struct order, is_market)},
        {"time_in_force", offsetof(struct order, force)},
        {"post_only", offsetof(struct order, post_only)},
        {"reduce_only", offsetof(struct order, reduce_only)},
        {"legs", offsetof(struct order, legs)},
        {"signature", offsetof(struct order, signature)},
        {"metadata", offsetof(struct order, metadata)},
    };
    static const struct md_field leg[] = {
        {"instrument", offsetof(struct order, instrument)},
        {"size", offsetof(struct order, size)},
        {"limit_price", offsetof(struct order, price)},
        {"is_buying_asset", offsetof(struct order, buys)},
    };
    static const struct md_field signature[] = {
        {"signer", offsetof(struct order, signer)},
        {"r", offsetof(struct order, r)},
        {"s", offsetof(struct order, s)},
        {"v", offsetof(struct order, v)},
        {"expiration", offsetof(struct order, expiration)},
        {"nonce", offsetof(struct order, nonce)},
        {"chain_id", offsetof(struct order, chain)},
    };
    static const struct md_field metadata[] = {{"client_order_id", offsetof(struct order, client)}};
    *row = (struct order){.sub_account = {"", 0}};
    return md_read_object(text, fields, COUNT_OF(fields), row) &&
           md_read_object(only_item(row->legs), leg, COUNT_OF(leg), row) &&
           md_read_object(row->signature, signature, COUNT_OF(signature), row) &&
           md_read_object(row->metadata, metadata, COUNT_OF(metadata), row);
}

static bool is_true(struct slice word) {
    return slice_equals(word, SLICE("true"));
}

static enum grvt_force read_force(struct slice word) {
    return slice_equals(word, SLICE("GOOD_TILL_TIME"))        ? GRVT_GTT
           : slice_equals(word, SLICE("IMMEDIATE_OR_CANCEL")) ? GRVT_IOC
           : slice_equals(word, SLICE("FILL_OR_KILL"))        ? GRVT_FOK
                                                              : 0;
}

// The terms as the body tells them; the hash of a listing is grvt_sim.c's.
static bool read_terms(const struct order *row, uint32_t listing, struct grvt_terms *terms) {
    int64_t sub_account, size, price, nonce;
    *terms = (struct grvt_terms){.is_market = is_true(row->is_market),
                                 .post_only = is_true(row->post_only),
                                 .reduce_only = is_true(row->reduce_only),
                                 .buys = is_true(row->buys),
                                 .force = read_force(row->force)};
    if (terms->force == 0 || !decimal_parse(row->sub_account, 0, &sub_account) ||
        !decimal_parse(row->size, BASE_DECIMALS, &size) ||
        !decimal_parse(row->price, GRVT_PRICE_DIGITS, &price) ||
        !decimal_parse(row->nonce, 0, &nonce) ||
        !decimal_parse(row->expiration, 0, &terms->expiration_ns) || nonce < 0 ||
        nonce > UINT32_MAX || size < 0 || price < 0) {
        return false;
    }
    terms->sub_account = (uint64_t)sub_account;
    terms->size = (uint64_t)size;
    terms->price = terms->is_market ? 0 : (uint64_t)price;
    terms->nonce = (uint32_t)nonce;
    terms->asset[ETH_HASH_SIZE - 3] = 3;
    terms->asset[ETH_HASH_SIZE - 2] = (uint8_t)listing;
    terms->asset[ETH_HASH_SIZE - 1] = 1;
    return true;
}

static struct grvt_refusal check_signature(const struct vsim_world *world, const struct order *row,
                                           uint32_t listing) {
    const struct grvt_private *own = grvt_private_of(world);
    struct grvt_terms terms;
    struct eth_signature signature;
    uint8_t digest[ETH_HASH_SIZE], signer[ETH_ADDRESS_SIZE], told[ETH_ADDRESS_SIZE];
    int64_t v, chain;
    if (!slice_equals(row->sub_account, slice_of(own->sub_account))) {
        return refuse(2003, "Sub account does not match the signer");
    }
    if (!read_terms(row, listing, &terms)) {
        return malformed;
    }
    if (!decimal_parse(row->chain, 0, &chain) || chain != CHAIN) {
        return refuse(1012, "Chain id is invalid");
    }
    if (terms.expiration_ns <= world->now_ns) {
        return refuse(2001, "Signature has expired");
    }
    if (terms.expiration_ns > world->now_ns + GRVT_LIFE_MAX_S * NS_PER_S) {
        return refuse(2008, "Signature expiration is too far ahead");
    }
    if (!decimal_parse(row->v, 0, &v) || (v != 27 && v != 28)) {
        return refuse(2005, "Signature V is invalid");
    }
    if (!hex_read(row->r, signature.r, 32) || !hex_read(row->s, signature.s, 32) ||
        !hex_read(row->signer, told, sizeof(told))) {
        return refuse(2006, "Signature R or S has the wrong length");
    }
    signature.v = (uint8_t)v;
    grvt_digest(&terms, false, digest);
    if (!eth_recover(digest, &signature, signer) || memcmp(signer, told, sizeof(told)) != 0) {
        return refuse(2002, "Signature does not match the payload");
    }
    if (memcmp(signer, own->signer, sizeof(signer)) != 0) {
        return refuse(2000, "Signer is not authorised");
    }
    return taken;
}

static struct slice member(struct slice body, const char *name) {
    const struct md_field field = {name, 0};
    struct slice value = {"", 0};
    return md_read_object(body, &field, 1, &value) ? value : (struct slice){"", 0};
}

static bool is_client_id(struct slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.size > 0 && text.size <= 20;
}

static struct grvt_refusal create_order(const struct vsim_world *world, struct slice body,
                                        struct text *out) {
    struct order row;
    const struct vacc_order *order;
    if (!read_order(member(body, "order"), &row)) {
        return malformed;
    }
    const struct vsim_listing *listing = vsim_find(world, row.instrument);
    if (listing == NULL) {
        return refusals[VACC_NO_LISTING];
    }
    if (!is_client_id(row.client)) {
        return refuse(2011, "Client order id must be specified");
    }
    uint32_t index = (uint32_t)(listing - world->listings);
    struct grvt_refusal refusal = check_signature(world, &row, index);
    if (refusal.code != 0) {
        return refusal;
    }
    enum grvt_force force = read_force(row.force);
    struct vacc_request request = {.listing = index,
                                   .side = is_true(row.buys) ? SIDE_BUY : SIDE_SELL,
                                   .kind = is_true(row.is_market)   ? VACC_MARKET
                                           : is_true(row.post_only) ? VACC_POST_ONLY
                                           : force == GRVT_IOC      ? VACC_IOC
                                           : force == GRVT_FOK      ? VACC_FOK
                                                                    : VACC_GTC,
                                   .reduce_only = is_true(row.reduce_only),
                                   .client_id = row.client};
    if (request.kind == VACC_POST_ONLY && force != GRVT_GTT) {
        return refuse(2032, "Post only needs good till time");
    }
    if (!px_parse(row.price, &request.price) || !qty_parse(row.size, &request.size)) {
        return malformed;
    }
    enum vacc_refusal refused = vacc_place(world->account, world, &request, &order);
    if (refused == VACC_TAKEN) {
        text_add_string(out, "{\"result\":");
        grvt_sim_write_order(world, order, true, out);
        text_add_char(out, '}');
    }
    return refusals[refused];
}

static const struct vacc_order *named_order(const struct vsim_world *world, struct slice body) {
    struct slice venue_id = member(body, "order_id");
    uint8_t bytes[16];
    uint64_t number = 0;
    if (venue_id.size == 0) {
        return vacc_find_client(world->account, member(body, "client_order_id"));
    }
    if (!hex_read(venue_id, bytes, sizeof(bytes))) {
        return NULL;
    }
    for (size_t i = 8; i < sizeof(bytes); i++) {
        number = number << 8 | bytes[i];
    }
    return vacc_find(world->account, number);
}

static void acknowledge(struct text *out) {
    text_add_string(out, "{\"result\":{\"ack\":true}}");
}

static struct grvt_refusal cancel_order(const struct vsim_world *world, struct slice body,
                                        struct text *out) {
    const struct vacc_order *order = named_order(world, body);
    if (member(body, "order_id").size == 0 && member(body, "client_order_id").size == 0) {
        return refuse(3021, "Either order id or client order id must be supplied");
    }
    if (order == NULL || !vacc_cancel(world->account, world, order, VACC_CANCELED)) {
        return (struct grvt_refusal){1004, 404, "Data Not Found"};
    }
    acknowledge(out);
    return taken;
}

// Whether a body's "base" leaves the listing in; without one all are.
static bool is_chosen(struct slice body, const struct vsim_listing *listing) {
    struct slice bases = member(body, "base");
    struct json r;
    bool chosen = bases.size == 0;
    oe_read_list(&r, bases);
    while (bases.size > 0 && json_array_next(&r)) {
        struct slice base = {"", 0};
        md_read_value(&r, &base);
        chosen = chosen || slice_equals(base, slice_of(listing->symbol->base));
    }
    return chosen;
}

static struct grvt_refusal cancel_all_orders(const struct vsim_world *world, struct slice body,
                                             struct text *out) {
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (is_chosen(body, &world->listings[i])) {
            (void)vacc_cancel_all(world->account, world, i, VACC_CANCELED);
        }
    }
    acknowledge(out);
    return taken;
}

static struct grvt_refusal cancel_on_disconnect(const struct vsim_world *world, struct slice body,
                                                struct text *out) {
    int64_t ms;
    if (!decimal_parse(member(body, "countdown_time"), 0, &ms) || ms < 0) {
        return malformed;
    }
    if (ms > 300000) {
        return refuse(6000, "Countdown time is bigger than the maximum");
    }
    vacc_arm(world->account, VACC_ALL, ms <= 1000 ? 0 : world->now_ns + ms * NS_PER_MS);
    acknowledge(out);
    return taken;
}

// ---- what is told ------------------------------------------------------------------------------

static struct grvt_refusal order_of(const struct vsim_world *world, struct slice body,
                                    struct text *out) {
    const struct vacc_order *order = named_order(world, body);
    if (order == NULL) {
        return (struct grvt_refusal){1004, 404, "Data Not Found"};
    }
    text_add_string(out, "{\"result\":");
    grvt_sim_write_order(world, order, false, out);
    text_add_char(out, '}');
    return taken;
}

static struct grvt_refusal open_orders(const struct vsim_world *world, struct slice body,
                                       struct text *out) {
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    text_add_string(out, "{\"result\":[");
    while ((order = vacc_next_live(world->account, VACC_ALL, &at)) != NULL) {
        if (is_chosen(body, &world->listings[order->listing])) {
            text_add_string(out, comma);
            grvt_sim_write_order(world, order, false, out);
            comma = ",";
        }
    }
    text_add_string(out, "]}");
    return taken;
}

// Newest first; the cursor is the number of the fill told last.
static struct grvt_refusal fill_history(const struct vsim_world *world, struct slice body,
                                        struct text *out) {
    struct slice start = member(body, "start_time"), count = member(body, "limit");
    struct slice cursor = member(body, "cursor");
    int64_t start_ns = 0, limit = 500, before = INT64_MAX, rows = 0;
    const struct vacc_fill *fill;
    if ((start.size > 0 && !decimal_parse(start, 0, &start_ns)) ||
        (count.size > 0 && !decimal_parse(count, 0, &limit)) || limit < 1 || limit > PAGE_MAX ||
        (cursor.size > 0 && !decimal_parse(cursor, 0, &before))) {
        return malformed;
    }
    text_add_string(out, "{\"result\":[");
    for (uint32_t n = 0; rows < limit && (fill = vacc_fill(world->account, n)) != NULL; n++) {
        if ((int64_t)fill->number >= before || fill->time_ns < start_ns ||
            !is_chosen(body, &world->listings[fill->listing])) {
            continue;
        }
        text_add_string(out, rows++ == 0 ? "" : ",");
        grvt_sim_write_fill(world, fill, out);
        if (rows == limit) {
            before = (int64_t)fill->number;
        }
    }
    text_add_string(out, "],\"next\":\"");
    if (rows == limit) {
        text_add_int(out, before);
    }
    text_add_string(out, "\"}");
    return taken;
}

static struct grvt_refusal positions(const struct vsim_world *world, struct slice body,
                                     struct text *out) {
    const struct vacc *account = world->account;
    const char *comma = "";
    text_add_string(out, "{\"result\":[");
    for (uint32_t i = 0; i < world->listing_count; i++) {
        if (account->positions[i].net.v != 0 && is_chosen(body, &world->listings[i])) {
            text_add_string(out, comma);
            grvt_sim_write_position(world, i, &account->positions[i], out);
            comma = ",";
        }
    }
    text_add_string(out, "]}");
    return taken;
}

static struct grvt_refusal account_summary(const struct vsim_world *world, struct slice body,
                                           struct text *out) {
    (void)body;
    text_add_format(out, "{\"result\":{\"event_time\":\"%lld\",\"settle_currency\":\"USDT\"",
                    (long long)world->now_ns);
    vsim_member_string(out, "sub_account_id", grvt_private_of(world)->sub_account);
    member_usd(out, "total_equity", vacc_equity(world->account, world));
    member_usd(out, "available_balance", vacc_available(world->account, world));
    text_add_string(out, ",\"positions\":[]}}");
    return taken;
}

static struct grvt_refusal set_leverage(const struct vsim_world *world, struct slice body,
                                        struct text *out) {
    const struct vsim_listing *listing = vsim_find(world, member(body, "instrument"));
    int64_t times;
    if (listing == NULL) {
        return refusals[VACC_NO_LISTING];
    }
    if (!decimal_parse(member(body, "leverage"), 0, &times) || times < 1 || times > 100) {
        return malformed;
    }
    world->account->leverage[listing - world->listings] = (uint32_t)times;
    text_add_string(out, "{\"success\":true}");
    return taken;
}

static const struct {
    const char *name;
    struct grvt_refusal (*run)(const struct vsim_world *world, struct slice body, struct text *out);
} calls[] = {
    {"create_order", create_order},
    {"cancel_order", cancel_order},
    {"cancel_all_orders", cancel_all_orders},
    {"cancel_on_disconnect", cancel_on_disconnect},
    {"order", order_of},
    {"open_orders", open_orders},
    {"fill_history", fill_history},
    {"positions", positions},
    {"account_summary", account_summary},
    {"set_initial_leverage", set_leverage},
};

int grvt_sim_find(struct slice name) {
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        if (slice_equals(name, slice_of(calls[i].name))) {
            return (int)i;
        }
    }
    return -1;
}

struct grvt_refusal grvt_sim_run(const struct vsim_world *world, int call, struct slice body,
                                 struct text *out) {
    struct slice account = member(body, "sub_account_id");
    if (calls[call].run != create_order && // which tells it within the order
        !slice_equals(account, slice_of(grvt_private_of(world)->sub_account))) {
        return refuse(3020, "Sub account id is invalid");
    }
    return calls[call].run(world, body, out);
}
