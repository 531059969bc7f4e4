#include "core/receipt.h"

#include <string.h>

#include "core/words.h"

#define DEPTH_MAX 32 /* of members in members; deeper ones hang higher */

static bool
is_zero(const uint8_t digest[HASH_BYTES])
{
	static const uint8_t zero[HASH_BYTES];

	return memcmp(digest, zero, HASH_BYTES) == 0;
}

/* NULL (null in JSON) for a hash that was never taken. */
static json_t *
hex_or_null(const uint8_t digest[HASH_BYTES])
{
	char hex[HASH_HEX];

	if (is_zero(digest))
		return json_null();
	hash_hex(digest, hex);
	return json_string(hex);
}

static json_t *
text_or_null(const char *s)
{
	return s[0] == '\0' ? json_null() : json_string(s);
}

static json_t *
file_json(const char *name, uint64_t size, const uint8_t sha256[HASH_BYTES])
{
	return json_pack("{s:s, s:I, s:o}", "name", name, "size",
	    (json_int_t)size, "sha256", hex_or_null(sha256));
}

static json_t *
output_json(const char *name, uint64_t size, const uint8_t sha256[HASH_BYTES],
    const char *format)
{
	json_t *o = file_json(name, size, sha256);

	if (o != NULL &&
	    json_object_set_new(o, "format", json_string(format)) != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static json_t *
identified_json(const struct doc_result *r)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:b}", "format",
	    text_or_null(r->structure), "structure", text_or_null(r->structure),
	    "magic", text_or_null(r->magic), "name", text_or_null(r->name_says),
	    "agree", (int)(r->agree != 0));
}

static json_t *
finding_json(const struct finding *f)
{
	const char *id = finding_name(f->id);
	const char *kind = finding_kind_name(finding_kind(f->id));
	const char *action = finding_action_name(f->action);

	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s}", "id",
	    id != NULL ? id : "generic.unknown", "kind",
	    kind != NULL ? kind : "note", "action",
	    action != NULL ? action : "noted", "where", f->where, "count",
	    (json_int_t)f->count, "detail", f->detail, "ja",
	    id != NULL ? finding_ja(f->id) : "不明な事項", "en",
	    id != NULL ? finding_en(f->id) : "unknown finding");
}

static json_t *
findings_json(const struct finding *f, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < n; i++)
		if (json_array_append_new(list, finding_json(&f[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

const struct finding *
receipt_member_findings(const struct record *r, size_t i, size_t *n)
{
	const struct record_member *m = &r->members[i];
	size_t first = m->first_finding;

	*n = 0;
	if (first >= r->n_findings)
		return r->findings;
	*n = m->n_findings;
	if (*n > r->n_findings - first)
		*n = r->n_findings - first;
	return r->findings + first;
}

int
receipt_parent(const struct record *r, size_t i)
{
	int depth = 0, parent = r->members[i].parent;

	for (int at = (int)i, up = parent; up != -1;
	     up = r->members[at].parent) {
		if (up <= at || (size_t)up >= r->n_members ||
		    ++depth > DEPTH_MAX)
			return -1;
		at = up;
	}
	return parent;
}

static const char *
member_reason(const struct record *r, const struct record_member *m)
{
	if (m->verdict == VERDICT_RELEASED)
		return "";
	if (m->result.err == 0)
		return r->verdict == VERDICT_RELEASED
			   ? ""
			   : "the document it is in was not released";
	return m->result.message[0] != '\0' ? m->result.message
					    : err_text(m->result.err);
}

static const char *
member_reason_ja(const struct record_member *m)
{
	if (m->result.err == 0)
		return "これを含むファイルが渡されなかったため。";
	return words_reason(m->result.err, m->verdict, WORDS_JA);
}

/* The same shape as the document, without what belongs to the whole run. */
static json_t *
member_json(const struct record *r, size_t i)
{
	const struct record_member *m = &r->members[i];
	const struct doc_result *d = &m->result;
	const char *reason = member_reason(r, m);
	bool out = m->verdict == VERDICT_RELEASED;
	const struct finding *f;
	size_t n;

	f = receipt_member_findings(r, i, &n);
	return json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:[]}",
	    "input", file_json(d->in_name, d->in_bytes, d->in_sha256),
	    "identified", identified_json(d), "verdict",
	    verdict_name(m->verdict), "method",
	    method_name(out ? r->method : METHOD_NONE), "reason",
	    text_or_null(reason), "reason_ja",
	    reason[0] == '\0' ? json_null() : json_string(member_reason_ja(m)),
	    "output",
	    out ? output_json(d->out_name[0] != '\0' ? d->out_name : d->in_name,
		      d->out_bytes, d->out_sha256, d->out_format)
		: json_null(),
	    "findings", findings_json(f, n), "members");
}

/* Every member under its parent; made[] keeps borrowed references. */
static int
hang_members(const struct record *r, json_t *top, json_t **made)
{
	for (size_t i = 0; i < r->n_members; i++)
		if ((made[i] = member_json(r, i)) == NULL)
			return ERR_NOMEM;
	for (size_t i = 0; i < r->n_members; i++) {
		int p = receipt_parent(r, i);
		json_t *list =
		    p < 0 ? top : json_object_get(made[p], "members");

		if (json_array_append(list, made[i]) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

static json_t *
members_json(const struct record *r)
{
	json_t *top = json_array(), **made;

	if (top == NULL || r->n_members == 0)
		return top;
	made = calloc(r->n_members, sizeof(made[0]));
	if (made == NULL || hang_members(r, top, made) != 0) {
		json_decref(top);
		top = NULL;
	}
	for (size_t i = 0; made != NULL && i < r->n_members; i++)
		json_decref(made[i]);
	free(made);
	return top;
}

json_t *
receipt_build(const struct record *r)
{
	bool out = r->verdict == VERDICT_RELEASED;
	const char *ja = words_reason(r->reason_err, r->verdict, WORDS_JA);

	return json_pack("{s:s, s:s, s:s, s:{s:s, s:s}, s:o, s:o, s:s, s:s,"
			 " s:o, s:o, s:o, s:o, s:o, s:{s:s, s:o}, s:s, s:f}",
	    "schema", RECEIPT_SCHEMA, "id", r->id, "time", r->time, "source",
	    "kind", r->source_kind, "from", r->source_from, "input",
	    file_json(r->in_name, r->in_bytes, r->in_sha256), "identified",
	    identified_json(&r->result), "verdict", verdict_name(r->verdict),
	    "method", method_name(r->method), "reason",
	    out ? json_null()
		: json_string(r->reason[0] != '\0' ? r->reason
						   : err_text(r->reason_err)),
	    "reason_ja", out ? json_null() : json_string(ja), "output",
	    out ? output_json(r->out_name, r->out_bytes, r->out_sha256,
		      r->out_format)
		: json_null(),
	    "findings", findings_json(r->findings, r->n_findings), "members",
	    members_json(r), "policy", "name", r->policy_name, "sha256",
	    hex_or_null(r->policy_sha256), "version", SEKISHO_VERSION,
	    "elapsed_ms", r->elapsed_ms);
}

static int
into_buf(const char *text, size_t n, void *arg)
{
	return buf_put(arg, text, n);
}

int
receipt_json(const struct record *r, bool indent, struct buf *out)
{
	json_t *o = receipt_build(r);
	int e = 0;

	if (o == NULL)
		return ERR_NOMEM;
	if (json_dump_callback(o, into_buf, out,
		JSON_REAL_PRECISION(6) |
		    (indent ? JSON_INDENT(2) : JSON_COMPACT)) != 0)
		e = ERR_LIMIT;
	json_decref(o);
	return e != 0 ? e : buf_puts(out, "\n");
}
