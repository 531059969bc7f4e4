/* The cage of the converters: what gets out of it, and what does not. */
#include "unit/scratch.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>

#include "preview/cage.h"

static const char *const tools[] = { CAGE_BWRAP, "/usr/bin/bash", NULL };

static void
setup(void)
{
	scratch_make();
	if (!cage_has(tools))
		cr_skip_test("bubblewrap is not installed");
}

TestSuite(cage, .init = setup, .fini = scratch_remove);

static char out[65536];

/* What a script wrote, in out. */
static int
run_for(const char *script, unsigned seconds, uint64_t max_bytes)
{
	const char *const argv[] = { "/usr/bin/bash", "-c", script, NULL };
	int in = memory_file("SEKISHO-INPUT"), fd, e;
	struct cage_job j = { in, "txt", argv, max_bytes, seconds };
	ssize_t n;

	memset(out, 0, sizeof(out));
	e = cage_run(&j, &fd);
	close(in);
	if (e != 0)
		return e;
	n = read(fd, out, sizeof(out) - 1);
	cr_assert_geq(n, 0);
	close(fd);
	return 0;
}

static int
run(const char *script)
{
	return run_for(script, 20, sizeof(out) - 1);
}

Test(cage, reads_its_file)
{
	cr_assert_eq(run("cat /in/file.txt; cat /in/file.txt"), 0);
	cr_assert_str_eq(out, "SEKISHO-INPUTSEKISHO-INPUT");
	cr_assert_eq(run("exit 3"), ERR_MALFORMED);
	cr_assert_eq(run("kill -9 $$"), ERR_MALFORMED);
}

Test(cage, sees_no_file_of_the_host)
{
	char script[512];

	spit(in_scratch("secret"), "SEKISHO-CANARY-state", 20);
	snprintf(script, sizeof(script),
	    "cat %s; cat /etc/passwd /etc/shadow /etc/hosts; ls /home /root "
	    "/var/lib /run /srv /usr/local/*; find / -name 'secret*' "
	    "-not -path '/proc/*' -not -path '/usr/*'; exit 0",
	    in_scratch("secret"));
	cr_assert_eq(run(script), 0);
	cr_assert_str_eq(out, "");
	cr_assert_eq(run("ls -m /; ls -m /etc"), 0);
	cr_assert_null(strstr(out, "home"));
	cr_assert_null(strstr(out, "sekisho"));
	cr_assert_null(strstr(out, "passwd"));
}

Test(cage, writes_nothing_but_its_tmp)
{
	cr_assert_eq(run("for d in / /usr /usr/bin /usr/local /etc/fonts /in "
			 "/proc/sys/kernel; do : > $d/x && echo $d; done; "
			 ": > /in/file.txt && echo in; exit 0"),
	    0);
	cr_assert_str_eq(out, "");
	cr_assert_eq(run("echo a > /tmp/a && cat /tmp/a"), 0);
	cr_assert_str_eq(out, "a\n");
	cr_assert_eq(run("ls /tmp"), 0);
	cr_assert_str_eq(out, "", "another run's files: %s", out);
}

/* A real listener of the host, by address and by a socket in a file. */
Test(cage, reaches_no_network)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	char script[256];

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert_eq(bind(s, (struct sockaddr *)&a, sizeof(a)), 0);
	cr_assert_eq(listen(s, 1), 0);
	cr_assert_eq(getsockname(s, (struct sockaddr *)&a, &n), 0);
	snprintf(script, sizeof(script),
	    "exec 3<>/dev/tcp/127.0.0.1/%u && echo connected; "
	    "exec 3<>/dev/udp/127.0.0.1/53 && echo sent; exit 0",
	    ntohs(a.sin_port));
	cr_assert_eq(run(script), 0);
	cr_assert_str_eq(out, "");
	close(s);
	cr_assert_eq(run("grep -c : /proc/net/dev; exit 0"), 0);
	cr_assert_leq(strtol(out, NULL, 10), 1, "only lo: %s", out);
}

Test(cage, sees_nothing_of_us)
{
	int leak = open(in_scratch("leak"), O_RDWR | O_CREAT, 0600);

	cr_assert_geq(leak, 0);
	setenv("SEKISHO_SECRET", "SEKISHO-CANARY-env", 1);
	cr_assert_eq(run("env"), 0);
	cr_assert_null(strstr(out, "SEKISHO"));
	cr_assert_eq(run("for f in /proc/$$/fd/*; do echo ${f##*/}; done"), 0);
	cr_assert_null(strstr(out, "8"), "%s", out);
	cr_assert_null(strstr(out, "9"), "%s", out);
	cr_assert_eq(run("echo /proc/[0-9]* | wc -w"), 0);
	cr_assert_leq(strtol(out, NULL, 10), 4, "%s", out);
	cr_assert_eq(run("id -u; grep CapEff /proc/self/status"), 0);
	cr_assert_str_eq(out, "65534\nCapEff:\t0000000000000000\n");
	close(leak);
}

Test(cage, gains_nothing)
{
	cr_assert_eq(run("unshare -U true && echo userns; unshare -n true && "
			 "echo netns; mount -t tmpfs x /tmp && echo mount; "
			 "chroot / true && echo chroot; exit 0"),
	    0);
	cr_assert_str_eq(out, "");
	cr_assert_eq(run("grep -E 'NoNewPrivs|Seccomp:' /proc/self/status"), 0);
	cr_assert_str_eq(out, "NoNewPrivs:\t1\nSeccomp:\t2\n");
}

Test(cage, is_ended_in_time)
{
	time_t began = time(NULL);

	cr_assert_eq(run_for("sleep 60", 1, 100), ERR_LIMIT);
	cr_assert_eq(run_for("sleep 60 & exec true", 1, 100), 0);
	cr_assert_eq(run_for("(trap '' TERM HUP INT; sleep 60) & "
			     "disown; setsid sleep 60 & sleep 60",
			 1, 100),
	    ERR_LIMIT);
	cr_assert_leq(time(NULL) - began, 15);
}

Test(cage, writes_no_more_than_it_may)
{
	cr_assert_eq(run_for("yes", 20, 1 << 20), ERR_LIMIT);
	cr_assert_eq(run("head -c 300000000 /dev/zero > /tmp/a && echo all; "
			 "for i in 1 2 3 4 5; do head -c 100000000 /dev/zero > "
			 "/tmp/$i && echo $i; done; exit 0"),
	    0);
	cr_assert_null(strstr(out, "all"));
	cr_assert_null(strstr(out, "5"));
}
