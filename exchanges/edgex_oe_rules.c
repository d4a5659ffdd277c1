// The metadata of edgeX as signing needs them: the domain, the numbers of each contract and the
// resolution of the coin it is paid in (edgex.md sections 2 and 6b).
#include "exchanges/bytes_text.h"
#include "exchanges/edgex_oe.h"

// Decimal or hex, and a whole number. 0: neither, or out of range.
static uint64_t read_resolution(struct slice text) {
    uint8_t bytes[8] = {0};
    uint64_t value = 0;
    int64_t number;
    if (slice_starts(text, SLICE("0x"))) {
        if (!hex_read_number(text, bytes, sizeof(bytes))) {
            return 0;
        }
        for (size_t i = 0; i < sizeof(bytes); i++) {
            value = value << 8 | bytes[i];
        }
    } else if (decimal_parse(text, 0, &number) && number > 0) {
        value = (uint64_t)number;
    }
    return value <= EDGEX_RESOLUTION_MAX ? value : 0;
}

static uint64_t read_id(struct slice text) {
    int64_t id;
    return decimal_parse(text, 0, &id) && id > 0 ? (uint64_t)id : 0;
}

static uint64_t coin_resolution(struct slice coins, struct slice id) {
    struct coin {
        struct slice id, resolution;
    };
    static const struct md_field fields[] = {
        {"coinId", offsetof(struct coin, id)},
        {"resolution", offsetof(struct coin, resolution)},
    };
    struct json r;
    uint64_t found = 0;
    json_init(&r, coins);
    json_array_begin(&r);
    while (found == 0 && json_array_next(&r)) {
        struct coin coin = {.id = {"", 0}, .resolution = {"", 0}};
        md_read_fields(&r, fields, COUNT_OF(fields), &coin);
        if (!r.failed && slice_equals(coin.id, id)) {
            found = read_resolution(coin.resolution);
        }
    }
    return found;
}

// A rate that is absent is the one the venue's own client takes. False: none that can be one.
static bool read_rate(struct slice text, struct rate *out) {
    *out = (struct rate){PX_ONE / 1000};
    return text.size == 0 || (decimal_parse_near(text, RATE_DIGITS, &out->v) && out->v <= PX_ONE &&
                              out->v >= -PX_ONE);
}

struct row {
    struct slice id, name, coin, resolution, maker, taker;
};

// False: nothing can be signed for it.
static bool read_contract(const struct row *row, uint64_t resolution_of_coin,
                          struct edgex_contract *out) {
    struct edgex_rules *rules = &out->rules;
    if (!read_rate(row->maker, &out->maker) || !read_rate(row->taker, &out->taker)) {
        return false;
    }
    rules->contract = read_id(row->id);
    rules->coin = read_id(row->coin);
    rules->resolution = read_resolution(row->resolution);
    rules->coin_resolution = resolution_of_coin;
    rules->fee = out->maker.v > out->taker.v ? out->maker : out->taker;
    rules->fee.v = rules->fee.v > 0 ? rules->fee.v : 0; // a rebate needs no limit
    return rules->contract != 0 && rules->coin != 0 && rules->resolution != 0 &&
           rules->coin_resolution != 0;
}

static bool read_contracts(struct oe *oe, struct slice list, struct slice coins, uint32_t *count) {
    static const struct md_field fields[] = {
        {"contractId", offsetof(struct row, id)},
        {"contractName", offsetof(struct row, name)},
        {"quoteCoinId", offsetof(struct row, coin)},
        {"resolution", offsetof(struct row, resolution)},
        {"defaultMakerFeeRate", offsetof(struct row, maker)},
        {"defaultTakerFeeRate", offsetof(struct row, taker)},
    };
    struct edgex *edgex = oe->state;
    struct json r;
    struct slice coin = {"", 0}; // of the last one: mostly they are all paid in the same
    uint64_t resolution = 0;
    json_init(&r, list);
    json_array_begin(&r);
    while (json_array_next(&r)) {
        struct row row = {.id = {"", 0}};
        md_read_fields(&r, fields, COUNT_OF(fields), &row);
        uint16_t symbol = r.failed ? OE_SYMBOL_NONE : oe_find_symbol(oe, row.name);
        if (symbol == OE_SYMBOL_NONE) {
            continue;
        }
        if (resolution == 0 || !slice_equals(coin, row.coin)) {
            coin = row.coin;
            resolution = coin_resolution(coins, coin);
        }
        struct edgex_contract contract = {.rules = {.contract = 0}};
        if (read_contract(&row, resolution, &contract)) {
            edgex->contracts[symbol] = contract;
            edgex->coin = (int64_t)contract.rules.coin;
            ++*count;
        }
    }
    return json_end(&r);
}

static bool read_domain(struct edgex *edgex, struct slice global) {
    struct domain {
        struct slice native_chain, chain, contract;
    };
    static const struct md_field fields[] = {
        {"nativeChainId", offsetof(struct domain, native_chain)},
        {"chainId", offsetof(struct domain, chain)},
        {"contractAddress", offsetof(struct domain, contract)},
    };
    struct domain domain = {.chain = {"", 0}};
    uint8_t contract[ETH_ADDRESS_SIZE];
    struct json r;
    json_init(&r, global);
    md_read_fields(&r, fields, COUNT_OF(fields), &domain);
    uint64_t chain = read_id(domain.native_chain.size > 0 ? domain.native_chain : domain.chain);
    if (!json_end(&r) || chain == 0 || !hex_read(domain.contract, contract, sizeof(contract))) {
        return false;
    }
    edgex_domain(chain, contract, &edgex->domain);
    return true;
}

bool edgex_read_rules(struct oe *oe, struct slice data, uint32_t *count) {
    struct edgex *edgex = oe->state;
    struct slice key, global = {"", 0}, coins = {"", 0}, contracts = {"", 0};
    struct json r;
    json_init(&r, data);
    json_object_begin(&r);
    while (json_object_next(&r, &key)) {
        struct slice value = json_raw(&r);
        if (slice_equals(key, SLICE("global"))) {
            global = value;
        } else if (slice_equals(key, SLICE("coinList"))) {
            coins = value;
        } else if (slice_equals(key, SLICE("contractList"))) {
            contracts = value;
        }
    }
    if (!json_end(&r) || !read_domain(edgex, global) ||
        !read_contracts(oe, contracts, coins, count)) {
        return false;
    }
    edgex->rules_known = edgex->rules_known || *count > 0;
    return edgex->rules_known;
}

uint16_t edgex_oe_contract(const struct oe *oe, struct slice id) {
    const struct edgex *edgex = oe->state;
    uint64_t number = read_id(id);
    for (uint16_t i = 0; number != 0 && i < oe->symbol_count; i++) {
        if (edgex->contracts[i].rules.contract == number) {
            return i;
        }
    }
    return OE_SYMBOL_NONE;
}
