/*
 * sekisho: the command line. Decides and records; what parses is
 * sekisho-worker, started by pipeline/.
 */
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "cmd/cli.h"

static const struct {
	const char *name;
	const char *help;
	int (*run)(int argc, char **); /* argv[0]: the command's name */
} commands[] = {
	{ "clean", N_("rebuild files and folders from safe parts"), cmd_clean },
	{ "explain", N_("say what would be removed, and why"), cmd_explain },
	{ "identify", N_("say what a file is"), cmd_identify },
	{ "send", N_("send finished parcels over the one-way path"), cmd_send },
	{ "receive", N_("check and deliver parcels on the inner side"),
	    cmd_receive },
	{ "mail", N_("take mail from a mail server; rebuild it"), cmd_mail },
	{ "quarantine", N_("list, show or dispose of held originals"),
	    cmd_quarantine },
	{ "audit", N_("verify, export or show the audit log"), cmd_audit },
	{ "policy", N_("check or show a policy"), cmd_policy },
	{ "tidy", N_("end what is past its time"), cmd_tidy },
	{ "backup", N_("copy the whole state, while it is used"), cmd_backup },
	{ "restore", N_("make a state folder from a copy"), cmd_restore },
	{ "rules", N_("check or show the departments' rules"), cmd_rules },
	{ "transfer", N_("what people brought in, and what became of it"),
	    cmd_transfer },
	{ "approve", N_("requests that wait for a decision; decide"),
	    cmd_approve },
	{ "user", N_("accounts: list, add, change, import"), cmd_user },
	{ "selfcheck", N_("see that the gateway still sanitises"),
	    cmd_selfcheck },
	{ "metrics", N_("figures for a monitor (Prometheus)"), cmd_metrics },
	{ "events", N_("hand over notices that wait; try them"), cmd_events },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* Whether the environment asks for Japanese. */
static bool
wants_japanese(void)
{
	static const char *const vars[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]); i++) {
		const char *v = getenv(vars[i]);

		if (v != NULL && v[0] != '\0')
			return strncmp(v, "ja", 2) == 0;
	}
	return false;
}

/* Catalogues stand beside the program: PREFIX/bin, PREFIX/share/locale. */
static void
find_catalogue(void)
{
	char path[PATH_MAX], locale[PATH_MAX + 16];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0)
		return;
	path[n] = '\0';
	for (int i = 0; i < 2; i++)
		if ((slash = strrchr(path, '/')) != NULL)
			*slash = '\0';
	snprintf(locale, sizeof(locale), "%s/share/locale", path);
	bindtextdomain("sekisho", locale);
	bind_textdomain_codeset("sekisho", "UTF-8");
	textdomain("sekisho");
}

/* A server may lack the Japanese locale; the messages need only UTF-8. */
static void
set_language(void)
{
	if (setlocale(LC_ALL, "") == NULL) {
		setlocale(LC_ALL, "C.UTF-8");
		if (wants_japanese())
			setenv("LANGUAGE", "ja", 1);
	}
	setlocale(LC_NUMERIC, "C");
	find_catalogue();
}

static int
help(FILE *to)
{
	fputs(_("Usage: sekisho COMMAND [OPTION]... [ARGUMENT]...\n"
		"Rebuild files from safe parts, prove the result, record what "
		"was done.\n\nCommands:\n"),
	    to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-11s %s\n", commands[i].name,
		    _(commands[i].help));
	fputs(_("\n'sekisho COMMAND --help' says more; so does sekisho(1).\n"),
	    to);
	return to == stdout ? STATUS_OK : STATUS_USAGE;
}

int
main(int argc, char **argv)
{
	int status;

	set_language();
	log_setup("sekisho", LOG_LEVEL_INFO, 0);
	limits_no_core();
	opterr = 0;
	if (argc < 2)
		return help(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return help(stdout);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("sekisho %s\n", SEKISHO_VERSION);
		return STATUS_OK;
	}
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i].name, argv[1]) != 0)
			continue;
		status = commands[i].run(argc - 1, argv + 1);
		if (fflush(stdout) != 0 && status == STATUS_OK) {
			log_error(_("standard output cannot be written"));
			status = STATUS_AGAIN;
		}
		return status;
	}
	log_error(_("unknown command: %s"), argv[1]);
	return help(stderr);
}
