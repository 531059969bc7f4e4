/* Lists of what is stored, and searching in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/store_int.h"

void
store_bind(sqlite3_stmt *s, int i, const char *text)
{
	sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
}

const char *
store_column(sqlite3_stmt *s, int i)
{
	const char *t = (const char *)sqlite3_column_text(s, i);

	return t == NULL ? "" : t;
}

void
store_take(sqlite3_stmt *s, struct quarantine_item *i)
{
	const struct {
		char *to;
		size_t size;
		int column;
	} texts[] = {
		{ i->id, sizeof(i->id), 0 },
		{ i->time, sizeof(i->time), 1 },
		{ i->department, sizeof(i->department), 2 },
		{ i->source_kind, sizeof(i->source_kind), 3 },
		{ i->source_from, sizeof(i->source_from), 4 },
		{ i->name, sizeof(i->name), 5 },
		{ i->format, sizeof(i->format), 6 },
		{ i->sha256, sizeof(i->sha256), 8 },
		{ i->reason, sizeof(i->reason), 10 },
		{ i->disposed_time, sizeof(i->disposed_time), 12 },
		{ i->disposed_by, sizeof(i->disposed_by), 13 },
		{ i->disposed_why, sizeof(i->disposed_why), 14 },
	};

	memset(i, 0, sizeof(*i));
	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		snprintf(texts[k].to, texts[k].size, "%s",
		    store_column(s, texts[k].column));
	i->bytes = (uint64_t)sqlite3_column_int64(s, 7);
	i->verdict =
	    strcmp(store_column(s, 9), "blocked") == 0	  ? VERDICT_BLOCKED
	    : strcmp(store_column(s, 9), "released") == 0 ? VERDICT_RELEASED
							  : VERDICT_HELD;
	i->state = (enum quarantine_state)sqlite3_column_int(s, 11);
}

/* Whether one word stands in one of the texts. */
static bool
has_word(const struct quarantine_item *i, const char *word)
{
	const char *const texts[] = { i->id, i->name, i->source_from, i->format,
		i->reason, i->department, i->sha256 };

	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		if (strcasestr(texts[k], word) != NULL)
			return true;
	return false;
}

/* A blank of Japanese input separates words as well. */
static size_t
blank(const char *s)
{
	if (*s == ' ' || *s == '\t')
		return 1;
	return strncmp(s, "\u3000", 3) == 0 ? 3 : 0;
}

static bool
has_words(const struct quarantine_item *i, const char *words)
{
	char word[256];
	size_t n;

	while (*words != '\0') {
		for (n = 0; words[n] != '\0' && blank(words + n) == 0; n++)
			;
		snprintf(word, sizeof(word), "%.*s", (int)(n < 255 ? n : 255),
		    words);
		if (word[0] != '\0' && !has_word(i, word))
			return false;
		words += n;
		words += *words == '\0' ? 0 : blank(words);
	}
	return true;
}

int
quarantine_list(struct quarantine *q, const struct quarantine_filter *f,
    int (*each)(void *arg, const struct quarantine_item *), void *arg)
{
	struct quarantine_item item;
	sqlite3_stmt *s;
	int e;

	if ((e = ledger_prepare(q->db,
		 "SELECT " STORE_COLUMNS " FROM item WHERE (?1 = '' OR "
		 "department = ?1) AND (?2 = '' OR time >= ?2) AND (?3 = '' OR "
		 "time < ?3) AND (?4 = 1 OR state = ?4 / 2) AND (?5 = 1 OR "
		 "(verdict = 'released') = ?5 / 2) ORDER BY time, id",
		 &s)) != 0)
		return e;
	store_bind(s, 1, f->department == NULL ? "" : f->department);
	store_bind(s, 2, f->since == NULL ? "" : f->since);
	store_bind(s, 3, f->until == NULL ? "" : f->until);
	sqlite3_bind_int(s, 4, f->with_disposed);
	sqlite3_bind_int(s, 5, f->kept);
	while ((e = ledger_step(s)) == 0) {
		store_take(s, &item);
		if (f->words != NULL && !has_words(&item, f->words))
			continue;
		if ((e = each(arg, &item)) != 0)
			break;
	}
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}

int
quarantine_receipt(struct quarantine *q, const char *id, char **receipt)
{
	sqlite3_stmt *s;
	int e;

	if ((e = ledger_prepare(q->db, "SELECT receipt FROM item WHERE id = ?",
		 &s)) != 0)
		return e;
	store_bind(s, 1, id);
	if ((e = ledger_step(s)) == 0 &&
	    (*receipt = strdup(store_column(s, 0))) == NULL)
		e = ERR_NOMEM;
	sqlite3_finalize(s);
	return e;
}

int
quarantine_usage(struct quarantine *q,
    int (*each)(void *arg, const struct quarantine_usage *), void *arg)
{
	struct quarantine_usage u;
	sqlite3_stmt *s;
	int e;

	if ((e = ledger_prepare(q->db,
		 "SELECT department, sum(verdict <> 'released'), "
		 "sum(CASE verdict WHEN 'released' THEN 0 ELSE bytes END), "
		 "sum(verdict = 'released'), "
		 "sum(CASE verdict WHEN 'released' THEN bytes ELSE 0 END) "
		 "FROM item WHERE state = 0 GROUP BY department ORDER BY "
		 "department",
		 &s)) != 0)
		return e;
	while ((e = ledger_step(s)) == 0) {
		snprintf(u.department, sizeof(u.department), "%s",
		    store_column(s, 0));
		u.items = (uint64_t)sqlite3_column_int64(s, 1);
		u.bytes = (uint64_t)sqlite3_column_int64(s, 2);
		u.kept_items = (uint64_t)sqlite3_column_int64(s, 3);
		u.kept_bytes = (uint64_t)sqlite3_column_int64(s, 4);
		if ((e = each(arg, &u)) != 0)
			break;
	}
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}
