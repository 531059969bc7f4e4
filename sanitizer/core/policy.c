/*
 * Reading a policy file with libconfuse, and applying the rules.
 *
 * Every value is read as text and judged by the table in a parse callback, so
 * that the parser's line number stands in the message. Its callbacks carry no
 * argument; hence the thread-local pointer to the reader at work.
 */
#include "core/policy.h"

#include <confuse.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/parcel.h"
#include "core/policyfile.h"

#define MAX_KEYS 40   /* of one section */
#define MAX_SEEN 1024 /* values of one file, profiles included */

/* Put behind the text: whatever swallows it was left open. */
#define END_MARK "end-of-policy"

struct reading {
	const char *path;
	char *why;
	bool failed;
	/* Keys that had their value: libconfuse would take the last one. */
	const cfg_opt_t *seen[MAX_SEEN];
	size_t n_seen;
};

static _Thread_local struct reading *reading;

void
policy_default(struct policy *p)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->name, sizeof(p->name), "standard");
	hash_of("", 0, p->sha256);
	snprintf(p->state_dir, sizeof(p->state_dir), "/var/lib/sekisho");
	snprintf(p->department, sizeof(p->department), "common");
	options_default(&p->options);
	p->audit_checkpoint_lines = 1000;
	p->parcel_max_payloads = 64;
	p->parcel_max_bytes = UINT64_C(64) << 20;
	p->mail_queue_messages = 20000;
	p->mail_queue_bytes = UINT64_C(8) << 30;
	p->mail_queue_free_bytes = UINT64_C(256) << 20;
	p->mail_out_bytes = UINT64_C(128) << 20;
	p->milter_max_bytes = UINT64_C(64) << 20;
	p->milter_max_parts = 200;
	p->flood = (struct flood_limits){ .window_s = 60,
		.per_client = 3000,
		.per_sender = 120,
		.total = 3000 };
	p->scan_timeout_s = 120;
	p->mail_password_s = 3 * 86400;
	p->console = (struct policy_console){ .listen = "127.0.0.1",
		.metrics_from = "127.0.0.1 ::1",
		.port = 8420,
		.idle_s = 1800,
		.session_s = 10 * 3600,
		.upload_bytes = UINT64_C(2) << 30,
		.upload_files = 200,
		.connections = 512,
		.connections_per_address = 32,
		.requests_per_minute = 600 };
	snprintf(p->people_root, sizeof(p->people_root), "/srv/sekisho");
	snprintf(p->people_done, sizeof(p->people_done), "済み");
	snprintf(p->people_held, sizeof(p->people_held), "保留");
	snprintf(p->people_password, sizeof(p->people_password),
	    "要パスワード");
	snprintf(p->people_status, sizeof(p->people_status), "処理状況");
	snprintf(p->people_class_1, sizeof(p->people_class_1), "重要性Ⅰ");
	snprintf(p->people_class_2, sizeof(p->people_class_2), "重要性Ⅱ");
	snprintf(p->people_class_3, sizeof(p->people_class_3), "重要性Ⅲ");
	p->people_fast_bytes = UINT64_C(2) << 20;
	p->people_settle_ms = 300;
	p->people_quiet_s = 3;
	p->people_rescan_s = 30;
	p->people_status_s = 10;
	p->audit_rotate_bytes = UINT64_C(256) << 20;
	p->audit_rotate_days = 31;
	p->audit_keep_days = 1096;
	p->sent_keep_days = 31;
	p->transfer_days = 400;
	snprintf(p->events_syslog, sizeof(p->events_syslog), "/dev/log");
	p->events_facility = 16;
	snprintf(p->events_mail_relay, sizeof(p->events_mail_relay),
	    "127.0.0.1:25");
	p->events_mail_minutes = 60;
	p->events_mail_severity = 4;
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

static bool
is_first(const cfg_opt_t *opt)
{
	for (size_t i = 0; i < reading->n_seen; i++)
		if (reading->seen[i] == opt)
			return false;
	if (reading->n_seen == MAX_SEEN)
		return false;
	reading->seen[reading->n_seen++] = opt;
	return true;
}

/* A value of the table is judged on a scratch policy as soon as it is read;
 * it is applied later, in order of base and profile. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	char why[POLICY_WHY_BYTES] = "";
	const struct policy_setting *s;
	struct policy scratch;
	const char *section =
	    strcmp(cfg_name(cfg), "root") == 0 ? "" : cfg_name(cfg);

	if ((opt->flags & CFGF_LIST) == 0 && !is_first(opt)) {
		cfg_error(cfg, "%s is given twice", opt->name);
		return -1;
	}
	s = policy_find(section, opt->name);
	if (s != NULL && policy_set(&scratch, s, value, why) != 0) {
		cfg_error(cfg, "%s", why);
		return -1;
	}
	*(const char **)result = value;
	return 0;
}

static cfg_opt_t
option(const struct policy_setting *s)
{
	return (cfg_opt_t){ .name = s->key,
		.type = CFGT_STR,
		.flags = CFGF_NODEFAULT |
			 (s->type == POLICY_FINDINGS ? CFGF_LIST : CFGF_NONE),
		.parsecb = on_value };
}

static cfg_opt_t
plain_opt(const char *name)
{
	return (cfg_opt_t){ .name = name,
		.type = CFGT_STR,
		.flags = CFGF_NODEFAULT,
		.parsecb = on_value };
}

#define MAX_SECTIONS 24

/* The tables libconfuse wants, made from ours. It copies them. */
struct tables {
	cfg_opt_t keys[MAX_SECTIONS][MAX_KEYS];
	cfg_opt_t profile[MAX_SECTIONS];
	cfg_opt_t root[MAX_KEYS];
};

static cfg_opt_t
section_opt(const char *name, cfg_opt_t *keys, cfg_flag_t flags)
{
	return (cfg_opt_t){
		.name = name, .type = CFGT_SEC, .flags = flags, .subopts = keys
	};
}

static int
make_tables(struct tables *t)
{
	const struct policy_setting *s;
	size_t n, sections = 0, keys = 0, root = 0;

	s = policy_settings(&n);
	for (size_t i = 0; i < n; i++) {
		if (s[i].section[0] == '\0') {
			t->root[root++] = option(&s[i]);
			continue;
		}
		if (i == 0 || strcmp(s[i].section, s[i - 1].section) != 0) {
			t->profile[sections] = section_opt(s[i].section,
			    t->keys[sections], CFGF_MULTI);
			sections++;
			keys = 0;
		}
		if (sections >= MAX_SECTIONS || keys + 2 >= MAX_KEYS)
			return ERR_INTERNAL;
		t->keys[sections - 1][keys++] = option(&s[i]);
	}
	for (size_t i = 0; i < sections; i++)
		t->root[root++] = t->profile[i];
	t->root[root++] = plain_opt("default_profile");
	t->root[root++] = plain_opt(END_MARK);
	t->root[root] = section_opt("profile", t->profile,
	    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	return 0;
}

/* Apply every value that a section of the file gives. */
static int
apply(cfg_t *cfg, const char *section, struct policy *p)
{
	char why[POLICY_WHY_BYTES];
	const struct policy_setting *s;
	cfg_opt_t *opt;
	size_t n;
	int e;

	s = policy_settings(&n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(s[i].section, section) != 0 ||
		    (opt = cfg_getopt(cfg, s[i].key)) == NULL ||
		    cfg_opt_size(opt) == 0)
			continue;
		if (s[i].type == POLICY_FINDINGS)
			memset(p->hold_finding, 0, sizeof(p->hold_finding));
		for (unsigned j = 0; j < cfg_opt_size(opt); j++)
			if ((e = policy_set(p, &s[i], cfg_opt_getnstr(opt, j),
				 why)) != 0)
				return e;
	}
	return 0;
}

/* A second section of the same name would hide values of the first. */
static int
once(cfg_t *cfg, const char *section)
{
	if (cfg_size(cfg, section) < 2)
		return 0;
	say(cfg_getnsec(cfg, section, 1)->line, "a section is given twice");
	return ERR_MALFORMED;
}

static int
apply_sections(cfg_t *cfg, bool is_root, struct policy *p)
{
	const struct policy_setting *s;
	size_t n;
	int e = 0;

	s = policy_settings(&n);
	if (is_root && (e = apply(cfg, "", p)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < n; i++)
		if (s[i].section[0] != '\0' &&
		    (i == 0 || strcmp(s[i].section, s[i - 1].section) != 0) &&
		    (e = once(cfg, s[i].section)) == 0 &&
		    cfg_size(cfg, s[i].section) == 1)
			e = apply(cfg_getnsec(cfg, s[i].section, 0),
			    s[i].section, p);
	return e;
}

/* Titles must be fit for a record; "standard" is the file without one. */
static int
check_titles(cfg_t *cfg, struct policy *p)
{
	struct policy scratch;
	size_t used = 0;
	int e;

	for (unsigned i = 0; i < cfg_size(cfg, "profile"); i++) {
		cfg_t *sec = cfg_getnsec(cfg, "profile", i);
		const char *t = cfg_title(sec);

		if ((e = apply_sections(sec, false, &scratch)) != 0)
			return e;

		if (strlen(t) == 0 || strlen(t) >= POLICY_NAME_BYTES ||
		    !parcel_department_ok(t) || strcmp(t, "standard") == 0) {
			say(sec->line, "a profile cannot have this name");
			return ERR_MALFORMED;
		}
		if (used + strlen(t) + 2 <= sizeof(p->profiles)) {
			snprintf(p->profiles + used, sizeof(p->profiles) - used,
			    "%s\n", t);
			used += strlen(t) + 1;
		}
	}
	return 0;
}

static int
apply_profile(cfg_t *cfg, const char *asked, struct policy *p)
{
	const char *given = cfg_getstr(cfg, "default_profile");
	const char *name = asked != NULL ? asked : given;
	cfg_t *sec;

	if (name == NULL || strcmp(name, "standard") == 0)
		return 0;
	for (unsigned i = 0; i < cfg_size(cfg, "profile"); i++) {
		sec = cfg_getnsec(cfg, "profile", i);
		if (strcmp(cfg_title(sec), name) != 0)
			continue;
		snprintf(p->name, sizeof(p->name), "%s", name);
		return apply_sections(sec, false, p);
	}
	say(0, "there is no such profile");
	return ERR_NOENT;
}

static int
parse_with(const char *text, const char *profile, struct policy *p)
{
	struct tables *t = calloc(1, sizeof(*t));
	cfg_t *cfg = NULL;
	int e;

	if (t == NULL)
		return ERR_NOMEM;
	if ((e = make_tables(t)) == 0 &&
	    (cfg = cfg_init(t->root, CFGF_NONE)) == NULL)
		e = ERR_NOMEM;
	if (e == 0) {
		cfg_set_error_function(cfg, on_error);
		if (cfg_parse_buf(cfg, text) != CFG_SUCCESS ||
		    cfg_size(cfg, END_MARK) == 0)
			e = ERR_MALFORMED;
		else if ((e = check_titles(cfg, p)) == 0 &&
			 (e = apply_sections(cfg, true, p)) == 0)
			e = apply_profile(cfg, profile, p);
	}
	if (cfg != NULL)
		cfg_free(cfg);
	free(t);
	return e;
}

/* One line: what is wrong with its quotes and comments, or NULL. */
static const char *
check_line(const char *s, size_t n)
{
	bool quoted = false;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			quoted = !quoted;
		else if (s[i] == '\\' || s[i] == '$')
			return "no backslash and no $ may stand here";
		else if (quoted)
			continue;
		else if (s[i] == '#')
			return i == 0 || s[i - 1] == ' ' || s[i - 1] == '\t'
				   ? NULL
				   : "a comment must follow a space";
		else if (s[i] == '\'' || s[i] == '/')
			return "comments begin with #, texts with \"";
	}
	return quoted ? "a text is not closed" : NULL;
}

/*
 * What libconfuse would read otherwise than it stands: ${NAME} from the
 * environment, escapes, comments and texts that are left open (it accepts
 * them, and stays in that state for the next file).
 */
const char *
policy_text_bad(const char *text, size_t n, int *line)
{
	const char *what;
	size_t len;

	*line = 1;
	if (strlen(text) != n || !utf8_valid(text, n))
		return "not a text in UTF-8";
	for (const char *s = text;; s += len + 1, (*line)++) {
		len = strcspn(s, "\n");
		if ((what = check_line(s, len)) != NULL)
			return what;
		if (s[len] == '\0')
			return NULL;
	}
}

static int
check_text(const char *text, size_t n)
{
	int line;
	const char *what = policy_text_bad(text, n, &line);

	if (what == NULL)
		return 0;
	say(line, what);
	return ERR_MALFORMED;
}

int
policy_parse(const char *text, size_t n, const char *path, const char *profile,
    struct policy *out, char why[POLICY_WHY_BYTES])
{
	struct reading at = { .path = path, .why = why };
	struct policy p;
	struct buf copy; /* with a NUL behind it */
	const char *s = NULL;
	int e;

	why[0] = '\0';
	reading = &at;
	policy_default(&p);
	buf_init(&copy, POLICY_MAX_BYTES + 64);
	if ((e = buf_put(&copy, text, n)) == 0 &&
	    (s = buf_cstr(&copy)) != NULL && (e = check_text(s, n)) == 0 &&
	    (e = buf_puts(&copy, "\n" END_MARK " = 1\n")) == 0 &&
	    (s = buf_cstr(&copy)) != NULL)
		e = parse_with(s, profile, &p);
	if (e == 0 && s == NULL)
		e = ERR_NOMEM;
	if (e != 0)
		say(0, err_text(e));
	buf_done(&copy);
	reading = NULL;
	if (e != 0)
		return e;
	hash_of(text, n, p.sha256);
	*out = p;
	return 0;
}

int
policy_load(const char *path, const char *profile, struct policy *out,
    char why[POLICY_WHY_BYTES])
{
	struct buf b;
	int e;

	buf_init(&b, POLICY_MAX_BYTES);
	if ((e = fsx_slurp(AT_FDCWD, path, &b)) != 0)
		snprintf(why, POLICY_WHY_BYTES, "%.250s:0: %s", path,
		    err_text(e));
	else
		e = policy_parse((const char *)b.data, b.len, path, profile,
		    out, why);
	buf_done(&b);
	return e;
}

void
policy_stamp(const struct policy *p, struct record *r)
{
	memcpy(r->policy_name, p->name, sizeof(r->policy_name));
	memcpy(r->policy_sha256, p->sha256, sizeof(r->policy_sha256));
}

static void hold(struct record *r, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
hold(struct record *r, const char *fmt, ...)
{
	char raw[RECORD_REASON_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	utf8_printable(raw, strlen(raw), r->reason, sizeof(r->reason));
	r->verdict = VERDICT_HELD;
	r->method = METHOD_NONE;
	r->reason_err = ERR_DENIED;
	r->out_name[0] = r->out_format[0] = '\0';
	r->out_bytes = 0;
	memset(r->out_sha256, 0, sizeof(r->out_sha256));
}

/* Whether the rules hold because of this finding; names the rule. */
static const char *
rule_for(const struct policy *p, const struct finding *f)
{
	if (p->hold_name_mismatch && f->id == FIND_NAME_MISMATCH)
		return "hold_name_mismatch";
	if (p->hold_magic_mismatch && f->id == FIND_MAGIC_MISMATCH)
		return "hold_magic_mismatch";
	if (p->hold_member_held && f->id == FIND_MEMBER_HELD)
		return "hold_member_held";
	if (f->id >= FIND_COUNT)
		return "unknown finding";
	if (p->hold_finding[f->id])
		return "hold_findings";
	if (p->hold_attacks && finding_kind(f->id) == KIND_ATTACK)
		return "hold_attacks";
	return NULL;
}

static bool
has_rules(const struct policy *p)
{
	bool any = p->hold_name_mismatch || p->hold_magic_mismatch ||
		   p->hold_attacks || p->hold_member_held;

	for (size_t i = 0; i < FIND_COUNT; i++)
		any |= p->hold_finding[i];
	return any;
}

void
policy_judge(const struct policy *p, struct record *r)
{
	const char *rule;

	if (r->verdict != VERDICT_RELEASED)
		return;
	for (size_t i = 0; i < r->n_findings; i++)
		if ((rule = rule_for(p, &r->findings[i])) != NULL) {
			const char *id = finding_name(r->findings[i].id);

			hold(r, "held by the policy \"%s\" (%s): %s", p->name,
			    rule, id == NULL ? "?" : id);
			return;
		}
	/* Findings past the budget were counted, not sent: a rule could have
	 * met one of them. */
	if (has_rules(p) &&
	    r->n_findings >= p->options.limits.max[BUDGET_FINDINGS])
		hold(r, "held: more findings than are recorded");
	else if (strcmp(r->source_kind, "mail") == 0 &&
		 r->out_bytes > p->mail_out_bytes)
		hold(r, "held: larger than mail may be on the inner side");
}
