/*
 * Damaged HTML: whatever happens to the bytes, the result is an error or
 * clean HTML that is its own clean form.
 */
#include <criterion/criterion.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "fuzz_common.h"

#define FLIPS 60u
#define CUTS  25u

/* A small generator of our own: the same changes on every machine. */
static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void
mutate(const struct buf *in, uint32_t seed)
{
	static const char *const bits[] = { "<", ">", "\"", "'", "</", "<!--",
		"-->", "<svg>", "<table>", "<b>", "<p>", "</p>", "<style>",
		"</title>", "&lt;", "\0", "<a href=", "<select>", "<template>",
		"<math><mi>" };
	struct buf b;

	buf_init(&b, in->len * 2 + 64);
	for (unsigned i = 0; i < FLIPS && in->len > 0; i++) {
		size_t at = next(&seed) % in->len;
		const char *bit =
		    bits[next(&seed) % (sizeof(bits) / sizeof(bits[0]))];

		buf_clear(&b);
		cr_assert_eq(buf_put(&b, in->data, in->len), 0);
		if (i % 2 == 0) {
			b.data[at] ^= (uint8_t)(1u << next(&seed) % 8);
		} else {
			buf_truncate(&b, at);
			cr_assert_eq(buf_puts(&b, bit), 0);
			cr_assert_eq(buf_put(&b, in->data + at, in->len - at),
			    0);
		}
		(void)LLVMFuzzerTestOneInput(b.data, b.len);
	}
	for (unsigned i = 0; i < CUTS && in->len > 0; i++)
		(void)LLVMFuzzerTestOneInput(in->data, next(&seed) % in->len);
	buf_done(&b);
}

static void
folder(const char *path)
{
	char name[512];
	struct dirent *de;
	struct buf in;
	DIR *dir = opendir(path);
	uint32_t seed = 1;

	cr_assert_neq(dir, NULL, "%s", path);
	buf_init(&in, 1u << 20);
	while ((de = readdir(dir)) != NULL) {
		if (de->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, de->d_name);
		buf_clear(&in);
		if (fsx_slurp(AT_FDCWD, name, &in) == 0 && in.len < 20000)
			mutate(&in, seed++);
	}
	buf_done(&in);
	closedir(dir);
}

Test(html_mutate, benign)
{
	folder("samples/benign/html");
}

Test(html_mutate, planted)
{
	folder("samples/planted/html");
}
