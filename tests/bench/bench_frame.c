// P10: what a frame of the console costs, 200x50, whole layout, 20 changed rows; and an idle one.
//
// The floor of the same run is the naive way on the same screen: erase, write every row, refresh.
// Both write to /dev/null through curses; blocks of both alternate, the median block counts. Times
// are processor time, which includes the writing.
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/table.h"
#include "tests/screen/scene.h"
#include "ui/console_inside.h"

enum {
    COLUMNS = 200,
    ROWS = 50,
    BLOCKS = 9,
    FRAMES = 400,
    QUOTES_CHANGED = 12,
    OPPORTUNITIES_CHANGED = 5,
    JOBS_CHANGED = 7,
    POSITIONS_CHANGED = 4,
    CHANGED_LEAST = 20,
    GOAL_CHANGED_NS = 60000,
    GOAL_IDLE_NS = 5000,
    ROW_BYTES = COLUMNS * 4 + 1,
};

struct bench {
    struct scene scene;
    struct console console;
    uint32_t step;
    char *text; // the canvas as text, for the naive way
    size_t text_size;
    const char *lines[ROWS];
};

// Processor time of this thread: what a frame costs, not what else the machine is doing.
static int64_t cpu_now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

// Twenty rows the layout shows: quotes of the first symbols, opportunities, jobs, positions.
static void change(struct bench *bench) {
    struct scene *scene = &bench->scene;
    uint32_t step = ++bench->step;
    struct state_header *header = scene->draft.rows[STATE_HEADER];
    header->now_ns += 100 * NS_PER_MS;
    struct state_quote *quotes = scene->draft.rows[STATE_QUOTES];
    for (uint32_t i = 0; i < QUOTES_CHANGED; i++) {
        uint32_t venues = scene->universe.venue_count;
        struct state_quote *q =
            &quotes[listing_id(&scene->universe, (uint16_t)(i % venues), (uint16_t)(i / venues))];
        q->bid.v += (int64_t)(step % 2 == 0 ? 1 : -1) * (PX_ONE / 10);
        q->bid_change = step % 2 == 0 ? 1 : -1;
        q->bid_size.v = (int64_t)(hash_mix(step * 31U + i) % 5000) * 1000000;
        q->age_ms = (int64_t)(hash_mix(step + i) % 400);
    }
    struct state_opportunity *list = scene->draft.rows[STATE_OPPORTUNITIES];
    for (uint32_t i = 0; i < OPPORTUNITIES_CHANGED; i++) {
        list[i].net.v = (int64_t)(hash_mix(step * 7U + i) % 1000) - 500;
    }
    struct state_job *jobs = scene->draft.rows[STATE_JOBS];
    for (uint32_t i = 0; i < JOBS_CHANGED; i++) {
        jobs[i].pnl.v = (int64_t)(hash_mix(step * 3U + i) % 90) * 10000;
    }
    struct state_position *positions = scene->draft.rows[STATE_POSITIONS];
    for (uint32_t i = 0; i < POSITIONS_CHANGED; i++) {
        positions[i].unrealised.v = (int64_t)(hash_mix(step * 5U + i) % 900) * 10000;
    }
    scene_touch(scene, STATE_POSITIONS);
    scene_touch(scene, STATE_HEADER);
    scene_touch(scene, STATE_QUOTES);
    scene_touch(scene, STATE_OPPORTUNITIES);
    scene_touch(scene, STATE_JOBS);
}

static void snapshot(struct bench *bench) {
    struct text text = text_over(bench->text, bench->text_size);
    canvas_save_text(&bench->console.canvas, &text);
    char *at = bench->text;
    for (int y = 0; y < ROWS; y++) {
        bench->lines[y] = at;
        char *end = strchr(at, '\n');
        ASSERT(end != NULL);
        *end = '\0';
        at = end + 1;
    }
}

static int64_t run_changed(struct bench *bench) {
    int64_t spent_ns = 0;
    for (int i = 0; i < FRAMES; i++) {
        change(bench);
        int64_t start_ns = cpu_now_ns();
        console_frame(&bench->console);
        spent_ns += cpu_now_ns() - start_ns;
    }
    return spent_ns / FRAMES;
}

static int64_t run_idle(struct bench *bench) {
    int64_t start_ns = cpu_now_ns();
    for (int i = 0; i < FRAMES; i++) {
        console_frame(&bench->console);
    }
    return (cpu_now_ns() - start_ns) / FRAMES;
}

// Erase, write every row, refresh; twenty of the rows differ from one frame to the next.
static int64_t run_naive(struct bench *bench, bool changed) {
    int64_t spent_ns = 0;
    char line[ROW_BYTES + 16];
    for (int i = 0; i < FRAMES; i++) {
        int64_t start_ns = cpu_now_ns();
        (void)erase();
        for (int y = 0; y < ROWS; y++) {
            if (changed && y >= 3 && y < 3 + CHANGED_LEAST) {
                (void)snprintf(line, sizeof(line), "%04d%s", (i * 7 + y) % 10000,
                               bench->lines[y] + 4);
                (void)mvaddstr(y, 0, line);
            } else {
                (void)mvaddstr(y, 0, bench->lines[y]);
            }
        }
        (void)refresh();
        spent_ns += cpu_now_ns() - start_ns;
    }
    return spent_ns / FRAMES;
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int64_t median(int64_t *values) {
    qsort(values, BLOCKS, sizeof(*values), compare);
    return values[BLOCKS / 2];
}

// Rows of the screen that one change touches: the bench must not measure less than it says.
static int rows_changed(struct bench *bench) {
    struct canvas *canvas = &bench->console.canvas;
    size_t size = sizeof(struct cell) * CANVAS_COLUMNS_MAX * CANVAS_ROWS_MAX;
    struct cell *before = malloc(size);
    ASSERT(before != NULL);
    memcpy(before, canvas->cells, size);
    change(bench);
    console_frame(&bench->console);
    int rows = 0;
    for (int y = 0; y < canvas->rows; y++) {
        size_t at = (size_t)y * CANVAS_COLUMNS_MAX;
        rows += memcmp(&before[at], &canvas->cells[at], sizeof(struct cell) * COLUMNS) != 0;
    }
    free(before);
    return rows;
}

static bool report(const char *what, int64_t figure_ns, int64_t floor_ns, int64_t goal_ns) {
    bool fine = figure_ns <= goal_ns;
    int64_t hundredths = figure_ns * 100 / (floor_ns > 0 ? floor_ns : 1);
    (void)printf("P10 frame %s: %lld.%02lld us, floor (naive erase+redraw) %lld.%02lld us, "
                 "ratio %lld.%02lld, goal <= %lld us: %s\n",
                 what, (long long)(figure_ns / 1000), (long long)(figure_ns / 10 % 100),
                 (long long)(floor_ns / 1000), (long long)(floor_ns / 10 % 100),
                 (long long)(hundredths / 100), (long long)(hundredths % 100),
                 (long long)(goal_ns / 1000), fine ? "ok" : "FAIL");
    return fine;
}

static bool run_blocks(struct bench *bench) {
    int64_t changed[BLOCKS];
    int64_t idle[BLOCKS];
    int64_t naive_changed[BLOCKS];
    int64_t naive_idle[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        bench->console.all_dirty = true;
        term_redraw(bench->console.term, &bench->console.canvas);
        console_frame(&bench->console);
        changed[i] = run_changed(bench);
        uint64_t before = term_cells_written(bench->console.term);
        idle[i] = run_idle(bench);
        ASSERT(term_cells_written(bench->console.term) == before);
        snapshot(bench);
        naive_changed[i] = run_naive(bench, true);
        naive_idle[i] = run_naive(bench, false);
    }
    bool fine = report("20 changed rows", median(changed), median(naive_changed), GOAL_CHANGED_NS);
    return report("idle", median(idle), median(naive_idle), GOAL_IDLE_NS) && fine;
}

int main(void) {
    static struct bench bench;
    (void)setenv("TERM", "xterm-256color", 1);
    (void)setenv("LC_ALL", "C.UTF-8", 1);
    FILE *out = fopen("/dev/null", "we");
    FILE *in = fopen("/dev/null", "re");
    if (out == NULL || in == NULL || scene_create(&bench.scene, "many") != STATUS_OK) {
        (void)fprintf(stderr, "bench_frame cannot start: %s\n", status_text());
        return 1;
    }
    struct console_options options = {
        .link = scene_link(&bench.scene), .in = in, .out = out, .columns = COLUMNS, .rows = ROWS};
    if (console_create(&bench.console, &options) != STATUS_OK) {
        (void)fprintf(stderr, "bench_frame cannot start: %s\n", status_text());
        return 1;
    }
    bench.text_size = (size_t)ROWS * ROW_BYTES + 1;
    bench.text = malloc(bench.text_size);
    ASSERT(bench.text != NULL);
    console_frame(&bench.console);
    int rows = rows_changed(&bench);
    ASSERT(rows >= CHANGED_LEAST);
    bool fine = run_blocks(&bench);
    console_destroy(&bench.console);
    scene_destroy(&bench.scene);
    free(bench.text);
    (void)fclose(in);
    (void)fclose(out);
    return fine ? 0 : 1;
}
