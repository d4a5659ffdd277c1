// --version: what this program is, what it was built from and what it runs on.
#include <curl/curl.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <uv.h>
#include <xxhash.h>
#include <zlib.h>

#include "cli/build_id.h"
#include "cli/cli.h"
#include "engine/wire.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

void cli_print_version(struct text *out) {
    unsigned xxh = XXH_versionNumber();
    text_add_format(out, "perpdesk %s\n", PERPDESK_VERSION);
    text_add_format(out, "git       %s\n", PERPDESK_GIT_ID);
    text_add_format(out, "compiler  %s\n", COMPILER);
    text_add_format(out, "libuv     %s\n", uv_version_string());
    text_add_format(out, "openssl   %s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
    text_add_format(out, "libcurl   %s\n", curl_version_info(CURLVERSION_NOW)->version);
    text_add_format(out, "sqlite    %s\n", sqlite3_libversion());
    text_add_format(out, "ncurses   %s (built with)\n", NCURSES_BUILT_WITH);
    text_add_format(out, "inih      %s (built with)\n", INIH_BUILT_WITH);
    text_add_format(out, "xxhash    %u.%u.%u\n", xxh / 10000, xxh / 100 % 100, xxh % 100);
    text_add_format(out, "zlib      %s\n", zlibVersion());
}

const char *cli_build(void) {
    static _Thread_local char build[96];
    struct text text = TEXT_OVER(build);
    text_add_format(&text, "%s-%s-%016llx", PERPDESK_VERSION, PERPDESK_GIT_ID,
                    (unsigned long long)wire_layout());
    return build;
}
