/*
 * Charts as SVG inside a page, drawn by the server: no script, no picture
 * files. What a chart shows also stands in a table beside it; for a reader
 * that does not see, the chart is one image with a name.
 */
#ifndef CONSOLE_CHART_H
#define CONSOLE_CHART_H

#include <stddef.h>
#include <stdint.h>

#include "quarantine/console/html.h"

#define CHART_SERIES 3 /* told apart by classes chart-a, -b, -c */
#define CHART_BARS   366

struct chart_bar {
	char label[16]; /* below the bar; "" for none */
	uint64_t value[CHART_SERIES];
};

/*
 * Stacked bars, the first series lowest. name: what the chart is, said to
 * those who do not see it. A scale of four lines at round numbers.
 */
void chart_bars(struct html *, const char *name, const struct chart_bar *,
    size_t n);
/* A round number that is not below v: 1, 2, 5, 10, 20, 50, ... */
uint64_t chart_round(uint64_t v);

#endif
