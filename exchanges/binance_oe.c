// A request of the WebSocket API is signed over its parameters in the order of their names, as
// name=value joined by '&'. They are written in that order into the text to be signed, and once
// more as JSON; the values need no escaping in either because only plain letters are let in.
#include "exchanges/binance_oe.h"

#include <openssl/crypto.h>

#define RECEIVE_WINDOW_MS "5000" // how late the venue may receive an order and still take it

enum { PREHASH_MAX = 512 };

static bool is_plain(struct slice text, size_t size_max) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                    c == '-' || c == '_' || c == '.';
        if (!good) {
            return false;
        }
    }
    return text.size > 0 && text.size <= size_max;
}

static enum status init(struct oe *oe, struct oe_credentials credentials) {
    if (!is_plain(credentials.api_key, OE_API_KEY_MAX - 1) || credentials.secret.size == 0) {
        return status_fail(STATUS_CONFIG, "the API key or secret is no key of Binance");
    }
    oe->venue = &binance_oe;
    (void)string_copy(oe->api_key, sizeof(oe->api_key), credentials.api_key);
    sign_hmac_init(&oe->hmac, credentials.secret);
    return STATUS_OK;
}

static void finish(struct oe *oe) {
    sign_hmac_finish(&oe->hmac);
    OPENSSL_cleanse(oe->api_key, sizeof(oe->api_key));
    oe->venue = NULL;
}

static enum status check(const struct oe_order *order) {
    const struct listing *listing = order->listing;
    if (!listing->ready || listing->tick.v <= 0 || listing->step.v <= 0) {
        return status_fail(STATUS_DATA, "the rules of the listing are not known");
    }
    if (order->price.v <= 0 || order->price.v % listing->tick.v != 0) {
        return status_fail(STATUS_DATA, "the price is off the listing's tick");
    }
    if (order->size.v <= 0 || order->size.v % listing->step.v != 0) {
        return status_fail(STATUS_DATA, "the size is off the listing's step");
    }
    if (!is_plain(order->client_id, OE_CLIENT_ID_MAX) ||
        !is_plain(order->request_id, OE_CLIENT_ID_MAX)) {
        return status_fail(STATUS_DATA, "a client or request id Binance does not take");
    }
    if (order->timestamp_ms <= 0 || (unsigned)order->kind >= OE_KIND_COUNT) {
        return status_fail(STATUS_DATA, "an order without time or kind");
    }
    return STATUS_OK;
}

// The values that have to be printed, once for both texts.
struct values {
    char price_data[32], size_data[32], time_data[24];
    struct text price, size, time;
};

static void print_values(struct values *values, const struct oe_order *order) {
    values->price = TEXT_OVER(values->price_data);
    values->size = TEXT_OVER(values->size_data);
    values->time = TEXT_OVER(values->time_data);
    px_print(&values->price, order->price, 0, PX_DIGITS);
    qty_print(&values->size, order->size, 0, QTY_DIGITS);
    text_add_int(&values->time, order->timestamp_ms);
}

#define ADD(text, literal) text_add((text), SLICE(literal))

static void add_pair(struct text *out, struct slice open, struct slice value) {
    text_add(out, open);
    text_add(out, value);
}

static struct slice time_in_force(enum oe_kind kind) {
    static const struct slice words[OE_KIND_COUNT] = {
        [OE_POST_ONLY] = {"GTX", 3}, [OE_IOC] = {"IOC", 3}, [OE_GTC] = {"GTC", 3}};
    return words[kind];
}

static struct slice side_word(enum side side) {
    return side == SIDE_BUY ? SLICE("BUY") : SLICE("SELL");
}

static void add_prehash(struct text *out, const struct oe *oe, const struct oe_order *order,
                        const struct values *values) {
    add_pair(out, SLICE("apiKey="), slice_of(oe->api_key));
    add_pair(out, SLICE("&newClientOrderId="), order->client_id);
    add_pair(out, SLICE("&price="), text_slice(&values->price));
    add_pair(out, SLICE("&quantity="), text_slice(&values->size));
    add_pair(out, SLICE("&recvWindow=" RECEIVE_WINDOW_MS "&side="), side_word(order->side));
    add_pair(out, SLICE("&symbol="), slice_of(order->listing->native));
    add_pair(out, SLICE("&timeInForce="), time_in_force(order->kind));
    add_pair(out, SLICE("&timestamp="), text_slice(&values->time));
    ADD(out, "&type=LIMIT");
}

static void add_request(struct text *out, const struct oe *oe, const struct oe_order *order,
                        const struct values *values, struct slice signature) {
    add_pair(out, SLICE("{\"id\":\""), order->request_id);
    add_pair(out, SLICE("\",\"method\":\"order.place\",\"params\":{\"apiKey\":\""),
             slice_of(oe->api_key));
    add_pair(out, SLICE("\",\"newClientOrderId\":\""), order->client_id);
    add_pair(out, SLICE("\",\"price\":\""), text_slice(&values->price));
    add_pair(out, SLICE("\",\"quantity\":\""), text_slice(&values->size));
    add_pair(out, SLICE("\",\"recvWindow\":\"" RECEIVE_WINDOW_MS "\",\"side\":\""),
             side_word(order->side));
    add_pair(out, SLICE("\",\"symbol\":\""), slice_of(order->listing->native));
    add_pair(out, SLICE("\",\"timeInForce\":\""), time_in_force(order->kind));
    add_pair(out, SLICE("\",\"timestamp\":"), text_slice(&values->time));
    add_pair(out, SLICE(",\"type\":\"LIMIT\",\"signature\":\""), signature);
    ADD(out, "\"}}");
}

static enum status encode_place(const struct oe *oe, const struct oe_order *order,
                                struct text *out) {
    ASSERT(oe->venue == &binance_oe);
    enum status status = check(order);
    if (status != STATUS_OK) {
        return status;
    }
    struct values values;
    print_values(&values, order);
    char prehash_data[PREHASH_MAX];
    struct text prehash = TEXT_OVER(prehash_data);
    add_prehash(&prehash, oe, order, &values);
    ASSERT(!prehash.truncated); // every part of it is bounded
    char signature[SIGN_HMAC_HEX_SIZE];
    sign_hmac_hex(&oe->hmac, text_slice(&prehash), signature);
    add_request(out, oe, order, &values, (struct slice){signature, sizeof(signature)});
    if (out->truncated) {
        return status_fail(STATUS_INTERNAL, "the buffer for an order is too small");
    }
    return STATUS_OK;
}

const struct venue_oe binance_oe = {
    .mainnet_ws = "wss://ws-fapi.binance.com/ws-fapi/v1",
    .testnet_ws = "wss://testnet.binancefuture.com/ws-fapi/v1",
    .init = init,
    .finish = finish,
    .encode_place = encode_place,
};
