// Stamps and numbers in file names. Stamps have one fixed width, so text order is time order.
#include "io/journal_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define PREFIX      "journal-"
#define SUFFIX      ".pdj"
#define STAMP_SHAPE "00000000T000000.000Z" // 0: any digit

_Static_assert(sizeof(STAMP_SHAPE) <= JOURNAL_STAMP_MAX, "a stamp fits");

int64_t journal_wall_ns(void) {
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    ASSERT(result == 0);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

void journal_name(char out[JOURNAL_NAME_MAX], const char *stamp, uint32_t number) {
    struct text text = text_over(out, JOURNAL_NAME_MAX);
    text_add_format(&text, PREFIX "%s", stamp);
    if (number > 0) {
        text_add_format(&text, ".%04u", number);
    }
    text_add_string(&text, SUFFIX);
    ASSERT(!text.truncated);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Every 0 of the shape stands for a digit, everything else for itself.
static bool has_shape(const char *text, const char *shape, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (shape[i] == '0' ? !is_digit(text[i]) : text[i] != shape[i]) {
            return false;
        }
    }
    return true;
}

bool journal_name_parse(const char *name, char stamp[JOURNAL_STAMP_MAX], uint32_t *number) {
    const size_t prefix_size = sizeof(PREFIX) - 1;
    const size_t stamp_size = sizeof(STAMP_SHAPE) - 1;
    if (strncmp(name, PREFIX, prefix_size) != 0 ||
        !has_shape(name + prefix_size, STAMP_SHAPE, stamp_size)) {
        return false;
    }
    const char *rest = name + prefix_size + stamp_size;
    *number = 0;
    if (strcmp(rest, SUFFIX) != 0) {
        static const char numbered[] = ".0000" SUFFIX;
        if (strlen(rest) != sizeof(numbered) - 1 || !has_shape(rest, numbered, sizeof(numbered))) {
            return false;
        }
        for (int i = 1; i <= 4; i++) {
            *number = *number * 10 + (uint32_t)(rest[i] - '0');
        }
        if (*number == 0) {
            return false;
        }
    }
    memcpy(stamp, name + prefix_size, stamp_size);
    stamp[stamp_size] = '\0';
    return true;
}

enum status journal_newest(const char *folder, char stamp[JOURNAL_STAMP_MAX]) {
    return journal_newest_before(folder, "", stamp);
}

static enum status fail_folder(const char *folder) {
    return status_fail_errno(errno == ENOENT ? STATUS_NO_INPUT : STATUS_SYSTEM,
                             "cannot read the folder %s", folder);
}

// The end of a folder and an error of the disk look alike: a journal that was not told would count
// for none.
static const struct dirent *next_entry(DIR *dir) {
    errno = 0;
    return readdir(dir);
}

static enum status end_entries(DIR *dir, const char *folder) {
    enum status status = errno != 0 ? fail_folder(folder) : STATUS_OK;
    (void)closedir(dir);
    return status;
}

enum status journal_count(const char *folder, const char *stamp, uint32_t *count) {
    *count = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return fail_folder(folder);
    }
    const struct dirent *entry;
    while ((entry = next_entry(dir)) != NULL) {
        char found[JOURNAL_STAMP_MAX];
        uint32_t number = 0;
        if (journal_name_parse(entry->d_name, found, &number) && strcmp(found, stamp) == 0 &&
            number + 1 > *count) {
            *count = number + 1;
        }
    }
    return end_entries(dir, folder);
}

enum status journal_newest_before(const char *folder, const char *before,
                                  char stamp[JOURNAL_STAMP_MAX]) {
    stamp[0] = '\0';
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return fail_folder(folder);
    }
    const struct dirent *entry;
    while ((entry = next_entry(dir)) != NULL) {
        char found[JOURNAL_STAMP_MAX];
        uint32_t number = 0;
        if (journal_name_parse(entry->d_name, found, &number) && strcmp(found, stamp) > 0 &&
            (before[0] == '\0' || strcmp(found, before) < 0)) {
            memcpy(stamp, found, JOURNAL_STAMP_MAX);
        }
    }
    enum status status = end_entries(dir, folder);
    if (status != STATUS_OK) {
        stamp[0] = '\0';
    }
    return status;
}

static void stamp_of(char stamp[JOURNAL_STAMP_MAX], int64_t wall_ns) {
    time_t seconds = (time_t)(wall_ns / NS_PER_S);
    struct tm tm;
    (void)gmtime_r(&seconds, &tm);
    char text[JOURNAL_STAMP_MAX];
    size_t size = strftime(text, sizeof(text), "%Y%m%dT%H%M%S", &tm);
    ASSERT(size > 0);
    struct text out = text_over(stamp, JOURNAL_STAMP_MAX);
    text_add_format(&out, "%s.%03dZ", text, (int)(wall_ns / NS_PER_MS % 1000));
    ASSERT(!out.truncated);
}

// Wall time of a stamp, ns; 0 for an impossible date.
static int64_t wall_of(const char *stamp) {
    struct tm tm = {0};
    int ms = 0;
    if (sscanf(stamp, "%4d%2d%2dT%2d%2d%2d.%3dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec, &ms) != 7) {
        return 0;
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm) * NS_PER_S + ms * NS_PER_MS;
}

void journal_stamp_after(char stamp[JOURNAL_STAMP_MAX], int64_t wall_ns, const char *newest) {
    stamp_of(stamp, wall_ns);
    if (newest[0] != '\0' && strcmp(stamp, newest) <= 0) {
        stamp_of(stamp, wall_of(newest) + NS_PER_MS);
    }
}

void journal_remove_expired(const struct journal_folder *folder, int64_t before_ns,
                            const char *kept) {
    DIR *dir = opendir(folder->path);
    if (dir == NULL) {
        log_warn("journal", "cannot look for expired journals in %s", folder->path);
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        char stamp[JOURNAL_STAMP_MAX];
        uint32_t number = 0;
        struct stat info;
        if (!journal_name_parse(entry->d_name, stamp, &number) || strcmp(stamp, kept) >= 0 ||
            fstatat(folder->fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(info.st_mode)) {
            continue;
        }
        int64_t written_ns = info.st_mtim.tv_sec * NS_PER_S + info.st_mtim.tv_nsec;
        if (written_ns < before_ns && unlinkat(folder->fd, entry->d_name, 0) == 0) {
            log_info("journal", "removed %s: older than the retention", entry->d_name);
        }
    }
    (void)closedir(dir);
}
