// What a login of GRVT brings: a cookie with its end, and the account's id, both in header lines.
#include <strings.h>

#include "exchanges/grvt_oe.h"
#include "exchanges/header_lines.h"
#include "exchanges/iso_time.h"

enum { RENEW_BEFORE_S = 60, RENEW_AFTER_S = 5, LIFE_S = 24 * 3600 };

// Both travel in header lines of ours: nothing in them may end one.
static bool is_header_value(struct slice text, size_t size_max) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return text.size > 0 && text.size <= size_max;
}

// "Wed, 21 Oct 2026 07:28:00 GMT", with '-' for the blanks of the date too.
static bool read_http_date(struct slice text, int64_t *time_ns) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *comma = memchr(text.data, ',', text.size);
    size_t from = comma != NULL ? (size_t)(comma - text.data) + 2 : 0;
    if (comma == NULL || text.size < from + 20) {
        return false;
    }
    const char *at = text.data + from; // "21 Oct 2026 07:28:00"
    for (int month = 1; month <= 12; month++) {
        if (strncasecmp(at + 3, months + (size_t)(month - 1) * 3, 3) == 0) {
            char iso_data[32];
            struct text iso = TEXT_OVER(iso_data);
            text_add_format(&iso, "%.4s-%02d-%.2sT%.8sZ", at + 7, month, at, at + 12);
            return iso_time_read(text_slice(&iso), time_ns);
        }
    }
    return false;
}

static int64_t end_of(struct slice cookie, int64_t now_ns) {
    static const char name[] = "expires=";
    int64_t end_ns;
    for (size_t i = 0; i + sizeof(name) - 1 < cookie.size; i++) {
        if (strncasecmp(cookie.data + i, name, sizeof(name) - 1) != 0) {
            continue;
        }
        size_t from = i + sizeof(name) - 1;
        struct slice rest = {cookie.data + from, cookie.size - from};
        const char *semicolon = memchr(rest.data, ';', rest.size);
        rest.size = semicolon != NULL ? (size_t)(semicolon - rest.data) : rest.size;
        if (read_http_date(rest, &end_ns)) {
            return end_ns;
        }
    }
    return now_ns + LIFE_S * NS_PER_S;
}

// The venue's cookie among those of the answer.
static bool find_cookie(struct slice headers, struct slice *cookie) {
    const char *end = headers.data + headers.size;
    while (header_find(headers, "Set-Cookie", cookie)) {
        if (slice_starts(*cookie, SLICE("gravity="))) {
            return true;
        }
        const char *after = cookie->data + cookie->size;
        headers = (struct slice){after, (size_t)(end - after)};
    }
    return false;
}

bool grvt_take_login(struct grvt *grvt, struct slice headers, int64_t now_ns) {
    struct slice cookie, id;
    if (!find_cookie(headers, &cookie) || !header_find(headers, "X-Grvt-Account-Id", &id)) {
        return false;
    }
    const char *semicolon = memchr(cookie.data, ';', cookie.size);
    struct slice value = cookie;
    value.size = semicolon != NULL ? (size_t)(semicolon - cookie.data) : cookie.size;
    if (!is_header_value(value, GRVT_COOKIE_MAX - 1) ||
        !is_header_value(id, GRVT_LOGIN_ID_MAX - 1)) {
        return false;
    }
    (void)string_copy(grvt->cookie, sizeof(grvt->cookie), value);
    (void)string_copy(grvt->login_id, sizeof(grvt->login_id), id);
    int64_t soonest_ns = now_ns + RENEW_AFTER_S * NS_PER_S;
    int64_t renew_ns = end_of(cookie, now_ns) - RENEW_BEFORE_S * NS_PER_S;
    grvt->renew_ns = renew_ns > soonest_ns ? renew_ns : soonest_ns;
    return true;
}
