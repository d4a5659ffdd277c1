// What a client asks a simulated venue over HTTP.
#include "io/ws_handshake.h"
#include "sim/sim_server.h"

static enum sim_request_kind bad(struct sim_request *out, const char *why) {
    out->why = why;
    return SIM_REQUEST_BAD;
}

enum sim_request_kind sim_request_parse(struct slice data, struct sim_request *out) {
    *out = (struct sim_request){.why = ""};
    struct http_head head;
    const char *why = "";
    switch (http_head_parse(HTTP_REQUEST, data, &head, &why)) {
    case HTTP_HEAD_MORE:
        return SIM_REQUEST_MORE;
    case HTTP_HEAD_BAD:
        return bad(out, why);
    case HTTP_HEAD_DONE:
    default:
        break;
    }
    if (head.target.size == 0 || head.target.data[0] != '/') {
        return bad(out, "the target is not a path");
    }
    struct slice query = head.target;
    out->call.method = head.method;
    out->call.path = vsim_cut(&query, '?');
    out->call.query = query;
    out->call.headers = (struct slice){data.data, head.size};
    (void)vsim_cut(&out->call.headers, '\n'); // the request line
    if (http_head_has_token(&head, "Connection", "Upgrade")) {
        out->size = head.size;
        return ws_request_check(&head, &out->key, &why) ? SIM_REQUEST_UPGRADE : bad(out, why);
    }
    if (http_head_find(&head, "Transfer-Encoding").data != NULL) {
        return bad(out, "a body in chunks is not taken");
    }
    int64_t length = 0;
    if (http_head_find(&head, "Content-Length").data != NULL &&
        !http_head_number(&head, "Content-Length", &length)) {
        return bad(out, "Content-Length is not a number");
    }
    if (length < 0 || length > SIM_BODY_MAX) {
        return bad(out, "the body is too large");
    }
    if (data.size < head.size + (size_t)length) {
        return SIM_REQUEST_MORE;
    }
    out->call.body = (struct slice){data.data + head.size, (size_t)length};
    out->keep_alive = !http_head_has_token(&head, "Connection", "close");
    out->size = head.size + (size_t)length;
    return SIM_REQUEST_CALL;
}
