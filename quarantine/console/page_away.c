/* One's own absence: the days, and who decides meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/console/pages.h"

#define DEPUTIES 500 /* in the list; a login can be typed in any case */

struct deputies {
	const struct account *me;
	struct account *all;
	size_t n;
};

static int
add_deputy(void *arg, const struct account *a)
{
	struct deputies *d = arg;

	if ((a->roles & ROLE_APPROVER) != 0 && account_is_valid(a) &&
	    strcmp(a->login, d->me->login) != 0 && d->n < DEPUTIES)
		d->all[d->n++] = *a;
	return 0;
}

/* Those of one's own department first. */
static int
by_nearness(const void *a, const void *b, void *arg)
{
	const struct account *x = a, *y = b, *me = arg;
	int here = strcmp(y->department, me->department) == 0 ? 1 : 0;

	here -= strcmp(x->department, me->department) == 0 ? 1 : 0;
	return here != 0 ? here : strcmp(x->login, y->login);
}

static void
suggestions(struct visit *v, struct account *me, struct deputies *d)
{
	struct html *h = &v->page;
	char text[ACCOUNT_NAME_BYTES + RULES_DEPARTMENT_BYTES + 8];

	qsort_r(d->all, d->n, sizeof(*d->all), by_nearness, me);
	html_open(h, "datalist", "id", "deputies", NULL);
	for (size_t i = 0; i < d->n; i++) {
		snprintf(text, sizeof(text), "%s %s", d->all[i].department,
		    d->all[i].name);
		html_open(h, "option", "value", d->all[i].login, NULL);
		html_data(h, text);
		html_close(h);
	}
	html_close(h);
}

static int
put_suggestions(struct visit *v, struct account *me)
{
	struct deputies d = { .me = me };
	int e;

	if ((d.all = calloc(DEPUTIES, sizeof(*d.all))) == NULL)
		return ERR_NOMEM;
	if ((e = account_list(v->site->people, add_deputy, &d)) == 0)
		suggestions(v, me, &d);
	free(d.all);
	return e;
}

static void
forms(struct visit *v, const struct account *me, bool is_entered)
{
	struct html *h = &v->page;

	html_open(h, "div", "class", "card narrow", NULL);
	page_form(v, "/away");
	page_input(v, tr(v, N_("First day away")), "from", "date",
	    me->away_from, NULL, "required", "", NULL);
	page_input(v, tr(v, N_("Last day away")), "until", "date",
	    me->away_until, NULL, "required", "", NULL);
	page_input(v, tr(v, N_("Deputy (login)")), "deputy", "text", me->deputy,
	    tr(v, N_("Another approver. Begin to type, and choose.")), "list",
	    "deputies", "autocapitalize", "none", "autocomplete", "off",
	    "required", "", NULL);
	page_button(v, tr(v, N_("Enter the absence")), "");
	html_close(h);
	html_close(h);
	if (!is_entered)
		return;
	page_form(v, "/away/back");
	page_button(v, tr(v, N_("I am back: end it")), "second");
	html_close(h);
}

/* Nobody types it twice for one mistake. */
static void
as_typed(const struct visit *v, struct account *me)
{
	snprintf(me->away_from, sizeof(me->away_from), "%s",
	    visit_field(v, "from"));
	snprintf(me->away_until, sizeof(me->away_until), "%s",
	    visit_field(v, "until"));
	snprintf(me->deputy, sizeof(me->deputy), "%s",
	    visit_field(v, "deputy"));
}

static int
away_page(struct visit *v, const char *problem)
{
	struct account me;
	bool is_entered;
	int e;

	if ((e = account_get(v->site->people, v->account.login, &me)) != 0)
		return e;
	page_begin(v, tr(v, N_("My absence")));
	if (problem != NULL)
		page_notice(v, NOTICE_ERROR, problem);
	html_el(&v->page, "p",
	    tr(v, N_("While you are away your deputy decides in your place, "
		     "never on what is their own or yours. Both days count.")),
	    NULL);
	is_entered = me.deputy[0] != '\0' || me.away_from[0] != '\0' ||
		     me.away_until[0] != '\0';
	if (problem != NULL)
		as_typed(v, &me);
	forms(v, &me, is_entered);
	if ((e = put_suggestions(v, &me)) != 0)
		return e;
	return page_end(v);
}

int
away_form(struct visit *v)
{
	return away_page(v, NULL);
}

static int
enter(struct visit *v, const char *deputy, const char *from, const char *until,
    const char *done)
{
	char why[POLICY_WHY_BYTES];
	int e = account_set_away(v->site->people, v->account.login, deputy,
	    from, until, why);

	if (e == ERR_DENIED && why[0] != '\0') {
		v->status = 400;
		return away_page(v, tr(v, why));
	}
	return e != 0 ? e : visit_go(v, "/away", NOTICE_DONE, done);
}

int
away_enter(struct visit *v)
{
	return enter(v, visit_field(v, "deputy"), visit_field(v, "from"),
	    visit_field(v, "until"), N_("Your absence is entered."));
}

int
away_back(struct visit *v)
{
	return enter(v, "", "", "", N_("You decide yourself again."));
}
