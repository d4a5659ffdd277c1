#include "ui/chart.h"

#include "base/decimal.h"

int chart_level(int64_t value, int64_t low, int64_t high, int most) {
    int64_t span = sub_saturating(high, low);
    if (span <= 0) {
        return most / 2;
    }
    int64_t above = sub_saturating(value, low);
    above = above < 0 ? 0 : above > span ? span : above;
    return (int)mul_div_floor(above, most, span);
}

void chart_range(const int64_t *values, int count, int64_t *low, int64_t *high) {
    *low = count > 0 ? values[0] : 0;
    *high = *low;
    for (int i = 1; i < count; i++) {
        *low = values[i] < *low ? values[i] : *low;
        *high = values[i] > *high ? values[i] : *high;
    }
}

void chart_draw(struct canvas *canvas, struct rect area, const int64_t *values, int count,
                enum ink ink) {
    if (count <= 0 || area.columns <= 0 || area.rows <= 0) {
        return;
    }
    int64_t low = 0;
    int64_t high = 0;
    chart_range(values, count, &low, &high);
    int shown = count < area.columns ? count : area.columns;
    for (int i = 0; i < shown; i++) {
        int point = (int)(((int64_t)i + 1) * count / shown) - 1;
        int level = chart_level(values[point], low, high, area.rows * DRAW_LEVELS - 1);
        for (int row = 0; row <= level / DRAW_LEVELS; row++) {
            bool top = row == level / DRAW_LEVELS;
            draw_level(canvas, area, area.columns - shown + i, area.rows - 1 - row, ink,
                       top ? level % DRAW_LEVELS : DRAW_LEVELS - 1);
        }
    }
}
