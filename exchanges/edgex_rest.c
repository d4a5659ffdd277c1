// The REST answers of EdgeX: {"code":"SUCCESS","data":…,"msg":…}. The code counts, whatever the
// HTTP status.
#include "exchanges/edgex_md.h"
#include "exchanges/md_answer.h"

enum { INTERVAL_MAX_MIN = 24 * 60 };

struct envelope {
    struct slice code, text;
    struct json data;
    enum json_kind data_kind;
};

static void read_envelope(struct json *r, struct envelope *envelope) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("code"))) {
            md_read_text(r, &envelope->code);
        } else if (slice_equals(key, SLICE("msg"))) {
            md_read_text(r, &envelope->text);
        } else if (slice_equals(key, SLICE("data"))) {
            envelope->data_kind = json_peek(r);
            envelope->data = *r;
            json_skip(r);
        } else {
            json_skip(r);
        }
    }
}

static void decode_time(struct json *r, struct md_sink *sink) {
    struct slice key;
    int64_t ms = 0;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("timeMillis")) || slice_equals(key, SLICE("serverTime"))) {
            md_read_int(r, &ms);
        } else {
            json_skip(r);
        }
    }
    if (r->failed || md_ns_from_ms(ms) == 0) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    md_emit_time(sink, md_ns_from_ms(ms));
}

struct contract {
    struct slice id, name;
    struct md_rules_text texts;
    int64_t interval_min;
    bool trades, opens;
};

static const struct {
    struct slice key;
    size_t offset; // of a slice in struct contract
} texts[] = {
    {{"contractId", 10}, offsetof(struct contract, id)},
    {{"contractName", 12}, offsetof(struct contract, name)},
    {{"tickSize", 8}, offsetof(struct contract, texts.tick)},
    {{"stepSize", 8}, offsetof(struct contract, texts.step)},
    {{"minOrderSize", 12}, offsetof(struct contract, texts.size_min)},
    {{"maxOrderSize", 12}, offsetof(struct contract, texts.size_max)},
};

static bool read_text_member(struct json *r, struct slice key, struct contract *contract) {
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (slice_equals(key, texts[i].key)) {
            md_read_text(r, (struct slice *)(void *)((char *)contract + texts[i].offset));
            return true;
        }
    }
    return false;
}

static void read_contract(struct json *r, struct contract *contract) {
    struct slice key;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("fundingRateIntervalMin"))) {
            md_read_int(r, &contract->interval_min);
        } else if (slice_equals(key, SLICE("enableTrade"))) {
            json_bool(r, &contract->trades);
        } else if (slice_equals(key, SLICE("enableOpenPosition"))) {
            json_bool(r, &contract->opens);
        } else if (!read_text_member(r, key, contract)) {
            json_skip(r);
        }
    }
}

static void emit_rules(struct md *md, const struct contract *contract, uint16_t symbol,
                       struct md_sink *sink) {
    struct listing listing = md->listings[symbol];
    int64_t id;
    if (!decimal_parse(contract->id, 0, &id) || id <= 0 || contract->texts.size_min.size == 0 ||
        !md_read_rules(&contract->texts, &listing)) {
        md_refuse(sink, FEED_BAD_NUMBER, contract->name);
        return;
    }
    listing.ready = contract->trades;
    listing.closes_only = !contract->opens;
    md->native_ids[symbol] = (uint64_t)id;
    if (contract->interval_min > 0 && contract->interval_min <= INTERVAL_MAX_MIN) {
        md->funding_interval_ns[symbol] = contract->interval_min * 60 * NS_PER_S;
    }
    md_emit_listing(md, sink, &listing);
}

static void read_contracts(struct md *md, struct json *r, struct md_sink *sink) {
    uint16_t symbol;
    json_array_begin(r);
    while (json_array_next(r)) {
        struct contract contract = {.opens = true};
        read_contract(r, &contract);
        if (!r->failed && md_find_symbol(md, contract.name, &symbol)) {
            emit_rules(md, &contract, symbol, sink);
        }
    }
}

static void decode_instruments(struct md *md, struct json *r, struct md_sink *sink) {
    struct slice key;
    bool has_contracts = false;
    json_object_begin(r);
    while (json_object_next(r, &key)) {
        if (slice_equals(key, SLICE("contractList")) && json_peek(r) == JSON_ARRAY) {
            has_contracts = true;
            read_contracts(md, r, sink);
        } else {
            json_skip(r);
        }
    }
    if (r->failed || !has_contracts) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
    }
}

void edgex_decode_rest(struct md *md, enum md_request_kind kind, uint16_t symbol, struct slice body,
                       struct md_sink *sink) {
    (void)symbol; // every element names its contract
    struct envelope envelope = {.data_kind = JSON_NONE};
    struct json r;
    json_init(&r, body);
    read_envelope(&r, &envelope);
    bool whole = json_end(&r);
    if (whole && envelope.code.size > 0 && !slice_equals(envelope.code, SLICE("SUCCESS"))) {
        md_refuse(sink, FEED_VENUE_ERROR, envelope.text.size > 0 ? envelope.text : envelope.code);
        return;
    }
    bool object = kind == MD_REQUEST_TIME || kind == MD_REQUEST_INSTRUMENTS;
    if (!whole || envelope.code.size == 0 ||
        envelope.data_kind != (object ? JSON_OBJECT : JSON_ARRAY)) {
        md_refuse(sink, FEED_MALFORMED, (struct slice){0});
        return;
    }
    struct edgex_list list = {.kind = EDGEX_TICKER};
    if (kind == MD_REQUEST_TIME) {
        decode_time(&envelope.data, sink);
        return;
    }
    if (kind == MD_REQUEST_INSTRUMENTS) {
        decode_instruments(md, &envelope.data, sink);
        return;
    }
    if (kind == MD_REQUEST_QUOTE) {
        list.kind = EDGEX_DEPTH_AS_QUOTE;
    } else if (kind == MD_REQUEST_BOOK) {
        list.kind = EDGEX_DEPTH;
        list.snapshot = true;
    }
    edgex_decode_list(md, &envelope.data, &list, sink);
}
