#include "formats/text/csvnum.h"

#include <string.h>

char
csvnum_ascii(uint32_t cp)
{
	if (cp >= 0xff01 && cp <= 0xff5e)
		cp -= 0xfee0;
	if (cp == 0x3000 || cp == 0xa0)
		cp = ' ';
	if (cp == 0xa5 || cp == 0xffe5)
		cp = '\\';
	if (cp >= 0x80 || cp == 0 ||
	    strchr("0123456789+-=.,%/:() \\$eE", (int)cp) == NULL)
		return '\0';
	return (char)cp;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
skip_digits(const char *p, bool commas)
{
	while (is_digit(*p) || (commas && *p == ','))
		p++;
	return p;
}

static bool
at_end(const char *p)
{
	return p[strspn(p, " ")] == '\0';
}

/* [+-] [currency] digits[,digits] [.digits] [e[+-]digits] [%] */
static bool
is_plain_number(const char *p)
{
	const char *digits;

	if (*p == '+' || *p == '-')
		p++;
	p += strspn(p, " ");
	if (*p == '\\' || *p == '$')
		p++;
	if (!is_digit(*p) && !(*p == '.' && is_digit(p[1])))
		return false;
	p = skip_digits(p, true);
	if (*p == '.')
		p = skip_digits(p + 1, false);
	if (*p == 'e' || *p == 'E') {
		digits = p + 1;
		if (*digits == '+' || *digits == '-')
			digits++;
		if ((p = skip_digits(digits, false)) == digits)
			return false;
	}
	if (*p == '%')
		p++;
	return at_end(p);
}

/* +81-3-1234-5678, +81 (3) 1234 5678 */
static bool
is_phone(const char *p)
{
	size_t digits = 0;

	if (*p++ != '+')
		return false;
	for (; *p != '\0'; p++) {
		digits += is_digit(*p);
		if (!is_digit(*p) && strchr("- ()", *p) == NULL)
			return false;
	}
	return digits >= 6 && digits <= 15;
}

/* "-", "---", "====": nothing to compute with. */
static bool
is_rule(const char *p)
{
	return *p != '\0' && at_end(p + strspn(p, "-="));
}

bool
csvnum_is(const char *text)
{
	return is_plain_number(text) || is_phone(text) || is_rule(text);
}
