#include "trade/setting.h"

#include "trade/desk.h"

static enum status setting_on_event(void *self, struct bus *bus, const struct event *event) {
    struct desk *desk = self;
    const struct event_settings *settings = &event->u.settings;
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < settings->count; i++) {
        unknown += desk->change_setting == NULL ||
                   !desk->change_setting(desk->change_arg, &settings->changes[i]);
    }
    if (unknown > 0) {
        watch_alert(bus, SEVERITY_WARN, "settings", "%u of %u settings were not changed", unknown,
                    settings->count);
    } else {
        watch_alert(bus, SEVERITY_INFO, "settings", "%u settings were changed", settings->count);
    }
    return STATUS_OK;
}

const struct component setting_component = {
    .name = "setting",
    .kinds = EVENT_BIT(EVENT_SETTINGS_CHANGED),
    .on_event = setting_on_event,
};
