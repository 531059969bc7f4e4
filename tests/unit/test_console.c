/* The console without its network: HTML, sessions, the table of pages, rates,
 * the catalogue, names for the directory. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/console/console.h"
#include "quarantine/console/lang.h"
#include "quarantine/console/ldap.h"
#include "quarantine/console/rate.h"
#include "quarantine/console/session.h"

static void
setup(void)
{
	cr_assert_eq(hash_setup(), 0);
}

TestSuite(console, .init = setup);

/* ---- HTML */

static const char *
shown(struct html *h)
{
	return buf_cstr(&h->out);
}

Test(console, text_is_escaped)
{
	struct html h;

	html_init(&h);
	html_text(&h, "<script>alert('x')</script>&\"`\x01\xff");
	cr_assert_eq(html_end(&h), 0);
	cr_assert_str_eq(shown(&h),
	    "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;&#96;"
	    "\xef\xbf\xbd\xef\xbf\xbd");
	html_done(&h);
}

Test(console, attributes_are_escaped)
{
	struct html h;

	html_init(&h);
	html_el(&h, "p", "x", "title", "\" onmouseover=\"alert(1)", "hidden",
	    NULL, NULL);
	cr_assert_eq(html_end(&h), 0);
	cr_assert_str_eq(shown(&h),
	    "<p title=\"&quot; onmouseover=&quot;alert(1)\">x</p>");
	html_done(&h);
}

Test(console, strangers_words_are_kept_apart)
{
	struct html h;

	html_init(&h);
	html_data(&h, "http://a/\xe2\x80\xae"
		      "fdp.exe<b>");
	cr_assert_eq(html_end(&h), 0);
	cr_assert_str_eq(shown(&h), "<bdi>hxxp://a/\xef\xbf\xbd"
				    "fdp.exe&lt;b&gt;</bdi>");
	html_done(&h);
}

static int
link_to(const char *url)
{
	struct html h;
	int e;

	html_init(&h);
	html_el(&h, "a", "x", "href", url, NULL);
	e = html_end(&h);
	html_done(&h);
	return e;
}

Test(console, links_stay_on_this_site)
{
	cr_assert_eq(link_to("/transfers?page=2"), 0);
	cr_assert_eq(link_to("#main"), 0);
	cr_assert_eq(link_to("//evil.example/"), ERR_INTERNAL);
	cr_assert_eq(link_to("/\\evil.example/"), ERR_INTERNAL);
	cr_assert_eq(link_to("https://evil.example/"), ERR_INTERNAL);
	cr_assert_eq(link_to("javascript:alert(1)"), ERR_INTERNAL);
	cr_assert_eq(link_to("/\t/evil.example/"), ERR_INTERNAL);
	cr_assert_eq(link_to(""), ERR_INTERNAL);
}

Test(console, handlers_styles_and_odd_names_are_refused)
{
	static const char *const bad[] = { "onclick", "style", "srcdoc", "a b",
		"x>", "" };
	struct html h;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		html_init(&h);
		html_el(&h, "p", "x", bad[i], "1", NULL);
		cr_assert_eq(html_end(&h), ERR_INTERNAL, "%s", bad[i]);
		html_done(&h);
	}
	html_init(&h);
	html_el(&h, "script", "alert(1)", NULL);
	cr_assert_eq(html_end(&h), ERR_INTERNAL);
	html_done(&h);
}

Test(console, what_is_opened_is_closed)
{
	struct html h;

	html_init(&h);
	html_open(&h, "p", NULL);
	cr_assert_eq(html_end(&h), ERR_INTERNAL);
	html_clear(&h);
	html_close(&h);
	cr_assert_eq(html_end(&h), ERR_INTERNAL);
	html_clear(&h);
	for (int i = 0; i < HTML_DEPTH + 1; i++)
		html_open(&h, "div", NULL);
	cr_assert_eq(h.err, ERR_INTERNAL);
	html_done(&h);
}

/* ---- sessions */

static struct account
person(const char *login)
{
	struct account a = { .roles = ROLE_STAFF };

	snprintf(a.login, sizeof(a.login), "%s", login);
	return a;
}

Test(console, sessions_end_when_idle_and_at_last)
{
	struct account a = person("sato");
	char cookie[CONSOLE_TOKEN_TEXT];
	struct sessions *s;

	cr_assert_eq(sessions_new(100, 1000, &s), 0);
	sessions_add(s, &a, 5000, cookie);
	cr_assert_neq(sessions_find(s, cookie, 5099, false), NULL);
	cr_assert_neq(sessions_find(s, cookie, 5198, true), NULL);
	/* A quiet look was no use. */
	cr_assert_eq(sessions_find(s, cookie, 5199, false), NULL);
	sessions_add(s, &a, 5000, cookie);
	for (time_t t = 5000; t < 6000; t += 50)
		cr_assert_neq(sessions_find(s, cookie, t, false), NULL);
	cr_assert_eq(sessions_find(s, cookie, 6000, false), NULL);
	sessions_free(s);
}

Test(console, cookies_are_random_and_kept_as_hashes)
{
	struct account a = person("sato");
	char one[CONSOLE_TOKEN_TEXT], two[CONSOLE_TOKEN_TEXT];
	struct session *s1, *s2;
	struct sessions *s;

	cr_assert_eq(sessions_new(100, 1000, &s), 0);
	s1 = sessions_add(s, &a, 1, one);
	s2 = sessions_add(s, &a, 1, two);
	cr_assert_str_neq(one, two);
	cr_assert_str_neq(s1->token, s2->token);
	cr_assert_eq(memmem(s1, sizeof(*s1), one, 32), NULL);
	cr_assert_eq(sessions_find(s, "", 2, false), NULL);
	cr_assert_eq(sessions_find(s, "0", 2, false), NULL);
	one[0] = one[0] == '0' ? '1' : '0';
	cr_assert_eq(sessions_find(s, one, 2, false), NULL);
	sessions_free(s);
}

Test(console, a_person_has_few_sessions_and_loses_them_together)
{
	char cookie[SESSIONS_PER_LOGIN + 1][CONSOLE_TOKEN_TEXT];
	char other[CONSOLE_TOKEN_TEXT];
	struct account a = person("sato"), b = person("ono");
	struct session *last = NULL;
	struct sessions *s;

	cr_assert_eq(sessions_new(100, 1000, &s), 0);
	sessions_add(s, &b, 1, other);
	for (int i = 0; i <= SESSIONS_PER_LOGIN; i++)
		last = sessions_add(s, &a, 1 + i, cookie[i]);
	cr_assert_eq(sessions_find(s, cookie[0], 20, true), NULL);
	cr_assert_neq(sessions_find(s, cookie[1], 20, true), NULL);
	sessions_drop_login(s, "sato", last);
	cr_assert_eq(sessions_find(s, cookie[1], 20, true), NULL);
	cr_assert_eq(sessions_find(s, cookie[SESSIONS_PER_LOGIN], 20, true),
	    last);
	cr_assert_neq(sessions_find(s, other, 20, true), NULL);
	sessions_free(s);
}

Test(console, a_full_table_gives_up_the_one_unused_longest)
{
	char first[CONSOLE_TOKEN_TEXT], cookie[CONSOLE_TOKEN_TEXT], login[16];
	struct sessions *s;
	struct account a;

	cr_assert_eq(sessions_new(1000000, 1000000, &s), 0);
	for (int i = 0; i <= SESSIONS_MAX; i++) {
		snprintf(login, sizeof(login), "u%d", i);
		a = person(login);
		sessions_add(s, &a, 1 + i, i == 0 ? first : cookie);
	}
	cr_assert_eq(sessions_find(s, first, 5000, true), NULL);
	cr_assert_neq(sessions_find(s, cookie, 5000, true), NULL);
	sessions_free(s);
}

Test(console, tokens_are_compared_whole)
{
	cr_assert(session_same("abc", "abc"));
	cr_assert_not(session_same("abc", "abd"));
	cr_assert_not(session_same("abc", "ab"));
	cr_assert_not(session_same("", ""));
}

/* ---- the table */

Test(console, only_what_stands_in_the_table_is_found)
{
	char args[CONSOLE_ARGS][ACCOUNT_LOGIN_BYTES];
	static const char *const none[] = { "", "/nothing", "//", "/login/",
		"/login%2f", "/Login", "/static/../login", "/static/",
		"/static/%2e%2e/etc/passwd", "/transfers/", "/transfers/..",
		"/transfers/.x", "/transfers/a/b/c", "/transfers/a%00",
		"/transfers/a b",
		"/transfers/"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		NULL };

	for (size_t i = 0; none[i] != NULL; i++)
		cr_assert_eq(route_find("GET", none[i], args), NULL, "%s",
		    none[i]);
	cr_assert_eq(route_find("DELETE", "/login", args), NULL);
	cr_assert_neq(route_find("GET", "/login", args), NULL);
	cr_assert_neq(route_find("GET", "/transfers/01ABC", args), NULL);
	cr_assert_str_eq(args[0], "01ABC");
	cr_assert_str_eq(route_find("GET", "/transfers/part", args)->path,
	    "/transfers/part");
}

/* Whoever adds a row with too wide a door sees it here. */
Test(console, the_table_keeps_its_own_rules)
{
	size_t n, open = 0;
	const struct route *all = routes(&n);

	for (size_t i = 0; i < n; i++) {
		const struct route *r = &all[i];

		cr_assert(strcmp(r->method, "GET") == 0 ||
			  strcmp(r->method, "POST") == 0);
		cr_assert_eq(r->path[0], '/');
		cr_assert_neq(r->handle, NULL);
		cr_assert_neq(r->fields, NULL);
		open += r->roles == PUBLIC;
		if (strcmp(r->method, "POST") == 0)
			cr_assert(r->roles != PUBLIC ||
				  (r->flags & ROUTE_SIGNS_IN) != 0);
		for (size_t k = 0; k < i; k++)
			cr_assert(strcmp(r->path, all[k].path) != 0 ||
				  strcmp(r->method, all[k].method) != 0);
	}
	/* Four files, the sign-in twice, the language, figures for a monitor.
	 */
	cr_assert_eq(open, 8);
}

Test(console, roles_open_their_rows_alone)
{
	struct route r = { .roles = ROLE_APPROVER | ROLE_ADMINISTRATOR };

	cr_assert(route_allows(&r, ROLE_APPROVER));
	cr_assert(route_allows(&r, ROLE_STAFF | ROLE_ADMINISTRATOR));
	cr_assert_not(route_allows(&r, ROLE_STAFF | ROLE_AUDITOR));
	cr_assert_not(route_allows(&r, 0));
	r.roles = ANYONE;
	cr_assert(route_allows(&r, 0));
}

/* ---- rates */

Test(console, rates_run_out_and_come_back)
{
	struct rates *r;

	cr_assert_eq(rates_new(60, &r), 0);
	for (int i = 0; i < 60; i++)
		cr_assert(rate_take(r, RATE_REQUEST, "10.0.0.1", 1000));
	cr_assert_not(rate_take(r, RATE_REQUEST, "10.0.0.1", 1000));
	cr_assert(rate_take(r, RATE_REQUEST, "10.0.0.2", 1000));
	cr_assert_not(rate_take(r, RATE_REQUEST, "10.0.0.1", 1500));
	cr_assert(rate_take(r, RATE_REQUEST, "10.0.0.1", 2100));
	for (int i = 0; i < 10; i++)
		cr_assert(rate_take(r, RATE_SIGN_IN, "10.0.0.1", 1000));
	cr_assert_not(rate_take(r, RATE_SIGN_IN, "10.0.0.1", 1000));
	cr_assert(rate_take(r, RATE_SIGN_IN, "10.0.0.1", 100000));
	cr_assert_not(rate_knows(r, "10.0.0.1", 1000));
	rate_know(r, "10.0.0.1", 1000);
	cr_assert(rate_knows(r, "10.0.0.1", 2000));
	cr_assert_not(rate_knows(r, "10.0.0.2", 2000));
	cr_assert_not(rate_knows(r, "10.0.0.1", 1000 + 86400000));
	rates_free(r);
}

/* ---- languages */

/* Two pairs, the empty key first, as msgfmt writes them. */
static size_t
make_mo(uint8_t *out, uint32_t n_said)
{
	const uint32_t head[] = { 0x950412de, 0, n_said, 28, 44, 0, 60,
		/* keys */ 0, 60, 3, 61,
		/* texts */ 0, 65, 6, 66 };

	memcpy(out, head, sizeof(head));
	memcpy(out + 60, "\0yes\0\0\xe3\x81\xaf\xe3\x81\x84", 13);
	return 73;
}

Test(console, a_catalogue_says_what_it_has)
{
	struct catalogue *c;
	uint8_t mo[73];

	cr_assert_eq(catalogue_read(mo, make_mo(mo, 2), &c), 0);
	cr_assert_str_eq(catalogue_say(c, WORDS_JA, "yes"), "はい");
	cr_assert_str_eq(catalogue_say(c, WORDS_EN, "yes"), "yes");
	cr_assert_str_eq(catalogue_say(c, WORDS_JA, "no"), "no");
	cr_assert_str_eq(catalogue_say(c, WORDS_JA, ""), "");
	catalogue_free(c);
	cr_assert_str_eq(catalogue_say(NULL, WORDS_JA, "yes"), "yes");
}

Test(console, a_damaged_catalogue_is_refused)
{
	struct catalogue *c = NULL;
	uint8_t mo[73];
	size_t n = make_mo(mo, 2);

	for (size_t cut = 0; cut < n; cut++)
		cr_assert_neq(catalogue_read(mo, cut, &c), 0, "%zu", cut);
	make_mo(mo, 0xffffffff);
	cr_assert_neq(catalogue_read(mo, n, &c), 0);
	make_mo(mo, 2);
	mo[44 + 8] = 0xff;
	cr_assert_neq(catalogue_read(mo, n, &c), 0);
}

Test(console, the_first_language_that_we_have)
{
	cr_assert_eq(lang_of_header(NULL), WORDS_JA);
	cr_assert_eq(lang_of_header("en-US,en;q=0.9,ja;q=0.8"), WORDS_EN);
	cr_assert_eq(lang_of_header("fr, ja;q=0.5, en;q=0.4"), WORDS_JA);
	cr_assert_eq(lang_of_header("fr"), WORDS_JA);
}

/* ---- the directory */

Test(console, a_login_means_nothing_in_a_name)
{
	static const char *const pattern = "uid=%s,ou=people,dc=example";
	char name[256];

	cr_assert_eq(ldap_name(pattern, "sato.h", name, sizeof(name)), 0);
	cr_assert_str_eq(name, "uid=sato.h,ou=people,dc=example");
	cr_assert_eq(ldap_name(pattern, "x,ou=admins", name, sizeof(name)),
	    ERR_DENIED);
	cr_assert_eq(ldap_name(pattern, "*", name, sizeof(name)), ERR_DENIED);
	cr_assert_eq(ldap_name(pattern, "", name, sizeof(name)), ERR_DENIED);
	cr_assert_eq(ldap_name("uid=x", "sato", name, sizeof(name)),
	    ERR_MALFORMED);
	cr_assert_eq(ldap_name("%s%s", "sato", name, sizeof(name)),
	    ERR_MALFORMED);
	/* A guest's bind would be taken for a yes. */
	cr_assert_eq(ldap_check("ldaps://127.0.0.1:1", pattern, "sato", "", 0),
	    ERR_DENIED);
}
