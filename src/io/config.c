// Sources in, one checked configuration out: files in the usual places or the one named, then the
// settings of the command line. See config.h; values are applied in config_apply.c.
#include "io/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/config_loader.h"

void config_report_init(struct config_report *report) {
    report->text = text_over(report->lines, sizeof(report->lines));
    report->count = 0;
    report->file_count = 0;
}

static struct config_loader *loader_of(struct config_reader *reader) {
    struct config_loader *loader = reader->user;
    loader->here.line = reader->line;
    return loader;
}

static void on_section(struct config_reader *reader, struct slice section) {
    struct config_loader *loader = loader_of(reader);
    config_open_section(loader, section);
    if (!config_section_known(loader, section)) {
        config_mistake_section(loader, section);
    }
}

static void on_key(struct config_reader *reader, struct slice section, struct slice name,
                   struct slice value) {
    config_apply(loader_of(reader), section, name, value);
}

static void on_mistake(struct config_reader *reader, const char *mistake) {
    struct config_loader *loader = loader_of(reader);
    text_add_string(config_mistake_begin(loader, loader->here), mistake);
    config_mistake_end(loader);
}

static void load_text(struct config_loader *loader, const char *name, struct slice text) {
    loader->here = (struct config_origin){.source = name};
    memset(loader->seen_line, 0, sizeof(loader->seen_line));
    loader->reader = (struct config_reader){
        .on_section = on_section, .on_key = on_key, .on_mistake = on_mistake, .user = loader};
    config_read(&loader->reader, text);
}

// "section.key=value", "section.list+=value": the last dot before the sign parts section and key,
// as sections may hold one.
static void load_setting(struct config_loader *loader, const char *setting) {
    loader->here = (struct config_origin){.source = setting};
    const char *equals = strchr(setting, '=');
    const char *dot = NULL;
    for (const char *at = setting; equals != NULL && at < equals; at++) {
        dot = *at == '.' ? at : dot;
    }
    if (equals == NULL || dot == NULL) {
        struct text *out = config_mistake_begin(loader, loader->here);
        text_add_string(out, "expected section.key=value");
        config_mistake_end(loader);
        return;
    }
    struct slice section = config_trim((struct slice){setting, (size_t)(dot - setting)});
    struct slice name = config_trim((struct slice){dot + 1, (size_t)(equals - dot - 1)});
    config_open_section(loader, section);
    if (!config_section_known(loader, section)) {
        config_mistake_section(loader, section);
        return;
    }
    config_apply(loader, section, name, config_trim(slice_of(equals + 1)));
}

static enum status read_file(const char *path, char *out, size_t *size, bool *missing) {
    FILE *file = fopen(path, "re");
    *missing = file == NULL && (errno == ENOENT || errno == ENOTDIR);
    if (file == NULL) {
        return status_fail_errno(STATUS_NO_INPUT, "%s", path);
    }
    *size = fread(out, 1, CONFIG_FILE_MAX + 1, file);
    enum status status = STATUS_OK;
    if (ferror(file)) {
        status = status_fail_errno(STATUS_NO_INPUT, "%s", path);
    } else if (*size > CONFIG_FILE_MAX) {
        status = status_fail(STATUS_CONFIG, "%s: larger than %d bytes", path, CONFIG_FILE_MAX);
    }
    (void)fclose(file); // read only: nothing can be lost
    return status;
}

static enum status load_file(struct config_loader *loader, const char *path, bool must_exist) {
    struct config_report *report = loader->report;
    ASSERT(report->file_count < COUNT_OF(report->files));
    char *name = report->files[report->file_count];
    if (!string_copy(name, sizeof(report->files[0]), slice_of(path))) {
        return status_fail(STATUS_NO_INPUT, "the path of the configuration file is too long");
    }
    char *bytes = malloc(CONFIG_FILE_MAX + 1);
    if (bytes == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for a configuration file");
    }
    size_t size = 0;
    bool missing = false;
    enum status status = read_file(path, bytes, &size, &missing);
    if (status == STATUS_OK) {
        report->file_count++;
        load_text(loader, name, (struct slice){bytes, size});
    } else if (missing && !must_exist) {
        status = STATUS_OK;
    }
    free(bytes);
    return status;
}

// $XDG_CONFIG_HOME counts only when it is absolute; else ~/.config. False when neither is there.
static bool user_path(struct text *out) {
    const char *base = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    if (base != NULL && base[0] == '/') {
        text_add_format(out, "%s/perpdesk/perpdesk.ini", base);
    } else if (home != NULL && home[0] == '/') {
        text_add_format(out, "%s/.config/perpdesk/perpdesk.ini", home);
    } else {
        return false;
    }
    return !out->truncated;
}

static enum status load_files(struct config_loader *loader) {
    if (loader->options->path != NULL) {
        return load_file(loader, loader->options->path, true);
    }
    enum status status = load_file(loader, "/etc/perpdesk/perpdesk.ini", false);
    char path[512];
    struct text text = TEXT_OVER(path);
    if (status == STATUS_OK && user_path(&text)) {
        status = load_file(loader, path, false);
    }
    return status;
}

static enum status finish(struct config_loader *loader, enum status status) {
    for (uint32_t i = 0; status == STATUS_OK && i < loader->options->set_count; i++) {
        load_setting(loader, loader->options->sets[i]);
    }
    if (status == STATUS_OK) {
        config_settle(loader);
    }
    if (status == STATUS_OK && loader->report->count > 0) {
        status = status_fail(STATUS_CONFIG, "%u mistake%s in the configuration",
                             loader->report->count, loader->report->count == 1 ? "" : "s");
    }
    if (status != STATUS_OK) {
        memset(loader->config, 0, sizeof(*loader->config));
    }
    free(loader);
    return status;
}

static struct config_loader *begin(struct config *config, const struct config_options *options,
                                   struct config_report *report) {
    ASSERT(options->venue_count > 0 && options->venue_count <= VENUE_MAX);
    struct config_loader *loader = calloc(1, sizeof(*loader));
    if (loader == NULL) {
        return NULL;
    }
    loader->config = config;
    loader->options = options;
    loader->report = report;
    config_set_defaults(loader);
    return loader;
}

enum status config_load(struct config *config, const struct config_options *options,
                        struct config_report *report) {
    struct config_loader *loader = begin(config, options, report);
    if (loader == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the configuration");
    }
    return finish(loader, load_files(loader));
}

enum status config_parse(struct config *config, const struct config_options *options,
                         const char *name, struct slice text, struct config_report *report) {
    struct config_loader *loader = begin(config, options, report);
    if (loader == NULL) {
        return status_fail(STATUS_SYSTEM, "no memory for the configuration");
    }
    load_text(loader, name, text);
    return finish(loader, STATUS_OK);
}

void config_sort_venues(struct config *config) {
    struct venue_entry sorted[VENUE_MAX] = {0};
    struct config_endpoint endpoints[VENUE_MAX] = {0};
    uint16_t place[VENUE_MAX] = {0};
    uint16_t count = 0;
    for (int off = 0; off < 2; off++) {
        for (uint16_t i = 0; i < config->venue_count; i++) {
            if ((config->venues[i].role == VENUE_OFF) == (off == 1)) {
                place[i] = count;
                endpoints[count] = config->endpoints[i];
                sorted[count++] = config->venues[i];
            }
        }
        config->venues_on = off == 0 ? count : config->venues_on;
    }
    memcpy(config->venues, sorted, sizeof(sorted));
    memcpy(config->endpoints, endpoints, sizeof(endpoints));
    struct settings_scanner *scanner = &config->settings.scanner;
    for (uint32_t i = 0; i < scanner->priority_count; i++) {
        scanner->priority[i][0] = place[scanner->priority[i][0]];
        scanner->priority[i][1] = place[scanner->priority[i][1]];
    }
    struct settings_alerts *alerts = &config->settings.alerts;
    for (uint32_t i = 0; i < alerts->count; i++) {
        uint16_t *venues[] = {&alerts->rules[i].venue, &alerts->rules[i].other_venue};
        for (size_t k = 0; k < COUNT_OF(venues); k++) {
            *venues[k] = *venues[k] < config->venue_count ? place[*venues[k]] : *venues[k];
        }
    }
}

enum status config_universe(const struct config *config, struct universe *universe) {
    if (config->venues_on == 0) {
        return status_fail(STATUS_CONFIG, "every venue is off: nothing is left to watch or trade");
    }
    enum status status = universe_create(universe, config->venues_on, config->symbol_count);
    if (status == STATUS_OK) {
        memcpy(universe->venues, config->venues, sizeof(universe->venues));
        memcpy(universe->symbols, config->symbols, sizeof(universe->symbols));
    }
    return status;
}
