#include "cmd/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cli.h"

#define DRAW_MS	  100
#define BAR_CELLS 20

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void
progress_start(struct progress *p)
{
	*p = (struct progress){ .start_ms = now_ms() };
	p->is_tty = isatty(STDERR_FILENO) == 1;
}

/* Bytes and files both cost time: the mean of the two shares. */
static double
share(const struct progress *p)
{
	double f = p->files > 0 ? (double)p->done / (double)p->files : 0;
	double b = p->bytes > 0 ? (double)p->done_bytes / (double)p->bytes : f;
	double s = (f + b) / 2;

	return s > 1 ? 1 : s;
}

static void
time_left(double s, uint64_t ms, char *out, size_t n)
{
	unsigned long left;

	if (s <= 0.001) {
		snprintf(out, n, "--:--");
		return;
	}
	left = (unsigned long)((double)ms / 1000 * (1 - s) / s + 0.5);
	if (left >= 3600)
		snprintf(out, n, "%lu:%02lu:%02lu", left / 3600, left / 60 % 60,
		    left % 60);
	else
		snprintf(out, n, "%02lu:%02lu", left / 60, left % 60);
}

static void
draw(struct progress *p)
{
	uint64_t ms = now_ms() - p->start_ms;
	double s = share(p), secs = ms > 0 ? (double)ms / 1000 : 0.001;
	char bar[BAR_CELLS + 1], left[32], line[256];
	int full = (int)(s * BAR_CELLS);

	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < full ? '#' : '-';
	bar[BAR_CELLS] = '\0';
	time_left(s, ms, left, sizeof(left));
	snprintf(line, sizeof(line),
	    _("[%s] %3d%% %llu/%llu  %.1f files/s  %.1f MB/s  ETA %s"), bar,
	    (int)(s * 100), (unsigned long long)p->done,
	    (unsigned long long)p->files, (double)p->done / secs,
	    (double)p->done_bytes / 1048576 / secs, left);
	/* no wrap: the terminal cuts what does not fit */
	fprintf(stderr, "\r\033[?7l%s\033[K\033[?7h", line);
	fflush(stderr);
	p->drawn_ms = now_ms();
}

void
progress_tick(struct progress *p)
{
	if (p->is_tty && (now_ms() - p->drawn_ms >= DRAW_MS))
		draw(p);
}

void
progress_clear(struct progress *p)
{
	if (p->is_tty) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
		p->drawn_ms = 0;
	}
}
