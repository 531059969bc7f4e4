/*
 * The table of libmagic, loaded so that children read it cheaply.
 *
 * Texts are compared with all of its entries, 8 MB of them. As a mapped file
 * that is a hundred page faults in every child; in large pages of the zygote
 * a child finds them mapped, and fork() copies four entries of a page table.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fsx.h"
#include "formats/identify_int.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

#define LARGE	   ((size_t)2 << 20)
#define MOST_BYTES ((size_t)64 << 20)

/* Whole large pages, not there yet. */
static void *
room(size_t bytes)
{
	uint8_t *p = mmap(NULL, bytes + LARGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t before;

	if (p == MAP_FAILED)
		return NULL;
	before = (LARGE - (uintptr_t)p % LARGE) % LARGE;
	if (before > 0)
		(void)munmap(p, before);
	(void)munmap(p + before + bytes, LARGE - before);
	(void)madvise(p + before, bytes, MADV_HUGEPAGE);
	return p + before;
}

/* Small pages would cost each child more than the file does: none, then. */
static int
load_large(magic_t cookie, const struct buf *table)
{
	const size_t whole = (table->len + LARGE - 1) / LARGE * LARGE;
	size_t bytes = table->len;
	void *p = room(whole);

	if (p == NULL)
		return ERR_NOMEM;
	memcpy(p, table->data, bytes);
	if (madvise(p, whole, MADV_COLLAPSE) == 0 &&
	    magic_load_buffers(cookie, &p, &bytes, 1) == 0)
		return 0;
	(void)munmap(p, whole);
	return ERR_IO;
}

/* The compiled table at the end of libmagic's own list of places. */
static int
read_table(struct buf *table)
{
	const char *list = magic_getpath(NULL, 0);
	const char *last = list == NULL ? NULL : strrchr(list, ':');
	char path[256];
	int n;

	if (list == NULL)
		return ERR_NOENT;
	n = snprintf(path, sizeof(path), "%s.mgc",
	    last == NULL ? list : last + 1);
	if (n < 0 || (size_t)n >= sizeof(path))
		return ERR_LIMIT;
	return fsx_slurp(AT_FDCWD, path, table);
}

int
magic_load_table(magic_t cookie)
{
	struct buf table;
	int e;

	buf_init(&table, MOST_BYTES);
	if ((e = read_table(&table)) == 0)
		e = load_large(cookie, &table);
	buf_done(&table);
	if (e == 0)
		return 0;
	return magic_load(cookie, NULL) == 0 ? 0 : ERR_IO;
}
