// What Backpack calls wrong, and what becomes of a request then: backpack.md sections 3 and 7.
#include "exchanges/backpack_oe.h"
#include "exchanges/md_decode.h"
#include "exchanges/oe_fields.h"

struct failure {
    struct slice code, message;
};

// Two codes stand for many things: what is meant is in the words.
enum oe_error backpack_error_of_words(struct slice message, enum oe_error otherwise) {
    static const struct {
        const char *word;
        enum oe_error error;
    } rows[] = {
        {"immediately match", OE_ERROR_WOULD_TAKE},
        {"signature", OE_ERROR_KEYS},
        {"api key", OE_ERROR_KEYS},
        {"expired", OE_ERROR_CLOCK},
        {"timestamp", OE_ERROR_CLOCK},
        {"duplicate", OE_ERROR_DUPLICATE},
        {"already exists", OE_ERROR_DUPLICATE},
        {"not found", OE_ERROR_NO_ORDER},
        {"reduce only", OE_ERROR_REDUCE_ONLY},
        {"reduce-only", OE_ERROR_REDUCE_ONLY},
        {"self trade", OE_ERROR_SELF_TRADE},
        {"self-trade", OE_ERROR_SELF_TRADE},
        {"price decimal", OE_ERROR_PRICE},
        {"quantity decimal", OE_ERROR_SIZE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (oe_has_word(message, rows[i].word)) {
            return rows[i].error;
        }
    }
    return otherwise;
}

static enum oe_error error_of(const struct failure *failure) {
    static const struct {
        const char *code;
        enum oe_error error;
    } rows[] = {
        {"ACCOUNT_DEACTIVATED", OE_ERROR_KEYS},
        {"ACCOUNT_LIQUIDATING", OE_ERROR_MARGIN},
        {"BORROW_LIMIT", OE_ERROR_MARGIN},
        {"BORROW_REQUIRES_LEND_REDEEM", OE_ERROR_MARGIN},
        {"FORBIDDEN", OE_ERROR_KEYS},
        {"INSUFFICIENT_FUNDS", OE_ERROR_MARGIN},
        {"INSUFFICIENT_MARGIN", OE_ERROR_MARGIN},
        {"INSUFFICIENT_SUPPLY", OE_ERROR_MARGIN},
        {"INVALID_ASSET", OE_ERROR_SYMBOL},
        {"INVALID_MARKET", OE_ERROR_SYMBOL},
        {"INVALID_POSITION_ID", OE_ERROR_REQUEST},
        {"INVALID_PRICE", OE_ERROR_PRICE},
        {"INVALID_QUANTITY", OE_ERROR_SIZE},
        {"INVALID_RANGE", OE_ERROR_REQUEST},
        {"INVALID_SIGNATURE", OE_ERROR_KEYS},
        {"INVALID_SOURCE", OE_ERROR_KEYS},
        {"INVALID_SYMBOL", OE_ERROR_SYMBOL},
        {"INVALID_TWO_FACTOR_CODE", OE_ERROR_KEYS},
        {"LEND_LIMIT", OE_ERROR_LIMIT},
        {"LEND_REQUIRES_BORROW_REPAY", OE_ERROR_MARGIN},
        {"MAINTENANCE", OE_ERROR_BUSY},
        {"MAX_LEVERAGE_REACHED", OE_ERROR_MARGIN},
        {"NOT_IMPLEMENTED", OE_ERROR_REQUEST},
        {"ORDER_LIMIT", OE_ERROR_LIMIT},
        {"POSITION_LIMIT", OE_ERROR_LIMIT},
        {"RESOURCE_NOT_FOUND", OE_ERROR_NO_ORDER},
        {"TOO_EARLY", OE_ERROR_BUSY},
        {"TOO_MANY_REQUESTS", OE_ERROR_RATE},
        {"TRADING_PAUSED", OE_ERROR_SYMBOL},
        {"UNAUTHORIZED", OE_ERROR_KEYS},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(failure->code, slice_of(rows[i].code))) {
            return rows[i].error;
        }
    }
    if (slice_equals(failure->code, SLICE("INVALID_CLIENT_REQUEST"))) {
        return backpack_error_of_words(failure->message, OE_ERROR_REQUEST);
    }
    return backpack_error_of_words(failure->message, OE_ERROR_OTHER);
}

// The venue does not know itself what became of the request.
static bool is_unknown(const struct failure *failure, uint32_t http_status) {
    return slice_equals(failure->code, SLICE("TIMEOUT")) ||
           slice_equals(failure->code, SLICE("SERVER_ERROR")) ||
           (http_status >= 500 && error_of(failure) != OE_ERROR_BUSY);
}

void backpack_decode_failure(const struct oe_call *call, uint32_t http_status, struct slice body,
                             struct oe_sink *sink) {
    static const struct md_field fields[] = {
        {"code", offsetof(struct failure, code)},
        {"message", offsetof(struct failure, message)},
    };
    struct failure failure = {.code = {"", 0}};
    if (!md_read_object(body, fields, COUNT_OF(fields), &failure) || failure.code.size == 0) {
        oe_emit_http(sink, call, http_status, body);
        return;
    }
    enum oe_error error = error_of(&failure);
    struct slice text = failure.message.size > 0 ? failure.message : failure.code;
    if (is_unknown(&failure, http_status)) {
        if (oe_call_changes(call->kind)) {
            oe_emit_text(sink, OE_EVENT_UNKNOWN, call, text);
        } else {
            oe_emit_refused(sink, call, OE_ERROR_BUSY, text);
        }
    } else if (call->kind == OE_QUERY && error == OE_ERROR_NO_ORDER) {
        oe_emit_gone(sink, call, text);
    } else if (call->kind == OE_POSITIONS && call->symbol != OE_SYMBOL_NONE &&
               error == OE_ERROR_NO_ORDER) {
        oe_emit_end(sink, call, 0, (struct slice){"", 0}); // no position in that symbol
    } else {
        oe_emit_refused(sink, call, error, text);
    }
}

enum oe_error backpack_error_of_reason(struct slice reason) {
    static const struct {
        const char *word;
        enum oe_error error;
    } rows[] = {
        {"PostOnlyTaker", OE_ERROR_WOULD_TAKE},
        {"PostOnlyMode", OE_ERROR_WOULD_TAKE},
        {"InsufficientMargin", OE_ERROR_MARGIN},
        {"InsufficientFunds", OE_ERROR_MARGIN},
        {"InsufficientBorrowableQuantity", OE_ERROR_MARGIN},
        {"PriceOutOfBounds", OE_ERROR_PRICE},
        {"PriceBand", OE_ERROR_PRICE},
        {"PRICE_BAND", OE_ERROR_PRICE},
        {"InvalidPrice", OE_ERROR_PRICE},
        {"InvalidQuantity", OE_ERROR_SIZE},
        {"SelfTradePrevention", OE_ERROR_SELF_TRADE},
        {"ReduceOnlyNotReduced", OE_ERROR_REDUCE_ONLY},
        {"PositionLimit", OE_ERROR_LIMIT},
        {"ImmediateOrCancel", OE_ERROR_NO_LIQUIDITY},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (slice_equals(reason, slice_of(rows[i].word))) {
            return rows[i].error;
        }
    }
    return reason.size > 0 ? OE_ERROR_OTHER : OE_ERROR_NONE;
}
