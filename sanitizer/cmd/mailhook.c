#include <stdio.h>

#include "cmd/mail.h"
#include "core/flood.h"

int
mailhook_before_intake(const struct policy *p, const struct mail_envelope *v)
{
	char why[FLOOD_WHY_BYTES];
	int e = flood_stopped(p->state_dir, why);

	(void)v;
	if (e == 0)
		return STATUS_OK;
	printf("4.3.2 mail is not taken at the moment%s%s\n",
	    e == ERR_DENIED ? ": " : "", e == ERR_DENIED ? why : "");
	return STATUS_AGAIN;
}

int
mailhook_after_verdict(const struct policy *p, const struct mail_envelope *v,
    int original_fd, struct record *r)
{
	(void)p, (void)v, (void)original_fd, (void)r;
	return 0;
}
