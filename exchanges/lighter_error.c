// Lighter's numbers of errors (lighter.md section 7; the whole list is in its vectors).
#include "exchanges/lighter_oe.h"

bool lighter_is_unknown(int64_t code) {
    return code == 29500 || code == 29501;
}

enum oe_error lighter_error_of(int64_t code) {
    static const struct {
        int32_t from, to;
        enum oe_error error;
    } rows[] = {
        {20001, 20001, OE_ERROR_REQUEST},
        {21104, 21105, OE_ERROR_NONCE},
        {21100, 21103, OE_ERROR_KEYS}, // an account that is none
        {21107, 21107, OE_ERROR_KEYS},
        {21108, 21110, OE_ERROR_KEYS},
        {21111, 21112, OE_ERROR_MARGIN},
        {21113, 21113, OE_ERROR_LIMIT}, // of leverage
        {21120, 21120, OE_ERROR_KEYS},
        {21121, 21121, OE_ERROR_REQUEST},
        {21122, 21122, OE_ERROR_BUSY}, // the dead-man's switch is overdue and comes first
        {21123, 21123, OE_ERROR_KEYS},
        {21132, 21133, OE_ERROR_LIMIT},
        {21136, 21136, OE_ERROR_KEYS},
        {21146, 21149, OE_ERROR_REQUEST}, // integrators: none is named
        {21301, 21301, OE_ERROR_MARGIN},
        {21304, 21305, OE_ERROR_MARGIN},
        {21500, 21500, OE_ERROR_NO_ORDER},
        {21501, 21505, OE_ERROR_REQUEST},
        {21506, 21506, OE_ERROR_RATE},
        {21507, 21508, OE_ERROR_MARGIN},
        {21511, 21511, OE_ERROR_KEYS},
        {21513, 21514, OE_ERROR_REQUEST},
        {21515, 21515, OE_ERROR_SYMBOL},
        {21600, 21600, OE_ERROR_NO_ORDER},
        {21601, 21601, OE_ERROR_LIMIT},
        {21602, 21602, OE_ERROR_SYMBOL},
        {21603, 21603, OE_ERROR_SIZE},
        {21605, 21605, OE_ERROR_SYMBOL},
        {21612, 21612, OE_ERROR_LIMIT},
        {21613, 21613, OE_ERROR_REQUEST},
        {21614, 21614, OE_ERROR_REDUCE_ONLY},
        {21618, 21621, OE_ERROR_SYMBOL},
        {21622, 21623, OE_ERROR_LIMIT},
        {21624, 21625, OE_ERROR_SIZE},
        {21626, 21626, OE_ERROR_LIMIT},
        {21700, 21700, OE_ERROR_NO_ORDER},
        {21701, 21701, OE_ERROR_SIZE},
        {21702, 21702, OE_ERROR_PRICE},
        {21703, 21705, OE_ERROR_REQUEST},
        {21706, 21706, OE_ERROR_SIZE},
        {21707, 21709, OE_ERROR_NO_ORDER},
        {21710, 21710, OE_ERROR_REQUEST},
        {21711, 21711, OE_ERROR_CLOCK}, // of an expiry: ours is right unless our clock is wrong
        {21712, 21712, OE_ERROR_BUSY},
        {21713, 21714, OE_ERROR_REQUEST},
        {21715, 21715, OE_ERROR_NO_ORDER},
        {21717, 21722, OE_ERROR_LIMIT},
        {21723, 21723, OE_ERROR_MARGIN},
        {21727, 21727, OE_ERROR_REQUEST},
        {21728, 21728, OE_ERROR_DUPLICATE},
        {21729, 21729, OE_ERROR_REQUEST},
        {21730, 21730, OE_ERROR_NO_ORDER},
        {21732, 21732, OE_ERROR_REDUCE_ONLY},
        {21733, 21735, OE_ERROR_PRICE},
        {21737, 21737, OE_ERROR_NO_ORDER},
        {21738, 21738, OE_ERROR_REDUCE_ONLY},
        {21739, 21739, OE_ERROR_MARGIN},
        {21740, 21740, OE_ERROR_REDUCE_ONLY},
        {21741, 21743, OE_ERROR_REQUEST},
        {21744, 21745, OE_ERROR_SYMBOL},
        {22400, 22403, OE_ERROR_REQUEST},
        {23000, 23004, OE_ERROR_RATE},
        {29404, 29404, OE_ERROR_REQUEST},
        {29500, 29501, OE_ERROR_BUSY},
        {30000, 30002, OE_ERROR_REQUEST},
        {30004, 30004, OE_ERROR_BUSY},
        {30005, 30008, OE_ERROR_REQUEST},
        {30009, 30010, OE_ERROR_RATE},
        {30011, 30012, OE_ERROR_BUSY},
        {62007, 62007, OE_ERROR_KEYS}, // a key for makers only
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (code >= rows[i].from && code <= rows[i].to) {
            return rows[i].error;
        }
    }
    return code == 200 || code == 30003 ? OE_ERROR_NONE : OE_ERROR_OTHER;
}

void lighter_emit_failure(const struct oe_call *call, int64_t code, struct slice text,
                          struct oe_sink *sink) {
    enum oe_error error = lighter_error_of(code);
    if (lighter_is_unknown(code) && oe_call_changes(call->kind)) {
        oe_emit_text(sink, OE_EVENT_UNKNOWN, call, text);
    } else {
        oe_emit_refused(sink, call, error == OE_ERROR_NONE ? OE_ERROR_OTHER : error, text);
    }
}
