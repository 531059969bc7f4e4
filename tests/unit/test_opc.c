/*
 * The package layer: no damage to relationships and content types breaks a
 * promise, and many parts or relationships cost no more than their number.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz_common.h"
#include "opc_pack.h"

#define DECK "samples/benign/pptx/deck.pptx"

static size_t
part_of(const struct pack *k, const char *name)
{
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->parts[i].name, name) == 0)
			return i;
	cr_assert_fail("%s", name);
	return 0;
}

static bool
is_package_part(const char *name)
{
	return name[0] == '[' || strstr(name, ".rels") != NULL;
}

static int
try(const struct pack *k, size_t part, const uint8_t *data, size_t n)
{
	struct pack_zip z;
	int e;

	cr_assert_eq(pack_build(k, part, data, n, &z), 0);
	e = fuzz_rebuild("ooxml", z.body.data, z.body.len, NULL);
	buf_done(&z.body);
	buf_done(&z.directory);
	return e;
}

Test(opc, changed_relationships)
{
	struct pack k;

	cr_assert_eq(pack_load(DECK, &k), 0);
	for (size_t i = 0; i < k.n; i++) {
		struct pack_part *p = &k.parts[i];
		size_t step = p->n / 60 + 1;

		if (!is_package_part(p->name))
			continue;
		for (size_t at = 0; at < p->n; at += step) {
			uint8_t was = p->data[at];

			(void)try(&k, i, p->data, at);
			p->data[at] = (uint8_t)(was ^ (1u << (at % 7)));
			(void)try(&k, i, p->data, p->n);
			p->data[at] = was;
		}
	}
	pack_free(&k);
}

/* Every part in the place of every other: two roles, wrong roots. */
Test(opc, swapped_parts)
{
	struct pack k;

	cr_assert_eq(pack_load(DECK, &k), 0);
	for (size_t i = 0; i < k.n; i++)
		for (size_t j = 0; j < k.n; j++)
			if (i != j)
				(void)try(&k, i, k.parts[j].data, k.parts[j].n);
	pack_free(&k);
}

/* Without any one part: nothing may be left dangling. */
Test(opc, missing_parts)
{
	struct pack k;

	cr_assert_eq(pack_load(DECK, &k), 0);
	for (size_t i = 0; i < k.n; i++) {
		struct pack less = k;

		less.parts[i] = less.parts[--less.n];
		(void)try(&less, SIZE_MAX, NULL, 0);
	}
	pack_free(&k);
}

static void
wide(struct options *o)
{
	limits_default(&o->limits);
}

static int
add_rels(struct buf *b, unsigned n, const char *type, const char *target,
    const char *rest)
{
	int e = 0;

	for (unsigned i = 0; e == 0 && i < n; i++)
		e = buf_fmt(b,
		    "<Relationship Id=\"x%s%u\" Type=\"http://schemas."
		    "openxmlformats.org/officeDocument/2006/relationships/%s\" "
		    "Target=\"%s%u\"%s/>",
		    type, i, type, target, i, rest);
	return e;
}

/* CPU time of the deck with n more parts and rels more relationships. */
static double
cost(unsigned n, unsigned rels)
{
	static const char tail[] = "</Relationships>";
	struct pack k;
	struct pack_zip z;
	struct buf b;
	clock_t begin;
	size_t at;
	char name[64];

	cr_assert_eq(pack_load(DECK, &k), 0);
	at = part_of(&k, "ppt/slides/_rels/slide1.xml.rels");
	buf_init(&b, 32u << 20);
	cr_assert_eq(buf_put(&b, k.parts[at].data,
			 k.parts[at].n - strlen(tail)),
	    0);
	cr_assert_eq(add_rels(&b, n, "tags", "../tags/t", ""), 0);
	cr_assert_eq(add_rels(&b, rels, "hyperlink", "http://example.jp/",
			 " TargetMode=\"External\""),
	    0);
	cr_assert_eq(buf_puts(&b, tail), 0);
	pack_begin(&z);
	for (size_t i = 0; i < k.n; i++)
		cr_assert_eq(pack_add(&z, k.parts[i].name,
				 i == at ? b.data : k.parts[i].data,
				 i == at ? b.len : k.parts[i].n),
		    0);
	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "ppt/tags/t%u", i);
		cr_assert_eq(pack_add(&z, name, "tag", 3), 0);
	}
	cr_assert_eq(pack_end(&z), 0);
	begin = clock();
	cr_assert_eq(fuzz_rebuild_with("ooxml", z.body.data, z.body.len, wide,
			 NULL),
	    0);
	begin = clock() - begin;
	buf_done(&b);
	buf_done(&z.body);
	buf_done(&z.directory);
	pack_free(&k);
	return (double)begin;
}

/* Four times the work may cost four times, with room for noise; not 16. */
Test(opc, many_parts_cost_their_number)
{
	double few = cost(2000, 0), many = cost(8000, 0);

	cr_expect_lt(many, 10 * few, "%g %g", few, many);
}

Test(opc, many_relationships_cost_their_number)
{
	double few = cost(0, 16000), many = cost(0, 64000);

	cr_expect_lt(many, 10 * few, "%g %g", few, many);
}
