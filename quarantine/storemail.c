/* Of stored mail: envelopes, and what belongs together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/store_int.h"

#define KEYS_TEXT (MAILTHREAD_KEYS * (MAILTHREAD_KEY_BYTES + 3) + 4)

static void
bind(sqlite3_stmt *s, int i, const char *text)
{
	sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
}

static int
prepare(struct quarantine *q, const char *sql, const char *first,
    sqlite3_stmt **out)
{
	int e;

	if ((e = ledger_prepare(q->db, sql, out)) == 0)
		bind(*out, 1, first);
	return e;
}

static const char *
column(sqlite3_stmt *s, int i)
{
	const char *t = (const char *)sqlite3_column_text(s, i);

	return t == NULL ? "" : t;
}

int
quarantine_set_mail(struct quarantine *q, const char *id, const char *sender,
    const char *envelope, bool wants_password)
{
	sqlite3_stmt *s;
	int e;

	if ((e = prepare(q,
		 "INSERT OR REPLACE INTO mail (id, sender, envelope, wants) "
		 "VALUES (?, ?, ?, ?)",
		 id, &s)) != 0)
		return e;
	bind(s, 2, sender);
	bind(s, 3, envelope);
	sqlite3_bind_int(s, 4, wants_password);
	e = ledger_done(s);
	sqlite3_finalize(s);
	return e;
}

int
quarantine_mail(struct quarantine *q, const char *id, char **envelope,
    bool *wants_password)
{
	sqlite3_stmt *s;
	char *text = NULL;
	int e;

	if ((e = prepare(q, "SELECT envelope, wants FROM mail WHERE id = ?", id,
		 &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0) {
		if ((text = strdup(column(s, 0))) == NULL)
			e = ERR_NOMEM;
		else {
			*envelope = text;
			*wants_password = sqlite3_column_int(s, 1) != 0;
		}
	}
	sqlite3_finalize(s);
	return e;
}

int
quarantine_set_thread(struct quarantine *q, const char *id,
    const struct mailthread *t)
{
	sqlite3_stmt *s;
	int e = 0;

	if ((e = ledger_begin(q->db)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < t->n; i++) {
		if ((e = prepare(q,
			 "INSERT OR IGNORE INTO thread (key, id) "
			 "VALUES (?, ?)",
			 t->keys[i], &s)) != 0)
			break;
		bind(s, 2, id);
		e = ledger_done(s);
		sqlite3_finalize(s);
	}
	return ledger_end(q->db, e);
}

/* As JSON; a key is letters and digits. */
static void
list_keys(const struct mailthread *t, char out[KEYS_TEXT])
{
	size_t at = 0;

	out[at++] = '[';
	for (size_t i = 0; i < t->n; i++)
		at += (size_t)snprintf(out + at, MAILTHREAD_KEY_BYTES + 3,
		    "%s\"%s\"", i == 0 ? "" : ",", t->keys[i]);
	out[at++] = ']';
	out[at] = '\0';
}

int
quarantine_wanting(struct quarantine *q, const struct mailthread *t,
    const char *since,
    int (*each)(void *arg, const char *id, const char *envelope), void *arg)
{
	char keys[KEYS_TEXT];
	sqlite3_stmt *s;
	int e;

	list_keys(t, keys);
	if ((e = prepare(q,
		 "SELECT item.id, mail.envelope FROM item JOIN mail ON item.id "
		 "= mail.id WHERE item.id IN (SELECT id FROM thread WHERE key "
		 "IN (SELECT value FROM json_each(?1))) AND mail.wants = 1 AND "
		 "item.state = 0 AND item.time >= ?2 ORDER BY item.time DESC, "
		 "item.id LIMIT 32",
		 keys, &s)) != 0)
		return e;
	bind(s, 2, since);
	while ((e = ledger_step(s)) == 0)
		if ((e = each(arg, column(s, 0), column(s, 1))) != 0)
			break;
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}
