// What the files of edgeX's order entry share.
#ifndef PERPDESK_EXCHANGES_EDGEX_OE_H
#define PERPDESK_EXCHANGES_EDGEX_OE_H

#include "exchanges/edgex_sign.h"
#include "exchanges/md_decode.h"
#include "exchanges/venue_oe.h"

enum edgex_bucket { EDGEX_CALLS };
enum { EDGEX_KEY_MAX = 128, EDGEX_ACCOUNT_TEXT = 24 };

struct edgex_contract {
    struct edgex_rules rules; // contract 0: not known
    struct rate maker, taker; // the venue's defaults
};

struct edgex {
    char api_key[EDGEX_KEY_MAX], passphrase[EDGEX_KEY_MAX];
    struct sign_hmac hmac;
    struct sign_eth eth;
    uint64_t account;
    char account_text[EDGEX_ACCOUNT_TEXT];
    struct edgex_domain domain;
    struct edgex_contract contracts[SYMBOL_MAX];
    int64_t coin; // the one that contracts are paid in
    bool rules_known;
    int64_t rules_due_ns; // of the next OE_RULES, venue's clock
    bool snapshot_seen;   // the private socket has told the account
};

// ---- edgex_oe_encode.c -------------------------------------------------------------------------

enum status edgex_encode(struct oe *oe, const struct oe_call *call,
                         struct oe_message *out) MUST_CHECK;
// The four headers of a signed request.
void edgex_add_headers(const struct edgex *edgex, struct slice time_ms, struct slice method,
                       struct slice path, struct slice folded, struct text *headers);

// ---- edgex_oe_rules.c --------------------------------------------------------------------------

// The `data` of getMetaData. False: it is not what was expected; what was known stays.
bool edgex_read_rules(struct oe *oe, struct slice data, uint32_t *count);
// OE_SYMBOL_NONE: a contract of nobody here.
uint16_t edgex_oe_contract(const struct oe *oe, struct slice id);

// ---- edgex_oe_rows.c ---------------------------------------------------------------------------

enum oe_error edgex_error_of(struct slice word); // of answers and of orders that ended

// A list of rows, by REST or (`call` NULL) pushed. An empty slice is an empty list. False: not all
// of it was understood.
bool edgex_decode_orders(const struct oe *oe, const struct oe_call *call, struct slice list,
                         bool snapshot, uint32_t *count, struct oe_sink *sink);
bool edgex_decode_fills(const struct oe *oe, const struct oe_call *call, struct slice list,
                        uint32_t *count, struct oe_sink *sink);
// `assets`: positionAssetList, what the venue works out of the positions; may be empty.
bool edgex_decode_positions(const struct oe *oe, const struct oe_call *call, struct slice list,
                            struct slice assets, bool snapshot, uint32_t *count,
                            struct oe_sink *sink);
// Funding among the changes of the collateral.
bool edgex_decode_funding(const struct oe *oe, const struct oe_call *call, struct slice list,
                          uint32_t *count, struct oe_sink *sink);

// ---- edgex_oe_answer.c, edgex_oe_socket.c ------------------------------------------------------

void edgex_decode_answer(struct oe *oe, const struct oe_call *call, uint32_t http_status,
                         struct slice headers, struct slice body, struct oe_sink *sink);
enum status edgex_open(struct oe *oe, uint32_t socket, int64_t now_ns, struct text *url,
                       struct text *headers);
enum oe_greeting edgex_greet(struct oe *oe, uint32_t socket, uint32_t step, int64_t now_ns,
                             struct text *out);
void edgex_decode_frame(struct oe *oe, uint32_t socket, struct slice text, int64_t now_ns,
                        struct oe_sink *sink);

#endif
