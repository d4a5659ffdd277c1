#include "sim/sim_fault.h"

#include "base/clock.h"
#include "base/decimal.h"
#include "base/table.h"
#include "io/config.h"

enum { EVERY_FEW = 5, EVERY_OTHER_PAIR = 4, CODE_RESTART = 1012, CODE_POLICY = 1008 };

const struct sim_fault sim_fault_table[SIM_FAULT_COUNT] = {
#define SIM_FAULT_ROW(code, name, place, effect, ms, sentence)                                     \
    {name, sentence, SIM_FAULT_AT_##place, SIM_FAULT_##effect, (ms)*NS_PER_MS},
    SIM_FAULT_LIST(SIM_FAULT_ROW)
#undef SIM_FAULT_ROW
};

const char *sim_fault_place_name(enum sim_fault_place place) {
    static const char *const names[SIM_FAULT_PLACE_COUNT] = {
        "name", "connection", "frame", "stream", "content", "rest", "clock"};
    ASSERT(place < SIM_FAULT_PLACE_COUNT);
    return names[place];
}

int sim_fault_find(struct slice name) {
    for (int i = 0; i < SIM_FAULT_COUNT; i++) {
        if (slice_equals(name, slice_of(sim_fault_table[i].name))) {
            return i;
        }
    }
    return -1;
}

static const char *name_at(const void *names, uint32_t index) {
    (void)names;
    return sim_fault_table[index].name;
}

const char *sim_fault_nearest(struct slice name) {
    return nearest_name(name, SIM_FAULT_COUNT, name_at, NULL);
}

// ---- when -------------------------------------------------------------------------------------

bool sim_faults_add(struct sim_faults *faults, struct sim_fault_order order, int64_t now_ns) {
    ASSERT(order.kind < SIM_FAULT_COUNT && order.until_ns >= order.from_ns);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < faults->count; i++) {
        // One that happens once stays for a while: it may not have been asked for yet.
        if (faults->orders[i].until_ns + NS_PER_S > now_ns) {
            faults->orders[kept++] = faults->orders[i];
        }
    }
    faults->count = kept;
    if (kept == SIM_FAULT_ORDERS_MAX) {
        return false;
    }
    faults->orders[faults->count++] = order;
    return true;
}

void sim_faults_heal(struct sim_faults *faults, uint32_t venue) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < faults->count; i++) {
        if (faults->orders[i].venue != venue) {
            faults->orders[kept++] = faults->orders[i];
        }
    }
    faults->count = kept;
    faults->healed |= UINT64_C(1) << (venue & 63);
}

// Begins in the first half of its interval and is over before the next: they never touch.
struct sim_fault_order sim_fault_drawn(uint64_t seed, uint32_t venue, uint64_t number) {
    uint64_t draw = hash_mix(seed ^ hash_mix(number * 64 + venue + 1));
    enum sim_fault_kind kind = (enum sim_fault_kind)(draw % SIM_FAULT_COUNT);
    uint64_t half_ms = SIM_FAULT_EVERY_S * 1000 / 2;
    int64_t from_ns = (int64_t)(number * SIM_FAULT_EVERY_S) * NS_PER_S +
                      (int64_t)(hash_mix(draw) % half_ms) * NS_PER_MS;
    int64_t length_ns = 0;
    if (sim_fault_table[kind].length_ns > 0) {
        length_ns = (int64_t)(1 + hash_mix(draw + 1) % SIM_FAULT_SEEDED_MAX_MS) * NS_PER_MS;
    }
    return (struct sim_fault_order){venue, kind, from_ns, from_ns + length_ns};
}

static bool acts(const struct sim_fault_order *order, int64_t asked_ns, int64_t now_ns) {
    bool begins = asked_ns < order->from_ns && order->from_ns <= now_ns;
    return begins || (order->from_ns <= now_ns && now_ns < order->until_ns);
}

uint64_t sim_faults_at(const struct sim_faults *faults, uint32_t venue, int64_t asked_ns,
                       int64_t now_ns) {
    uint64_t set = 0;
    for (uint32_t i = 0; i < faults->count; i++) {
        const struct sim_fault_order *order = &faults->orders[i];
        if (order->venue == venue && acts(order, asked_ns, now_ns)) {
            set |= SIM_FAULT_BIT(order->kind);
        }
    }
    if (faults->seeded && now_ns >= 0 && (faults->healed >> (venue & 63) & 1) == 0) {
        uint64_t number = (uint64_t)(now_ns / (SIM_FAULT_EVERY_S * NS_PER_S));
        struct sim_fault_order drawn = sim_fault_drawn(faults->seed, venue, number);
        set |= acts(&drawn, asked_ns, now_ns) ? SIM_FAULT_BIT(drawn.kind) : 0;
    }
    return set;
}

// ---- what -------------------------------------------------------------------------------------

enum sim_end sim_fault_end(uint64_t begun, uint16_t *code, struct slice *text) {
    // The first row that is in the set decides: the hardest ends stand first.
    static const struct {
        enum sim_fault_kind kind;
        enum sim_end end;
        uint16_t code;
        const char *text;
    } rows[] = {
        {SIM_FAULT_RESET, SIM_END_RESET, 0, ""},
        {SIM_FAULT_HANDSHAKE, SIM_END_RESET, 0, ""},
        {SIM_FAULT_NO_NAME, SIM_END_RESET, 0, ""},
        {SIM_FAULT_NAME_STALL, SIM_END_RESET, 0, ""},
        {SIM_FAULT_DROP, SIM_END_DROP, 0, ""},
        {SIM_FAULT_TLS_ALERT, SIM_END_DROP, 0, ""},
        {SIM_FAULT_CERTIFICATE, SIM_END_DROP, 0, ""},
        {SIM_FAULT_CLOSE_1006, SIM_END_DROP, 0, ""},
        {SIM_FAULT_SERVER_ERROR, SIM_END_DROP, 0, ""},
        {SIM_FAULT_MAINTENANCE, SIM_END_CLOSE, CODE_RESTART, "maintenance"},
        {SIM_FAULT_LIMITED, SIM_END_CLOSE, CODE_POLICY, "too many requests"},
        {SIM_FAULT_LIMITED_BARE, SIM_END_CLOSE, CODE_POLICY, "too many requests"},
        {SIM_FAULT_BANNED, SIM_END_CLOSE, CODE_POLICY, "banned"},
        {SIM_FAULT_ACK_ONLY, SIM_END_CLOSE, 1001, "going away"},
        {SIM_FAULT_STALE_SNAPSHOT, SIM_END_CLOSE, CODE_RESTART, "service restart"},
        {SIM_FAULT_CLOSE_1000, SIM_END_CLOSE, 1000, ""},
        {SIM_FAULT_CLOSE_1001, SIM_END_CLOSE, 1001, "going away"},
        {SIM_FAULT_CLOSE_1008, SIM_END_CLOSE, CODE_POLICY, "policy"},
        {SIM_FAULT_CLOSE_1012, SIM_END_CLOSE, CODE_RESTART, "service restart"},
        {SIM_FAULT_HALF_OPEN, SIM_END_DEAF, 0, ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (sim_fault_in(begun, rows[i].kind)) {
            *code = rows[i].code;
            *text = slice_of(rows[i].text);
            return rows[i].end;
        }
    }
    return SIM_END_NONE;
}

enum sim_entry sim_fault_entry(uint64_t active, bool tls) {
    if (sim_fault_in(active, SIM_FAULT_RESET)) {
        return SIM_ENTRY_RESET;
    }
    if (sim_fault_in(active, SIM_FAULT_DROP)) {
        return SIM_ENTRY_DROPPED;
    }
    if (sim_fault_in(active, SIM_FAULT_HANDSHAKE)) {
        return SIM_ENTRY_DEAF;
    }
    if (sim_fault_in(active, SIM_FAULT_TLS_ALERT)) {
        return tls ? SIM_ENTRY_TLS_ALERT : SIM_ENTRY_RESET;
    }
    if (sim_fault_in(active, SIM_FAULT_CERTIFICATE)) {
        return tls ? SIM_ENTRY_CERTIFICATE : SIM_ENTRY_RESET;
    }
    return SIM_ENTRY_SERVED;
}

enum sim_lookup sim_fault_lookup(uint64_t active) {
    return sim_fault_in(active, SIM_FAULT_NAME_STALL) ? SIM_LOOKUP_STALLS
           : sim_fault_in(active, SIM_FAULT_NO_NAME)  ? SIM_LOOKUP_FAILS
                                                      : SIM_LOOKUP_RIGHT;
}

struct sim_refusal sim_fault_refusal(uint64_t active) {
    static const struct {
        enum sim_fault_kind kind;
        struct sim_refusal refusal;
    } rows[] = {
        {SIM_FAULT_MAINTENANCE,
         {503, 0, true, {"<html><body><h1>Scheduled maintenance</h1></body></html>\n", 57}}},
        {SIM_FAULT_BANNED, {418, SIM_FAULT_RETRY_AFTER_S, false, {"{\"msg\":\"banned\"}", 16}}},
        {SIM_FAULT_LIMITED,
         {429, SIM_FAULT_RETRY_AFTER_S, false, {"{\"msg\":\"too many requests\"}", 27}}},
        {SIM_FAULT_LIMITED_BARE, {429, 0, false, {"{\"msg\":\"too many requests\"}", 27}}},
        {SIM_FAULT_SERVER_ERROR,
         {502, 0, true, {"<html><body><h1>502 Bad Gateway</h1></body></html>\n", 51}}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (sim_fault_in(active, rows[i].kind)) {
            return rows[i].refusal;
        }
    }
    return (struct sim_refusal){0};
}

enum sim_message_fate sim_fault_fate(uint64_t active, bool pushed, uint64_t number) {
    bool every_few = number % EVERY_FEW == EVERY_FEW - 1;
    if (pushed &&
        (active & (SIM_FAULT_BIT(SIM_FAULT_SILENCE) | SIM_FAULT_BIT(SIM_FAULT_ACK_ONLY))) != 0) {
        return SIM_MESSAGE_SWALLOWED;
    }
    if (!pushed) {
        return SIM_MESSAGE_SENT; // an answer is worth more to a test whole
    }
    if (sim_fault_in(active, SIM_FAULT_NOISE)) {
        return SIM_MESSAGE_NOISE;
    }
    if (sim_fault_in(active, SIM_FAULT_TRUNCATED)) {
        return SIM_MESSAGE_SEVERED;
    }
    if (sim_fault_in(active, SIM_FAULT_HUGE)) {
        return SIM_MESSAGE_HUGE;
    }
    if (sim_fault_in(active, SIM_FAULT_GAP) && every_few) {
        return SIM_MESSAGE_SWALLOWED;
    }
    if (sim_fault_in(active, SIM_FAULT_DUPLICATE)) {
        return SIM_MESSAGE_TWICE;
    }
    if (sim_fault_in(active, SIM_FAULT_REORDER) && number % EVERY_OTHER_PAIR == 0) {
        return SIM_MESSAGE_HELD;
    }
    return sim_fault_in(active, SIM_FAULT_FRAGMENTS) ? SIM_MESSAGE_PIECES : SIM_MESSAGE_SENT;
}

// Where `part` stands in `whole`, NULL when nowhere.
static const char *find(struct slice whole, struct slice part) {
    const char *at = whole.data;
    const char *end = whole.data + whole.size;
    while (part.size > 0 && (size_t)(end - at) >= part.size) {
        at = memchr(at, part.data[0], (size_t)(end - at) - part.size + 1);
        if (at == NULL || memcmp(at, part.data, part.size) == 0) {
            return at;
        }
        at++;
    }
    return NULL;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The text up to `at`, `with`, and what stands from `from` on.
static void splice(struct slice message, const char *at, struct slice with, const char *from,
                   struct text *out) {
    text_add(out, (struct slice){message.data, (size_t)(at - message.data)});
    text_add(out, with);
    text_add(out, (struct slice){from, (size_t)(message.data + message.size - from)});
}

// "checksum":-123 gets another last digit.
static bool spoil_checksum(struct slice message, struct text *out) {
    const char *at = find(message, SLICE("\"checksum\":"));
    const char *end = message.data + message.size;
    if (at == NULL) {
        return false;
    }
    at += 11;
    while (at < end && (*at == '-' || is_digit(*at))) {
        at++;
    }
    if (!is_digit(at[-1])) {
        return false;
    }
    char digit = at[-1] == '9' ? '1' : (char)(at[-1] + 1);
    splice(message, at - 1, (struct slice){&digit, 1}, at, out);
    return true;
}

// The symbol's name where the message has it, else the number that names it there: a venue's
// contract or the end of its channel.
static bool spoil_symbol(struct slice message, struct slice symbol, struct text *out) {
    static const struct slice keys[] = {{"\"contractId\":\"", 14}, {"\"channel\":\"", 11}};
    const char *end = message.data + message.size;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const char *at = find(message, keys[i]);
        const char *quote =
            at == NULL ? NULL : memchr(at + keys[i].size, '"', (size_t)(end - at) - keys[i].size);
        if (quote != NULL && is_digit(quote[-1])) {
            splice(message, quote, SLICE("777"), quote, out);
            return true;
        }
    }
    const char *at = symbol.size == 0 ? NULL : find(message, symbol);
    if (at == NULL) {
        return false;
    }
    splice(message, at, SLICE("Q"), at + 1, out);
    return true;
}

static void make_garbage(uint64_t number, size_t size, struct text *out) {
    for (size_t i = 0; i < size; i++) {
        text_add_char(out, (char)(' ' + hash_mix(number << 20 ^ i) % 95));
    }
}

bool sim_fault_rewrite(uint64_t active, uint64_t number, struct slice message, struct slice symbol,
                       struct text *out) {
    if (sim_fault_in(active, SIM_FAULT_CHECKSUM)) {
        return spoil_checksum(message, out);
    }
    if (number % EVERY_FEW != EVERY_FEW - 1) {
        return false;
    }
    if (sim_fault_in(active, SIM_FAULT_GARBAGE)) {
        make_garbage(number, message.size, out);
        return true;
    }
    if (sim_fault_in(active, SIM_FAULT_CUT)) {
        text_add(out, (struct slice){message.data, message.size / 2});
        return true;
    }
    return sim_fault_in(active, SIM_FAULT_WRONG_SYMBOL) && spoil_symbol(message, symbol, out);
}

int64_t sim_fault_skew_ns(uint64_t active) {
    return sim_fault_in(active, SIM_FAULT_SKEW) ? SIM_FAULT_SKEW_MS * NS_PER_MS : 0;
}

// ---- as text ----------------------------------------------------------------------------------

static bool parse_seconds(struct slice text, int64_t *ns) {
    int64_t ms = 0;
    if (!decimal_parse(text, 3, &ms) || ms < 0 || ms > SIM_FAULT_SECONDS_MAX * INT64_C(1000)) {
        return false;
    }
    *ns = ms * NS_PER_MS;
    return true;
}

static struct slice cut(struct slice *rest, char separator) {
    const char *at = rest->size == 0 ? NULL : memchr(rest->data, separator, rest->size);
    struct slice behind = {"", 0};
    if (at != NULL) {
        behind = (struct slice){at + 1, rest->size - (size_t)(at + 1 - rest->data)};
        rest->size = (size_t)(at - rest->data);
    }
    return behind;
}

enum status sim_fault_parse(struct slice text, int64_t now_ns, struct sim_fault_order *order) {
    struct slice name = text;
    bool has_at = memchr(text.data, '@', text.size) != NULL;
    bool has_seconds = memchr(text.data, ':', text.size) != NULL;
    struct slice at = cut(&name, '@');
    struct slice seconds = cut(&name, ':');
    int kind = sim_fault_find(name);
    int shown = name.size < 40 ? (int)name.size : 40;
    if (kind < 0) {
        const char *near = sim_fault_nearest(name);
        return near != NULL
                   ? status_fail(STATUS_USAGE, "%.*s is an unknown fault: did you mean %s?", shown,
                                 name.data, near)
                   : status_fail(STATUS_USAGE,
                                 "%.*s is an unknown fault: perpdesk sim --fault list names them",
                                 shown, name.data);
    }
    int64_t length_ns = sim_fault_table[kind].length_ns;
    int64_t delay_ns = 0;
    if ((has_seconds && !parse_seconds(seconds, &length_ns)) ||
        (has_at && !parse_seconds(at, &delay_ns))) {
        return status_fail(STATUS_USAGE, "%.*s: expected NAME[:SECONDS][@AT], 0 to %d seconds",
                           shown, text.data, SIM_FAULT_SECONDS_MAX);
    }
    order->kind = (enum sim_fault_kind)kind;
    order->from_ns = now_ns + delay_ns;
    order->until_ns = order->from_ns + length_ns;
    return STATUS_OK;
}

void sim_fault_print(struct text *out, enum sim_fault_kind kind) {
    const struct sim_fault *fault = &sim_fault_table[kind];
    text_add_format(out, "%-17s %-10s ", fault->name, sim_fault_place_name(fault->place));
    if (fault->length_ns == 0) {
        text_add_string(out, "once   ");
    } else {
        decimal_print(out, fault->length_ns, 9, 1, 1);
        text_add_string(out, " s  ");
    }
    text_add_format(out, "%s\n", fault->sentence);
}
