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
	char date[ACCOUNT_DATE_BYTES];
	unsigned rows;
};

static void
waiting_end(struct waiting *w)
{
	struct html *h = &w->r->page;
	char text[64];

	if (w->rows == 0)
		return;
	snprintf(text, sizeof(text), "%s: %u", w->date, w->rows);
	html_open(h, "li", NULL);
	html_text(h, text);
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

	(void)who;
	(void)before;
	(void)after;
	if (strcmp(w->date, effective) != 0) {
		waiting_end(w);
		snprintf(w->date, sizeof(w->date), "%s", effective);
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
	html_open(&r->page, "ul", NULL);
	e = account_waiting(r->site->people, waiting_row, &w);
	waiting_end(&w);
	html_close(&r->page);
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

static void
change_row(struct visit *r, const struct account *a, enum account_change change)
{
	static const char *const words[] = {
		[ACCOUNT_SAME] = N_("unchanged"),
		[ACCOUNT_NEW] = N_("new"),
		[ACCOUNT_CHANGED] = N_("changed"),
	};
	struct html *h = &r->page;
	char roles[64];

	account_roles_text(a->roles, roles);
	html_open(h, "tr", NULL);
	html_el(h, "td", tr(r, words[change]), NULL);
	html_el(h, "td", a->login, NULL);
	html_open(h, "td", NULL);
	html_data(h, a->name);
	html_close(h);
	html_open(h, "td", NULL);
	html_data(h, a->department);
	html_close(h);
	html_el(h, "td", roles, NULL);
	html_close(h);
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

	p->n[change]++;
	if (change == ACCOUNT_CHANGED && before != NULL &&
	    strcmp(before->department, after->department) != 0) {
		struct html *h = &p->r->page;

		html_open(h, "tr", "class", "before", NULL);
		html_el(h, "td", tr(p->r, N_("before")), NULL);
		html_el(h, "td", before->login, NULL);
		html_open(h, "td", NULL);
		html_data(h, before->name);
		html_close(h);
		html_open(h, "td", NULL);
		html_data(h, before->department);
		html_close(h);
		html_el(h, "td", "", NULL);
		html_close(h);
	}
	if (change != ACCOUNT_SAME)
		change_row(p->r, after, change);
	return 0;
}

static void
apply_form(struct visit *r, const char *hash, const char *effective,
    const struct preview *p)
{
	struct html *h = &r->page;
	char text[160];

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

static const char *
effective_of(const struct visit *r)
{
	const char *s = visit_field(r, "effective");

	return s[0] == '\0' ? NULL : s;
}

static int
refuse(struct visit *r, const char *why)
{
	page_begin(r, tr(r, N_("Import accounts")));
	page_notice(r, NOTICE_ERROR, tr(r, why));
	html_el(&r->page, "a", tr(r, N_("Choose another file")), "href",
	    "/user-import", NULL);
	r->status = 400;
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
	char why[POLICY_WHY_BYTES] = "", hash[HASH_HEX], name[96];
	uint8_t digest[HASH_BYTES];
	int e;

	page_begin(r, tr(r, N_("What the import would change")));
	html_open(&r->page, "div", "class", "scroll", NULL);
	html_open(&r->page, "table", NULL);
	e = account_import(r->site->people, (const char *)csv->data, csv->len,
	    effective_of(r), false, r->account.login, preview_row, &p, why);
	html_close(&r->page);
	html_close(&r->page);
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

static int
nothing(void *arg, const struct account *before, const struct account *after,
    enum account_change change)
{
	(void)arg;
	(void)before;
	(void)after;
	(void)change;
	return 0;
}

int
page_import_apply(struct visit *r)
{
	char why[POLICY_WHY_BYTES] = "", hash[HASH_HEX], name[96];
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
		    csv.len, effective_of(r), true, r->account.login, nothing,
		    NULL, why);
	buf_done(&csv);
	if (e == ERR_NOENT)
		return refuse(r, N_("The list is gone; choose it again."));
	if (e == ERR_MALFORMED)
		return refuse(r, why);
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
