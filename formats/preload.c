/* What happens once, in the zygote, before any input. */
#include <malloc.h>

#include "formats/doc.h"
#include "formats/mail/mail_int.h"

/*
 * Parts of a document are unpacked, rebuilt and freed one after the other.
 * Memory that goes back to the kernel each time has to be cleared by it each
 * time, which was a tenth of the whole.
 */
static void
keep_freed_memory(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 512 << 20);
	(void)mallopt(M_TOP_PAD, 1 << 20);
}

int
doc_preload_mail(void)
{
	int e;

	keep_freed_memory();
	if ((e = hash_setup()) == 0 && (e = mail_gmime_preload()) == 0)
		e = mail_words_preload();
	(void)malloc_trim(0);
	return e;
}

int
doc_preload(void)
{
	int e;

	/* Before the other, so that what it reads its table into goes back. */
	if ((e = hash_setup()) != 0 || (e = identify_preload()) != 0)
		return e;
	keep_freed_memory();
	for (size_t i = 0; formats[i] != NULL; i++)
		if (formats[i]->preload != NULL &&
		    (e = formats[i]->preload()) != 0)
			return e;
	/* What is not there need not be copied into children. */
	(void)malloc_trim(0);
	return 0;
}
