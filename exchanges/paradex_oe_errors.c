// What Paradex calls wrong, and what becomes of a request then: paradex.md sections 3 and 7.
#include "exchanges/paradex_oe.h"

static const struct {
    const char *name;
    struct paradex_verdict verdict;
} error_names[] = {
    {"VALIDATION_ERROR", {OE_ERROR_REQUEST, false}},
    {"BINDING_ERROR", {OE_ERROR_REQUEST, false}},
    {"INVALID_REQUEST_PARAMETER", {OE_ERROR_REQUEST, false}},
    {"BATCH_SIZE_OUT_OF_RANGE", {OE_ERROR_REQUEST, false}},
    {"NOT_FOUND", {OE_ERROR_REQUEST, false}},
    {"INVALID_ORDER_SIZE", {OE_ERROR_SIZE, false}},
    {"INVALID_ORDER_SIGNATURE", {OE_ERROR_KEYS, false}},
    {"STARKNET_SIGNATURE_VERIFICATION_FAILED", {OE_ERROR_KEYS, false}},
    {"INVALID_STARKNET_SIGNATURE", {OE_ERROR_KEYS, false}},
    {"NOT_ONBOARDED", {OE_ERROR_KEYS, false}},
    {"ACCOUNT_NOT_FOUND", {OE_ERROR_KEYS, false}},
    {"IP_NOT_ALLOWED", {OE_ERROR_KEYS, false}},
    {"INVALID_SUBKEY", {OE_ERROR_KEYS, false}},
    {"INVALID_TOKEN_SCOPE", {OE_ERROR_KEYS, false}},
    {"INVALID_STARKNET_ADDRESS", {OE_ERROR_KEYS, false}},
    {"PUBLIC_KEY_INVALID", {OE_ERROR_KEYS, false}},
    {"REQUEST_NOT_ALLOWED", {OE_ERROR_KEYS, false}},
    {"GEO_IP_BLOCK", {OE_ERROR_KEYS, false}},
    {"UNAUTHORIZED_ERROR", {OE_ERROR_LOGIN, false}},
    {"INVALID_TIMESTAMP", {OE_ERROR_CLOCK, false}},
    {"INVALID_BLOCK_EXPIRATION", {OE_ERROR_CLOCK, false}},
    {"DUPLICATED_CLIENT_ID", {OE_ERROR_DUPLICATE, false}},
    {"ORDER_ID_NOT_FOUND", {OE_ERROR_NO_ORDER, false}},
    {"CLIENT_ORDER_ID_NOT_FOUND", {OE_ERROR_NO_ORDER, false}},
    {"ORDER_IS_CLOSED", {OE_ERROR_NO_ORDER, false}},
    {"ORDER_IS_NOT_OPEN", {OE_ERROR_BUSY, false}},
    {"MARKET_NOT_FOUND", {OE_ERROR_SYMBOL, false}},
    {"MARKET_NOT_OPEN", {OE_ERROR_SYMBOL, false}},
    {"NO_ACCESS_TO_MARKET", {OE_ERROR_SYMBOL, false}},
    {"MARKET_MARGIN_RESTRICTED", {OE_ERROR_MARGIN, false}},
    {"SYSTEM_STATUS_POST_ONLY", {OE_ERROR_BUSY, false}},
    {"SYSTEM_STATUS_CANCEL_ONLY", {OE_ERROR_BUSY, false}},
    {"SERVICE_UNAVAILABLE", {OE_ERROR_BUSY, true}},
    {"INTERNAL_ERROR", {OE_ERROR_BUSY, true}},
};

static bool is_name_letter(char c) {
    return (c >= 'A' && c <= 'Z') || c == '_';
}

// The first name of an error that stands in the text. False: none that is known.
bool paradex_find_error(struct slice text, struct paradex_verdict *out) {
    size_t at = 0;
    while (at < text.size) {
        size_t from = at;
        while (at < text.size && is_name_letter(text.data[at])) {
            at++;
        }
        struct slice word = {text.data + from, at - from};
        for (size_t i = 0; word.size > 0 && i < COUNT_OF(error_names); i++) {
            if (slice_equals(slice_of(error_names[i].name), word)) {
                *out = error_names[i].verdict;
                return true;
            }
        }
        at += at < text.size;
    }
    return false;
}

struct paradex_verdict paradex_verdict_of_status(uint32_t http_status) {
    return http_status == 429   ? (struct paradex_verdict){OE_ERROR_RATE, false}
           : http_status == 401 ? (struct paradex_verdict){OE_ERROR_LOGIN, false}
           : http_status == 403 ? (struct paradex_verdict){OE_ERROR_KEYS, false}
           : http_status >= 500 || http_status == 408
               ? (struct paradex_verdict){OE_ERROR_BUSY, true}
               : (struct paradex_verdict){OE_ERROR_OTHER, false};
}

struct paradex_verdict paradex_verdict_of_code(int64_t code) {
    static const struct {
        int32_t code;
        struct paradex_verdict verdict;
    } rows[] = {
        {-32700, {OE_ERROR_REQUEST, false}}, {-32600, {OE_ERROR_REQUEST, false}},
        {-32601, {OE_ERROR_REQUEST, false}}, {-32602, {OE_ERROR_REQUEST, false}},
        {-32603, {OE_ERROR_BUSY, true}},     {40110, {OE_ERROR_LOGIN, false}},
        {40111, {OE_ERROR_LOGIN, false}},    {40112, {OE_ERROR_KEYS, false}},
        {40300, {OE_ERROR_LOGIN, false}},    {42901, {OE_ERROR_RATE, false}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].code == code) {
            return rows[i].verdict;
        }
    }
    return (struct paradex_verdict){OE_ERROR_OTHER, false};
}

// What cannot be read is no proof of anything.
void paradex_emit_unreadable(const struct oe_call *call, struct slice text, struct oe_sink *sink) {
    bool in_doubt = call != NULL && oe_call_changes(call->kind);
    oe_emit_text(sink, in_doubt ? OE_EVENT_UNKNOWN : OE_EVENT_SURPRISE, call, text);
}
