/* Headers, names, dates and texts of mail, in all charsets. */
#include <criterion/criterion.h>
#include <string.h>

#include "word_case.h"

Test(words, plain)
{
	struct word_case c;

	cr_assert_eq(word_case(&c, WORD_LINE, "", "abc", 3), 0);
	cr_assert_str_eq(c.out, "abc");
}
