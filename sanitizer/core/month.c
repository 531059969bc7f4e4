/*
 * Lines are read through audit_export() into a file without a name, so that a
 * log in several files is one here as well.
 */
#include "core/month.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "core/auditline.h"

/* Which documents were counted: open addressing, never more than half full. */
struct seen {
	uint64_t *slot;
	size_t size, n; /* size: a power of two */
};

struct month {
	const char *month;
	json_t *root;
	struct seen seen;
};

bool
month_ok(const char *s)
{
	if (strlen(s) != 7 || strspn(s, "0123456789") != 4 || s[4] != '-' ||
	    strspn(s + 5, "0123456789") != 2)
		return false;
	return strcmp(s + 5, "01") >= 0 && strcmp(s + 5, "12") <= 0;
}

void
month_step(const char *month, int by, char out[8])
{
	long n =
	    12 * strtol(month, NULL, 10) + strtol(month + 5, NULL, 10) - 1 + by;

	if (n < 12 || n >= 120000)
		n = 12 * 1970;
	snprintf(out, 8, "%04u-%02u", (unsigned)(n / 12) % 10000,
	    (unsigned)(n % 12) % 100 + 1);
}

/* ---- a set of ids */

static uint64_t
key_of(const char *id)
{
	static const uint8_t key[crypto_shorthash_KEYBYTES] = "month";
	uint8_t h[crypto_shorthash_BYTES];
	uint64_t v;

	crypto_shorthash(h, (const uint8_t *)id, strlen(id), key);
	memcpy(&v, h, sizeof(v));
	return v == 0 ? 1 : v;
}

static bool
seen_put(struct seen *s, uint64_t v)
{
	for (size_t i = (size_t)v & (s->size - 1);;
	     i = (i + 1) & (s->size - 1)) {
		if (s->slot[i] == v)
			return false;
		if (s->slot[i] == 0) {
			s->slot[i] = v;
			s->n++;
			return true;
		}
	}
}

static int
seen_grow(struct seen *s)
{
	struct seen more = { .size = s->size == 0 ? 1024 : 2 * s->size };

	if ((more.slot = calloc(more.size, sizeof(*more.slot))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < s->size; i++)
		if (s->slot[i] != 0)
			(void)seen_put(&more, s->slot[i]);
	free(s->slot);
	*s = more;
	return 0;
}

/* *is_new: whether the id was not there before. */
static int
seen_add(struct seen *s, const char *id, bool *is_new)
{
	int e;

	if (2 * s->n >= s->size && (e = seen_grow(s)) != 0)
		return e;
	*is_new = seen_put(s, key_of(id));
	return 0;
}

/* ---- counting */

static int
add(json_t *table, const char *name, json_int_t n)
{
	json_t *v = json_object_get(table, name);

	if (v != NULL)
		return json_integer_set(v, json_integer_value(v) + n) == 0
			   ? 0
			   : ERR_NOMEM;
	if (json_object_size(table) >= MONTH_NAMES)
		return strcmp(name, "…") == 0 ? ERR_NOMEM : add(table, "…", n);
	return json_object_set_new(table, name, json_integer(n)) == 0
		   ? 0
		   : ERR_NOMEM;
}

static json_t *
counts_new(void)
{
	return json_pack("{s:i,s:i,s:i}", "released", 0, "held", 0, "blocked",
	    0);
}

/* table[name][verdict] is one more. */
static int
add_verdict(json_t *table, const char *name, const char *verdict)
{
	json_t *row;

	if (name == NULL || name[0] == '\0')
		name = "-";
	if (json_object_get(table, name) == NULL &&
	    json_object_size(table) >= MONTH_NAMES)
		name = "…";
	if ((row = json_object_get(table, name)) == NULL &&
	    ((row = counts_new()) == NULL ||
		json_object_set_new(table, name, row) != 0))
		return ERR_NOMEM;
	return add(row, verdict, 1);
}

static const char *
text_of(const json_t *fields, const char *key)
{
	const char *s = json_string_value(json_object_get(fields, key));

	return s == NULL ? "" : s;
}

static int
add_findings(json_t *to, const json_t *from)
{
	json_t *f = json_object_get(from, "findings"), *v;
	const char *id;
	int e = 0;

	json_object_foreach(f, id, v)
	{
		if (e == 0)
			e = add(to, id, json_integer_value(v));
	}
	return e;
}

/* Which verdict a line settles, or NULL. */
static const char *
verdict_of(const char *event)
{
	if (strcmp(event, "released") == 0)
		return "released";
	if (strcmp(event, "hold") == 0)
		return "held";
	return strcmp(event, "block") == 0 ? "blocked" : NULL;
}

static int
add_document(struct month *m, int day, const char *verdict,
    const json_t *fields)
{
	json_t *root = m->root, *bytes = json_object_get(root, "bytes");
	const char *kind = text_of(fields, "why"); /* older lines have none */
	const char *why = kind[0] != '\0' ? kind : text_of(fields, "reason");
	char key[96];
	bool is_new;
	int e;

	snprintf(key, sizeof(key), "%s %.70s", verdict, text_of(fields, "id"));
	if ((e = seen_add(&m->seen, key, &is_new)) != 0 || !is_new)
		return e;
	json_integer_set(bytes,
	    json_integer_value(bytes) +
		json_integer_value(json_object_get(fields, "bytes")));
	if ((e = add(json_object_get(root, "totals"), verdict, 1)) != 0 ||
	    (e = add(json_array_get(json_object_get(root, "days"),
			 (size_t)day - 1),
		 verdict, 1)) != 0 ||
	    (e = add_verdict(json_object_get(root, "departments"),
		 text_of(fields, "department"), verdict)) != 0 ||
	    (e = add_verdict(json_object_get(root, "sources"),
		 text_of(fields, "source"), verdict)) != 0 ||
	    (e = add_verdict(json_object_get(root, "formats"),
		 text_of(fields, "format"), verdict)) != 0)
		return e;
	if (why[0] != '\0' &&
	    (e = add(json_object_get(root, "reasons"), why, 1)) != 0)
		return e;
	return add_findings(json_object_get(root, "findings"), fields);
}

/* The day (1..31) of a UTC time on the site's clock, if it is in the month;
 * else 0. */
static int
day_of(const char *month, const char *utc)
{
	struct tm tm = { 0 };
	char local[16];
	time_t t;

	if (strptime(utc, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return 0;
	t = timegm(&tm);
	if (localtime_r(&t, &tm) == NULL ||
	    strftime(local, sizeof(local), "%Y-%m", &tm) != 7)
		return 0;
	return strcmp(local, month) == 0 ? tm.tm_mday : 0;
}

static int
add_line(struct month *m, const char *line, size_t n)
{
	json_t *o = json_loadb(line, n, 0, NULL);
	const json_t *fields = json_object_get(o, "fields");
	const char *event = text_of(o, "event"), *verdict;
	int day, e = 0;

	if (o == NULL)
		return ERR_MALFORMED;
	if ((day = day_of(m->month, text_of(o, "time"))) != 0) {
		e = add(json_object_get(m->root, "events"), event, 1);
		verdict = verdict_of(event);
		if (e == 0 && verdict != NULL)
			e = add_document(m, day, verdict, fields);
	}
	json_decref(o);
	return e;
}

static json_t *
root_new(const char *month)
{
	json_t *days = json_array();
	int bad = days == NULL;

	for (int i = 0; i < 31; i++)
		bad |= json_array_append_new(days, counts_new());
	if (bad != 0) {
		json_decref(days);
		return NULL;
	}
	return json_pack("{s:s,s:i,s:o,s:o,s:{},s:{},s:{},s:{},s:{},s:{}}",
	    "month", month, "bytes", 0, "totals", counts_new(), "days", days,
	    "departments", "sources", "formats", "findings", "reasons",
	    "events");
}

static int
read_lines(struct month *m, FILE *f)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int e = 0;

	while (e == 0 && (n = getline(&line, &size, f)) > 0)
		e = add_line(m, line, (size_t)n);
	free(line);
	return e != 0 ? e : ferror(f) ? ERR_IO : 0;
}

/* The lines of the month and of a day on each side: local days are not those
 * of UTC. */
static int
lines_of(const char *state_dir, const char *month, FILE *f)
{
	char before[8], after[8], since[16], until[16];
	struct audit_filter filter = { .since = since, .until = until };

	month_step(month, -1, before);
	month_step(month, 1, after);
	snprintf(since, sizeof(since), "%s-28", before);
	snprintf(until, sizeof(until), "%s-02", after);
	return audit_export(state_dir, &filter, AUDIT_JSONL, f);
}

int
month_count(const char *state_dir, const char *month, json_t **out)
{
	struct month m = { .month = month };
	FILE *f;
	int fd, e;

	if (!month_ok(month))
		return ERR_MALFORMED;
	if ((fd = open(state_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) < 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	if ((f = fdopen(fd, "w+")) == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	if ((m.root = root_new(month)) == NULL)
		e = ERR_NOMEM;
	else if ((e = lines_of(state_dir, month, f)) == 0) {
		rewind(f);
		e = read_lines(&m, f);
	}
	fclose(f);
	free(m.seen.slot);
	if (e == 0)
		*out = m.root;
	else
		json_decref(m.root);
	return e;
}
