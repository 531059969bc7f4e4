#include "base/err.h"

#include <stddef.h>

static const struct {
	int err;
	const char *name, *text;
} errs[] = {
	{ 0, "ok", N_("no error") },
	{ ERR_TRUNCATED, "truncated", N_("the data ends too early") },
	{ ERR_MALFORMED, "malformed",
	    N_("the data breaks the rules of its format") },
	{ ERR_UNSUPPORTED, "unsupported", N_("not supported yet") },
	{ ERR_ENCRYPTED, "encrypted", N_("needs a password") },
	{ ERR_AMBIGUOUS, "ambiguous", N_("can be read in more than one way") },
	{ ERR_LIMIT, "limit", N_("a limit is exceeded") },
	{ ERR_NOMEM, "nomem", N_("out of memory") },
	{ ERR_IO, "io", N_("cannot read or write") },
	{ ERR_INTERNAL, "internal", N_("internal error") },
	{ ERR_BLOCKED, "blocked", N_("a type that may never cross") },
	{ ERR_EXIST, "exist", N_("the name is taken") },
	{ ERR_NOENT, "noent", N_("no such entry") },
	{ ERR_DENIED, "denied", N_("a signature, key or permission is wrong") },
	{ ERR_INFECTED, "infected", N_("the virus scanner found something") },
	{ ERR_SCANNER, "scanner", N_("the virus scanner gave no answer") },
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
