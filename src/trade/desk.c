#include "trade/desk.h"

// The component table: order of rows is order of dispatch. The paper venue first: an order that is
// due met the book as it was before the quote at hand. Then the picture, because everybody else
// looks at it; the scanner before the scheduler, because a job is made of an opportunity; risk
// before execution, because a kill blocks before it cancels. Adding a component: its file and a row
// here.
static const struct component *const component_table[] = {
    &setting_component,   &paper_component,     &picture_component,  &scanner_component,
    &capital_component,   &risk_component,      &position_component, &execution_component,
    &scheduler_component, &reconcile_component, &health_component,   &alert_rule_component,
    &watch_component,     &wire_component,
};

enum status desk_create(struct desk *desk, enum desk_mode mode, const struct settings *settings,
                        struct universe *universe) {
    *desk = (struct desk){
        .settings = settings,
        .universe = universe,
        .mode = mode,
        .status = (enum desk_status)settings->start_status,
        .state = TRADING_ACTIVE,
        .risk_mode = (enum risk_mode)settings->risk.mode,
        .threshold = {-1},
    };
    enum status status = picture_create(&desk->picture, universe);
    if (status == STATUS_OK) {
        status = scanner_create(&desk->scanner, universe);
    }
    if (status == STATUS_OK) {
        status = position_create(&desk->positions, universe);
    }
    if (status == STATUS_OK) {
        status = execution_create(&desk->execution);
    }
    if (status == STATUS_OK) {
        status = paper_create(&desk->paper, universe);
    }
    if (status == STATUS_OK) {
        status = scheduler_create(&desk->scheduler, universe);
    }
    if (status == STATUS_OK) {
        status = reconcile_create(&desk->reconcile, universe);
    }
    if (status == STATUS_OK) {
        status = wire_create(&desk->wire, universe);
    }
    if (status != STATUS_OK) {
        desk_finish(desk);
        return status_context(status, "creating the desk");
    }
    capital_start(&desk->capital, mode, settings, universe->venue_count);
    return STATUS_OK;
}

void desk_finish(struct desk *desk) {
    picture_finish(&desk->picture);
    scanner_finish(&desk->scanner);
    position_finish(&desk->positions);
    execution_finish(&desk->execution);
    paper_finish(&desk->paper);
    scheduler_finish(&desk->scheduler);
    reconcile_finish(&desk->reconcile);
    wire_finish(&desk->wire);
}

void desk_add_components(struct desk *desk, struct engine *engine) {
    for (uint32_t i = 0; i < COUNT_OF(component_table); i++) {
        engine_add(engine, component_table[i], desk);
    }
}
