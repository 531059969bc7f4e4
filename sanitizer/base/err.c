#include "base/err.h"

#include <stddef.h>

static const struct {
	int err;
	const char *name, *text;
} errs[] = {
	{ 0, "ok", "no error" },
	{ ERR_TRUNCATED, "truncated", "the data ends too early" },
	{ ERR_MALFORMED, "malformed",
	    "the data breaks the rules of its format" },
	{ ERR_UNSUPPORTED, "unsupported", "not supported yet" },
	{ ERR_ENCRYPTED, "encrypted", "needs a password" },
	{ ERR_AMBIGUOUS, "ambiguous", "can be read in more than one way" },
	{ ERR_LIMIT, "limit", "a limit is exceeded" },
	{ ERR_NOMEM, "nomem", "out of memory" },
	{ ERR_IO, "io", "cannot read or write" },
	{ ERR_INTERNAL, "internal", "internal error" },
	{ ERR_BLOCKED, "blocked", "a type that may never cross" },
	{ ERR_EXIST, "exist", "the name is taken" },
	{ ERR_NOENT, "noent", "no such entry" },
	{ ERR_DENIED, "denied", "a signature, key or permission is wrong" },
};

const char *
err_name(int err)
{
	for (size_t i = 0; i < sizeof(errs) / sizeof(errs[0]); i++)
		if (errs[i].err == err)
			return errs[i].name;
	return "unknown";
}

const char *
err_text(int err)
{
	for (size_t i = 0; i < sizeof(errs) / sizeof(errs[0]); i++)
		if (errs[i].err == err)
			return errs[i].text;
	return "unknown error";
}
