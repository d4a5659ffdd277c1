// Curves of blocks: one column a point, newest on the right, scaled to what is shown.
#ifndef PERPDESK_UI_CHART_H
#define PERPDESK_UI_CHART_H

#include "ui/draw.h"

// Where `value` stands between low and high, 0 .. most; the middle when they are the same.
int chart_level(int64_t value, int64_t low, int64_t high, int most);
void chart_range(const int64_t *values, int count, int64_t *low, int64_t *high);
// A curve that fills its rectangle; more points than columns are thinned, each column shows the
// newest of its points.
void chart_draw(struct canvas *canvas, struct rect area, const int64_t *values, int count,
                enum ink ink);

#endif
