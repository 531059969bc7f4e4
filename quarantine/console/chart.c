#include "quarantine/console/chart.h"

#include <stdio.h>

enum { WIDTH = 720, HEIGHT = 220, LEFT = 56, TOP = 12, BOTTOM = 26 };

#define PLOT_W (WIDTH - LEFT - 8)
#define PLOT_H (HEIGHT - TOP - BOTTOM)

uint64_t
chart_round(uint64_t v)
{
	uint64_t step = 1;

	while (step <= UINT64_MAX / 20 && 10 * step <= v)
		step *= 10;
	if (v <= step)
		return step;
	if (v <= 2 * step)
		return 2 * step;
	return v <= 5 * step ? 5 * step : 10 * step;
}

static void
text_at(struct html *h, double x, double y, const char *anchor,
    const char *text)
{
	char sx[16], sy[16];

	snprintf(sx, sizeof(sx), "%.1f", x);
	snprintf(sy, sizeof(sy), "%.1f", y);
	html_el(h, "text", text, "x", sx, "y", sy, "text-anchor", anchor, NULL);
}

static void
grid(struct html *h, uint64_t top)
{
	char y[16], right[16], label[24];

	snprintf(right, sizeof(right), "%d", WIDTH - 8);
	for (unsigned i = 0; i <= 4; i++) {
		double at = TOP + PLOT_H - PLOT_H * i / 4.0;

		snprintf(y, sizeof(y), "%.1f", at);
		html_el(h, "line", NULL, "class", "chart-grid", "x1", "56",
		    "x2", right, "y1", y, "y2", y, NULL);
		if (top * i % 4 != 0)
			continue;
		snprintf(label, sizeof(label), "%llu",
		    (unsigned long long)(top * i / 4));
		text_at(h, LEFT - 6, at + 4, "end", label);
	}
}

static void
bar(struct html *h, const struct chart_bar *b, double x, double w, uint64_t top)
{
	static const char *const classes[CHART_SERIES] = { "chart-a", "chart-b",
		"chart-c" };
	char sx[16], sy[16], sw[16], sh[16];
	double y = TOP + PLOT_H, tall;

	snprintf(sx, sizeof(sx), "%.1f", x + w * 0.12);
	snprintf(sw, sizeof(sw), "%.1f", w * 0.76);
	for (size_t i = 0; i < CHART_SERIES; i++) {
		if (b->value[i] == 0)
			continue;
		tall = PLOT_H * (double)b->value[i] / (double)top;
		y -= tall;
		snprintf(sy, sizeof(sy), "%.1f", y);
		snprintf(sh, sizeof(sh), "%.1f", tall);
		html_el(h, "rect", NULL, "class", classes[i], "x", sx, "y", sy,
		    "width", sw, "height", sh, NULL);
	}
	if (b->label[0] != '\0')
		text_at(h, x + w / 2, HEIGHT - 8, "middle", b->label);
}

void
chart_bars(struct html *h, const char *name, const struct chart_bar *bars,
    size_t n)
{
	uint64_t top = 1, sum;
	double w = n == 0 ? PLOT_W : (double)PLOT_W / (double)n;

	for (size_t i = 0; i < n; i++) {
		sum = 0;
		for (size_t s = 0; s < CHART_SERIES; s++)
			sum += bars[i].value[s];
		top = sum > top ? sum : top;
	}
	top = chart_round(top);
	html_open(h, "svg", "class", "chart", "role", "img", "aria-label", name,
	    "viewbox", "0 0 720 220", NULL);
	grid(h, top);
	for (size_t i = 0; i < n; i++)
		bar(h, &bars[i], LEFT + w * (double)i, w, top);
	html_close(h);
}
