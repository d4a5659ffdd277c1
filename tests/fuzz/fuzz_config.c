// Any bytes as a configuration file: never a crash, and what is accepted prints and reads back.
#include "io/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct config_venue venues[] = {
    {"binance", CURRENCY_USDT, {200}, {400}, 0},
    {"okx", CURRENCY_USDT, {200}, {500}, 0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct config first, second;
    static struct config_report report;
    static char printed[CONFIG_TEXT_MAX];
    const struct config_options options = {.venues = venues, .venue_count = COUNT_OF(venues)};
    config_report_init(&report);
    struct slice text = {(const char *)data, size};
    if (size > CONFIG_FILE_MAX ||
        config_parse(&first, &options, "fuzz.ini", text, &report) != STATUS_OK) {
        return 0;
    }
    struct text out = TEXT_OVER(printed);
    config_print(&first, &out);
    ASSERT(!out.truncated);
    config_report_init(&report);
    enum status status = config_parse(&second, &options, "again.ini", text_slice(&out), &report);
    ASSERT(status == STATUS_OK);
    ASSERT(memcmp(&first, &second, sizeof(first)) == 0);
    return 0;
}
