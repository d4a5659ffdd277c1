// Who a client of the Binance futures family is: an API key with HMAC, and the listen key of the
// user stream. Binance signs everything so, Aster what its older keys send.
#ifndef PERPDESK_EXCHANGES_FAPI_SESSION_H
#define PERPDESK_EXCHANGES_FAPI_SESSION_H

#include "exchanges/fapi_oe.h"
#include "exchanges/sign_hmac.h"

// Milliseconds from a request's time within which the venue has to receive it, or it refuses.
#define FAPI_RECEIVE_WINDOW "5000"

enum { FAPI_KEY_MAX = 96, FAPI_LISTEN_KEY_MAX = 128 };

struct fapi_key {
    char api_key[FAPI_KEY_MAX];
    struct sign_hmac hmac;
};

// False: the key is none of the family.
MUST_CHECK bool fapi_key_init(struct fapi_key *key, struct slice api_key, struct slice secret);
void fapi_key_identity(const struct fapi_key *key, struct text *out);
void fapi_key_add_header(const struct fapi_key *key, struct oe_message *out);
void fapi_add_signature(const struct sign_hmac *hmac, struct slice prehash, struct text *out);
// The time of the request and how late the venue may receive it and still take it.
void fapi_key_stamp(struct oe_params *params, int64_t now_ns);
// A request by REST, signed over its query. `version` is in front of its path: "/fapi/v1".
void fapi_key_request(const struct fapi_key *key, const struct fapi_request *request,
                      const struct oe_params *params, const char *version, struct oe_message *out);

struct fapi_listen {
    char key[FAPI_LISTEN_KEY_MAX]; // "" = none
    int64_t ns;                    // when it was made or kept alive, venue's clock
};

// The answer to OE_LOGIN or OE_REFRESH; `socket` is the user stream's. False: a refusal or another
// call, to be decoded as any.
bool fapi_listen_answer(struct fapi_listen *listen, uint32_t socket, const struct oe_call *call,
                        uint32_t http_status, struct slice body, struct oe_sink *sink);
// It is not known any more; `call` NULL: the stream said so.
void fapi_listen_lose(struct fapi_listen *listen, uint32_t socket, const struct oe_call *call,
                      struct oe_sink *sink);
int64_t fapi_listen_upkeep(const struct fapi_listen *listen, int64_t now_ns,
                           enum oe_call_kind *kind);

#endif
