// The private calls of edgeX's simulated server: which there are, and what those that read answer
// (edgex.md section 5).
#include "base/clock.h"
#include "exchanges/edgex_sim.h"

enum { ORDERS_PAGE_MAX = 200, HISTORY_PAGE_MAX = 100, PAGE_USUAL = 100, LEVERAGE_MAX = 100 };

static const struct edgex_sim_owner *owner_of(const struct vsim_world *world) {
    return world->account->own;
}

static struct edgex_sim_refusal wrong(const char *parameter) {
    return (struct edgex_sim_refusal){"GATEWAY_PARAM_INVALID", parameter, 400};
}

static struct edgex_sim_refusal create(const struct edgex_sim_call *call) {
    return edgex_sim_create(call->world, call->body, call->out);
}

static struct edgex_sim_refusal cancel_by_id(const struct edgex_sim_call *call) {
    return edgex_sim_cancel(call->world, call->body, false, call->out);
}

static struct edgex_sim_refusal cancel_by_client_id(const struct edgex_sim_call *call) {
    return edgex_sim_cancel(call->world, call->body, true, call->out);
}

static struct edgex_sim_refusal cancel_all(const struct edgex_sim_call *call) {
    return edgex_sim_cancel_all(call->world, call->body, call->out);
}

static struct edgex_sim_refusal leverage(const struct edgex_sim_call *call) {
    const struct vsim_world *world = call->world;
    const struct vsim_listing *listing =
        edgex_sim_find(world, edgex_sim_member(call->body, "contractId"));
    int64_t times;
    uint64_t at = 0;
    if (!slice_equals(edgex_sim_member(call->body, "accountId"),
                      slice_of(owner_of(world)->account_text))) {
        return wrong("accountId");
    }
    if (listing == NULL) {
        return wrong("contractId");
    }
    if (!decimal_parse(edgex_sim_member(call->body, "leverage"), 0, &times) || times < 1 ||
        times > LEVERAGE_MAX) {
        return wrong("leverage");
    }
    uint32_t row = (uint32_t)(listing - world->listings);
    if (vacc_next_live(world->account, row, &at) != NULL) {
        return (struct edgex_sim_refusal){"ACCOUNT_UPDATE_LEVERAGE_FAILED_ORDER", NULL, 200};
    }
    world->account->leverage[row] = (uint32_t)times;
    text_add_string(call->out, "null");
    return EDGEX_SIM_TAKEN;
}

static struct edgex_sim_refusal query_orders(const struct edgex_sim_call *call, bool by_client_id) {
    struct slice ids;
    const char *name = by_client_id ? "clientOrderIdList" : "orderIdList";
    const char *comma = "";
    if (!vsim_query(call->query, name, &ids) || ids.size == 0) {
        return wrong(name);
    }
    text_add_char(call->out, '[');
    while (ids.size > 0) {
        struct slice id = vsim_cut(&ids, ',');
        int64_t number;
        const struct vacc_order *order = NULL;
        if (by_client_id) {
            order = vacc_find_client(call->world->account, id);
        } else if (decimal_parse(id, 0, &number) && number > 0) {
            order = vacc_find(call->world->account, (uint64_t)number);
        }
        if (order != NULL) {
            text_add_string(call->out, comma);
            edgex_sim_write_order(call->world, order, call->out);
            comma = ",";
        }
    }
    text_add_char(call->out, ']');
    return EDGEX_SIM_TAKEN;
}

static struct edgex_sim_refusal order_by_id(const struct edgex_sim_call *call) {
    return query_orders(call, false);
}

static struct edgex_sim_refusal order_by_client_id(const struct edgex_sim_call *call) {
    return query_orders(call, true);
}

static struct edgex_sim_refusal account_asset(const struct edgex_sim_call *call) {
    edgex_sim_write_account(call->world, call->out);
    return EDGEX_SIM_TAKEN;
}

// ---- pages -------------------------------------------------------------------------------------

struct page {
    int64_t rows_max, after; // number of the last row of the page before, 0 = none
    int64_t since_ns;
    struct slice contracts;
    uint32_t rows;
    uint64_t last;
};

static struct edgex_sim_refusal read_page(const struct edgex_sim_call *call, int64_t most,
                                          struct page *out) {
    struct slice text;
    int64_t since_ms = 0;
    *out = (struct page){.rows_max = PAGE_USUAL, .contracts = {"", 0}};
    if (vsim_query(call->query, "size", &text) &&
        (!decimal_parse(text, 0, &out->rows_max) || out->rows_max <= 0 || out->rows_max > most)) {
        return wrong("size");
    }
    if (vsim_query(call->query, "offsetData", &text) && text.size > 0 &&
        (!decimal_parse(text, 0, &out->after) || out->after <= 0)) {
        return wrong("offsetData");
    }
    if (vsim_query(call->query, "filterStartCreatedTimeInclusive", &text) &&
        (!decimal_parse(text, 0, &since_ms) || since_ms < 0 || since_ms > INT64_MAX / NS_PER_MS)) {
        return wrong("filterStartCreatedTimeInclusive");
    }
    out->since_ns = since_ms * NS_PER_MS;
    (void)vsim_query(call->query, "filterContractIdList", &out->contracts);
    return EDGEX_SIM_TAKEN;
}

static bool is_wanted(const struct vsim_world *world, const struct page *page, uint32_t listing) {
    struct slice rest = page->contracts;
    bool wanted = rest.size == 0;
    while (rest.size > 0) {
        struct slice id = vsim_cut(&rest, ',');
        wanted = wanted || edgex_sim_find(world, id) == &world->listings[listing];
    }
    return wanted;
}

// Room for one more row: its comma is out. False: the page is full, and there is more.
static bool begin_row(const struct edgex_sim_call *call, struct page *page, uint64_t number) {
    if (page->rows == page->rows_max) {
        return false;
    }
    text_add_string(call->out, page->rows == 0 ? "" : ",");
    page->rows++;
    page->last = number;
    return true;
}

static void end_page(const struct edgex_sim_call *call, const struct page *page, bool more) {
    text_add_string(call->out, "],\"nextPageOffsetData\":\"");
    if (more) {
        text_add_format(call->out, "%llu", (unsigned long long)page->last);
    }
    text_add_string(call->out, "\"}");
}

static struct edgex_sim_refusal active_orders(const struct edgex_sim_call *call) {
    struct page page;
    struct edgex_sim_refusal refusal = read_page(call, ORDERS_PAGE_MAX, &page);
    const struct vacc_order *order;
    uint64_t at = (uint64_t)page.after;
    bool more = false;
    if (refusal.code != NULL) {
        return refusal;
    }
    text_add_string(call->out, "{\"dataList\":[");
    while (!more && (order = vacc_next_live(call->world->account, VACC_ALL, &at)) != NULL) {
        if (is_wanted(call->world, &page, order->listing)) {
            more = !begin_row(call, &page, order->number);
            if (!more) {
                edgex_sim_write_order(call->world, order, call->out);
            }
        }
    }
    end_page(call, &page, more);
    return EDGEX_SIM_TAKEN;
}

static struct edgex_sim_refusal fills(const struct edgex_sim_call *call) {
    struct page page;
    struct edgex_sim_refusal refusal = read_page(call, HISTORY_PAGE_MAX, &page);
    const struct vacc_fill *fill;
    bool more = false;
    if (refusal.code != NULL) {
        return refusal;
    }
    text_add_string(call->out, "{\"dataList\":[");
    for (uint32_t n = 0; !more && (fill = vacc_fill(call->world->account, n)) != NULL; n++) {
        bool before = page.after == 0 || fill->number < (uint64_t)page.after; // newest first
        if (before && fill->time_ns >= page.since_ns &&
            is_wanted(call->world, &page, fill->listing)) {
            more = !begin_row(call, &page, fill->number);
            if (!more) {
                edgex_sim_write_fill(call->world, fill, call->out);
            }
        }
    }
    end_page(call, &page, more);
    return EDGEX_SIM_TAKEN;
}

// Of the changes of the collateral there is only funding here.
static struct edgex_sim_refusal collateral_changes(const struct edgex_sim_call *call) {
    const struct vacc *account = call->world->account;
    struct page page;
    struct edgex_sim_refusal refusal = read_page(call, HISTORY_PAGE_MAX, &page);
    const struct vacc_event *event;
    bool more = false;
    if (refusal.code != NULL) {
        return refusal;
    }
    uint64_t number = page.after > 0 && (uint64_t)page.after <= account->event_count
                          ? (uint64_t)page.after - 1
                          : account->event_count;
    text_add_string(call->out, "{\"dataList\":[");
    for (; !more && number > 0 && (event = vacc_event(account, number)) != NULL; number--) {
        if (event->kind == VACC_EVENT_FUNDING && event->time_ns >= page.since_ns) {
            more = !begin_row(call, &page, number);
            if (!more) {
                edgex_sim_write_funding(call->world, event, number, call->out);
            }
        }
    }
    end_page(call, &page, more);
    return EDGEX_SIM_TAKEN;
}

// ---- all of them -------------------------------------------------------------------------------

static const struct edgex_sim_row rows[] = {
    {"POST", "/order/createOrder", create},
    {"POST", "/order/cancelOrderById", cancel_by_id},
    {"POST", "/order/cancelOrderByClientOrderId", cancel_by_client_id},
    {"POST", "/order/cancelAllOrder", cancel_all},
    {"POST", "/account/updateLeverageSetting", leverage},
    {"GET", "/order/getActiveOrderPage", active_orders},
    {"GET", "/order/getOrderById", order_by_id},
    {"GET", "/order/getOrderByClientOrderId", order_by_client_id},
    {"GET", "/order/getHistoryOrderFillTransactionPage", fills},
    {"GET", "/account/getAccountAsset", account_asset},
    {"GET", "/account/getCollateralTransactionPage", collateral_changes},
};

const struct edgex_sim_row *edgex_sim_find_call(struct slice method, struct slice path) {
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(method, slice_of(rows[i].method)) &&
            slice_equals(path, slice_of(rows[i].path))) {
            return &rows[i];
        }
    }
    return NULL;
}
