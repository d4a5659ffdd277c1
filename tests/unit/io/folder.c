#include "folder.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

bool folder_remove(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return false;
    }
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            (void)unlinkat(dirfd(folder), entry->d_name, 0); // what stays is rmdir's error
        }
    }
    (void)closedir(folder);
    return rmdir(path) == 0;
}
