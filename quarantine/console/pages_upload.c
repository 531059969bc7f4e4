/*
 * Bringing files in. Every file becomes a transfer; what speaks against one
 * (size, hours, quota) is said file by file, and the others are taken.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "core/parcel.h"
#include "quarantine/console/pages.h"
#include "quarantine/console/server.h"
#include "quarantine/console/session.h"

/* ---- the form */

/* In the order of enum rules_class. */
static const char *const class_names[] = { "", "I", "II", "III" };

static void
class_choice(struct visit *v)
{
	struct rules r;
	const struct page_choice classes[] = {
		{ "", tr(v, "Not said") },
		{ "III", tr(v, "III: may be public") },
		{ "II", tr(v, "II: for work, not public") },
		{ "I", tr(v, "I: secret, personal data of residents") },
		{ NULL, NULL },
	};

	console_rules(v->site, v->account.department, &r);
	page_select(v, tr(v, "Class of the information"), "class", classes,
	    class_names[r.default_class <= CLASS_III ? r.default_class
						     : CLASS_NONE],
	    NULL);
}

static void
file_inputs(struct visit *v)
{
	struct html *h = &v->page;

	html_open(h, "div", "class", "drop", "id", "drop", NULL);
	html_el(h, "p", tr(v, "Drop files or folders here, or choose them."),
	    "class", "with-script", "hidden", "", NULL);
	html_open(h, "div", "class", "field", NULL);
	html_el(h, "label", tr(v, "Files"), "for", "f-files", NULL);
	html_open(h, "input", "id", "f-files", "type", "file", "name", "files",
	    "multiple", "", NULL);
	html_close(h);
	html_open(h, "div", "class", "field", NULL);
	html_el(h, "label", tr(v, "or a whole folder"), "for", "f-tree", NULL);
	html_open(h, "input", "id", "f-tree", "type", "file", "name", "files",
	    "webkitdirectory", "", "multiple", "", NULL);
	html_close(h);
	html_el(h, "ul", NULL, "id", "chosen", "class", "chosen", NULL);
	html_close(h);
}

static void
limits(struct visit *v, char *text, size_t size)
{
	char one[16], all[16];
	struct rules r;

	console_rules(v->site, v->account.department, &r);
	words_size(r.max_file_bytes, one, sizeof(one));
	words_size(v->site->policy.console.upload_bytes, all, sizeof(all));
	snprintf(text, size,
	    tr(v, "A file may have up to %s; at once up to %u files and %s."),
	    one, v->site->policy.console.upload_files, all);
}

/* What the script says, in the reader's language. */
static void
upload_words(struct visit *v, const char *most)
{
	char files[24], bytes[24];

	snprintf(files, sizeof(files), "%u",
	    v->site->policy.console.upload_files);
	snprintf(bytes, sizeof(bytes), "%llu",
	    (unsigned long long)v->site->policy.console.upload_bytes);
	html_open(&v->page, "div", "id", "progress", "hidden", "",
	    "data-sending", tr(v, "Sending"), "data-taken",
	    tr(v, "Received. One moment..."), "data-failed",
	    tr(v, "Sending failed. Check the connection and try again."),
	    "data-none", tr(v, "No file is chosen yet."), "data-remove",
	    tr(v, "Take off the list"), "data-mine", tr(v, "My files"),
	    "data-files", files, "data-bytes", bytes, "data-most", most, NULL);
	html_el(&v->page, "p", NULL, "role", "status", "aria-live", "polite",
	    NULL);
	html_el(&v->page, "progress", NULL, "max", "100", "value", "0",
	    "aria-label", tr(v, "Sending"), NULL);
	html_close(&v->page);
}

static void
upload_page(struct visit *v)
{
	struct html *h = &v->page;
	char most[256];

	limits(v, most, sizeof(most));
	html_el(h, "p",
	    tr(v, "What you bring in is rebuilt from safe parts and delivered "
		  "to your department's folder inside. You will see here what "
		  "became of it."),
	    NULL);
	html_open(h, "div", "class", "card", NULL);
	page_file_form(v, "/upload");
	class_choice(v);
	html_open(h, "details", NULL);
	html_el(h, "summary", tr(v, "Into a folder of its own"), NULL);
	page_input(v, tr(v, "Folder"), "folder", "text", NULL,
	    tr(v, "A name, for example 2026-11. Empty: none."), "maxlength",
	    "120", NULL);
	html_close(h);
	file_inputs(v);
	html_el(h, "p", most, "class", "hint", NULL);
	upload_words(v, most);
	page_button(v, tr(v, "Bring in"), "");
	html_close(h);
	html_close(h);
}

int
upload_form(struct visit *v)
{
	page_begin(v, tr(v, "Bring in files"));
	upload_page(v);
	return page_end(v);
}

/* ---- taking */

struct taking {
	struct visit *v;
	struct rules rules;
	char batch[RECORD_ID_BYTES];
	char folder[256];
	enum rules_class class;
	size_t taken;
	json_t *no; /* [name, why] of those not taken */
};

static int
read_class(const char *s, enum rules_class *out)
{
	for (unsigned i = 0; i < 4; i++)
		if (strcmp(s, class_names[i]) == 0) {
			*out = (enum rules_class)i;
			return 0;
		}
	return ERR_MALFORMED;
}

/* Below the user's folder, and safe there whatever the browser said. */
static void
path_of(const struct taking *k, const struct visit_file *f,
    char out[PARCEL_NAME_BYTES])
{
	char raw[RECORD_NAME_BYTES + 300];

	snprintf(raw, sizeof(raw), "%s%s%s", k->folder,
	    k->folder[0] != '\0' ? "/" : "", f->name);
	parcel_name_make(raw, out);
}

static const char *
why_not(struct taking *k, const struct visit_file *f)
{
	struct account *a = &k->v->account;
	struct rules_load load;
	struct tm now;
	time_t t = time(NULL);

	localtime_r(&t, &now);
	if (f->bytes == 0)
		return N_("The file is empty.");
	if (transfer_load(k->v->site->people, a->department, a->login, &load) !=
	    0)
		return N_("The gateway is busy. Try again later.");
	switch (rules_intake(&k->rules, f->bytes,
	    (unsigned)(now.tm_wday + 6) % 7,
	    (unsigned)(now.tm_hour * 60 + now.tm_min), &load)) {
	case RULES_TOO_LARGE:
		return N_("The file is larger than your department may bring "
			  "in.");
	case RULES_CLOSED:
		return N_("Your department brings nothing in at this hour or "
			  "day. Try again later.");
	case RULES_USER_QUOTA:
		return N_("Too many of your files wait already. Try again "
			  "when some are done.");
	case RULES_DEPARTMENT_QUOTA:
		return N_("Too many files of your department wait already. "
			  "Try again when some are done.");
	case RULES_TAKEN:
	default:
		return NULL;
	}
}

static int
take_file(struct taking *k, struct visit_file *f)
{
	struct transfer t = { .via = VIA_CONSOLE, .class = k->class };
	char path[PARCEL_NAME_BYTES];
	const struct account *a = &k->v->account;
	const char *why = why_not(k, f);
	uint8_t digest[HASH_BYTES];
	int e = 0;

	path_of(k, f, path);
	if (why == NULL) {
		snprintf(t.department, sizeof(t.department), "%s",
		    a->department);
		snprintf(t.login, sizeof(t.login), "%s", a->login);
		snprintf(t.path, sizeof(t.path), "%s", path);
		snprintf(t.batch, sizeof(t.batch), "%s", k->batch);
		t.mtime = time(NULL);
		hash_end(&f->hash, digest);
		e = transfer_add_own(k->v->site->people, &t, f->fd, digest,
		    k->rules.max_file_bytes);
		if (e == 0) {
			k->taken++;
			snprintf(k->batch, sizeof(k->batch), "%s", t.batch);
		}
		transfer_done(&t);
	}
	if (e != 0) {
		log_error("an upload of %s was not taken: %s", a->login,
		    err_text(e));
		why = N_("The gateway could not take the file. Try again "
			 "later.");
	}
	if (why != NULL &&
	    json_array_append_new(k->no,
		json_pack("[s, s]", f->name, tr(k->v, why))) != 0)
		return ERR_NOMEM;
	return 0;
}

/* How many were received: said even when others were not. */
static void
say_taken(const struct taking *k, char *out, size_t size)
{
	out[0] = '\0';
	if (k->taken > 0)
		snprintf(out, size, tr(k->v, "%zu files were received."),
		    k->taken);
}

/* For the script, which then loads the page it is told, or says the rest. */
static int
answer_json(struct taking *k)
{
	struct visit *v = k->v;
	char taken[128], *text;
	json_t *o;
	int e;

	say_taken(k, taken, sizeof(taken));
	o = json_pack("{s:i, s:s, s:O, s:s, s:s}", "taken", (int)k->taken, "go",
	    "/transfers", "no", k->no, "said", taken, "rest",
	    tr(v, "These were not received:"));
	text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
	e = text == NULL
		? ERR_NOMEM
		: visit_bytes(v, "application/json", text, strlen(text), NULL);
	free(text);
	json_decref(o);
	return e;
}

static int
answer_page(struct taking *k)
{
	struct visit *v = k->v;
	struct html *h = &v->page;
	char text[128];
	json_t *one;
	size_t i;

	page_begin(v, tr(v, "Bring in files"));
	say_taken(k, text, sizeof(text));
	if (k->taken > 0)
		page_notice(v, NOTICE_DONE, text);
	html_open(h, "div", "class", "notice error", "role", "alert", NULL);
	html_el(h, "p", tr(v, "These were not received:"), NULL);
	html_open(h, "ul", NULL);
	json_array_foreach(k->no, i, one)
	{
		html_open(h, "li", NULL);
		html_data(h, json_string_value(json_array_get(one, 0)));
		html_text(h, ": ");
		html_text(h, json_string_value(json_array_get(one, 1)));
		html_close(h);
	}
	html_close(h);
	html_close(h);
	upload_page(v);
	return page_end(v);
}

static int
answer(struct taking *k)
{
	struct visit *v = k->v;
	bool all = json_array_size(k->no) == 0;

	if (all && v->session != NULL) {
		v->session->notice = N_("Your files were received. This page "
					"says what becomes of them.");
		v->session->notice_kind = NOTICE_DONE;
	}
	if (strcmp(server_header(v->call, "Accept"), "application/json") == 0)
		return answer_json(k);
	if (all)
		return visit_go(v, "/transfers", NOTICE_DONE, NULL);
	v->status = k->taken > 0 ? 200 : 422;
	return answer_page(k);
}

int
upload_take(struct visit *v)
{
	struct taking k = { .v = v };
	const char *folder = visit_field(v, "folder");
	struct visit_file *f;
	int e;

	if ((e = read_class(visit_field(v, "class"), &k.class)) != 0)
		return e;
	utf8_printable(folder, strlen(folder), k.folder, sizeof(k.folder));
	console_rules(v->site, v->account.department, &k.rules);
	if (k.class == CLASS_NONE)
		k.class = k.rules.default_class;
	if ((k.no = json_array()) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; e == 0 && (f = visit_file(v, i)) != NULL; i++)
		e = take_file(&k, f);
	if (e == 0 && visit_file(v, 0) == NULL)
		e = json_array_append_new(k.no,
			json_pack("[s, s]", "-",
			    tr(v, "No file is chosen yet."))) != 0
			? ERR_NOMEM
			: 0;
	if (e == 0)
		e = answer(&k);
	json_decref(k.no);
	return e;
}
