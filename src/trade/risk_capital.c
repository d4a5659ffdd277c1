// Level 1: the money. The allocator decides and names its own rule.
#include "trade/desk.h"

bool risk_capital_pool(const struct risk_case *c, struct verdict *v) {
    struct verdict answer = capital_check_job(c->desk, c->job);
    if (answer.rule == RULE_NONE) {
        return false;
    }
    *v = answer;
    return true;
}
