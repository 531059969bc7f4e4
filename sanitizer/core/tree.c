#include "core/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
tree_path_ok(const char *path)
{
	size_t n;

	if (strlen(path) >= PATH_MAX / 2)
		return false;
	for (const char *s = path;; s += n + 1) {
		n = strcspn(s, "/");
		if (n == 0 || n > NAME_MAX - 16 || (n == 1 && s[0] == '.') ||
		    (n == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		if (s[n] == '\0')
			return true;
	}
}

/* Into one component, made when absent; closes fd. */
static int
enter(int fd, const char *part, mode_t mode, int *out)
{
	int e = 0, next = -1;

	if (mkdirat(fd, part, mode) < 0 && errno != EEXIST)
		e = ERR_IO;
	if (e == 0) {
		next = openat(fd, part,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (next < 0)
			e = errno == ENOTDIR || errno == ELOOP ? ERR_EXIST
							       : ERR_IO;
	}
	close(fd);
	*out = next;
	return e;
}

/*
 * Component by component and never through a link: those who use the tree
 * could have put one there to make us write elsewhere.
 */
int
tree_open_parent(int root, const char *path, mode_t mode, int *out,
    const char **base)
{
	char part[NAME_MAX + 1];
	int fd = fcntl(root, F_DUPFD_CLOEXEC, 0), e = 0;
	const char *slash;

	if (fd < 0)
		return ERR_IO;
	for (; e == 0 && (slash = strchr(path, '/')) != NULL;
	     path = slash + 1) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		e = enter(fd, part, mode, &fd);
	}
	if (e != 0)
		return e;
	*out = fd;
	*base = path;
	return 0;
}

bool
tree_is_free(int dir, const char *base, const char *suffix)
{
	char name[NAME_MAX + 64];

	snprintf(name, sizeof(name), "%s%s", base, suffix);
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
	       errno == ENOENT;
}

/* "a.pdf" with 2: "a (2).pdf". */
int
tree_numbered(const char *path, unsigned n, char *out, size_t size)
{
	const char *base = strrchr(path, '/'), *dot;
	int w;

	base = base == NULL ? path : base + 1;
	dot = strrchr(base, '.');
	if (dot == NULL || dot == base)
		dot = path + strlen(path);
	w = n < 2 ? snprintf(out, size, "%s", path)
		  : snprintf(out, size, "%.*s (%u)%s", (int)(dot - path), path,
			n, dot);
	return w < 0 || (size_t)w >= size ? ERR_LIMIT : 0;
}

int
tree_move(int from, const char *name, int root, const char *path, mode_t mode)
{
	const char *base;
	int dir, e;

	if ((e = tree_open_parent(root, path, mode, &dir, &base)) != 0)
		return e;
	if (renameat2(from, name, dir, base, 1) < 0)
		e = errno == EEXIST ? ERR_EXIST : ERR_IO;
	close(dir);
	return e;
}
