#include "weather.h"

#include <string.h>

#include "base/decimal.h"
#include "base/table.h"
#include "moment.h"

static const struct {
    const char *name;
    enum weather_way way;
    uint32_t often;
} table[WEATHER_COUNT] = {
#define WEATHER_ROW(code, name, way, often) {name, WEATHER_##way, often},
    WEATHER_LIST(WEATHER_ROW)
#undef WEATHER_ROW
};

static bool forbidden[WEATHER_COUNT];

struct dice dice_of(uint64_t seed, uint64_t stream) {
    return (struct dice){.seed = hash_mix(seed ^ hash_mix(stream + 1))};
}

uint64_t dice_draw(struct dice *dice) {
    return hash_mix(dice->seed + ++dice->drawn);
}

int64_t dice_between(struct dice *dice, int64_t least, int64_t most) {
    return least + (int64_t)(dice_draw(dice) % (uint64_t)(most - least + 1));
}

bool dice_hit(struct dice *dice, uint32_t ppm) {
    return ppm > 0 && dice_draw(dice) % PPM_ONE < ppm;
}

const char *weather_name(enum weather_kind kind) {
    return table[kind].name;
}

bool weather_forbid(const char *name) {
    for (int kind = 0; kind < WEATHER_COUNT; kind++) {
        if (strcmp(table[kind].name, name) == 0) {
            forbidden[kind] = true;
            return true;
        }
    }
    return false;
}

// Half of the kinds are on, each between a quarter of its strength and all of it.
void weather_begin(struct weather *weather, uint64_t seed, uint64_t stream, bool fair) {
    *weather = (struct weather){.dice = dice_of(seed, stream), .calm = fair};
    for (int kind = 0; kind < WEATHER_COUNT; kind++) {
        bool on = dice_hit(&weather->dice, PPM_ONE / 2);
        uint32_t quarters = (uint32_t)dice_between(&weather->dice, 1, 4);
        bool by_time = table[kind].way == WEATHER_TIME;
        uint32_t strong = table[kind].often;
        weather->often[kind] = !on || forbidden[kind] ? 0
                               : by_time              ? strong * 4 / quarters
                                                      : strong * quarters / 4;
    }
}

static void meet(struct weather *weather, enum weather_kind kind) {
    weather->met[kind]++;
}

bool weather_hits(struct weather *weather, enum weather_kind kind) {
    bool hit = !weather->calm && dice_hit(&weather->dice, weather->often[kind]);
    if (hit) {
        meet(weather, kind);
    }
    return hit;
}

bool weather_begins(struct weather *weather, enum weather_kind kind, int64_t passed_ns) {
    if (weather->calm || weather->often[kind] == 0) {
        return false;
    }
    int64_t ppm = passed_ns / 1000 / weather->often[kind]; // of a second, over the mean
    bool hit = dice_hit(&weather->dice, ppm < PPM_ONE ? (uint32_t)ppm : PPM_ONE);
    if (hit) {
        meet(weather, kind);
    }
    return hit;
}

void weather_lasts(struct weather *weather, enum weather_kind kind, int64_t least_ms,
                   int64_t most_ms) {
    weather->until_ns[kind] =
        moment_now_ns() + dice_between(&weather->dice, least_ms, most_ms) * NS_PER_MS;
}

bool weather_acts(const struct weather *weather, enum weather_kind kind) {
    return !weather->calm && moment_now_ns() < weather->until_ns[kind];
}

void weather_calm(struct weather *weather) {
    weather->calm = true;
}

uint64_t weather_met(const struct weather *weather) {
    uint64_t sum = 0;
    for (int kind = 0; kind < WEATHER_COUNT; kind++) {
        sum += weather->met[kind];
    }
    return sum;
}
