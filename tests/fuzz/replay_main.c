/*
 * Run a fuzz target over files, without a fuzzing engine.
 *
 *   replay_X FILE-OR-FOLDER...
 *
 * Folders are read one level deep. A broken promise aborts.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fsx.h"
#include "fuzz_common.h"

#define INPUT_MAX_BYTES ((size_t)64 << 20)

static unsigned files;

static int
replay_file(const char *path)
{
	struct buf b;
	int e;

	buf_init(&b, INPUT_MAX_BYTES);
	if ((e = fsx_slurp(AT_FDCWD, path, &b)) == 0) {
		(void)LLVMFuzzerTestOneInput(b.data, b.len);
		files++;
	} else {
		fprintf(stderr, "%s: %s\n", path, err_text(e));
	}
	buf_done(&b);
	return e;
}

static int
replay_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;
	char name[4096];
	int e = 0;

	if (dir == NULL)
		return ERR_IO;
	while (e == 0 && (entry = readdir(dir)) != NULL) {
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (stat(name, &st) == 0 && S_ISREG(st.st_mode))
			e = replay_file(name);
	}
	closedir(dir);
	return e;
}

int
main(int argc, char **argv)
{
	struct stat st;
	int e = 0;

	for (int i = 1; i < argc && e == 0; i++) {
		if (stat(argv[i], &st) != 0) {
			fprintf(stderr, "%s: no such file\n", argv[i]);
			return 65;
		}
		e = S_ISDIR(st.st_mode) ? replay_folder(argv[i])
					: replay_file(argv[i]);
	}
	printf("%u files\n", files);
	return e == 0 ? 0 : 65;
}
