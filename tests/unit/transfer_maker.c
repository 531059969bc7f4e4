/* Makes a transfer for tests of the console, without a watcher:
 * transfer_maker STATE LOGIN DEPARTMENT PATH STATE-NAME FILE [RECEIPT.json]
 * prints its id. FILE is what is brought in, and the result that waits. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "quarantine/approve.h"

static int
state_of(const char *name)
{
	for (int i = 0; i < TRANSFER_STATES; i++)
		if (strcmp(transfer_state_name((enum transfer_state)i), name) ==
		    0)
			return i;
	return -1;
}

static int
finish(struct people *p, const struct transfer *t, int state, int fd,
    const char *receipt)
{
	struct record r = { .verdict = VERDICT_RELEASED,
		.method = METHOD_SANITISED };
	struct finding found[1] = { { .action = ACT_REMOVED, .count = 2 } };
	struct rules rules;
	uint64_t bytes;
	int e;

	rules_default(&rules);
	rules.may_release_in_emergency = true;
	snprintf(r.id, sizeof(r.id), "%s", t->id);
	snprintf(r.in_name, sizeof(r.in_name), "%s", t->path);
	snprintf(r.out_name, sizeof(r.out_name), "%s", t->path);
	snprintf(r.out_format, sizeof(r.out_format), "ooxml.docx");
	snprintf(r.result.structure, sizeof(r.result.structure), "ooxml.docx");
	if (state == TRANSFER_BLOCKED) {
		r.verdict = VERDICT_BLOCKED;
		r.reason_err = ERR_BLOCKED;
	}
	if (state == TRANSFER_RELEASED || state == TRANSFER_APPROVAL) {
		r.findings = found;
		r.n_findings = 1;
	}
	if (state == TRANSFER_HELD || state == TRANSFER_PASSWORD) {
		r.verdict = VERDICT_HELD;
		r.reason_err =
		    state == TRANSFER_HELD ? ERR_MALFORMED : ERR_ENCRYPTED;
		snprintf(r.reason, sizeof(r.reason), "held");
	}
	if ((e = hash_fd(fd, r.out_sha256, &bytes)) != 0 ||
	    (e = transfer_work(p, t->id)) != 0)
		return e;
	r.out_bytes = bytes;
	return transfer_finish(p, t->id, (enum transfer_state)state, &r,
	    receipt, NULL, state == TRANSFER_APPROVAL ? fd : -1, &rules);
}

static int
make(struct people *p, char **w)
{
	struct transfer t = { .via = VIA_FOLDER };
	struct buf receipt;
	int e, fd = open(w[4], O_RDONLY), state = state_of(w[3]);

	buf_init(&receipt, 16u << 20);
	if (fd < 0 || state < 0)
		return ERR_NOENT;
	snprintf(t.login, sizeof(t.login), "%s", w[0]);
	snprintf(t.department, sizeof(t.department), "%s", w[1]);
	snprintf(t.path, sizeof(t.path), "%s", w[2]);
	if ((e = transfer_add(p, &t, fd, 1u << 30, NULL)) != 0)
		return e;
	puts(t.id);
	if (w[5] != NULL)
		e = fsx_slurp(AT_FDCWD, w[5], &receipt);
	if (e == 0 && state != TRANSFER_RECEIVED)
		e = finish(p, &t, state, fd,
		    w[5] != NULL ? buf_cstr(&receipt) : NULL);
	buf_done(&receipt);
	transfer_done(&t);
	return e;
}

int
main(int argc, char **argv)
{
	struct people *p = NULL;
	struct audit *audit = NULL;
	struct keys keys;
	char why[256];
	int e;

	if (argc < 7 || hash_setup() != 0)
		return 64;
	if ((e = keys_open(argv[1], true, &keys, why)) == 0 &&
	    (e = audit_open(argv[1], &keys, 1000, &audit)) == 0 &&
	    (e = people_open(argv[1], &keys, audit, &p)) == 0)
		e = make(p, argv + 2);
	if (p != NULL)
		people_close(p);
	if (audit != NULL && audit_close(audit) != 0)
		e = ERR_IO;
	if (e != 0)
		fprintf(stderr, "%s\n", err_text(e));
	return e == 0 ? 0 : 1;
}
