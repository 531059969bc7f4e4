#include "unit/fake_server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RCPTS 16

struct talk {
	const struct fake_server *s;
	FILE *in, *out;
	char rcpts[RCPTS][400];
	size_t n;
	char id[128];
};

static void
greet(struct talk *t)
{
	char list[256], *word, *rest = list;

	snprintf(list, sizeof(list), "%s", t->s->features);
	fprintf(t->out, "250-fake\r\n");
	while ((word = strsep(&rest, ",")) != NULL)
		if (word[0] != '\0')
			fprintf(t->out, "250-%s\r\n", word);
	fprintf(t->out, "250 PIPELINING\r\n");
}

static void
rcpt(struct talk *t, const char *line)
{
	const char *a = strchr(line, '<');

	if (a == NULL)
		fprintf(t->out, "501 5.1.3 no address\r\n");
	else if (strncmp(a, "<later", 6) == 0)
		fprintf(t->out, "452-4.2.2 the mailbox\r\n"
				"452 4.2.2 is full\r\n");
	else if (strncmp(a, "<never", 6) == 0)
		fprintf(t->out, "550 5.1.1 nobody\r\n");
	else if (t->n == RCPTS)
		fprintf(t->out, "452 4.5.3 too many\r\n");
	else {
		snprintf(t->rcpts[t->n++], sizeof(t->rcpts[0]), "%.*s",
		    (int)strcspn(a, "\r\n"), a);
		fprintf(t->out, "250 2.1.5 ok\r\n");
	}
}

static void
take_lines(struct talk *t)
{
	FILE *keep = t->s->keep == NULL ? NULL : fopen(t->s->keep, "a");
	char line[4096];

	t->id[0] = '\0';
	while (fgets(line, sizeof(line), t->in) != NULL &&
	       strcmp(line, ".\r\n") != 0) {
		if (strncmp(line, "X-Sekisho-Id: ", 14) == 0)
			snprintf(t->id, sizeof(t->id), "%.*s",
			    (int)strcspn(line + 14, "\r\n"), line + 14);
		if (keep != NULL)
			fputs(line, keep);
	}
	if (keep != NULL)
		fclose(keep);
}

/* false: the connection ends. */
static int
data(struct talk *t)
{
	fprintf(t->out, "354 go on\r\n");
	fflush(t->out);
	take_lines(t);
	for (size_t i = 0; i < t->n; i++) {
		FILE *log;

		if (strncmp(t->rcpts[i], "<lost", 5) == 0)
			return 0;
		if (strncmp(t->rcpts[i], "<after", 6) == 0) {
			fprintf(t->out, "552 5.2.2 full\r\n");
			continue;
		}
		if ((log = fopen(t->s->log, "a")) != NULL) {
			fprintf(log, "%s %s\n", t->rcpts[i], t->id);
			fclose(log);
		}
		fprintf(t->out, "250 2.0.0 kept\r\n");
	}
	t->n = 0;
	return 1;
}

static void
talk(struct talk *t)
{
	char line[4096];

	fprintf(t->out, "220 fake\r\n");
	fflush(t->out);
	while (fgets(line, sizeof(line), t->in) != NULL) {
		if (strncmp(line, "LHLO", 4) == 0)
			greet(t);
		else if (strncmp(line, "MAIL FROM:<refused", 18) == 0)
			fprintf(t->out, "550 5.7.1 not from you\r\n");
		else if (strncmp(line, "MAIL", 4) == 0) {
			t->n = 0;
			fprintf(t->out, "250 2.1.0 ok\r\n");
		} else if (strncmp(line, "RCPT", 4) == 0)
			rcpt(t, line);
		else if (strncmp(line, "DATA", 4) == 0) {
			if (!data(t))
				return;
		} else
			fprintf(t->out, "250 2.0.0 ok\r\n");
		fflush(t->out);
	}
}

static void
serve(const struct fake_server *s, int sock)
{
	for (;;) {
		int fd = accept(sock, NULL, NULL);
		struct talk t = { .s = s };

		if (fd < 0)
			continue;
		t.in = fdopen(fd, "r");
		t.out = fdopen(dup(fd), "w");
		if (t.in != NULL && t.out != NULL)
			talk(&t);
		if (t.in != NULL)
			fclose(t.in);
		if (t.out != NULL)
			fclose(t.out);
	}
}

pid_t
fake_server_start(const struct fake_server *s)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid, parent = getpid();

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", s->socket);
	unlink(s->socket);
	if (sock < 0 || bind(sock, (struct sockaddr *)&un, sizeof(un)) < 0 ||
	    listen(sock, 16) < 0) {
		perror("fake server");
		exit(1);
	}
	if ((pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		serve(s, sock);
	}
	close(sock);
	return pid;
}
