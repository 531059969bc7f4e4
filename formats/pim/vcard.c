/*
 * vCard (2.1, 3.0, 4.0), written as 3.0: names, addresses, numbers, notes and
 * pictures. What a reader would fetch, play or trust goes.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/format.h"
#include "formats/known/textkind.h"
#include "formats/pim/vcard_int.h"

#define CARDS_MAX 20000

static const struct pim_family family = {
	.characters = FIND_VCARD_CHARACTERS,
	.charset = FIND_VCARD_CHARSET,
	.outside = FIND_VCARD_OUTSIDE,
};

static bool
has_text(const struct pim_prop *p)
{
	return p != NULL && pim_visible(p->value, strlen(p->value));
}

/* The name that 3.0 asks for: from what else names the card. */
static int
put_missing_name(struct vcard *c)
{
	static const char *const from[] = { "N", "ORG", "NICKNAME", "EMAIL",
		"TEL" };
	const struct pim_prop *p;
	int e;

	if (has_text(pim_prop(c->card, "FN")))
		return 0;
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		if (!has_text(p = pim_prop(c->card, from[i])))
			continue;
		c->out.where = "FN";
		if ((e = pim_begin(&c->out, "FN:")) != 0 ||
		    (e = vcard_add_joined(c, p->value)) != 0)
			return e;
		return pim_send(&c->out);
	}
	return 0;
}

/* Furigana: SOUND;X-IRMC-N of Japanese phones as the two fields of today. */
static int
put_furigana(struct vcard *c)
{
	static const char *const names[] = { "X-PHONETIC-LAST-NAME",
		"X-PHONETIC-FIRST-NAME" };
	const struct pim_prop *p = pim_prop(c->card, "SOUND");
	const char *s;
	size_t n;
	int e;

	if (p == NULL || !vcard_is_furigana(p))
		return 0;
	s = p->value;
	for (size_t i = 0; i < 2; i++) {
		n = pim_span(s, ';');
		c->out.where = "SOUND";
		if (pim_visible(s, n) && pim_prop(c->card, names[i]) == NULL) {
			if ((e = pim_begin(&c->out, names[i])) != 0 ||
			    (e = pim_add(&c->out, ":")) != 0 ||
			    (e = pim_add_text(&c->out, s, n)) != 0 ||
			    (e = pim_send(&c->out)) != 0)
				return e;
		}
		if (s[n] == '\0')
			break;
		s += n + 1;
	}
	return 0;
}

/* Is there anything in it that says whose card it is? */
static bool
is_empty(const struct pim_comp *card)
{
	static const char *const any[] = { "FN", "N", "ORG", "NICKNAME",
		"EMAIL", "TEL", "ADR", "NOTE" };

	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++)
		if (has_text(pim_prop(card, any[i])))
			return false;
	return true;
}

static int
drop_inner(struct vcard *c, const struct pim_comp *inner)
{
	int e = 0;

	for (; e == 0 && inner != NULL; inner = inner->next)
		e = doc_found(c->d, FIND_VCARD_AGENT, ACT_REMOVED, "", "%s",
		    inner->name);
	return e;
}

static int
write_card(struct vcard *c)
{
	int e;

	if ((e = pim_line(&c->out, "BEGIN:VCARD")) != 0 ||
	    (e = pim_line(&c->out, "VERSION:3.0")) != 0 ||
	    (e = drop_inner(c, c->card->first)) != 0 ||
	    (e = put_missing_name(c)) != 0)
		return e;
	for (const struct pim_prop *p = c->card->props; p != NULL; p = p->next)
		if ((e = vcard_prop(c, p)) != 0)
			return e;
	if ((e = put_furigana(c)) != 0)
		return e;
	return pim_line(&c->out, "END:VCARD");
}

static int
write_all(struct vcard *c, const struct pim_comp *first)
{
	size_t n = 0;
	int e = 0;

	for (; e == 0 && first != NULL; first = first->next) {
		if (strcmp(first->name, "VCARD") != 0)
			return doc_fail(c->d, ERR_AMBIGUOUS,
			    "%s beside a contact", first->name);
		if (is_empty(first)) {
			e = doc_found(c->d, FIND_VCARD_EMPTY, ACT_REMOVED, "",
			    NULL);
			continue;
		}
		if (++n > CARDS_MAX)
			return doc_fail(c->d, ERR_LIMIT,
			    "more than %d contacts", CARDS_MAX);
		c->card = first;
		c->number[0] = c->number[1] = 0;
		e = write_card(c);
	}
	if (e == 0 && n == 0)
		return doc_fail(c->d, ERR_UNSUPPORTED,
		    "there is no contact in it");
	return e;
}

static int
rebuild(struct doc *d)
{
	struct vcard c = { .d = d };
	struct pim_comp *first;
	int e;

	if ((e = pim_read(d, &family, &first)) != 0)
		return e;
	pim_out_init(&c.out, d, &family);
	e = write_all(&c, first);
	pim_out_done(&c.out);
	doc_makes(d, "vcard", "vcf");
	return e;
}

static enum probe
probe(const struct reader *in, const char **sub)
{
	return text_kind(in, sub) == TEXT_VCARD ? PROBE_YES : PROBE_NO;
}

static const char *const mime[] = { "text/vcard", "text/x-vcard",
	"text/directory", "text/plain", "application/octet-stream", NULL };
static const char *const extensions[] = { "vcf", "vcard", NULL };

const struct format format_vcard = {
	.id = "vcard",
	.mime = mime,
	.extensions = extensions,
	.probe = probe,
	.rebuild = rebuild,
};
