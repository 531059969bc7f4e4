/*
 * A format for tests of the cage: real worker, real cage, bad behaviour to
 * order. A document is "T" and a command; only "T" and letters is a text,
 * from which digits are dropped and reported.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/doc.h"

static const char *const mime[] = { "text/plain", NULL };

static const char *const extensions[] = { "toy", NULL };

static enum probe
probe(const struct reader *in, const char **sub)
{
	(void)sub;
	return reader_has(in, 0, "T", 1) ? PROBE_YES : PROBE_NO;
}

static bool
says(const struct doc *d, const char *command)
{
	const struct reader in = doc_in(d);

	return reader_has(&in, 1, command, strlen(command));
}

static int
copy_text(struct doc *d)
{
	struct reader in = doc_in(d);
	uint8_t c;
	int e = 0;

	while (e == 0 && reader_u8(&in, &c) == 0) {
		if (c >= '0' && c <= '9')
			e = doc_found(d, FIND_MEMBER_HELD, ACT_REMOVED, "text",
			    "a digit");
		else
			e = doc_put(d, &c, 1);
	}
	return e;
}

static int
eat_memory(void)
{
	size_t n = 16u << 20;
	char *p;

	while ((p = malloc(n)) != NULL)
		memset(p, 1, n);
	return ERR_NOMEM;
}

static int
flood_output(struct doc *d)
{
	static const uint8_t block[65536];

	(void)d;
	/* Past the sink, which would stop it: straight to the descriptor. */
	while (write(4, block, sizeof(block)) > 0)
		;
	return 0;
}

static int
flood_findings(struct doc *d)
{
	int e = 0;

	for (unsigned i = 0; e == 0 && i < 100000; i++)
		e = doc_found(d, FIND_MEMBER_HELD, ACT_NOTED, "", "%u", i);
	return e;
}

static int
with_members(struct doc *d)
{
	static const char inner[] = "Tinner1";
	struct doc_result res;
	struct reader in;
	struct buf b;
	struct sink out;
	struct child c = { .in = &in,
		.name = "in.toy",
		.where = "in.toy",
		.flags = CHILD_MEMBER };
	int e;

	if (doc_depth(d) > 0)
		return copy_text(d);
	for (int i = 0; i < 3; i++) {
		reader_init(&in, inner, sizeof(inner) - 1);
		buf_init(&b, 4096);
		sink_init_buf(&out, &b, 4096);
		e = doc_child(d, &c, &out, &res);
		buf_done(&b);
		if (e != 0)
			return e;
	}
	return doc_put(d, "T", 1);
}

static int
unlock(void)
{
	void *p =
	    mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int
with_password(struct doc *d)
{
	const struct passwords *p = doc_passwords(d);

	for (size_t i = 0; i < p->n; i++)
		if (reader_has(&p->list[i], 0, "sesame", 6) &&
		    p->list[i].len == 6)
			return doc_put(d, "Topen", 5);
	return doc_fail(d, ERR_ENCRYPTED, "no password of %zu fits", p->n);
}

static int
rebuild(struct doc *d)
{
	doc_makes(d, "toy", "toy");
	if (says(d, "-crash"))
		abort();
	if (says(d, "-spin"))
		for (volatile unsigned i = 0;; i++)
			;
	if (says(d, "-memory"))
		return eat_memory();
	if (says(d, "-output"))
		return flood_output(d);
	if (says(d, "-findings") && flood_findings(d) != 0)
		return ERR_INTERNAL;
	if (says(d, "-open"))
		return open("/etc/passwd", O_RDONLY);
	if (says(d, "-exec"))
		return unlock();
	if (says(d, "-blocked"))
		return doc_fail(d, ERR_BLOCKED, "never allowed across: toy");
	if (says(d, "-members"))
		return with_members(d);
	if (says(d, "-password"))
		return with_password(d);
	if (says(d, "-growing") && doc_put(d, "T-growing", 9) == 0)
		return copy_text(d);
	if (says(d, "-other"))
		return doc_put(d, "not a toy", 9);
	if (says(d, "-chatter"))
		for (int fd = 0; fd < 3; fd++)
			if (write(fd, "chatter", 7) >= 0)
				return ERR_INTERNAL;
	return copy_text(d);
}

static const struct format format_toy = {
	.id = "toy",
	.mime = mime,
	.extensions = extensions,
	.probe = probe,
	.rebuild = rebuild,
};

const struct format *const formats[] = {
	&format_toy,
	NULL,
};
