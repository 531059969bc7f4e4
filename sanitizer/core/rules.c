/*
 * Reading the file of the departments' rules with libconfuse, as policy.c
 * does: every value is text, judged by the table while it is read so that the
 * line stands in the message, and applied afterwards: everybody first, then
 * each department.
 */
#include "core/rules.h"

#include <confuse.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/policyfile.h"
#include "core/rulesfile.h"

#define MAX_KEYS 40

/* Put behind the text: whatever swallows it was left open. */
#define END_MARK "end-of-rules"

struct ruleset {
	struct rules everybody;
	struct rules *departments;
	size_t n;
};

struct reading {
	const char *path;
	char *why;
	bool failed;
	/* The section that is being read, and which keys it had. */
	const cfg_t *section;
	bool seen[MAX_KEYS];
};

static _Thread_local struct reading *reading;

void
rules_default(struct rules *r)
{
	memset(r, 0, sizeof(*r));
	r->max_file_bytes = UINT64_C(512) << 20;
	r->user_waiting_files = 10000;
	r->user_waiting_bytes = UINT64_C(8) << 30;
	r->department_waiting_bytes = UINT64_C(64) << 30;
	r->days = 0x7f;
	r->quorum = 1;
	r->expire_h = 168;
	r->remind_h = 24;
	r->review_h = 72;
	r->retention_days = 90;
	r->quarantine_bytes = UINT64_C(64) << 30;
	r->receipt_days = 30;
}

/* The first message is the one that tells. */
static void
say(int line, const char *what)
{
	char raw[POLICY_WHY_BYTES];

	if (reading->failed)
		return;
	snprintf(raw, sizeof(raw), "%.250s:%d: %.250s", reading->path, line,
	    what);
	utf8_printable(raw, strlen(raw), reading->why, POLICY_WHY_BYTES);
	reading->failed = true;
}

static int
bad_section(cfg_t *sec, const char *what)
{
	say(sec->line, what);
	return ERR_MALFORMED;
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char what[POLICY_WHY_BYTES];

	vsnprintf(what, sizeof(what), fmt, ap);
	say(cfg->line, strstr(what, END_MARK) == NULL
			   ? what
			   : "the file ends inside a section");
}

/* libconfuse would take the last of two values. */
static bool
is_first(const cfg_t *section, const struct rules_setting *s)
{
	size_t n, i = (size_t)(s - rules_settings(&n));

	if (reading->section != section) {
		reading->section = section;
		memset(reading->seen, 0, sizeof(reading->seen));
	}
	if (i >= MAX_KEYS || reading->seen[i])
		return false;
	reading->seen[i] = true;
	return true;
}

static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	char why[POLICY_WHY_BYTES] = "";
	const struct rules_setting *s = rules_find(opt->name);
	struct rules scratch;

	if (s != NULL && !is_first(cfg, s)) {
		cfg_error(cfg, "%s is given twice", opt->name);
		return -1;
	}
	if (s != NULL && rules_set(&scratch, s, value, why) != 0) {
		cfg_error(cfg, "%s", why);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

static cfg_opt_t
plain_opt(const char *name)
{
	return (cfg_opt_t){ .name = name,
		.type = CFGT_STR,
		.flags = CFGF_NODEFAULT,
		.parsecb = on_value };
}

static cfg_opt_t
section_opt(const char *name, cfg_opt_t *keys, cfg_flag_t flags)
{
	return (cfg_opt_t){
		.name = name, .type = CFGT_SEC, .flags = flags, .subopts = keys
	};
}

static int
apply(cfg_t *cfg, struct rules *r)
{
	char why[POLICY_WHY_BYTES];
	const struct rules_setting *t;
	const char *value;
	size_t n;
	int e;

	t = rules_settings(&n);
	for (size_t i = 0; i < n; i++)
		if ((value = cfg_getstr(cfg, t[i].key)) != NULL &&
		    (e = rules_set(r, &t[i], value, why)) != 0)
			return e;
	return 0;
}

static int
add_department(cfg_t *sec, struct ruleset *set)
{
	struct rules *r = &set->departments[set->n];
	const char *name = cfg_title(sec);

	if (!rules_department_ok(name))
		return bad_section(sec,
		    "a department's name is a folder's name without blanks");
	*r = set->everybody;
	snprintf(r->department, sizeof(r->department), "%s", name);
	set->n++;
	return apply(sec, r);
}

static int
apply_all(cfg_t *cfg, struct ruleset *set)
{
	unsigned n = cfg_size(cfg, "department");
	int e;

	if (cfg_size(cfg, "everybody") > 1)
		return bad_section(cfg_getnsec(cfg, "everybody", 1),
		    "a section is given twice");
	if (n > RULES_MAX_DEPARTMENTS)
		return bad_section(cfg_getnsec(cfg, "department",
				       RULES_MAX_DEPARTMENTS),
		    "more departments than fit");
	if (cfg_size(cfg, "everybody") == 1 &&
	    (e = apply(cfg_getnsec(cfg, "everybody", 0), &set->everybody)) != 0)
		return e;
	if (n > 0 &&
	    (set->departments = calloc(n, sizeof(*set->departments))) == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < n; i++)
		if ((e = add_department(cfg_getnsec(cfg, "department", i),
			 set)) != 0)
			return e;
	return 0;
}

static int
parse_with(const char *text, struct ruleset *set)
{
	cfg_opt_t keys[MAX_KEYS] = { CFG_END() }, root[4];
	const struct rules_setting *t;
	cfg_t *cfg;
	size_t n;
	int e;

	t = rules_settings(&n);
	if (n >= MAX_KEYS)
		return ERR_INTERNAL;
	for (size_t i = 0; i < n; i++)
		keys[i] = plain_opt(t[i].key);
	keys[n] = (cfg_opt_t)CFG_END();
	root[0] = section_opt("everybody", keys, CFGF_MULTI);
	root[1] = section_opt("department", keys,
	    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	root[2] = plain_opt(END_MARK);
	root[3] = (cfg_opt_t)CFG_END();
	if ((cfg = cfg_init(root, CFGF_NONE)) == NULL)
		return ERR_NOMEM;
	cfg_set_error_function(cfg, on_error);
	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS ||
	    cfg_size(cfg, END_MARK) == 0)
		e = ERR_MALFORMED;
	else
		e = apply_all(cfg, set);
	cfg_free(cfg);
	return e;
}

static int
read_text(const char *text, size_t n, struct ruleset *set)
{
	const char *s, *what;
	struct buf copy; /* with a NUL behind it */
	int line, e;

	buf_init(&copy, RULES_MAX_BYTES + 64);
	if ((e = buf_put(&copy, text, n)) == 0 && (s = buf_cstr(&copy)) == NULL)
		e = ERR_NOMEM;
	if (e == 0 && (what = policy_text_bad(s, n, &line)) != NULL) {
		say(line, what);
		e = ERR_MALFORMED;
	}
	if (e == 0 && (e = buf_puts(&copy, "\n" END_MARK " = 1\n")) == 0)
		e = (s = buf_cstr(&copy)) == NULL ? ERR_NOMEM
						  : parse_with(s, set);
	buf_done(&copy);
	return e;
}

int
rules_parse(const char *text, size_t n, const char *path, struct ruleset **out,
    char why[POLICY_WHY_BYTES])
{
	struct reading at = { .path = path, .why = why };
	struct ruleset *set = calloc(1, sizeof(*set));
	int e;

	why[0] = '\0';
	if (set == NULL)
		return ERR_NOMEM;
	rules_default(&set->everybody);
	reading = &at;
	if ((e = read_text(text, n, set)) != 0)
		say(0, err_text(e));
	reading = NULL;
	if (e != 0)
		rules_free(set);
	else
		*out = set;
	return e;
}

int
rules_load(const char *path, struct ruleset **out, char why[POLICY_WHY_BYTES])
{
	struct buf b;
	int e;

	if (path == NULL || path[0] == '\0')
		return rules_parse("", 0, "", out, why);
	buf_init(&b, RULES_MAX_BYTES);
	if ((e = fsx_slurp(AT_FDCWD, path, &b)) != 0)
		snprintf(why, POLICY_WHY_BYTES, "%.250s:0: %s", path,
		    err_text(e));
	else
		e = rules_parse((const char *)b.data, b.len, path, out, why);
	buf_done(&b);
	return e;
}

void
rules_free(struct ruleset *set)
{
	if (set == NULL)
		return;
	free(set->departments);
	free(set);
}

void
rules_of(const struct ruleset *set, const char *department, struct rules *out)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(set->departments[i].department, department) == 0) {
			*out = set->departments[i];
			return;
		}
	*out = set->everybody;
	snprintf(out->department, sizeof(out->department), "%s", department);
}

size_t
rules_departments(const struct ruleset *set,
    const char *names[RULES_MAX_DEPARTMENTS])
{
	for (size_t i = 0; i < set->n; i++)
		names[i] = set->departments[i].department;
	return set->n;
}

static const char *
intro(bool ja)
{
	return ja ? "# 関所（Sekisho）の部署ごとの決まり\n"
		    "# everybody は全員、department \"部署名\" "
		    "はその部署だけの値。\n"
		    "# 部署が書かない項目は everybody の値になる。"
		    "知らない項目や範囲外の\n"
		    "# 値があれば、ファイル全体を誤りとして扱う。"
		    "数値には K、M、G\n"
		    "# （1024倍ずつ）を付けられる。\n\n"
		  : "# Rules of the departments (Sekisho).\n"
		    "# everybody holds for all; department \"NAME\" lies over "
		    "it, key by key.\n"
		    "# An unknown key or a value out of range makes the whole "
		    "file an error.\n"
		    "# Numbers may end in K, M or G (1024 each).\n\n";
}

static int
print_section(const struct rules *r, bool ja, struct buf *b)
{
	const struct rules_setting *t;
	size_t n;
	int e = 0;

	t = rules_settings(&n);
	for (size_t i = 0; e == 0 && i < n; i++)
		e = rules_print_setting(r, &t[i], true, ja, b);
	return e == 0 ? buf_puts(b, "}\n") : e;
}

/* Only what differs from everybody. */
static int
print_department(const struct rules *all, const struct rules *r, struct buf *b)
{
	const struct rules_setting *t;
	size_t n;
	int e;

	t = rules_settings(&n);
	e = buf_fmt(b, "\ndepartment \"%s\" {\n", r->department);
	for (size_t i = 0; e == 0 && i < n; i++)
		if (memcmp((const uint8_t *)r + t[i].offset,
			(const uint8_t *)all + t[i].offset, t[i].size) != 0)
			e = rules_print_setting(r, &t[i], false, false, b);
	return e == 0 ? buf_puts(b, "}\n") : e;
}

int
rules_print(const struct ruleset *set, bool ja, struct buf *b)
{
	int e;

	if ((e = buf_puts(b, intro(ja))) != 0 ||
	    (e = buf_puts(b, "everybody {\n")) != 0 ||
	    (e = print_section(&set->everybody, ja, b)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < set->n; i++)
		e = print_department(&set->everybody, &set->departments[i], b);
	return e;
}

int
rules_print_one(const struct rules *r, bool ja, struct buf *b)
{
	int e;

	if ((e = buf_fmt(b, "department \"%s\" {\n", r->department)) != 0)
		return e;
	return print_section(r, ja, b);
}
