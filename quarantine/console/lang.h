/*
 * Messages in the language of each request. gettext() knows one language a
 * process and needs a locale of the system; this reads the same catalogue
 * (sekisho.mo) and asks it by hand.
 */
#ifndef CONSOLE_LANG_H
#define CONSOLE_LANG_H

#include "base/err.h"
#include "core/words.h"

struct catalogue;

/* The Japanese catalogue beside the program (PREFIX/share/locale). ERR_NOENT,
 * ERR_MALFORMED: the texts are English then. */
int catalogue_load(struct catalogue **) MUST_CHECK;
int catalogue_read(const void *mo, size_t n, struct catalogue **) MUST_CHECK;
void catalogue_free(struct catalogue *);
/* The text for a key; the key itself when there is none, or no catalogue. */
const char *catalogue_say(const struct catalogue *, enum words_lang,
    const char *key) __attribute__((format_arg(3)));
/* What an Accept-Language header prefers: Japanese unless English comes
 * first. NULL: Japanese. */
enum words_lang lang_of_header(const char *);
/* "ja", "en". */
const char *lang_code(enum words_lang);

#endif
