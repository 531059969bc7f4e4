/*
 * The URL policy: what may leave, in which form, and what may not.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "formats/url.h"

/* "" when it is refused, else the form to write. */
static const char *
policy(const char *url)
{
	static char text[4096];
	const char *why;
	struct buf b;
	int e;

	buf_init(&b, sizeof(text) - 1);
	e = url_check(url, strlen(url), &b, &why);
	cr_assert(e == 0 || e == ERR_DENIED);
	text[0] = '\0';
	if (e == 0)
		snprintf(text, sizeof(text), "%s", (const char *)buf_cstr(&b));
	buf_done(&b);
	return text;
}

static void
refused(const char *const *list)
{
	for (; *list != NULL; list++)
		cr_expect_str_eq(policy(*list), "", "%s", *list);
}

Test(url, plain_addresses_stay)
{
	static const char *const same[] = { "http://example.jp/",
		"https://example.jp:8443/a?b=c#d", "mailto:a@example.jp",
		"mailto:a@example.jp?subject=x&body=y&cc=b@example.jp",
		"tel:+81-3-0000-0000", "#place", "#Sheet1!A1", "#A1:B2",
		"mailto:a@b?", "http://h/x!y", NULL };

	for (size_t i = 0; same[i] != NULL; i++)
		cr_expect_str_eq(policy(same[i]), same[i]);
}

Test(url, the_form_written_is_accepted_again)
{
	static const char *const odd[] = { " HTTP://Example.jp/a b ",
		"ht\ttp://x/", "http://日本.jp/", "http://h/a\\b\"c",
		"MAILTO:a@b?SUBJECT=x y", NULL };
	char once[4096];

	for (size_t i = 0; odd[i] != NULL; i++) {
		snprintf(once, sizeof(once), "%s", policy(odd[i]));
		cr_expect(once[0] != '\0', "%s", odd[i]);
		cr_expect_str_eq(policy(once), once, "%s", odd[i]);
	}
}

Test(url, schemes_and_paths_go)
{
	static const char *const list[] = { "file:///c:/x", "\\\\h\\s", "//h/s",
		"javascript:x", "java\nscript:x", "data:text/html,x", "x.exe",
		"c:\\x", "../x", "ms-word:ofe|u|http://h/x", "http:\\\\h\\x",
		"http:///h/x", "http:x", "mhtml:http://h/x!y", "", NULL };

	refused(list);
}

Test(url, nobody_is_named_before_the_host)
{
	static const char *const list[] = { "http://a@b/", "http://a:p@b/",
		"http://a%40b/", "http://a\\@b/", "http://a:80\\@b/",
		"http://a＠b/", "http://a／@b/", NULL };

	refused(list);
}

Test(url, mail_takes_no_file_along)
{
	static const char *const list[] = { "mailto:a@b?attach=c:/x",
		"mailto:a@b?subject=x&attachment=c:/x", "mailto:a@b&attach=x",
		"mailto:a@b?subject=x&Attach=y", "mailto:a@b?x", NULL };

	refused(list);
}

Test(url, a_fragment_stays_in_the_document)
{
	static const char *const list[] = { "#[//h/s/b.xlsx]S!A1", "#//h/s",
		"#\\\\h\\s", "#file:///c:/x", "#javascript:x", "#cmd|'/c x'!A1",
		NULL };

	refused(list);
}
