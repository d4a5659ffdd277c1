// Folders that a test or a benchmark made for itself.
#ifndef PERPDESK_TESTS_UNIT_IO_FOLDER_H
#define PERPDESK_TESTS_UNIT_IO_FOLDER_H

#include <stdbool.h>

#include "base/status.h"

// Removes the folder and the files in it. False: something is left, a folder within it for example.
MUST_CHECK bool folder_remove(const char *path);

#endif
