/*
 * Workbooks: that no damage to the archive or to any part's markup breaks a
 * promise (fuzz_rebuild() checks that a result is a fixpoint without findings,
 * and aborts when not), and what becomes of formulas under other options.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_common.h"
#include "opc_pack.h"

static const char *const samples[] = { "samples/benign/xlsx/book.xlsx",
	"samples/planted/xlsx/formulas.xlsm",
	"samples/planted/xlsx/objects.xlsm", "samples/planted/xlsx/pivots.xlsx",
	"samples/planted/xlsx/rich.xlsx",
	"samples/planted/xlsx/old-objects.xlsx" };

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

Test(ooxml_sheet, changed_markup)
{
	struct pack k;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		cr_assert_eq(pack_load(samples[i], &k), 0, "%s", samples[i]);
		for (size_t part = 0; part < k.n; part++)
			mutate(&k, part, i == 0 ? 12 : 6);
		pack_free(&k);
	}
}

Test(ooxml_sheet, changed_archive)
{
	struct pack k;
	struct pack_zip z;
	uint8_t *copy;

	cr_assert_eq(pack_load(samples[2], &k), 0);
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

static void
strict(struct options *o)
{
	o->url = URL_REMOVE;
	o->keep_hidden_sheets = false;
	o->keep_comments = false;
	o->keep_pivot_records = false;
	o->metadata = METADATA_DROP;
}

/* Links go, the hidden sheet goes, and with it what points there. */
Test(ooxml_sheet, strict_options)
{
	struct pack k;
	struct pack_zip z;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		cr_assert_eq(pack_load(samples[i], &k), 0);
		cr_assert_eq(pack_build(&k, SIZE_MAX, NULL, 0, &z), 0);
		/* The only sheet of the last one is hidden. */
		cr_expect_eq(fuzz_rebuild_with("ooxml", z.body.data, z.body.len,
				 strict, NULL) == 0,
		    i != 4);
		buf_done(&z.body);
		buf_done(&z.directory);
		pack_free(&k);
	}
}
