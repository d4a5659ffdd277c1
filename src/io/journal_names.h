// Names of journal files in a state folder; private to the journal.
#ifndef PERPDESK_IO_JOURNAL_NAMES_H
#define PERPDESK_IO_JOURNAL_NAMES_H

#include "io/journal.h"

void journal_name(char out[JOURNAL_NAME_MAX], const char *stamp, uint32_t number);
// Takes "journal-<stamp>[.<number>].pdj" apart; false for any other name.
bool journal_name_parse(const char *name, char stamp[JOURNAL_STAMP_MAX], uint32_t *number);
// Newest stamp in the folder, "" when there is none.
enum status journal_newest(const char *folder, char stamp[JOURNAL_STAMP_MAX]) MUST_CHECK;
// Newest stamp before `before`; "": of all.
enum status journal_newest_before(const char *folder, const char *before,
                                  char stamp[JOURNAL_STAMP_MAX]) MUST_CHECK;
// Files a session must have: one more than the highest number there is.
enum status journal_count(const char *folder, const char *stamp, uint32_t *count) MUST_CHECK;
// A stamp of `wall_ns`, or right behind `newest` when that is not earlier.
void journal_stamp_after(char stamp[JOURNAL_STAMP_MAX], int64_t wall_ns, const char *newest);
// Removes files of sessions that were last written before `before_ns` (wall time), except those of
// `kept` and of everything newer.
void journal_remove_expired(const struct journal_folder *folder, int64_t before_ns,
                            const char *kept);
int64_t journal_wall_ns(void);

#endif
