#include "io/url.h"

#include <stdlib.h>

static const struct {
    const char *prefix;
    bool tls, websocket;
    uint16_t port;
} schemes[] = {
    {"wss://", true, true, 443},
    {"https://", true, false, 443},
    {"ws://", false, true, 80},
    {"http://", false, false, 80},
};

static bool is_loopback(const char *host) {
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "localhost") == 0;
}

static bool is_clean(const char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f ||
            strchr("@#\\\"<>", *text) != NULL) {
            return false;
        }
    }
    return true;
}

static bool parse_port(const char *text, size_t size, uint16_t *out) {
    uint32_t port = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' || port > UINT16_MAX) {
            return false;
        }
        port = port * 10 + (uint32_t)(text[i] - '0');
    }
    *out = (uint16_t)port;
    return size > 0 && port > 0 && port <= UINT16_MAX;
}

// "host", "host:port", "[::1]:port". False: malformed.
static bool parse_authority(struct url *url, struct slice text) {
    const char *colon;
    struct slice host = text;
    if (text.size > 0 && text.data[0] == '[') {
        const char *end = memchr(text.data, ']', text.size);
        if (end == NULL) {
            return false;
        }
        host = (struct slice){text.data + 1, (size_t)(end - text.data) - 1};
        colon = end + 1 < text.data + text.size ? end + 1 : NULL;
    } else {
        colon = text.size > 0 ? memchr(text.data, ':', text.size) : NULL;
        host.size = colon != NULL ? (size_t)(colon - text.data) : text.size;
    }
    if (host.size == 0 || !string_copy(url->host, sizeof(url->host), host)) {
        return false;
    }
    size_t rest = colon != NULL ? text.size - (size_t)(colon - text.data) : 0;
    return colon == NULL || (*colon == ':' && parse_port(colon + 1, rest - 1, &url->port));
}

enum status url_parse(struct url *url, const char *text) {
    *url = (struct url){0};
    size_t which = 0;
    while (which < COUNT_OF(schemes) &&
           strncmp(text, schemes[which].prefix, strlen(schemes[which].prefix)) != 0) {
        which++;
    }
    if (which == COUNT_OF(schemes)) {
        return status_fail(STATUS_CONFIG, "'%s' is no wss, https, ws or http address", text);
    }
    url->tls = schemes[which].tls;
    url->websocket = schemes[which].websocket;
    url->port = schemes[which].port;
    const char *rest = text + strlen(schemes[which].prefix);
    size_t size = strcspn(rest, "/?");
    if (!is_clean(rest) || !parse_authority(url, (struct slice){rest, size})) {
        return status_fail(STATUS_CONFIG, "'%s' is malformed", text);
    }
    struct text path = TEXT_OVER(url->path);
    text_add_string(&path, rest[size] == '/' ? "" : "/");
    text_add_string(&path, rest + size);
    struct text authority = TEXT_OVER(url->authority);
    text_add_format(&authority, strchr(url->host, ':') != NULL ? "[%s]" : "%s", url->host);
    if (url->port != schemes[which].port) {
        text_add_format(&authority, ":%u", url->port);
    }
    if (path.truncated || authority.truncated) {
        return status_fail(STATUS_CONFIG, "'%s' is too long", text);
    }
    if (!url->tls && !is_loopback(url->host)) {
        return status_fail(STATUS_CONFIG, "'%s': unencrypted connections go to this machine only",
                           text);
    }
    return STATUS_OK;
}

void url_move(const char *base, const char *url, struct text *out) {
    const char *host = strstr(url, "://");
    const char *path = host != NULL ? strpbrk(host + 3, "/?") : NULL;
    text_add_string(out, base);
    text_add_string(out, path != NULL ? path : "");
}
