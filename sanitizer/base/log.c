#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/utf8.h"

static const char *prefix = "sekisho";
static enum log_level threshold = LOG_LEVEL_INFO;
static int use_syslog;

void
log_setup(const char *program, enum log_level most, int to_syslog)
{
	prefix = program;
	threshold = most;
	use_syslog = to_syslog;
	if (to_syslog)
		openlog(program, LOG_PID, LOG_MAIL);
}

static void
say(enum log_level level, const char *fmt, va_list ap)
{
	static const int priority[] = { LOG_ERR, LOG_WARNING, LOG_INFO,
		LOG_DEBUG };
	char raw[2048], line[2048];

	if (level > threshold)
		return;
	vsnprintf(raw, sizeof(raw), fmt, ap);
	utf8_printable(raw, strlen(raw), line, sizeof(line));
	if (use_syslog)
		syslog(priority[level], "%s", line);
	else
		fprintf(stderr, "%s: %s\n", prefix, line);
}

#define LOGGER(name, level) \
	void name(const char *fmt, ...) \
	{ \
		va_list ap; \
\
		va_start(ap, fmt); \
		say(level, fmt, ap); \
		va_end(ap); \
	}

LOGGER(log_error, LOG_LEVEL_ERROR)
LOGGER(log_warn, LOG_LEVEL_WARN)
LOGGER(log_info, LOG_LEVEL_INFO)
LOGGER(log_debug, LOG_LEVEL_DEBUG)
