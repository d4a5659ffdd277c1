#include "io/private_ws.h"

#include <openssl/crypto.h>

#include "io/url.h"

enum status private_ws_aim(struct ws *ws, struct oe *oe, uint32_t index, int64_t now_ns,
                           const char *base) {
    char url_data[OE_URL_MAX], moved_data[OE_URL_MAX], headers_data[OE_HEADERS_MAX];
    struct text url = TEXT_OVER(url_data), moved = TEXT_OVER(moved_data);
    struct text headers = TEXT_OVER(headers_data);
    enum status status = oe->venue->open(oe, index, now_ns, &url, &headers);
    if (base != NULL) {
        url_move(base, url_data, &moved);
    }
    if (status == STATUS_OK && (url.truncated || moved.truncated || headers.truncated)) {
        status = status_fail(STATUS_CONFIG, "an address that is too long");
    }
    if (status == STATUS_OK) {
        status = ws_set_target(ws, base != NULL ? moved_data : url_data, text_slice(&headers));
    }
    OPENSSL_cleanse(url_data, sizeof(url_data));
    OPENSSL_cleanse(moved_data, sizeof(moved_data));
    OPENSSL_cleanse(headers_data, sizeof(headers_data));
    return status;
}
