/*
 * The parent's reader of records, fed in two pieces: never a crash, and what
 * reaches the events was checked.
 */
#include <stdlib.h>
#include <string.h>

#include "worker/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
finding(void *arg, const struct finding *f)
{
	(void)arg;
	if (finding_name(f->id) == NULL ||
	    finding_action_name(f->action) == NULL ||
	    memchr(f->where, '\0', sizeof(f->where)) == NULL ||
	    memchr(f->detail, '\0', sizeof(f->detail)) == NULL)
		abort();
	return 0;
}

static int
begin(void *arg, const char *name)
{
	(void)arg;
	if (memchr(name, '\0', DOC_NAME_BYTES) == NULL)
		abort();
	return 0;
}

static int
result(void *arg, const struct doc_result *r)
{
	(void)arg;
	if (r->err > 0 || strchr(r->out_ext, '/') != NULL ||
	    (r->err != 0 && r->out_format[0] != '\0'))
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct proto_events ev = { NULL, finding, begin, result, result };
	size_t cut = n > 0 ? data[0] % n : 0;
	struct proto_stream s;
	struct limits l;

	limits_default(&l);
	l.max[BUDGET_FINDINGS] = 4;
	proto_stream_init(&s, &l);
	if (proto_stream_feed(&s, data, cut, &ev) == 0)
		(void)!proto_stream_feed(&s, data + cut, n - cut, &ev);
	(void)!proto_stream_finish(&s);
	return 0;
}
