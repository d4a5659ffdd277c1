// The numbers of a key's transactions: each exactly one more than the one before. A refused one is
// free again if no newer one is out; else, and whenever it is not known what became of one, the
// count is asked for.
#include "base/clock.h"
#include "exchanges/lighter_oe.h"

enum { FLIGHT_LIFE_MS = 10000 }; // then no answer is expected any more

static void drop_flight(struct lighter *lighter, struct lighter_flight *flight) {
    flight->tag = 0;
    lighter->flight_count--;
}

// The number of a transaction that never counted: free again, or others behind it fail with it.
static void give_back(struct lighter *lighter, uint64_t nonce) {
    if (lighter->nonce_known && lighter->nonce == nonce + 1) {
        lighter->nonce = nonce;
    } else {
        lighter->nonce_known = false;
    }
}

bool lighter_land(struct lighter *lighter, uint32_t tag, enum oe_error refused,
                  struct lighter_flight *out) {
    for (size_t i = 0; tag != 0 && i < LIGHTER_FLIGHTS_MAX; i++) {
        struct lighter_flight *flight = &lighter->flights[i];
        if (flight->tag != tag) {
            continue;
        }
        *out = *flight;
        drop_flight(lighter, flight);
        if (refused == OE_ERROR_NONCE) {
            lighter->nonce_known = false;
        } else if (refused != OE_ERROR_NONE) {
            give_back(lighter, out->nonce);
        }
        return true;
    }
    return false;
}

// Those that got no answer in time: nobody knows whether they counted.
void lighter_give_up(struct lighter *lighter, int64_t now_ns) {
    for (size_t i = 0; i < LIGHTER_FLIGHTS_MAX; i++) {
        struct lighter_flight *flight = &lighter->flights[i];
        if (flight->tag != 0 && now_ns - flight->sent_ns >= FLIGHT_LIFE_MS * NS_PER_MS) {
            drop_flight(lighter, flight);
            lighter->nonce_known = false;
        }
    }
}

struct lighter_flight *lighter_take_off(struct lighter *lighter, const struct oe_call *call) {
    for (size_t i = 0; i < LIGHTER_FLIGHTS_MAX; i++) {
        struct lighter_flight *flight = &lighter->flights[i];
        if (flight->tag == 0) {
            *flight = (struct lighter_flight){.tag = call->tag,
                                              .kind = call->kind,
                                              .symbol = call->symbol,
                                              .nonce = lighter->nonce++,
                                              .sent_ns = call->now_ns};
            lighter->flight_count++;
            return flight;
        }
    }
    return NULL;
}

// A message's number is one more than the nonce: the first nonce of a key is 0.
void lighter_number_unused(struct oe *oe, uint64_t number) {
    struct lighter *lighter = lighter_of(oe);
    for (size_t i = 0; i < LIGHTER_FLIGHTS_MAX; i++) {
        struct lighter_flight *flight = &lighter->flights[i];
        if (flight->tag != 0 && flight->nonce + 1 == number) {
            drop_flight(lighter, flight);
            give_back(lighter, number - 1);
        }
    }
}

// When the count may be asked for: not while transactions are on the way that it may lack.
int64_t lighter_count_due_ns(const struct lighter *lighter, int64_t now_ns) {
    int64_t due_ns = now_ns;
    for (size_t i = 0; i < LIGHTER_FLIGHTS_MAX; i++) {
        const struct lighter_flight *flight = &lighter->flights[i];
        int64_t over_ns = flight->sent_ns + FLIGHT_LIFE_MS * NS_PER_MS;
        if (flight->tag != 0 && over_ns > due_ns) {
            due_ns = over_ns;
        }
    }
    return due_ns;
}
