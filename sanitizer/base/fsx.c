#include "base/fsx.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 65536

static int
from_errno(void)
{
	switch (errno) {
	case ENOENT:
		return ERR_NOENT;
	case EEXIST:
		return ERR_EXIST;
	case ENOMEM:
		return ERR_NOMEM;
	default:
		return ERR_IO;
	}
}

int
fsx_write_all(int fd, const void *data, size_t n)
{
	const uint8_t *p = data;
	ssize_t w;

	while (n > 0) {
		if ((w = write(fd, p, n)) < 0) {
			if (errno == EINTR)
				continue;
			return ERR_IO;
		}
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

int
fsx_pread_all(int fd, void *data, size_t n, uint64_t off)
{
	uint8_t *p = data;
	ssize_t r;

	while (n > 0) {
		if ((r = pread(fd, p, n, (off_t)off)) < 0) {
			if (errno == EINTR)
				continue;
			return ERR_IO;
		}
		if (r == 0)
			return ERR_TRUNCATED;
		p += r;
		off += (uint64_t)r;
		n -= (size_t)r;
	}
	return 0;
}

int
fsx_slurp(int dirfd, const char *path, struct buf *b)
{
	uint8_t block[4096];
	ssize_t n;
	int fd, e = 0;

	if ((fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC)) < 0)
		return from_errno();
	while (e == 0 && (n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		e = n < 0 ? ERR_IO : buf_put(b, block, (size_t)n);
	}
	close(fd);
	return e;
}

int
fsx_memfd(const char *label, int *out)
{
	int fd = memfd_create(label, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return from_errno();
	*out = fd;
	return 0;
}

int
fsx_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS,
		   F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0
		   ? ERR_IO
		   : 0;
}

/* The loop of fsx_stable_copy(): read once, hash and write what was read. */
static int
copy_hashed(int from, int to, uint64_t max_bytes, uint64_t *bytes,
    uint8_t digest[HASH_BYTES])
{
	static uint8_t block[BLOCK];
	struct hash h;
	uint64_t at = 0;
	ssize_t n;
	int e;

	hash_init(&h);
	while ((n = read(from, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if ((uint64_t)n > max_bytes - at)
			return ERR_LIMIT;
		hash_add(&h, block, (size_t)n);
		if ((e = fsx_write_all(to, block, (size_t)n)) != 0)
			return e;
		at += (uint64_t)n;
	}
	hash_end(&h, digest);
	*bytes = at;
	return 0;
}

int
fsx_stable_copy(int fd, uint64_t max_bytes, int *copy, uint64_t *bytes,
    uint8_t digest[HASH_BYTES])
{
	int to, e;

	if ((e = fsx_memfd("sekisho-input", &to)) != 0)
		return e;
	if ((e = copy_hashed(fd, to, max_bytes, bytes, digest)) != 0)
		goto out;
	if ((e = fsx_seal(to)) != 0)
		goto out;
	*copy = to;
	return 0;
out:
	close(to);
	return e;
}

int
fsx_copy(int from, int to)
{
	static uint8_t block[BLOCK];
	uint64_t at = 0;
	ssize_t n;
	int e;

	while ((n = pread(from, block, sizeof(block), (off_t)at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if ((e = fsx_write_all(to, block, (size_t)n)) != 0)
			return e;
		at += (uint64_t)n;
	}
	return 0;
}

int
fsx_fsync_dir(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int e;

	if (fd < 0)
		return from_errno();
	e = fsync(fd) < 0 ? ERR_IO : 0;
	close(fd);
	return e;
}

/* A hidden name beside the target that no listing of ours takes for real. */
static int
temp_name(const char *name, char *out, size_t n)
{
	static unsigned serial;
	const char *base = strrchr(name, '/');
	int dir = base == NULL ? 0 : (int)(base - name) + 1;
	int w = snprintf(out, n, "%.*s.tmp-%ld-%u", dir, name, (long)getpid(),
	    serial++);

	return w < 0 || (size_t)w >= n ? ERR_LIMIT : 0;
}

static int
rename_to(int olddir, const char *old, int newdir, const char *name, bool excl)
{
	if (renameat2(olddir, old, newdir, name, excl ? 1 : 0) < 0)
		return from_errno();
	return 0;
}

struct source {
	const void *data;
	size_t len;
	int fd; /* -1: data and len */
};

static int
publish(int dirfd, const char *name, const struct source *src, mode_t mode,
    bool excl)
{
	char tmp[PATH_MAX];
	int fd, e;

	if ((e = temp_name(name, tmp, sizeof(tmp))) != 0)
		return e;
	fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return from_errno();
	e = src->fd >= 0 ? fsx_copy(src->fd, fd)
			 : fsx_write_all(fd, src->data, src->len);
	if (e == 0 && fsync(fd) < 0)
		e = ERR_IO;
	if (close(fd) < 0 && e == 0)
		e = ERR_IO;
	if (e == 0)
		e = rename_to(dirfd, tmp, dirfd, name, excl);
	if (e != 0) {
		unlinkat(dirfd, tmp, 0);
		return e;
	}
	return fsx_fsync_dir(dirfd);
}

int
fsx_publish(int dirfd, const char *name, const void *data, size_t n,
    mode_t mode, bool excl)
{
	struct source src = { data, n, -1 };

	return publish(dirfd, name, &src, mode, excl);
}

int
fsx_publish_fd(int dirfd, const char *name, int srcfd, mode_t mode, bool excl)
{
	struct source src = { NULL, 0, srcfd };

	return publish(dirfd, name, &src, mode, excl);
}

int
fsx_move(int olddir, const char *oldname, int newdir, const char *newname,
    bool excl)
{
	int e;

	if ((e = rename_to(olddir, oldname, newdir, newname, excl)) != 0)
		return e;
	if ((e = fsx_fsync_dir(newdir)) != 0)
		return e;
	return fsx_fsync_dir(olddir);
}

int
fsx_mkdirs(const char *path, mode_t mode)
{
	char part[PATH_MAX];
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(part))
		return ERR_LIMIT;
	memcpy(part, path, n + 1);
	for (char *p = part + 1;; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		char keep = *p;

		*p = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return from_errno();
		*p = keep;
		if (keep == '\0')
			return 0;
	}
}
