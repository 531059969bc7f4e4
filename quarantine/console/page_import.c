/*
 * The April moves: a list of accounts (CSV) is shown with what it would
 * change, then brought in, now or on a day to come. Between the two steps
 * the list lies in the console's own folder, one for each administrator, and
 * the second step names its hash.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/hash.h"
#include "quarantine/console/pages.h"

static void
file_of(const struct visit *r, char out[96])
{
	snprintf(out, 96, "import-%s", r->account.login);
}

/* ---- what waits for its day */

struct waiting {
	struct visit *r;
	char date[ACCOUNT_DATE_BYTES], who[ACCOUNT_LOGIN_BYTES];
	unsigned rows, days;
};

static void
waiting_end(struct waiting *w)
{
	struct html *h = &w->r->page;
	char text[128];

	if (w->rows == 0)
		return;
	snprintf(text, sizeof(text), tr(w->r, N_("%s: %u accounts change")),
	    w->date, w->rows);
	html_open(h, "li", NULL);
	html_el(h, "strong", text, NULL);
	html_text(h, " ");
	html_data(h, w->who);
	page_form(w->r, "/user-import/cancel");
	html_open(h, "input", "type", "hidden", "name", "effective", "value",
	    w->date, NULL);
	page_button(w->r, tr(w->r, N_("Cancel this import")), "danger");
	html_close(h);
	html_close(h);
	w->rows = 0;
}

static int
waiting_row(void *arg, const char *effective, const char *who,
    const struct account *before, const struct account *after)
{
	struct waiting *w = arg;

	(void)before;
	(void)after;
	if (w->days == 0)
		html_open(&w->r->page, "ul", "class", "list", NULL);
	if (w->days == 0 || strcmp(w->date, effective) != 0) {
		waiting_end(w);
		snprintf(w->date, sizeof(w->date), "%s", effective);
		snprintf(w->who, sizeof(w->who), "%s", who);
		w->days++;
	}
	w->rows++;
	return 0;
}

static int
waiting_list(struct visit *r)
{
	struct waiting w = { .r = r };
	int e;

	html_el(&r->page, "h2", tr(r, N_("Imports that wait for their day")),
	    NULL);
	e = account_waiting(r->site->people, waiting_row, &w);
	waiting_end(&w);
	if (w.days > 0)
		html_close(&r->page);
	else if (e == 0)
		html_el(&r->page, "p", tr(r, N_("No import waits.")), NULL);
	return e;
}

int
page_import(struct visit *r)
{
	int e;

	page_begin(r, tr(r, N_("Import accounts")));
	html_el(&r->page, "p",
	    tr(r, N_("A CSV file (UTF-8 or Shift_JIS) whose first line names "
		     "the columns: login,name,department,mail,roles,from,"
		     "until. Nothing is changed before you have seen what "
		     "would change.")),
	    NULL);
	page_file_form(r, "/user-import");
	page_input(r, tr(r, N_("CSV file")), "list", "file", NULL, NULL,
	    "accept", ".csv,text/csv", "required", "", NULL);
	page_input(r, tr(r, N_("Takes effect on (empty: now)")), "effective",
	    "date", "", NULL, NULL);
	page_button(r, tr(r, N_("Show what would change")), "");
	html_close(&r->page);
	if ((e = waiting_list(r)) != 0)
		return e;
	return page_end(r);
}

/* ---- preview */

static const char *const columns[] = { N_("Change"), N_("Login"), N_("Name"),
	N_("Department"), N_("Roles"), N_("First day"), N_("Last day") };

static void
account_row(struct visit *r, const struct account *a, const char *what,
    const char *class)
{
	const char *const texts[] = { a->name, a->department };
	struct html *h = &r->page;

	html_open(h, "tr", "class", class, NULL);
	html_el(h, "td", what, "data-label", tr(r, columns[0]), NULL);
	html_el(h, "td", a->login, "data-label", tr(r, columns[1]), NULL);
	for (size_t i = 0; i < 2; i++) {
		html_open(h, "td", "data-label", tr(r, columns[2 + i]), NULL);
		html_data(h, texts[i]);
		html_close(h);
	}
	html_open(h, "td", "data-label", tr(r, columns[4]), NULL);
	page_roles(r, a->roles);
	html_close(h);
	html_el(h, "td", a->from, "data-label", tr(r, columns[5]), NULL);
	html_el(h, "td", a->until, "data-label", tr(r, columns[6]), NULL);
	html_close(h);
}

static void
change_row(struct visit *r, const struct account *a, enum account_change change)
{
	static const char *const words[] = {
		[ACCOUNT_SAME] = N_("unchanged"),
		[ACCOUNT_NEW] = N_("new"),
		[ACCOUNT_CHANGED] = N_("changed"),
	};

	account_row(r, a, tr(r, words[change]), NULL);
}

struct preview {
	struct visit *r;
	unsigned n[3];
};

static int
preview_row(void *arg, const struct account *before,
    const struct account *after, enum account_change change)
{
	struct preview *p = arg;

	if (page_is_own_gain(p->r, after))
		return ERR_DENIED;
	p->n[change]++;
	if (change == ACCOUNT_CHANGED && before != NULL)
		account_row(p->r, before, tr(p->r, N_("before")), "before");
	if (change != ACCOUNT_SAME)
		change_row(p->r, after, change);
	return 0;
}

static void
apply_form(struct visit *r, const char *hash, const char *effective,
    const struct preview *p)
{
	struct html *h = &r->page;
	char text[256];

	if (effective[0] != '\0') {
		snprintf(text, sizeof(text),
		    tr(r, N_("This happens on %s, not before.")), effective);
		page_notice(r, NOTICE_NOTE, text);
	}
	snprintf(text, sizeof(text), "%s: %u, %s: %u, %s: %u", tr(r, N_("new")),
	    p->n[ACCOUNT_NEW], tr(r, N_("changed")), p->n[ACCOUNT_CHANGED],
	    tr(r, N_("unchanged")), p->n[ACCOUNT_SAME]);
	html_el(h, "p", text, NULL);
	page_form(r, "/user-import/apply");
	html_open(h, "input", "type", "hidden", "name", "hash", "value", hash,
	    NULL);
	html_open(h, "input", "type", "hidden", "name", "effective", "value",
	    effective, NULL);
	page_button(r, tr(r, N_("Bring these changes in")), "");
	html_close(h);
}

static const char own_row[] =
    N_("The list gives a role to your own account, or moves it to another "
       "department to approve there. Take the line out; another administrator "
       "can bring it in.");

static const char *
effective_of(const struct visit *r)
{
	const char *s = visit_field(r, "effective");

	return s[0] == '\0' ? NULL : s;
}

static void
wrong_lines(struct visit *r, const char *why)
{
	char text[64], key[POLICY_WHY_BYTES], value[ACCOUNT_VALUE_BYTES];
	struct html *h = &r->page;
	unsigned line;

	html_open(h, "div", "class", "notice error", "role", "alert", NULL);
	html_open(h, "ul", NULL);
	while (account_why_next(&why, &line, key, value)) {
		snprintf(text, sizeof(text), tr(r, N_("Line %u: ")), line);
		html_open(h, "li", NULL);
		html_el(h, "strong", text, NULL);
		if (value[0] != '\0') {
			html_data(h, value);
			html_text(h, " · ");
		}
		html_text(h, tr(r, key));
		html_close(h);
	}
	html_close(h);
	html_el(h, "p",
	    tr(r, N_("Nothing was changed. Mend the list and choose it "
		     "again.")),
	    NULL);
	html_close(h);
}

static int
refuse(struct visit *r, const char *why)
{
	r->status = 400;
	page_begin(r, tr(r, N_("Import accounts")));
	if (strncmp(why, "line ", 5) == 0) /* of account_import() */
		wrong_lines(r, why);
	else
		page_notice(r, NOTICE_ERROR, tr(r, why));
	html_el(&r->page, "a", tr(r, N_("Choose another file")), "href",
	    "/user-import", NULL);
	return page_end(r);
}

static int
slurp(int fd, struct buf *b)
{
	uint8_t *to;
	ssize_t n;
	int e;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return ERR_IO;
	do {
		if ((e = buf_reserve(b, 65536, &to)) != 0)
			return e;
		if ((n = read(fd, to, 65536)) > 0)
			buf_commit(b, (size_t)n);
	} while (n > 0);
	return n < 0 ? ERR_IO : 0;
}

static int
preview(struct visit *r, const struct buf *csv)
{
	struct preview p = { .r = r };
	char why[ACCOUNT_WHY_BYTES] = "", hash[HASH_HEX], name[96];
	uint8_t digest[HASH_BYTES];
	int e;

	page_begin(r, tr(r, N_("What the import would change")));
	html_open(&r->page, "div", "class", "scroll", NULL);
	html_open(&r->page, "table", "class", "cards", NULL);
	html_open(&r->page, "thead", NULL);
	html_open(&r->page, "tr", NULL);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		html_el(&r->page, "th", tr(r, columns[i]), "scope", "col",
		    NULL);
	html_close(&r->page);
	html_close(&r->page);
	html_open(&r->page, "tbody", NULL);
	e = account_import(r->site->people, (const char *)csv->data, csv->len,
	    effective_of(r), false, r->account.login, preview_row, &p, why);
	html_close(&r->page);
	html_close(&r->page);
	html_close(&r->page);
	if (e == ERR_DENIED) {
		html_clear(&r->page);
		return refuse(r, own_row);
	}
	if (e == ERR_MALFORMED || e == ERR_LIMIT) {
		html_clear(&r->page);
		return refuse(r,
		    why[0] == '\0' ? N_("This list is too long.") : why);
	}
	file_of(r, name);
	if (e != 0 || (e = fsx_publish(r->site->tmp, name, csv->data, csv->len,
			   0600, false)) != 0)
		return e;
	hash_of(csv->data, csv->len, digest);
	hash_hex(digest, hash);
	apply_form(r, hash, visit_field(r, "effective"), &p);
	return page_end(r);
}

int
page_import_preview(struct visit *r)
{
	struct visit_file *f = visit_file(r, 0);
	struct buf csv;
	int e;

	if (f == NULL || f->bytes == 0)
		return refuse(r, N_("No file was chosen."));
	buf_init(&csv, ACCOUNT_IMPORT_BYTES + 65536);
	if ((e = slurp(f->fd, &csv)) == 0)
		e = preview(r, &csv);
	buf_done(&csv);
	return e;
}

/* A list is no way to what the page of one's own account refuses. */
static int
not_oneself(void *arg, const struct account *before,
    const struct account *after, enum account_change change)
{
	(void)before;
	(void)change;
	return page_is_own_gain(arg, after) ? ERR_DENIED : 0;
}

int
page_import_apply(struct visit *r)
{
	char why[ACCOUNT_WHY_BYTES] = "", hash[HASH_HEX], name[96];
	uint8_t digest[HASH_BYTES];
	struct buf csv;
	int e;

	file_of(r, name);
	buf_init(&csv, ACCOUNT_IMPORT_BYTES + 65536);
	if ((e = fsx_slurp(r->site->tmp, name, &csv)) == 0) {
		hash_of(csv.data, csv.len, digest);
		hash_hex(digest, hash);
		if (strcmp(hash, visit_field(r, "hash")) != 0)
			e = ERR_NOENT;
	}
	if (e == 0)
		e = account_import(r->site->people, (const char *)csv.data,
		    csv.len, effective_of(r), true, r->account.login,
		    not_oneself, r, why);
	buf_done(&csv);
	if (e == ERR_NOENT)
		return refuse(r, N_("The list is gone; choose it again."));
	if (e == ERR_MALFORMED)
		return refuse(r, why);
	if (e == ERR_DENIED)
		return refuse(r, own_row);
	if (e != 0)
		return e;
	(void)unlinkat(r->site->tmp, name, 0);
	return visit_go(r, "/users", NOTICE_DONE,
	    effective_of(r) == NULL ? N_("The changes are made.")
				    : N_("The changes wait for their day."));
}

int
page_import_cancel(struct visit *r)
{
	unsigned rows;
	int e = account_cancel(r->site->people, visit_field(r, "effective"),
	    r->account.login, &rows);

	if (e != 0)
		return e;
	return visit_go(r, "/user-import", NOTICE_DONE,
	    N_("The import is cancelled."));
}
