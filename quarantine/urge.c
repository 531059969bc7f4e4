#include "quarantine/urge.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "quarantine/people_int.h"

/* Made at its first use: it belongs to the register, not to its beginning. */
static const char schema[] =
    "CREATE TABLE IF NOT EXISTS urge (request TEXT PRIMARY KEY, login TEXT "
    "NOT NULL, time TEXT NOT NULL, why TEXT NOT NULL);";

static int
put_row(struct people *p, const struct request *q, const char *why)
{
	char now[RECORD_TIME_BYTES];
	sqlite3_stmt *s;
	int e;

	record_time_now(now);
	if ((e = people_prepare(p,
		 "INSERT OR IGNORE INTO urge VALUES (?1, ?2, ?3, ?4)", q->id,
		 &s)) != 0)
		return e;
	people_bind(s, 2, q->login);
	people_bind(s, 3, now);
	people_bind(s, 4, why);
	if ((e = people_run(s)) == 0 && people_changed(p) == 0)
		e = ERR_EXIST;
	return e;
}

int
urge_put(struct people *p, const struct request *q, const char *login,
    const char *why)
{
	char text[RECORD_REASON_BYTES];
	int e;

	if (strcmp(q->login, login) != 0 || q->state != REQUEST_OPEN)
		return ERR_DENIED;
	utf8_printable(why, strlen(why), text, sizeof(text));
	if (text[strspn(text, " ")] == '\0')
		return ERR_MALFORMED;
	if ((e = ledger_exec(p->db, schema)) != 0 ||
	    (e = put_row(p, q, text)) != 0)
		return e;
	return audit_append(p->audit, "urged",
	    json_pack("{s:s, s:s, s:s, s:s}", "id", q->transfer, "request",
		q->id, "who", login, "why", text),
	    AUDIT_SYNC);
}

int
urge_get(struct people *p, const char *request, struct urge *u)
{
	sqlite3_stmt *s;
	int e;

	if ((e = ledger_exec(p->db, schema)) != 0 ||
	    (e = people_prepare(p,
		 "SELECT request, login, time, why FROM urge WHERE request = "
		 "?1",
		 request, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0) {
		people_take(s, 0, u->request, sizeof(u->request));
		people_take(s, 1, u->login, sizeof(u->login));
		people_take(s, 2, u->time, sizeof(u->time));
		people_take(s, 3, u->why, sizeof(u->why));
	}
	sqlite3_finalize(s);
	return e;
}
