/*
 * Presentations: what slides must keep and lose, and that no damage to the
 * archive or to any part's markup breaks a promise (fuzz_rebuild() checks
 * that a result is a fixpoint without findings, and aborts when not).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_common.h"
#include "opc_pack.h"

static const char *const samples[] = { "samples/benign/pptx/deck.pptx",
	"samples/planted/pptx/objects.pptx", "samples/planted/pptx/media.pptx",
	"samples/planted/pptx/actions.pptx",
	"samples/planted/pptx/old-object.pptx" };

static void
try(const struct pack *k, size_t part, const uint8_t *data, size_t n)
{
	struct pack_zip z;

	cr_assert_eq(pack_build(k, part, data, n, &z), 0);
	(void)fuzz_rebuild("ooxml", z.body.data, z.body.len, NULL);
	buf_done(&z.body);
	buf_done(&z.directory);
}

/* About tries places in a part: cut there, and one bit turned there. */
static void
mutate(const struct pack *k, size_t part, size_t tries)
{
	const struct pack_part *p = &k->parts[part];
	uint8_t *copy = malloc(p->n + 1);
	size_t step = p->n / tries + 1;

	cr_assert_not_null(copy);
	for (size_t at = part % 7; at < p->n; at += step) {
		memcpy(copy, p->data, p->n);
		try(k, part, copy, at);
		copy[at] ^= (uint8_t)(1u << (at % 8));
		try(k, part, copy, p->n);
	}
	free(copy);
}

Test(ooxml_slide, changed_markup)
{
	struct pack k;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		cr_assert_eq(pack_load(samples[i], &k), 0, "%s", samples[i]);
		for (size_t part = 0; part < k.n; part++)
			mutate(&k, part, i == 0 ? 12 : 6);
		pack_free(&k);
	}
}

Test(ooxml_slide, changed_archive)
{
	struct pack k;
	struct pack_zip z;
	uint8_t *copy;

	cr_assert_eq(pack_load(samples[1], &k), 0);
	cr_assert_eq(pack_build(&k, SIZE_MAX, NULL, 0, &z), 0);
	cr_assert_eq(fuzz_rebuild("ooxml", z.body.data, z.body.len, NULL), 0);
	copy = malloc(z.body.len);
	cr_assert_not_null(copy);
	for (size_t at = 0; at < z.body.len; at += z.body.len / 150 + 1) {
		memcpy(copy, z.body.data, z.body.len);
		(void)fuzz_rebuild("ooxml", copy, at, NULL);
		copy[at] ^= 0x10;
		(void)fuzz_rebuild("ooxml", copy, z.body.len, NULL);
	}
	free(copy);
	buf_done(&z.body);
	buf_done(&z.directory);
	pack_free(&k);
}

/* The result of the deck with one string of its first slide changed. */
static int
with_slide(const char *old, const char *fresh, struct buf *out)
{
	struct pack k;
	struct pack_zip z;
	struct buf text;
	size_t i = 0;
	char *s, *at;
	int e;

	cr_assert_eq(pack_load(samples[0], &k), 0);
	while (i < k.n && strcmp(k.parts[i].name, "ppt/slides/slide1.xml") != 0)
		i++;
	cr_assert_lt(i, k.n);
	s = (char *)k.parts[i].data;
	s[k.parts[i].n] = '\0';
	at = strstr(s, old);
	cr_assert_not_null(at, "%s", old);
	buf_init(&text, 1u << 20);
	cr_assert_eq(buf_put(&text, s, (size_t)(at - s)), 0);
	cr_assert_eq(buf_puts(&text, fresh), 0);
	cr_assert_eq(buf_puts(&text, at + strlen(old)), 0);
	cr_assert_eq(pack_build(&k, i, text.data, text.len, &z), 0);
	e = fuzz_rebuild("ooxml", z.body.data, z.body.len, out);
	buf_done(&text);
	buf_done(&z.body);
	buf_done(&z.directory);
	pack_free(&k);
	return e;
}

/* Nodes of an animation that point at one another, at nothing, at too much. */
Test(ooxml_slide, odd_timings)
{
	static const char *const odd[] = {
		"<p:timing/>",
		"<p:timing><p:tnLst/></p:timing>",
		"<p:timing><p:tnLst><p:par/></p:tnLst></p:timing>",
		"<p:timing><p:bldLst><p:bldP "
		"spid=\"2\"/></p:bldLst></p:timing>",
		"<p:timing><p:tnLst><p:par><p:cTn id=\"1\"><p:childTnLst/>"
		"</p:cTn></p:par></p:tnLst></p:timing>",
		"<p:timing><p:tnLst><p:par><p:cTn "
		"id=\"1\"><p:stCondLst><p:cond>"
		"<p:tn val=\"9\"/></p:cond></p:stCondLst></p:cTn></p:par>"
		"</p:tnLst></p:timing>",
		"<p:timing><p:tnLst><p:par><p:cTn "
		"id=\"1\"><p:subTnLst><p:audio>"
		"<p:cMediaNode><p:cTn id=\"2\"/><p:tgtEl><p:sndTgt r:embed="
		"\"rId2\"/></p:tgtEl></p:cMediaNode></p:audio></p:subTnLst>"
		"</p:cTn></p:par></p:tnLst></p:timing>",
		"<p:timing><p:bldLst><p:bldP spid=\"2\"><p:tmplLst><p:tmpl>"
		"<p:tnLst><p:par><p:cTn id=\"3\"><p:childTnLst><p:cmd/>"
		"</p:childTnLst></p:cTn></p:par></p:tnLst></p:tmpl></p:tmplLst>"
		"</p:bldP></p:bldLst></p:timing>",
	};
	static const char mark[] = "<p:transition spd=\"slow\">";
	char text[2048];

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", odd[i], mark);
		cr_expect_eq(with_slide(mark, text, NULL), 0, "%s", odd[i]);
	}
}
