/* See watchclass.h. */
#include "cmd/watchclass.h"

#include <string.h>

#include "base/utf8.h"

/* "重要性Ⅱ" becomes "重要性II". ERR_LIMIT: longer than any shelf's name. */
static int
fold(const char *name, size_t n, struct buf *out)
{
	struct reader r;
	uint32_t cp;
	int e = 0;

	reader_init(&r, name, n);
	while (e == 0 && reader_left(&r) > 0) {
		if ((e = utf8_get(&r, &cp)) != 0)
			return e;
		if (cp == 0xff29)
			e = buf_puts(out, "I");
		else if (cp >= 0x2160 && cp <= 0x2162)
			e = buf_put(out, "III", cp - 0x2160 + 1);
		else
			e = utf8_put(out, cp);
	}
	return e;
}

static bool
is_same(const char *name, size_t n, const char *shelf)
{
	struct buf a, b;
	bool yes;

	buf_init(&a, 3 * POLICY_NAME_BYTES);
	buf_init(&b, 3 * POLICY_NAME_BYTES);
	yes = fold(name, n, &a) == 0 && fold(shelf, strlen(shelf), &b) == 0 &&
	      a.len == b.len && a.len > 0 && memcmp(a.data, b.data, a.len) == 0;
	buf_done(&a);
	buf_done(&b);
	return yes;
}

enum rules_class
watch_class(const struct policy *p, const char *path, const char **rest)
{
	const char *const shelves[] = { p->people_class_1, p->people_class_2,
		p->people_class_3 };
	size_t n = strcspn(path, "/");

	if (rest != NULL)
		*rest = path;
	for (unsigned i = 0; i < 3; i++)
		if (n < POLICY_NAME_BYTES && is_same(path, n, shelves[i])) {
			if (rest != NULL)
				*rest = path + n + (path[n] == '/' ? 1 : 0);
			return (enum rules_class)(CLASS_I + i);
		}
	return CLASS_NONE;
}
