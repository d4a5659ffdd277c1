// The four kinds of address the desk connects to: wss and https anywhere, ws and http on this
// machine only.
#ifndef PERPDESK_IO_URL_H
#define PERPDESK_IO_URL_H

#include "base/buf.h"

enum { URL_HOST_MAX = 128, URL_PATH_MAX = 1024 };

struct url {
    bool tls;
    bool websocket;
    char host[URL_HOST_MAX]; // IPv6 without its brackets
    uint16_t port;
    char authority[URL_HOST_MAX +
                   8]; // as the Host header wants it: port only where it is not the scheme's own
    char path[URL_PATH_MAX]; // with query, begins with '/'
};

// Refuses user names, fragments, blanks and control characters, and unencrypted schemes to anywhere
// but loopback.
enum status url_parse(struct url *url, const char *text) MUST_CHECK;

// Appends `base` ("wss://host:port") with the path and query of `url`: the same place at another
// host.
void url_move(const char *base, const char *url, struct text *out);

#endif
