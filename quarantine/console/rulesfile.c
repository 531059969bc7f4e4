/* The rules of the departments, as their file stands. */
#include <sys/stat.h>

#include "base/log.h"
#include "quarantine/console/server.h"

#define LOOK_S 5

static time_t
changed_at(const char *path)
{
	struct stat st;

	return path[0] != '\0' && stat(path, &st) == 0 ? st.st_mtime : 0;
}

int
console_rules_open(struct console *site)
{
	const char *path = site->policy.people_rules_file;
	char why[POLICY_WHY_BYTES] = "";
	int e;

	site->rules_mtime = changed_at(path);
	site->rules_seen = server_now();
	if ((e = rules_load(path, &site->rules, why)) != 0)
		log_error("%s", why);
	return e;
}

void
console_rules(struct console *site, const char *department, struct rules *out)
{
	const char *path = site->policy.people_rules_file;
	char why[POLICY_WHY_BYTES] = "";
	struct ruleset *fresh;
	time_t now = server_now();

	if (now - site->rules_seen >= LOOK_S) {
		site->rules_seen = now;
		if (changed_at(path) != site->rules_mtime) {
			site->rules_mtime = changed_at(path);
			if (rules_load(path, &fresh, why) == 0) {
				rules_free(site->rules);
				site->rules = fresh;
			} else
				log_error("the rules before hold on: %s", why);
		}
	}
	rules_of(site->rules, department, out);
}
