/* Previews: stored, shown, destroyed; and one made by the program. */
#include "unit/people_case.h"

#include "quarantine/preview.h"

TestSuite(preview, .init = register_setup, .fini = register_teardown);

static struct preview_content *
content(unsigned pages, const char *text)
{
	struct preview_content *c = malloc(sizeof(*c));
	char page[32];

	cr_assert_not_null(c);
	preview_content_init(c);
	c->n_pages = pages;
	for (unsigned i = 0; i < pages; i++) {
		snprintf(page, sizeof(page), "SEKISHO-PAGE-%u", i + 1);
		cr_assert_eq(buf_puts(&c->pages[i], page), 0);
	}
	if (text != NULL)
		cr_assert_eq(buf_puts(&c->text, text), 0);
	return c;
}

static void
put(const struct request *q, unsigned pages, const char *text)
{
	struct preview_content *c = content(pages, text);

	cr_assert_eq(preview_put(p, q->transfer, q->sha256, c), 0);
	preview_content_done(c);
	free(c);
}

static bool
shows(const struct request *q, unsigned page, const char *want)
{
	struct buf b;
	int e;

	buf_init(&b, PREVIEW_PAGE_BYTES);
	e = page == 0 ? preview_text(p, q->transfer, "boss", &b)
		      : preview_page(p, q->transfer, page, "boss", &b);
	if (e == 0)
		cr_assert_str_eq(buf_cstr(&b), want);
	buf_done(&b);
	return e == 0;
}

Test(preview, is_kept_and_shown)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	char id[RECORD_ID_BYTES], path[128];
	struct preview v;
	struct reader in;
	struct buf b;
	size_t at;

	cr_assert_eq(preview_get(p, q.transfer, &v), ERR_NOENT);
	cr_assert_eq(preview_next(p, id), 0);
	cr_assert_str_eq(id, q.transfer);
	put(&q, 3, "本文\n");
	cr_assert_eq(preview_next(p, id), ERR_NOENT);
	cr_assert_eq(preview_get(p, q.transfer, &v), 0);
	cr_assert_eq(v.pages, 3);
	cr_assert(v.has_text);
	cr_assert(shows(&q, 0, "本文\n"));
	cr_assert(shows(&q, 1, "SEKISHO-PAGE-1"));
	cr_assert(shows(&q, 3, "SEKISHO-PAGE-3"));
	cr_assert_not(shows(&q, 4, ""));
	cr_assert_not(shows(&q, 21, ""));
	snprintf(path, sizeof(path), "people/previews/%s.sealed", q.transfer);
	buf_init(&b, 1 << 20);
	slurp(in_scratch(path), &b);
	buf_reader(&b, &in);
	cr_assert_neq(reader_find(&in, 0, "SEKISHO-PAGE", 12, &at), 0);
	slurp(in_scratch("audit/audit.jsonl"), &b);
	buf_reader(&b, &in);
	cr_assert_eq(reader_find(&in, 0, "\"view\"", 6, &at), 0);
	buf_done(&b);
}

Test(preview, of_another_result_is_none)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	struct preview_content *c = content(1, NULL);
	struct preview v;

	cr_assert_eq(preview_put(p, q.transfer, "0000", c), ERR_EXIST);
	cr_assert_eq(preview_put(p, "../x", q.sha256, c), ERR_NOENT);
	preview_content_done(c);
	free(c);
	put(&q, 1, NULL);
	cr_assert_not(shows(&q, 0, ""));
	sql("UPDATE preview SET sha256 = 'x'");
	cr_assert_eq(preview_get(p, q.transfer, &v), ERR_NOENT);
	cr_assert_not(shows(&q, 1, ""));
}

Test(preview, of_another_transfer_is_refused)
{
	struct rules r = rules_for(1);
	struct request a = waiting("hanako", "same", &r),
		       b = waiting("hanako", "same", &r);
	char x[64], y[64];

	put(&a, 1, NULL);
	put(&b, 1, NULL);
	snprintf(x, sizeof(x), "%s.sealed", a.transfer);
	snprintf(y, sizeof(y), "%s.sealed", b.transfer);
	cr_assert_eq(renameat(p->previews, x, p->previews, y), 0);
	cr_assert_not(shows(&b, 1, ""));
}

Test(preview, goes_with_the_result)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	struct preview v;

	put(&q, 1, NULL);
	cr_assert_eq(transfer_settle(p, q.transfer, TRANSFER_REJECTED, ""), 0);
	cr_assert_eq(preview_get(p, q.transfer, &v), ERR_NOENT);
	cr_assert_eq(count_in(in_scratch("people/previews")), 0);
}

Test(preview, stays_for_a_review)
{
	struct account boss = person("boss", "税務課", ROLE_APPROVER),
		       second = person("second", "税務課", ROLE_APPROVER);
	struct rules r = rules_for(1);
	struct request q, review;
	enum request_state s;

	r.may_release_in_emergency = true;
	q = waiting("hanako", "result", &r);
	put(&q, 1, NULL);
	cr_assert_eq(approve_emergency(p, q.id, &boss, "fire", &r, why), 0);
	cr_assert_eq(transfer_settle(p, q.transfer, TRANSFER_RELEASED, ""), 0);
	cr_assert_eq(transfer_forget_result(p, q.transfer), 0);
	cr_assert_eq(transfer_restart(p), 0);
	cr_assert(shows(&q, 1, "SEKISHO-PAGE-1"));
	cr_assert_eq(approve_of(p, q.transfer, REQUEST_REVIEW, &review), 0);
	cr_assert_eq(approve_decide(p, review.id, &second, review.sha256, true,
			 "", &s, why),
	    0, "%s", why);
	cr_assert_eq(count_in(in_scratch("people/previews")), 0);
}

Test(preview, is_swept)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);

	put(&q, 1, NULL);
	spit(in_scratch("people/previews/01ABC.sealed"), "x", 1);
	cr_assert_eq(transfer_restart(p), 0);
	cr_assert_eq(count_in(in_scratch("people/previews")), 1);
	cr_assert(shows(&q, 1, "SEKISHO-PAGE-1"));
	cr_assert_eq(preview_forget(p, q.transfer), 0);
	cr_assert_eq(preview_forget(p, q.transfer), 0);
	cr_assert_eq(count_in(in_scratch("people/previews")), 0);
}

/* The program itself; without converters the text alone is there. */
Test(preview, is_made_by_the_program)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "こんにちは\n", &r);
	struct preview v;
	int status;
	pid_t pid;

	cr_assert_eq(preview_start("/nonexistent", scratch, NULL, NULL,
			 q.transfer, &pid),
	    ERR_NOENT);
	register_close();
	cr_assert_eq(preview_start(NULL, scratch, NULL, NULL, q.transfer, &pid),
	    0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	register_open();
	cr_assert_eq(preview_get(p, q.transfer, &v), 0);
	cr_assert(v.has_text);
	cr_assert(v.pages == 1 || v.why[0] != '\0');
	cr_assert(shows(&q, 0, "こんにちは\n"));
	cr_assert_eq(preview_start(NULL, scratch, NULL, NULL, "01NONE", &pid),
	    0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_neq(status, 0);
}
