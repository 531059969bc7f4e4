/*
 * The functions a formula may use, and words for what it may not.
 */
#include "formats/ooxml/formula.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static const char *const functions[] = {
#include "formats/ooxml/formula_functions.def"
};

const char *
formula_why_text(enum formula_why why)
{
	static const char *const text[] = {
		[FORMULA_OK] = "fine",
		[FORMULA_EXTERNAL] = "another workbook or file",
		[FORMULA_DDE] = "DDE",
		[FORMULA_FUNCTION] = "function not allowed",
		[FORMULA_ADDIN] = "add-in function",
		[FORMULA_URL] = "link not allowed",
		[FORMULA_GONE] = "a sheet that was left out",
		[FORMULA_SYNTAX] = "not understood",
		[FORMULA_LIMIT] = "too long",
	};

	return text[why];
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

bool
formula_function_known(const char *name, size_t n)
{
	char key[40];

	if (n == 0 || n >= sizeof(key))
		return false;
	memcpy(key, name, n);
	key[n] = '\0';
	return bsearch(key, functions, sizeof(functions) / sizeof(functions[0]),
		   sizeof(functions[0]), compare) != NULL;
}

static bool
is_letter(enum utf8_class c)
{
	return c == UTF8_PLAIN || c == UTF8_VARIANT || c == UTF8_PRIVATE;
}

/*
 * A letter, '_' or '\\' of ASCII, or anything beyond that is plain. To Excel
 * wide brackets are letters; the wide forms of what quotes or points outside
 * are refused, should another reader narrow them.
 */
bool
formula_starts_name(uint32_t cp)
{
	static const uint32_t wide[] = { 0xff01, 0xff02, 0xff07, 0xff3b, 0xff3d,
		0xff5c, 0x3000, 0xa0 };

	if (cp > 0x7f) {
		for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
			if (cp == wide[i])
				return false;
		return is_letter(utf8_classify(cp));
	}
	return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') ||
	       cp == '_' || cp == '\\' || cp == '$';
}
