#include "io/records.h"

#include "base/clock.h"
#include "base/log.h"

enum { RING_ITEMS = 16384, WRITE_EVERY_MS = 200 };

// ---- the engine's side ------------------------------------------------------------------------

// What a buyer of what takes pays and a seller gets; what rests expects its limit.
static struct px expected_price(const struct records *records, const struct event_order *order) {
    const struct universe *universe = records->options.db.universe;
    struct quote quote;
    if (order->type == ORDER_POST_ONLY) {
        return order->price;
    }
    quote_load(records->options.cache, listing_id(universe, order->venue, order->symbol), &quote);
    return order->side == SIDE_BUY ? quote.ask : quote.bid;
}

static void take(struct records *records, const struct event *event) {
    struct records_item item = {.time_ns = event->header.time_ns, .kind = event->header.kind};
    switch (event->header.kind) {
    case EVENT_OPPORTUNITY_FOUND:
        item.u.opportunity = event->u.opportunity;
        break;
    case EVENT_JOB_STATE:
        item.u.job = event->u.job;
        break;
    case EVENT_DENIED:
        item.u.denied = event->u.denied;
        break;
    case EVENT_ORDER_COMMAND:
        item.expected = expected_price(records, &event->u.order);
        item.u.order = event->u.order;
        break;
    case EVENT_ORDER_PLACED:
    case EVENT_ORDER_FAILED:
    case EVENT_ORDER_CANCELED:
        item.u.order = event->u.order;
        break;
    case EVENT_ORDER_FILLED:
        item.u.fill = event->u.fill;
        break;
    default:
        return;
    }
    atomic_fetch_add_explicit(ring_push(&records->ring, &item) ? &records->taken : &records->lost,
                              1, memory_order_relaxed);
}

static void append(void *arg, const struct event *event) {
    struct records *records = arg;
    records->inner.append(records->inner.arg, event);
    take(records, event);
}

static enum status commit(void *arg) {
    struct records *records = arg;
    return records->inner.commit(records->inner.arg);
}

struct journal_sink records_sink(struct records *records, struct journal_sink inner) {
    records->inner = inner;
    return (struct journal_sink){.append = append, .commit = commit, .arg = records};
}

// ---- the thread's side ------------------------------------------------------------------------

// While somebody else writes to the database the ring waits.
static enum status write_batch(struct records *records) {
    if (!records->has_next) {
        records->has_next = ring_pop(&records->ring, &records->next);
    }
    if (!records->has_next) {
        return STATUS_OK;
    }
    enum status status = records_db_begin(records->db);
    if (status == STATUS_UNAVAILABLE) {
        return STATUS_OK;
    }
    while (status == STATUS_OK && records->has_next) {
        status = records_db_take(records->db, &records->next);
        records->has_next = ring_pop(&records->ring, &records->next);
    }
    return status == STATUS_OK ? records_db_commit(records->db, atomic_load(&records->lost))
                               : status;
}

static void write_all(struct records *records) {
    if (!records->failed && write_batch(records) != STATUS_OK) {
        records->failed = true; // the ring fills up, and what follows counts as lost
        log_error("records", "recording ends here: %s", status_text());
    }
}

static void on_timer(uv_timer_t *timer) {
    write_all(timer->data);
}

static enum status on_start(struct role *role) {
    struct records *records = role->user;
    int result = uv_timer_init(&role->loop, &records->timer);
    ASSERT(result == 0);
    records->timer.data = records;
    result = uv_timer_start(&records->timer, on_timer, WRITE_EVERY_MS, WRITE_EVERY_MS);
    ASSERT(result == 0);
    return STATUS_OK;
}

static void on_stop(struct role *role) {
    struct records *records = role->user;
    uv_close((uv_handle_t *)&records->timer, NULL);
}

enum status records_create(struct records *records, const struct records_options *options) {
    *records = (struct records){.options = *options};
    enum status status = records_db_open(&records->db, &options->db);
    if (status != STATUS_OK) {
        return status;
    }
    status = ring_create(&records->ring, sizeof(struct records_item), RING_ITEMS);
    if (status == STATUS_OK) {
        status = role_create(&records->role, "records", records);
        if (status != STATUS_OK) {
            ring_finish(&records->ring);
        }
    }
    if (status != STATUS_OK) {
        records_db_close(records->db);
        return status;
    }
    records->role.on_start = on_start;
    records->role.on_stop = on_stop;
    return STATUS_OK;
}

enum status records_start(struct records *records) {
    return role_start(&records->role);
}

void records_finish(struct records *records) {
    role_request_stop(&records->role);
    if (role_join(&records->role) != STATUS_OK) {
        log_warn("records", "the records' thread: %s", status_text());
    }
    write_all(records);
    uint64_t lost = atomic_load(&records->lost);
    if (lost > 0) {
        log_warn("records", "%llu events were not recorded", (unsigned long long)lost);
    }
    records_db_close(records->db);
    ring_finish(&records->ring);
}
