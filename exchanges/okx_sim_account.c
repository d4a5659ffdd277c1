// What OKX's simulated server tells of an account by REST, and what a call changes in it: okx.md
// sections 5 and 6.
#include "base/clock.h"
#include "base/json.h"
#include "exchanges/md_decode.h"
#include "exchanges/okx_sim_private.h"
#include "exchanges/vsim_text.h"

enum { PAGE = 100 };

static uint32_t listing_of(const struct okx_sim_call *call) {
    struct slice native;
    const struct vsim_listing *listing =
        vsim_query(call->request->query, "instId", &native) ? vsim_find(call->world, native) : NULL;
    return listing == NULL ? VACC_ALL : (uint32_t)(listing - call->world->listings);
}

static struct okx_sim_refusal query_order(const struct okx_sim_call *call) {
    struct slice venue_id = {"", 0}, client_id = {"", 0};
    (void)vsim_query(call->request->query, "ordId", &venue_id);
    (void)vsim_query(call->request->query, "clOrdId", &client_id);
    const struct vacc_order *order = okx_sim_named_order(call->world, venue_id, client_id);
    if (order == NULL) {
        return (struct okx_sim_refusal){51603, "Order does not exist"};
    }
    okx_sim_write_order(call->world, order, NULL, call->body);
    return (struct okx_sim_refusal){0, ""};
}

static struct okx_sim_refusal pending(const struct okx_sim_call *call) {
    struct slice text;
    int64_t after = 0;
    uint64_t at = 0;
    const struct vacc_order *order;
    const char *comma = "";
    if (vsim_query(call->request->query, "after", &text) && !decimal_parse(text, 0, &after)) {
        return (struct okx_sim_refusal){51000, "Parameter after error"};
    }
    at = (uint64_t)after; // pages go on from the id told last
    for (int rows = 0; rows < PAGE && (order = vacc_next_live(call->world->account,
                                                              listing_of(call), &at)) != NULL;
         rows++) {
        text_add_string(call->body, comma);
        okx_sim_write_order(call->world, order, NULL, call->body);
        comma = ",";
    }
    return (struct okx_sim_refusal){0, ""};
}

static struct okx_sim_refusal fills(const struct okx_sim_call *call) {
    struct slice text;
    int64_t before = INT64_MAX; // bills are numbered as fills are
    const struct vacc_fill *fill;
    int rows = 0;
    if (vsim_query(call->request->query, "after", &text) && !decimal_parse(text, 0, &before)) {
        return (struct okx_sim_refusal){51000, "Parameter after error"};
    }
    for (uint32_t n = 0; rows < PAGE && (fill = vacc_fill(call->world->account, n)) != NULL; n++) {
        if ((int64_t)fill->number >= before) {
            continue;
        }
        const struct vsim_listing *listing = &call->world->listings[fill->listing];
        text_add_format(call->body, "%s{\"instType\":\"SWAP\",\"instId\":\"%s\"",
                        rows == 0 ? "" : ",", listing->rules.native);
        okx_sim_member_number(call->body, "ordId", fill->order);
        vsim_member_string(call->body, "clOrdId", fill->client_id);
        vsim_member_string(call->body, "side", fill->side == SIDE_BUY ? "buy" : "sell");
        vsim_member_px(call->body, "fillPx", listing, fill->price);
        okx_sim_member_size(call->body, "fillSz", listing, fill->size);
        okx_sim_member_number(call->body, "tradeId", fill->number);
        okx_sim_member_number(call->body, "billId", fill->number);
        vsim_member_string(call->body, "execType", fill->maker ? "M" : "T");
        okx_sim_member_usd(call->body, "fee", usd_sub((struct usd){0}, fill->fee));
        vsim_member_string(call->body, "feeCcy", "USDT");
        okx_sim_member_ms(call->body, "ts", fill->time_ns);
        text_add_char(call->body, '}');
        rows++;
    }
    return (struct okx_sim_refusal){0, ""};
}

static struct okx_sim_refusal positions(const struct okx_sim_call *call) {
    const char *comma = "";
    for (uint32_t i = 0; i < call->world->listing_count; i++) {
        if (call->world->account->positions[i].net.v != 0) {
            text_add_string(call->body, comma);
            okx_sim_write_position(call->world, i, call->body);
            comma = ",";
        }
    }
    return (struct okx_sim_refusal){0, ""};
}

static struct okx_sim_refusal balance(const struct okx_sim_call *call) {
    okx_sim_write_balance(call->world, call->body);
    return (struct okx_sim_refusal){0, ""};
}

static struct okx_sim_refusal config(const struct okx_sim_call *call) {
    text_add_string(call->body, "{\"acctLv\":\"2\",\"acctStpMode\":\"cancel_maker\",\"posMode\":"
                                "\"net_mode\",\"perm\":\"read_only,trade\",\"uid\":\"1\"}");
    return (struct okx_sim_refusal){0, ""};
}

static void add_rate(struct text *out, const char *name, struct bps fee) {
    text_add_format(out, ",\"%s\":\"", name);
    decimal_print(out, -fee.v, 6, 0, 6); // negative: it is paid
    text_add_char(out, '"');
}

static struct okx_sim_refusal fees(const struct okx_sim_call *call) {
    const struct vacc_options *options = &call->world->account->options;
    text_add_string(call->body, "{\"instType\":\"SWAP\",\"level\":\"Lv1\"");
    add_rate(call->body, "makerU", options->maker_fee);
    add_rate(call->body, "takerU", options->taker_fee);
    text_add_char(call->body, '}');
    return (struct okx_sim_refusal){0, ""};
}

static struct slice body_member(const struct okx_sim_call *call, const char *name) {
    struct json r;
    struct slice key, value = {"", 0};
    json_init(&r, call->request->body);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        if (slice_equals(key, slice_of(name))) {
            md_read_text(&r, &value);
        } else {
            json_skip(&r);
        }
    }
    return json_end(&r) ? value : (struct slice){"", 0};
}

static struct okx_sim_refusal leverage(const struct okx_sim_call *call) {
    const struct vsim_listing *listing = vsim_find(call->world, body_member(call, "instId"));
    int64_t times;
    if (listing == NULL || !decimal_parse(body_member(call, "lever"), 0, &times) || times < 1 ||
        times > 125) {
        return (struct okx_sim_refusal){51000, "Parameter lever error"};
    }
    call->world->account->leverage[listing - call->world->listings] = (uint32_t)times;
    text_add_format(call->body, "{\"lever\":\"%lld\",\"mgnMode\":\"cross\",\"instId\":\"%s\"}",
                    (long long)times, listing->rules.native);
    return (struct okx_sim_refusal){0, ""};
}

static struct okx_sim_refusal cancel_all_after(const struct okx_sim_call *call) {
    int64_t seconds;
    if (!decimal_parse(body_member(call, "timeOut"), 0, &seconds) ||
        (seconds != 0 && (seconds < 10 || seconds > 120))) {
        return (struct okx_sim_refusal){51000, "Parameter timeOut error"};
    }
    int64_t until_ns = seconds == 0 ? 0 : call->world->now_ns + seconds * NS_PER_S;
    vacc_arm(call->world->account, VACC_ALL, until_ns);
    text_add_string(call->body, "{\"tag\":\"\"");
    okx_sim_member_ms(call->body, "triggerTime", until_ns);
    okx_sim_member_ms(call->body, "ts", call->world->now_ns);
    text_add_char(call->body, '}');
    return (struct okx_sim_refusal){0, ""};
}

const struct okx_sim_row *okx_sim_find_row(const struct vsim_request *request) {
    static const struct okx_sim_row rows[] = {
        {"GET", "/api/v5/trade/order", query_order},
        {"GET", "/api/v5/trade/orders-pending", pending},
        {"GET", "/api/v5/trade/fills", fills},
        {"GET", "/api/v5/account/positions", positions},
        {"GET", "/api/v5/account/balance", balance},
        {"GET", "/api/v5/account/config", config},
        {"GET", "/api/v5/account/trade-fee", fees},
        {"POST", "/api/v5/account/set-leverage", leverage},
        {"POST", "/api/v5/trade/cancel-all-after", cancel_all_after},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(request->method, slice_of(rows[i].method)) &&
            slice_equals(request->path, slice_of(rows[i].path))) {
            return &rows[i];
        }
    }
    return NULL;
}
