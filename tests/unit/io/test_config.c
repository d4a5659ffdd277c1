// The configuration: every mistake is named with its line, nothing wrong is applied, and what is
// printed reads back to the same.
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/config_private.h"

static const struct config_venue venues[] = {
    {"binance", CURRENCY_USDT, {200}, {400}, 0},
    {"okx", CURRENCY_USDT, {200}, {500}, 0},
    {"hyperliquid", CURRENCY_USDC, {150}, {450}, 0},
};
static const struct config_options plain = {.venues = venues, .venue_count = COUNT_OF(venues)};

static struct config config;
static struct config_report report;

static enum status parse(const char *text) {
    config_report_init(&report);
    return config_parse(&config, &plain, "x.ini", slice_of(text), &report);
}

static enum status parse_set(const char *set) {
    struct config_options options = plain;
    options.sets = &set;
    options.set_count = 1;
    config_report_init(&report);
    return config_parse(&config, &options, "x.ini", SLICE(""), &report);
}

static void defaults_stand(void **state) {
    (void)state;
    assert_int_equal(parse(""), STATUS_OK);
    assert_int_equal(report.count, 0);
    assert_int_equal(config.settings.feeds.stale_ns, 500000000);
    assert_int_equal(config.settings.scanner.high_volatility_min.v, 500);
    assert_int_equal(config.settings.capital.pool_share[POOL_WASH].v, 700000);
    assert_int_equal(config.settings.risk.day_loss_max.v, USD(500).v);
    assert_int_equal(config.settings.journal_max_bytes, 256 << 20);
    assert_true(config.settings.wash.enabled);
    assert_int_equal(config.venue_count, 3);
    assert_int_equal(config.venues[2].taker_fee.v, 450);
    assert_int_equal(config.venues[2].quote_currency, CURRENCY_USDC);
    assert_int_equal(config.symbol_count, 2);
    assert_string_equal(config.symbols[1].name, "ETH/USDT");
    assert_true(config.wants_book[0] && config.wants_book[1] && !config.wants_book[2]);
}

// Under model = five every strategy has a layer, and a key that names it.
static void every_strategy_has_a_layer(void **state) {
    (void)state;
    for (int strategy = 0; strategy < STRATEGY_COUNT; strategy++) {
        char text[64];
        snprintf(text, sizeof(text), "[capital]\n%s_layer = L4\n",
                 strategy_name((enum strategy)strategy));
        assert_int_equal(parse(text), STATUS_OK);
        assert_int_equal(config.settings.capital.layer_of[strategy], LAYER_4);
    }
}

static const struct alert_rule *rule(uint32_t at) {
    assert_true(at < config.settings.alerts.count);
    return &config.settings.alerts.rules[at];
}

static void alert_rules(void **state) {
    (void)state;
    static const char text[] = "[venues]\nbinance = off\n"
                               "[alert.high]\n"
                               "condition = price_above BTC/USDT 70000.5 on okx\n"
                               "severity = red\ncooldown_sec = 5min\naction = pause_trading\n"
                               "[alert.low]\ncondition = price_below ETH/USDT 1800\n"
                               "action = auto_order\norder = sell okx ETH/USDT 100.5\n"
                               "[alert.band]\ncondition = range BTC/USDT 60000 70000\n"
                               "[alert.move]\ncondition = percent_change BTC/USDT 2% 300s\n"
                               "[alert.apart]\ncondition = spread BTC/USDT okx hyperliquid 20bps\n"
                               "[alert.pair]\ncondition = spread BTC/USDT ETH/USDT 1%\n"
                               "[alert.wild]\ncondition = volatility BTC/USDT 0.6%\n"
                               "[alert.slow]\ncondition = quote_latency_ms > 5s\n"
                               "[alert.loss]\ncondition = day_pnl_usd < -250\n"
                               "[alert.high]\n";
    assert_int_equal(parse(text), STATUS_OK);
    assert_int_equal(config.settings.alerts.count, 9);
    assert_string_equal(rule(0)->name, "high");
    assert_int_equal(rule(0)->kind, ALERT_PRICE_ABOVE);
    assert_int_equal(rule(0)->high, 70000 * PX_ONE + PX_ONE / 2);
    assert_string_equal(config.venues[rule(0)->venue].name, "okx"); // venues that are off go last
    assert_int_equal(rule(0)->severity, SEVERITY_RED);
    assert_int_equal(rule(0)->cooldown_ns, INT64_C(300000000000));
    assert_int_equal(rule(0)->action, ALERT_PAUSE_TRADING);
    assert_int_equal(rule(1)->symbol, 1);
    assert_int_equal(rule(1)->venue, VENUE_MAX);
    assert_int_equal(rule(1)->severity, SEVERITY_WARN); // the defaults of a rule
    assert_int_equal(rule(1)->cooldown_ns, INT64_C(60000000000));
    assert_int_equal(rule(2)->low, 60000 * PX_ONE);
    assert_int_equal(rule(3)->high, 20000);
    assert_int_equal(rule(3)->window_ns, INT64_C(300000000000));
    assert_string_equal(config.venues[rule(4)->other_venue].name, "hyperliquid");
    assert_int_equal(rule(4)->high, 2000);
    assert_int_equal(rule(5)->other_symbol, 1);
    assert_int_equal(rule(6)->kind, ALERT_VOLATILITY);
    assert_int_equal(rule(7)->metric, ALERT_QUOTE_LATENCY);
    assert_int_equal(rule(7)->high, 5000);
    assert_int_equal(rule(8)->kind, ALERT_METRIC_BELOW);
    assert_int_equal(rule(8)->high, -250 * USD_ONE);
    assert_int_equal(alert_rule_unit(rule(8)), UNIT_USD);

    static char printed[CONFIG_TEXT_MAX];
    struct text out = TEXT_OVER(printed);
    config_print(&config, &out);
    struct settings_alerts before = config.settings.alerts;
    assert_int_equal(parse(printed), STATUS_OK);
    assert_memory_equal(&before, &config.settings.alerts, sizeof(before));
    assert_int_equal(parse_set("alert.jobs.condition=jobs_running > 40"), STATUS_OK);
    assert_int_equal(rule(0)->high, 40);
}

// Rows: a text, and what one of the report's lines has to contain.
static const struct {
    const char *name, *text, *expected;
} mistakes[] = {
    {"unknown key", "[risk]\nmax_ordr_pct = 5%\n",
     "x.ini:2: [risk] max_ordr_pct is an unknown key: did you mean max_order_pct?"},
    {"unknown section", "[skanner]\n",
     "x.ini:1: [skanner] is an unknown section: did you mean [scanner]?"},
    {"key of an unknown section", "\n[skanner]\ngone_ms = 5ms\n",
     "x.ini:3: [skanner] gone_ms stands in an unknown section: it is a key of [scanner]"},
    {"key of another section", "[feeds]\nmax_order_usd = 5usd\n",
     "x.ini:2: [feeds] max_order_usd is an unknown key: it is a key of [risk]"},
    {"section far from any", "[zzzzzzzz]\n", "expected one of [desk], [feeds]"},
    {"key before a section", "gone_ms = 5ms\n", "x.ini:1: [] gone_ms stands before the first"},
    {"no unit", "[wash]\nmin_notional = 300\n",
     "x.ini:2: [wash] min_notional = \"300\" has no unit (usd): expected 1usd to 1000000usd"},
    {"unknown unit", "[risk]\nmax_order_pct = 5 apples\n",
     "\"5 apples\" has an unknown unit (bps, %): expected 0.01% to 100%"},
    {"unit of another type", "[feeds]\nstale_ms = 5usd\n", "has an unknown unit (ns, us, ms, s,"},
    {"not a number", "[feeds]\nstale_ms = soon\n", "\"soon\" is no number that can be read"},
    {"empty value", "[feeds]\nstale_ms =\n", "stale_ms = \"\" is no number"},
    {"out of range", "[feeds]\nstale_ms = 2h\n",
     "\"2h\" is out of range: expected 10ms to 60000ms"},
    {"negative", "[risk]\nmax_order_usd = -5usd\n", "\"-5usd\" is out of range"},
    {"beyond 64 bit", "[risk]\nmax_order_usd = 99999999999999999999usd\n", "[risk] max_order_usd"},
    {"too many digits", "[feeds]\nquorum_bps = 0.001\n", "\"0.001\" has too many digits"},
    {"a count with a unit", "[risk]\nmax_failures = 3x\n", "is not a plain number"},
    {"a count with a fraction", "[risk]\nmax_failures = 3.5\n", "has too many digits"},
    {"word", "[risk]\nmode = wild\n",
     "\"wild\" is not a choice: expected conservative, balanced or aggressive"},
    {"comment with #", "[risk]\nmode = balanced # yes\n", "a comment behind a value begins with"},
    {"quotes", "[risk]\nmode = \"balanced\"\n", "(without quotes)"},
    {"endpoint", "[endpoints]\nbinance_ws = https://x\n", "x.ini:2: "},
    {"twice", "[risk]\nmode = balanced\n\nmode = balanced\n",
     "x.ini:4: [risk] mode is set twice: line 2 has it too"},
    {"twice in two headers", "[risk]\nmode = balanced\n[arb]\n[risk]\nmode = balanced\n",
     "x.ini:5: [risk] mode is set twice: line 2"},
    {"symbol", "[desk]\nsymbols = BTC/USDT, eth\n", "symbols = \"eth\" is no symbol"},
    {"symbol twice", "[desk]\nsymbols = BTC/USDT, BTC/USDT\n", "\"BTC/USDT\" is named twice"},
    {"empty item", "[desk]\nsymbols = BTC/USDT,\n", "symbols = \"\" is no symbol"},
    {"no symbol", "[desk]\nsymbols =\n", "symbols = \"\" is no symbol"},
    {"book of no symbol", "[feeds]\nbook_symbols = SOL/USDT\n",
     "\"SOL/USDT\" is not among [desk] symbols"},
    {"added to a number", "[risk]\nmax_failures += 3\n", "is added to what is no list"},
    {"venue", "[venues]\nbinanse = off\n", "did you mean binance?"},
    {"role", "[venues]\nbinance = on\n", "expected trade, reference or off"},
    {"fees of no venue", "[fees.okk]\nmaker_bps = 1\n", "did you mean [fees.okx]?"},
    {"fee key", "[fees.okx]\nmaker = 1\n", "did you mean maker_bps?"},
    {"pair", "[scanner]\npriority_pairs = binance-okx\n", "\"binance-okx\" is no pair"},
    {"pair of a stranger", "[scanner]\npriority_pairs = binance:okkx\n", "did you mean okx?"},
    {"pair with itself", "[scanner]\npriority_pairs = okx:okx\n", "pairs a venue with itself"},
    {"basis", "[scanner]\nbasis = 5\n", "\"5\" has no unit (bps, %): expected auto, off or"},
    // Taken off both ways it would be an edge that is not there.
    {"basis below zero", "[scanner]\nbasis = -3bps\n", "expected auto, off or 0bps to 1000bps"},
    {"rule without a name", "[alert.]\ncondition = failures > 2\n", "is no name of a rule"},
    {"rule with a strange name", "[alert.Big One]\n", "is no name of a rule"},
    {"rule in capitals", "[alert.Big]\n", "is no name of a rule: expected [alert.NAME]"},
    {"rule without a condition", "[alert.a]\nseverity = red\n",
     "x.ini:1: [alert.a] condition is missing"},
    {"rule's key", "[alert.a]\nconditon = failures > 2\n", "did you mean condition?"},
    {"rule's severity", "[alert.a]\ncondition = failures > 2\nseverity = loud\n",
     "expected info, warn or red"},
    {"metric", "[alert.a]\ncondition = failurs > 2\n",
     "x.ini:2: [alert.a] condition does not understand \"failurs\": expected a condition or a "
     "metric"},
    {"metric's sign", "[alert.a]\ncondition = failures = 2\n", "expected > or <"},
    {"metric's unit", "[alert.a]\ncondition = day_pnl_usd < -5%\n", "expected a number"},
    {"stranger's symbol", "[alert.a]\ncondition = price_above DOGE/USDT 1\n",
     "\"DOGE/USDT\": expected a symbol of [desk] symbols"},
    {"price", "[alert.a]\ncondition = price_below BTC/USDT cheap\n", "expected a price"},
    {"place", "[alert.a]\ncondition = price_below BTC/USDT 5 at okx\n", "on VENUE, or nothing"},
    {"venue of a rule", "[alert.a]\ncondition = price_below BTC/USDT 5 on okkx\n", "a venue"},
    {"range", "[alert.a]\ncondition = range BTC/USDT 7 7\n", "expected LOW below HIGH"},
    {"change", "[alert.a]\ncondition = percent_change BTC/USDT 2% 90h\n", "expected 1s to 24h"},
    {"spread", "[alert.a]\ncondition = spread BTC/USDT binance okx\n", "ends too early"},
    {"spread's share", "[alert.a]\ncondition = spread BTC/USDT binance okx 20\n",
     "expected a share such as 20bps"},
    {"more", "[alert.a]\ncondition = volatility BTC/USDT 1% 2\n", "\"2\": expected nothing more"},
    {"rule without its order", "[alert.a]\ncondition = failures > 2\naction = auto_order\n",
     "x.ini:1: [alert.a] order is missing"},
    {"rule's order", "[alert.a]\ncondition = failures > 2\norder = by okx BTC/USDT 100\n",
     "x.ini:3: [alert.a] order submit: by is neither buy nor sell"},
    {"layers", "[capital]\nlayer5_pct = 16%\n",
     "x.ini:2: [capital] layer1_pct to layer5_pct add up to 101%: expected 100%"},
    {"pools", "[capital]\nwash_pct = 80%\n",
     "x.ini:2: [capital] wash_pct, arb_pct and reserve_pct add up to 110%: expected 100%"},
    {"collars", "[risk]\n\nprice_collar_bps = 80\n",
     "x.ini:3: [risk] price_collar_bps is 80bps: expected at most [risk] emergency_collar_bps, "
     "which is 75bps"},
    {"the higher one was set", "[wash]\nhold_max_sec = 5s\n",
     "x.ini:2: [wash] hold_min_sec is 10s: expected at most [wash] hold_max_sec, which is 5s"},
    {"header without end", "[risk\nmode = wild\n", "x.ini:1: a section header without its ]"},
    {"header keeps its keys", "[risk\nmode = wild\n", "x.ini:2: [risk] mode = \"wild\""},
    {"text behind a header", "[risk] mode = wild\n", "text behind a section header"},
    {"blanks in a header", "[ risk ]\n", "blanks inside a section header"},
    {"empty header", "[]\n", "a section without a name"},
    {"indented", "[risk]\n mode = balanced\n", "x.ini:2: a line that begins with a blank"},
    {"no equals sign", "[risk]\nmode\n", "x.ini:2: neither a section nor a key"},
    {"colon", "[risk]\nmode: balanced = x\n", "a key with a colon in its name"},
    {"no name", "[risk]\n= 5\n", "a value without a key"},
    {"byte order mark", "[risk]\n\xef\xbb\xbfmode = wild\n", "byte order mark in the middle"},
    {"control character", "[risk]\nmode = \x01\n", "x.ini:2: a control character"},
    {"comment inside a name", "[risk]\nmo ;de = balanced\n", "neither a section nor a key"},
};

static void mistakes_are_named(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        enum status status = parse(mistakes[i].text);
        if (status != STATUS_CONFIG || strstr(report.lines, mistakes[i].expected) == NULL) {
            fail_msg("%s: status %s, report:\n%s", mistakes[i].name, status_name(status),
                     report.lines);
        }
        assert_int_equal(config.symbol_count, 0); // nothing is applied
    }
}

static void all_mistakes_come_at_once(void **state) {
    (void)state;
    assert_int_equal(parse("[risk]\nmode = wild\nmax_failures = 0\n[nope]\nx = 1\n"
                           "[wash]\nmin_notional = 900usd\n"),
                     STATUS_CONFIG);
    assert_int_equal(report.count, 5);
    assert_string_equal(status_text(), "5 mistakes in the configuration");
    uint32_t lines = 0;
    for (const char *at = report.lines; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    assert_int_equal(lines, 5);
}

static void long_lines_are_refused_whole(void **state) {
    (void)state;
    for (size_t length = 190; length < 420; length++) {
        char text[512];
        int head = snprintf(text, sizeof(text), "[risk]\nmode = ");
        memset(text + head, 'x', length - 7);
        snprintf(text + head + length - 7, sizeof(text) - (size_t)head - length + 7,
                 "\nmax_failures = nine\n");
        assert_int_equal(parse(text), STATUS_CONFIG);
        assert_int_equal(report.count, 2);
        assert_non_null(strstr(report.lines, "x.ini:3: [risk] max_failures"));
        assert_int_equal(strstr(report.lines, "a line of more than 198 bytes") != NULL,
                         length > CONFIG_LINE_MAX);
    }
}

// Rows: text of a value and the integer it stands for.
static const struct {
    const char *set;
    int64_t expected;
} values[] = {
    {"feeds.stale_ms=700", 700000000},      {"feeds.stale_ms=0.7s", 700000000},
    {"feeds.stale_ms=700000us", 700000000}, {"feeds.stale_ms= 700 ms ", 700000000},
    {"feeds.stale_ms=0.01min", 600000000},  {"feeds.stale_ms=0.0001h", 360000000},
};

static void values_carry_units(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        if (parse_set(values[i].set) != STATUS_OK) {
            fail_msg("%s: %s", values[i].set, report.lines);
        }
        assert_int_equal(config.settings.feeds.stale_ns, values[i].expected);
    }
    assert_int_equal(parse_set("feeds.max_price_jump_pct=25bps"), STATUS_OK);
    assert_int_equal(config.settings.feeds.jump_max.v, 2500);
    assert_int_equal(parse_set("feeds.max_price_jump_pct=0.25"), STATUS_OK);
    assert_int_equal(config.settings.feeds.jump_max.v, 2500);
    assert_int_equal(parse_set("scanner.basis=3.5bps"), STATUS_OK);
    assert_int_equal(config.settings.scanner.basis_mode, BASIS_FIXED);
    assert_int_equal(config.settings.scanner.basis_fixed.v, 350);
    assert_int_equal(parse_set("paper.reject_rate=2.5%"), STATUS_OK);
    assert_int_equal(config.settings.paper.reject_ppm, 25000);
    assert_int_equal(parse_set("paper.reject_rate=0"), STATUS_OK);
    assert_int_equal(parse_set("desk.disk_floor_mb=2gb"), STATUS_OK);
    assert_int_equal(config.settings.disk_floor_bytes, INT64_C(2) << 30);
}

static void settings_of_the_command_line(void **state) {
    (void)state;
    assert_int_equal(parse_set("fees.okx.taker_bps=0"), STATUS_OK);
    assert_int_equal(config.venues[1].taker_fee.v, 0);
    assert_int_equal(config.venues[0].taker_fee.v, 400);
    assert_int_equal(parse_set("fees.okx.maker_bps=-0.5bps"), STATUS_OK);
    assert_int_equal(config.venues[1].maker_fee.v, -50);
    assert_int_equal(parse_set("venues.okx=reference"), STATUS_OK);
    assert_int_equal(config.venues[1].role, VENUE_REFERENCE);
    assert_int_equal(parse_set("desk.symbols+=SOL/USDT"), STATUS_OK);
    assert_int_equal(config.symbol_count, 3);
    assert_int_equal(parse_set("scanner.priority_pairs=okx:binance"), STATUS_OK);
    assert_int_equal(config.settings.scanner.priority[0][0], 1);
    assert_int_equal(parse_set("risk.mode"), STATUS_CONFIG);
    assert_string_equal(report.lines, "--set risk.mode: expected section.key=value\n");
    assert_int_equal(parse_set("mode=x"), STATUS_CONFIG);
    assert_int_equal(parse_set("risc.mode=balanced"), STATUS_CONFIG);
    assert_string_equal(
        report.lines,
        "--set risc.mode=balanced: [risc] is an unknown section: did you mean [risk]?\n");
    assert_int_equal(parse_set("risk.modes=balanced"), STATUS_CONFIG);
    assert_non_null(strstr(report.lines, "did you mean mode?"));
}

static void comments_and_line_ends(void **state) {
    (void)state;
    assert_int_equal(parse("\xef\xbb\xbf; head\r\n# more\r\n\r\n[risk] ; here\r\n"
                           "mode = aggressive ; there\r\n   \t\r\n"),
                     STATUS_OK);
    assert_int_equal(config.settings.risk.mode, RISK_AGGRESSIVE);
    assert_int_equal(parse("[risk]\nmode = aggressive"), STATUS_OK); // no end of line
    assert_int_equal(config.settings.risk.mode, RISK_AGGRESSIVE);
}

static void book_symbols(void **state) {
    (void)state;
    assert_int_equal(parse("[desk]\nsymbols = BTC/USDT, SOL/USDT\n"
                           "[feeds]\nbook_symbols = SOL/USDT\n"),
                     STATUS_OK);
    assert_false(config.wants_book[0]);
    assert_true(config.wants_book[1]);
    assert_int_equal(parse("[feeds]\nbook_symbols = none\n"), STATUS_OK);
    assert_false(config.wants_book[0] || config.wants_book[1]);
}

static void text_reads_back(const char *text) {
    static char printed[CONFIG_TEXT_MAX];
    struct text out = TEXT_OVER(printed);
    assert_int_equal(parse(text), STATUS_OK);
    struct config first = config;
    config_print(&config, &out);
    assert_false(out.truncated);
    if (parse(printed) != STATUS_OK) {
        fail_msg("%s\n%s", report.lines, printed);
    }
    assert_memory_equal(&first, &config, sizeof(first));
}

static void effective_text_reads_back(void **state) {
    (void)state;
    text_reads_back("");
    text_reads_back("[scanner]\nbasis = 1.25bps\npriority_pairs = okx:binance, "
                    "binance:hyperliquid\n[feeds]\ndepth_sample_ms = 0.5\nbook_symbols = none\n"
                    "[venues]\nokx = off\n[fees.okx]\ntaker_bps = -0.01\n");
}

static void many_symbols_read_back(void **state) {
    (void)state;
    static char text[SYMBOL_MAX * 32];
    struct text out = TEXT_OVER(text);
    text_add_string(&out, "[desk]\n");
    for (int i = 0; i < SYMBOL_MAX; i++) {
        text_add_format(&out, "symbols %s BASE%dX/USDT\n", i == 0 ? "=" : "+=", i);
    }
    text_reads_back(text);
    assert_int_equal(config.symbol_count, SYMBOL_MAX);
    text_add_string(&out, "symbols += ONEMORE/USDT\n");
    assert_int_equal(parse(text), STATUS_CONFIG);
    assert_non_null(strstr(report.lines, "\"ONEMORE/USDT\" is one too many"));
}

static void every_key_prints_and_reads_its_limits(void **state) {
    (void)state;
    for (uint32_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (key->type > CONFIG_WORD) {
            continue;
        }
        assert_true(key->min <= key->value && key->value <= key->max);
        const int64_t numbers[] = {key->min, key->value, key->max};
        for (size_t n = 0; n < COUNT_OF(numbers); n++) {
            char printed[64], problem[256];
            struct text out = TEXT_OVER(printed), why = TEXT_OVER(problem);
            int64_t back = -1;
            config_value_print(&out, key, numbers[n]);
            if (!config_value_parse(key, slice_of(printed), &back, &why) || back != numbers[n]) {
                fail_msg("[%s] %s: %s %s", key->section, key->name, printed, problem);
            }
        }
    }
}

static void table_is_sound(void **state) {
    (void)state;
    for (uint32_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        assert_true(strlen(key->help) > 0 && key->help[strlen(key->help) - 1] != '.');
        for (uint32_t j = 0; j < i; j++) {
            assert_false(strcmp(config_keys[j].section, key->section) == 0 &&
                         strcmp(config_keys[j].name, key->name) == 0);
        }
        uint32_t found = 0;
        for (uint32_t s = 0; s < config_section_count; s++) {
            found += strcmp(config_sections[s].name, key->section) == 0;
        }
        assert_int_equal(found, 1);
    }
}

static void default_file_is_the_defaults(void **state) {
    (void)state;
    static char printed[CONFIG_TEXT_MAX];
    struct text out = TEXT_OVER(printed);
    assert_int_equal(parse(""), STATUS_OK);
    struct config defaults = config;
    config_print_default(&plain, &out);
    assert_false(out.truncated);
    if (parse(printed) != STATUS_OK) {
        fail_msg("%s", report.lines);
    }
    assert_memory_equal(&defaults, &config, sizeof(defaults));
}

static void files_come_in_order(void **state) {
    (void)state;
    char folder[PATH_MAX + 32], path[PATH_MAX + 64], inner[PATH_MAX + 48];
    assert_non_null(getcwd(folder, PATH_MAX));
    memcpy(folder + strlen(folder), "/config-XXXXXX", sizeof("/config-XXXXXX"));
    assert_non_null(mkdtemp(folder));
    snprintf(inner, sizeof(inner), "%s/perpdesk", folder);
    snprintf(path, sizeof(path), "%s/perpdesk/perpdesk.ini", folder);
    assert_int_equal(mkdir(inner, 0700), 0);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("[risk]\nmode = aggressive\nmax_failures = 7\n", file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(setenv("XDG_CONFIG_HOME", folder, 1), 0);
    const char *set = "risk.max_failures=8";
    struct config_options options = plain;
    options.sets = &set;
    options.set_count = 1;
    config_report_init(&report);
    assert_int_equal(config_load(&config, &options, &report), STATUS_OK);
    assert_int_equal(config.settings.risk.mode, RISK_AGGRESSIVE);
    assert_int_equal(config.settings.risk.failures_max, 8);
    options.path = "/nonexistent/perpdesk.ini";
    config_report_init(&report);
    assert_int_equal(config_load(&config, &options, &report), STATUS_NO_INPUT);
    options.path = folder; // a folder is no file
    config_report_init(&report);
    assert_int_equal(config_load(&config, &options, &report), STATUS_NO_INPUT);
    assert_int_equal(unlink(path), 0);
    config_report_init(&report);
    options.path = NULL;
    assert_int_equal(config_load(&config, &options, &report), STATUS_OK);
    assert_int_equal(config.settings.risk.mode, RISK_BALANCED);
    rmdir(inner);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_stand),
        cmocka_unit_test(every_strategy_has_a_layer),
        cmocka_unit_test(alert_rules),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(all_mistakes_come_at_once),
        cmocka_unit_test(long_lines_are_refused_whole),
        cmocka_unit_test(values_carry_units),
        cmocka_unit_test(settings_of_the_command_line),
        cmocka_unit_test(comments_and_line_ends),
        cmocka_unit_test(book_symbols),
        cmocka_unit_test(effective_text_reads_back),
        cmocka_unit_test(many_symbols_read_back),
        cmocka_unit_test(every_key_prints_and_reads_its_limits),
        cmocka_unit_test(table_is_sound),
        cmocka_unit_test(default_file_is_the_defaults),
        cmocka_unit_test(files_come_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
