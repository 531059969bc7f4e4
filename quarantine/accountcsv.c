/*
 * A list of accounts as CSV (RFC 4180), in UTF-8 or in the CP932 that Excel
 * writes on a Japanese machine. An administrator gave it: it is no document,
 * and is read here. What is not plainly a list is refused with its line.
 */
#include <errno.h>
#include <iconv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "quarantine/account_int.h"

#define MAX_COLUMNS 7
#define FIELD_BYTES 1024

enum column { LOGIN, NAME, DEPARTMENT, MAIL, ROLES, FROM, UNTIL };

static const struct {
	const char *name, *ja;
	unsigned gives;
} columns[MAX_COLUMNS] = {
	[LOGIN] = { "login", "ログイン", 0 },
	[NAME] = { "name", "氏名", GIVES_NAME },
	[DEPARTMENT] = { "department", "所属", GIVES_DEPARTMENT },
	[MAIL] = { "mail", "メール", GIVES_MAIL },
	[ROLES] = { "roles", "役割", GIVES_ROLES },
	[FROM] = { "from", "開始日", GIVES_FROM },
	[UNTIL] = { "until", "終了日", GIVES_UNTIL },
};

struct csv {
	struct reader in;
	unsigned line;
	char *why;
	char fields[MAX_COLUMNS][FIELD_BYTES];
	size_t n; /* fields of the line */
	enum column order[MAX_COLUMNS];
	size_t n_columns;
};

static int
bad(struct csv *c, const char *key)
{
	return account_no_line(c->why, c->line, key, NULL);
}

/* What stood there is said as well. */
static int
bad_value(struct csv *c, const char *value, const char *key)
{
	return account_no_line(c->why, c->line, key, value);
}

/* One more byte of a field. */
static int
put(struct csv *c, size_t *len, uint8_t byte)
{
	if (byte < 0x20 || byte == 0x7f)
		return bad(c, N_("a control character or a line end inside of "
				 "a field"));
	if (*len + 1 >= FIELD_BYTES)
		return bad(c, N_("a field is too long"));
	c->fields[c->n][(*len)++] = (char)byte;
	return 0;
}

/* Behind the opening quote, up to the closing one. */
static int
quoted(struct csv *c, size_t *len)
{
	uint8_t byte, next;
	int e;

	for (;;) {
		if (reader_u8(&c->in, &byte) != 0)
			return bad(c, N_("a quote is not closed"));
		if (byte == '"') {
			if (reader_peek(&c->in, &next) != 0 || next != '"')
				return 0;
			if ((e = reader_skip(&c->in, 1)) != 0)
				return e;
		}
		if ((e = put(c, len, byte)) != 0)
			return e;
	}
}

/* The end of a line or of the file; the line end is read. */
static bool
at_end(struct csv *c)
{
	size_t at = reader_pos(&c->in);
	size_t n = reader_has(&c->in, at, "\r\n", 2) ? 2
		   : reader_has(&c->in, at, "\n", 1) ? 1
						     : 0;

	if (reader_left(&c->in) > 0 && n == 0)
		return false;
	return reader_skip(&c->in, n) == 0;
}

static void
trim(char *s)
{
	size_t n = strlen(s), from = strspn(s, " ");

	while (n > from && s[n - 1] == ' ')
		n--;
	memmove(s, s + from, n - from);
	s[n - from] = '\0';
}

/* One field and its separator; *last: the line ended. */
static int
read_field(struct csv *c, bool *last)
{
	size_t len = 0;
	uint8_t byte;
	int e;

	if (c->n == MAX_COLUMNS)
		return bad(c, N_("more columns than there are"));
	*last = false;
	if (reader_peek(&c->in, &byte) == 0 && byte == '"') {
		if ((e = reader_skip(&c->in, 1)) != 0 ||
		    (e = quoted(c, &len)) != 0)
			return e;
		*last = at_end(c);
		if (!*last && (reader_u8(&c->in, &byte) != 0 || byte != ','))
			return bad(c, N_("something stands behind a quote"));
	} else
		while (!(*last = at_end(c))) {
			if ((e = reader_u8(&c->in, &byte)) != 0)
				return e;
			if (byte == ',')
				break;
			if (byte == '"')
				return bad(c, N_("a quote inside of a field "
						 "without quotes"));
			if ((e = put(c, &len, byte)) != 0)
				return e;
		}
	c->fields[c->n][len] = '\0';
	trim(c->fields[c->n++]);
	return 0;
}

/* ERR_NOENT: no more lines. */
static int
read_line(struct csv *c)
{
	bool last = false;
	int e = 0;

	if (reader_left(&c->in) == 0)
		return ERR_NOENT;
	c->line++;
	c->n = 0;
	while (e == 0 && !last)
		e = read_field(c, &last);
	return e;
}

static int
read_header(struct csv *c)
{
	unsigned seen = 0;
	size_t k;
	int e;

	if ((e = read_line(c)) != 0)
		return e == ERR_NOENT ? bad(c, N_("the list is empty")) : e;
	for (size_t i = 0; i < c->n; i++) {
		for (k = 0; k < MAX_COLUMNS; k++)
			if (strcmp(c->fields[i], columns[k].name) == 0 ||
			    strcmp(c->fields[i], columns[k].ja) == 0)
				break;
		if (k == MAX_COLUMNS)
			return bad(c,
			    N_("the first line names the columns: "
			       "login,name,department,mail,roles,from,until"));
		if ((seen >> k & 1) != 0)
			return bad(c, N_("a column is named twice"));
		seen |= 1u << k;
		c->order[c->n_columns++] = (enum column)k;
	}
	if ((seen & 1u << LOGIN) == 0)
		return bad(c, N_("the column login is missing"));
	return 0;
}

/* Cut nothing: a text that does not fit is wrong. */
static int
take(struct csv *c, const char *value, char *out, size_t size)
{
	if (strlen(value) >= size)
		return bad(c, N_("a field is too long"));
	memcpy(out, value, strlen(value) + 1);
	return 0;
}

static int
take_field(struct csv *c, enum column k, const char *v, struct account *a)
{
	switch (k) {
	case LOGIN:
		if (account_login(v, a->login) != 0)
			return bad_value(c, v,
			    N_("a login is 1 to 63 of a-z 0-9 . _ -"));
		return 0;
	case NAME:
		return take(c, v, a->name, sizeof(a->name));
	case DEPARTMENT:
		return take(c, v, a->department, sizeof(a->department));
	case MAIL:
		return take(c, v, a->mail, sizeof(a->mail));
	case ROLES:
		if (account_roles_read(v, &a->roles) != 0 || a->roles == 0)
			return bad_value(c, v,
			    N_("roles are staff, approver, "
			       "administrator, auditor"));
		return 0;
	case FROM:
	case UNTIL:
		if (account_date(v, k == FROM ? a->from : a->until) != 0)
			return bad_value(c, v,
			    N_("dates are written like 2027-04-01, "
			       "the first before the last"));
		return 0;
	}
	return ERR_INTERNAL;
}

static bool
is_blank(const struct csv *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->fields[i][0] != '\0')
			return false;
	return true;
}

static int
take_row(struct csv *c, struct account_row *row)
{
	int e;

	*row = (struct account_row){ .line = c->line };
	if (c->n != c->n_columns)
		return bad(c, N_("not as many columns as the first line"));
	for (size_t i = 0; i < c->n; i++) {
		if ((e = take_field(c, c->order[i], c->fields[i],
			 &row->account)) != 0)
			return e;
		row->gives |= columns[c->order[i]].gives;
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct account_row *const *x = a, *const *y = b;
	int d = strcmp((*x)->account.login, (*y)->account.login);

	return d != 0 ? d : (*x)->line < (*y)->line ? -1 : 1;
}

static int
check_twice(struct csv *c, const struct account_row *rows, size_t n)
{
	const struct account_row **by = calloc(n + 1, sizeof(*by));
	bool is_twice = false;

	if (by == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		by[i] = &rows[i];
	qsort(by, n, sizeof(*by), compare);
	for (size_t i = 1; i < n; i++)
		if (strcmp(by[i - 1]->account.login, by[i]->account.login) ==
		    0) {
			c->line = by[i]->line;
			(void)bad_value(c, by[i]->account.login,
			    N_("this login stands twice in the list"));
			is_twice = true;
		}
	free(by);
	return is_twice ? ERR_MALFORMED : 0;
}

static int
grow(struct account_row **rows, size_t n, size_t *room)
{
	struct account_row *more;
	size_t wanted = *room == 0 ? 256 : *room * 2;

	if (n < *room)
		return 0;
	if ((more = reallocarray(*rows, wanted, sizeof(**rows))) == NULL)
		return ERR_NOMEM;
	*rows = more;
	*room = wanted;
	return 0;
}

static int
read_rows(struct csv *c, struct account_row **rows, size_t *n)
{
	bool is_bad = false; /* the others are read, to be told as well */
	size_t room = 0;
	int e;

	if ((e = read_header(c)) != 0)
		return e;
	while ((e = read_line(c)) == 0) {
		if (is_blank(c))
			continue;
		if (*n == ACCOUNT_IMPORT_ROWS) {
			bad(c, N_("the list is too long"));
			return ERR_LIMIT;
		}
		if ((e = grow(rows, *n, &room)) != 0)
			return e;
		if (take_row(c, &(*rows)[*n]) != 0)
			is_bad = true;
		else
			(*n)++;
	}
	if (e == ERR_NOENT)
		e = check_twice(c, *rows, *n);
	return e == 0 && is_bad ? ERR_MALFORMED : e;
}

/* The whole of it, or ERR_MALFORMED. */
static int
from_cp932(const char *in, size_t n, struct buf *out)
{
	iconv_t cd = iconv_open("UTF-8", "CP932");
	char *from = (char *)(uintptr_t)in, piece[4096], *to;
	size_t room, rc = 0;
	int e = 0;

	if (cd == (iconv_t)-1)
		return ERR_UNSUPPORTED;
	while (e == 0 && n > 0) {
		to = piece;
		room = sizeof(piece);
		rc = iconv(cd, &from, &n, &to, &room);
		if (rc == (size_t)-1 && errno != E2BIG)
			e = ERR_MALFORMED;
		else
			e = buf_put(out, piece, sizeof(piece) - room);
	}
	iconv_close(cd);
	return e;
}

static int
to_utf8(const char *text, size_t n, struct buf *out)
{
	static const char bom[] = "\xef\xbb\xbf";
	size_t skip = n >= 3 && memcmp(text, bom, 3) == 0 ? 3 : 0;

	if (utf8_valid(text, n))
		return buf_put(out, text + skip, n - skip);
	return from_cp932(text, n, out);
}

int
account_csv(const char *text, size_t n, struct account_row **out, size_t *n_out,
    char why[ACCOUNT_WHY_BYTES])
{
	struct csv *c = calloc(1, sizeof(*c));
	struct account_row *rows = NULL;
	struct buf utf8;
	size_t n_rows = 0;
	int e = c == NULL ? ERR_NOMEM : 0;

	why[0] = '\0';
	buf_init(&utf8, ACCOUNT_IMPORT_BYTES * 3);
	if (e == 0 && n > ACCOUNT_IMPORT_BYTES &&
	    account_no(why, N_("the list is too long")) != 0)
		e = ERR_LIMIT;
	if (e == 0 && (e = to_utf8(text, n, &utf8)) == ERR_MALFORMED)
		e = account_no(why,
		    N_("the list is neither UTF-8 nor Shift_JIS (CP932)"));
	if (e == 0) {
		c->why = why;
		buf_reader(&utf8, &c->in);
		e = read_rows(c, &rows, &n_rows);
	}
	buf_done(&utf8);
	free(c);
	if (e != 0) {
		free(rows);
		return e;
	}
	*out = rows;
	*n_out = n_rows;
	return 0;
}
