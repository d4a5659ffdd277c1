// Rows and columns of a pane: order, filter, selection, scrolling, and drawing them.
#ifndef PERPDESK_UI_GRID_H
#define PERPDESK_UI_GRID_H

#include "ui/pane.h"

// Sorts and filters the rows anew and finds the selected one again by its key.
void grid_arrange(struct pane *pane, const struct view *view);
// Moves the selection by so many rows, cut at both ends.
void grid_move(struct pane *pane, const struct view *view, int64_t by);
// The next (step 1) or the previous (-1) sortable column; past the last and before the first one
// stands the natural order.
void grid_sort(struct pane *pane, const struct view *view, int step);
// Row under the cursor (a row number of the class); false when there is none.
bool grid_selected(const struct pane *pane, uint32_t *row);
void grid_draw(struct pane *pane, const struct view *view, struct canvas *canvas, bool focused);
bool grid_matches(const char *filter, struct slice words); // case does not matter, '!' inverts

#endif
