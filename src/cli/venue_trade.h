// What the verb `venue` does at a venue that changes something: order, cancel, cancel-all, flatten,
// dead-man, login. Each goes on until the venue's evidence says what became of it: an order is told
// by its state, a cancel and a flatten by the lists asked for after them.
#ifndef PERPDESK_CLI_VENUE_TRADE_H
#define PERPDESK_CLI_VENUE_TRADE_H

#include "cli/inquiry.h"

enum { VENUE_OPEN_MAX = 1000 };

struct venue_open {
    uint16_t symbol;
    char client_id[OE_CLIENT_ID_MAX], venue_id[OE_VENUE_ID_MAX];
};

// What was heard while a word of the verb is carried out.
struct venue_ask {
    struct inquiry *inquiry;
    const struct cli_args *args;
    bool quiet;   // what comes is looked at and not shown
    bool refused; // the venue refused something
    // The order that is waited for; client_id "" = none.
    char client_id[OE_CLIENT_ID_MAX];
    enum oe_order_kind kind;
    enum oe_state state; // OE_STATE_COUNT: nothing told yet
    struct qty size, filled;
    struct seen_set trades;
    uint64_t placed; // orders of this run, part of their client ids
    // The list of open orders and of positions as they were asked for last.
    struct venue_open open[VENUE_OPEN_MAX];
    uint32_t open_count;
    bool open_missed; // there are more than that
    struct qty net[SYMBOL_MAX];
};

// An event of the inquiry; whoever shows it does so as well.
void venue_hear(struct venue_ask *ask, const struct oe_event *event);
// A call of the account, or where the venue wants it so (`flag`) of each symbol.
enum status venue_list(struct venue_ask *ask, enum oe_call_kind kind, uint32_t flag) MUST_CHECK;

#define VENUE_ORDER_WORDS "SYMBOL buy|sell SIZE PRICE [post_only|ioc|gtc] [reduce_only]"
// What `order` says of an order, without its symbol; STATUS_USAGE names what is wrong. At least
// four operands behind the word.
enum status venue_parse_order(const struct cli_args *args, struct oe_order *order) MUST_CHECK;

// The verb's operands from the third on are theirs; their number was checked.
enum status venue_order(struct venue_ask *ask) MUST_CHECK;
enum status venue_cancel(struct venue_ask *ask) MUST_CHECK;
enum status venue_cancel_all(struct venue_ask *ask) MUST_CHECK;
enum status venue_flatten(struct venue_ask *ask) MUST_CHECK;
enum status venue_deadman(struct venue_ask *ask) MUST_CHECK;
enum status venue_login(struct venue_ask *ask) MUST_CHECK;

#endif
