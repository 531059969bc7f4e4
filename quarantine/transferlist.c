/*
 * Looking at transfers: one, many, how many. The line: transferline.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/transfer_int.h"

#define LIST_DEFAULT 1000
#define LIST_MAX     10000
#define WORDS_BYTES  512
#define SQL_BYTES    4096

void
transfer_take(sqlite3_stmt *s, struct transfer *t)
{
	const struct {
		char *to;
		size_t size;
		int column;
	} texts[] = {
		{ t->id, sizeof(t->id), 0 },
		{ t->time, sizeof(t->time), 1 },
		{ t->changed, sizeof(t->changed), 2 },
		{ t->department, sizeof(t->department), 3 },
		{ t->login, sizeof(t->login), 4 },
		{ t->path, sizeof(t->path), 5 },
		{ t->batch, sizeof(t->batch), 6 },
		{ t->sha256, sizeof(t->sha256), 12 },
		{ t->format, sizeof(t->format), 13 },
		{ t->method, sizeof(t->method), 14 },
		{ t->reason, sizeof(t->reason), 15 },
		{ t->result_path, sizeof(t->result_path), 17 },
		{ t->result_format, sizeof(t->result_format), 18 },
		{ t->result_sha256, sizeof(t->result_sha256), 19 },
	};

	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		people_take(s, texts[i].column, texts[i].to, texts[i].size);
	t->via = (enum transfer_via)sqlite3_column_int(s, 7);
	t->class = (enum rules_class)sqlite3_column_int(s, 8);
	t->bytes = (uint64_t)sqlite3_column_int64(s, 9);
	t->mtime = sqlite3_column_int64(s, 10);
	t->state = (enum transfer_state)sqlite3_column_int(s, 11);
	t->reason_err = sqlite3_column_int(s, 16);
	t->result_bytes = (uint64_t)sqlite3_column_int64(s, 20);
	t->findings = (uint32_t)sqlite3_column_int(s, 21);
	t->attacks = (uint32_t)sqlite3_column_int(s, 22);
	t->tries = (uint32_t)sqlite3_column_int(s, 23);
	t->is_said = sqlite3_column_int(s, 24) != 0;
}

/* A text of a column, to be freed; NULL stays NULL. */
static int
take_long(sqlite3_stmt *s, int i, char **out)
{
	if (sqlite3_column_type(s, i) == SQLITE_NULL)
		return 0;
	*out = strdup(people_text(s, i));
	return *out == NULL ? ERR_NOMEM : 0;
}

int
transfer_get(struct people *p, const char *id, struct transfer *t)
{
	struct transfer found;
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT " TRANSFER_COLUMNS ", receipt, receipt_text FROM "
		 "transfer WHERE id = ?",
		 id, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0) {
		transfer_take(s, &found);
		if ((e = take_long(s, TRANSFER_RECEIPT, &found.receipt)) == 0)
			e = take_long(s, TRANSFER_RECEIPT + 1,
			    &found.receipt_text);
		if (e != 0)
			transfer_done(&found);
		else
			*t = found;
	}
	sqlite3_finalize(s);
	return e;
}

/* "%words%", with what LIKE would read taken literally. */
static void
like(const char *words, char out[WORDS_BYTES])
{
	size_t n = 0;

	out[0] = '\0';
	if (words == NULL || words[0] == '\0')
		return;
	out[n++] = '%';
	for (; *words != '\0' && n < WORDS_BYTES - 4; words++) {
		if (*words == '%' || *words == '_' || *words == '\\')
			out[n++] = '\\';
		out[n++] = *words;
	}
	out[n++] = '%';
	out[n] = '\0';
}

/*
 * Only the conditions that are asked for, all of constant text: so that the
 * indexes serve. The numbers of the parameters are fixed.
 */
static int
add_where(struct buf *b, const struct transfer_filter *f, const char *words)
{
	const struct {
		bool is_asked;
		const char *sql;
	} parts[] = {
		{ f->department != NULL, " AND department = ?1" },
		{ f->login != NULL, " AND login = ?2" },
		{ f->batch != NULL, " AND batch = ?3" },
		{ f->since != NULL, " AND time >= ?4" },
		{ f->until != NULL, " AND time < ?5" },
		{ f->state >= 0, " AND state = ?6" },
		{ f->unsettled, " AND state < 4" },
		{ f->unsaid, " AND said = 0 AND state >= 2" },
		{ words[0] != '\0',
		    " AND (path LIKE ?7 ESCAPE '\\' OR result_path LIKE ?7 "
		    "ESCAPE '\\' OR login LIKE ?7 ESCAPE '\\' OR department "
		    "LIKE ?7 ESCAPE '\\' OR id LIKE ?7 ESCAPE '\\' OR sha256 "
		    "LIKE ?7 ESCAPE '\\')" },
	};

	int e = buf_puts(b, " FROM transfer WHERE 1");

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (e == 0 && parts[i].is_asked)
			e = buf_puts(b, parts[i].sql);
	return e;
}

static void
bind_where(sqlite3_stmt *s, const struct transfer_filter *f, const char *words)
{
	const char *texts[] = { f->department, f->login, f->batch, f->since,
		f->until };

	for (int i = 0; i < 5; i++)
		if (texts[i] != NULL)
			people_bind(s, i + 1, texts[i]);
	if (f->state >= 0)
		sqlite3_bind_int(s, 6, f->state);
	if (words[0] != '\0')
		people_bind(s, 7, words);
}

/* what WHERE tail */
static int
select_where(struct people *p, const char *what,
    const struct transfer_filter *f, const char *tail, sqlite3_stmt **out)
{
	char words[WORDS_BYTES];
	const char *sql;
	struct buf b;
	int e;

	like(f->words, words);
	buf_init(&b, SQL_BYTES);
	if ((e = buf_puts(&b, what)) == 0 &&
	    (e = add_where(&b, f, words)) == 0 && (e = buf_puts(&b, tail)) == 0)
		e = (sql = buf_cstr(&b)) == NULL
			? ERR_NOMEM
			: people_prepare(p, sql, NULL, out);
	buf_done(&b);
	if (e == 0)
		bind_where(*out, f, words);
	return e;
}

/* Read first, call afterwards: each() may write. */
static int
collect(sqlite3_stmt *s, struct transfer **out, size_t *n)
{
	struct transfer *all = NULL, *more;
	size_t room = 0;
	int e;

	*n = 0;
	while ((e = ledger_step(s)) == 0) {
		if (*n == room) {
			room = room == 0 ? 32 : room * 2;
			more = reallocarray(all, room, sizeof(*all));
			if (more == NULL) {
				e = ERR_NOMEM;
				break;
			}
			all = more;
		}
		transfer_take(s, &all[(*n)++]);
	}
	if (e != ERR_NOENT) {
		free(all);
		return e;
	}
	*out = all;
	return 0;
}

int
transfer_list(struct people *p, const struct transfer_filter *f,
    int (*each)(void *arg, const struct transfer *), void *arg)
{
	unsigned limit = f->limit == 0 ? LIST_DEFAULT : f->limit;
	struct transfer *all = NULL;
	sqlite3_stmt *s;
	size_t n = 0;
	int e;

	if ((e = select_where(p, "SELECT " TRANSFER_COLUMNS, f,
		 f->newest_first ? " ORDER BY id DESC LIMIT ?8 OFFSET ?9"
				 : " ORDER BY id LIMIT ?8 OFFSET ?9",
		 &s)) != 0)
		return e;
	sqlite3_bind_int64(s, 8, limit > LIST_MAX ? LIST_MAX : limit);
	sqlite3_bind_int64(s, 9, f->offset);
	e = collect(s, &all, &n);
	sqlite3_finalize(s);
	for (size_t i = 0; e == 0 && i < n; i++)
		e = each(arg, &all[i]);
	free(all);
	return e;
}

int
transfer_count(struct people *p, const struct transfer_filter *f, uint64_t *n,
    uint64_t *bytes)
{
	sqlite3_stmt *s;
	int e;

	if ((e = select_where(p, "SELECT count(*), coalesce(sum(bytes), 0)", f,
		 "", &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0) {
		*n = (uint64_t)sqlite3_column_int64(s, 0);
		*bytes = (uint64_t)sqlite3_column_int64(s, 1);
	}
	sqlite3_finalize(s);
	return e;
}

int
transfer_load(struct people *p, const char *department, const char *login,
    struct rules_load *out)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT coalesce(sum(login = ?2), 0), coalesce(sum(CASE WHEN "
		 "login = ?2 THEN bytes ELSE 0 END), 0), coalesce(sum(bytes), "
		 "0) FROM transfer WHERE department = ?1 AND state < 4",
		 department, &s)) != 0)
		return e;
	people_bind(s, 2, login);
	if ((e = ledger_step(s)) == 0) {
		out->user_files = (uint64_t)sqlite3_column_int64(s, 0);
		out->user_bytes = (uint64_t)sqlite3_column_int64(s, 1);
		out->department_bytes = (uint64_t)sqlite3_column_int64(s, 2);
	}
	sqlite3_finalize(s);
	return e;
}
