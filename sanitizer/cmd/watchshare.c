/*
 * The folders that people see. They can write there, so nothing is followed,
 * nothing of theirs is replaced, and a name that is taken gets a number. A
 * text of ours is known by the mark in it (the number of the transfer).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "cmd/watch.h"
#include "core/tree.h"

#define LOOK_AT	    4096 /* bytes of a text in which its mark stands */
#define NUMBERS	    200
#define FAR_NUMBERS 32
#define SHARE_MASK  002

int
watch_folder(int dirfd, const char *name, mode_t mode, bool make, int *out)
{
	int fd;

	if (make && mkdirat(dirfd, name, mode) < 0 && errno != EEXIST)
		return ERR_IO;
	fd = openat(dirfd, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	*out = fd;
	return 0;
}

/* A person's own folder: for the one that in/ is for, and for the gateway. */
static int
private_folder(const struct watch *s, int dirfd, const char *department,
    const char *login, bool make, int *out)
{
	char path[RULES_DEPARTMENT_BYTES + ACCOUNT_LOGIN_BYTES + 1];
	struct stat st;
	bool is_new;
	int e;

	is_new = make && mkdirat(dirfd, login, 02770) == 0;
	if ((e = watch_folder(dirfd, login, 02770, make, out)) != 0 || !is_new)
		return e;
	snprintf(path, sizeof(path), "%s/%s", department, login);
	if (fstatat(s->in, path, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISDIR(st.st_mode)) {
		(void)!fchmod(*out, 02770); /* whose it is, nobody says */
		return 0;
	}
	if (st.st_uid != geteuid() && fchown(*out, st.st_uid, st.st_gid) < 0)
		log_warn(_("%s/%s: this new folder cannot be given to its "
			   "user; make it beforehand (sekisho-watch(8))"),
		    department, login);
	(void)!fchmod(*out, st.st_mode & 07777);
	return 0;
}

int
watch_home(struct watch *s, const char *folder, const char *department,
    const char *login, bool make, int *out)
{
	mode_t mask = umask(SHARE_MASK);
	int top = -1, middle = -1, e;

	e = watch_folder(s->root, folder, 0755, make, &top);
	if (e == 0)
		e = watch_folder(top, department, 0755, make, &middle);
	if (e == 0)
		e = private_folder(s, middle, department, login, make, out);
	umask(mask);
	if (middle >= 0)
		close(middle);
	if (top >= 0)
		close(top);
	return e;
}

/* Whether a text is there, and whether it is ours. */
static int
look_at(int dirfd, const char *name, const char *mark, bool *is_ours)
{
	char text[LOOK_AT + 1];
	struct stat st;
	ssize_t n = 0;
	int fd = openat(dirfd, name,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	*is_ours = false;
	if (fd < 0)
		return errno == ENOENT ? ERR_NOENT : 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = pread(fd, text, LOOK_AT, 0);
	close(fd);
	if (n > 0) {
		text[n] = '\0';
		*is_ours = strstr(text, mark) != NULL;
	}
	return 0;
}

/* Far from the others, and the same for the same mark. */
static unsigned
far_number(const char *mark, unsigned i)
{
	uint32_t h = 2166136261u;

	for (; *mark != '\0'; mark++)
		h = (h ^ (uint8_t)*mark) * 16777619u;
	return 1000 + (h + i * 7919u) % 98000;
}

/*
 * Find ours, or the first free name. People who bring in the same name every
 * day and remove nothing come to numbers that are made of the mark.
 */
static int
find_text(int dirfd, const char *base, const char *tail, const char *mark,
    bool *is_ours, char name[WATCH_NAME_BYTES])
{
	char free_name[WATCH_NAME_BYTES] = "";
	int e;

	for (unsigned i = 1; i < NUMBERS + FAR_NUMBERS; i++) {
		if ((e = watch_text_name(base, tail,
			 i < NUMBERS ? i : far_number(mark, i), name)) != 0)
			return e;
		e = look_at(dirfd, name, mark, is_ours);
		if (e == 0 && *is_ours)
			return 0;
		if (e == ERR_NOENT && free_name[0] == '\0')
			memcpy(free_name, name, sizeof(free_name));
		/* People remove texts, so a gap ends nothing; two do. */
		else if (e == ERR_NOENT)
			break;
	}
	if (free_name[0] == '\0')
		return ERR_LIMIT;
	memcpy(name, free_name, sizeof(free_name));
	return 0;
}

/* The folder of path below the person's, and the rest of path. */
static int
open_place(int home, const char *path, bool make, int *dirfd, const char **base)
{
	if (!tree_path_ok(path))
		return ERR_MALFORMED;
	return make ? tree_open_parent(home, path, 0775, dirfd, base)
		    : watchscan_parent(home, path, dirfd, base);
}

void
watch_flat_name(const char *path, char out[PARCEL_NAME_BYTES])
{
	char flat[WATCH_NAME_BYTES];

	snprintf(flat, sizeof(flat), "%s", path);
	for (char *c = flat; *c != '\0'; c++)
		if (*c == '/')
			*c = '_';
	parcel_name_make(flat, out);
}

/*
 * Written aside, then moved: a kill leaves nothing half in front of people.
 * Where the folder is on another file system, or no folder of ours can be made
 * beside in/ (add-user.sh was not run), fsx_publish() does it there.
 */
static int
publish(struct watch *s, int dirfd, const char *name, const char *text,
    bool excl)
{
	static const char part[] = "text";
	int work, fd, e;

	if (watch_folder(s->root, WATCH_WORK, 0700, true, &work) != 0)
		return fsx_publish(dirfd, name, text, strlen(text), 0664, excl);
	(void)!unlinkat(work, part, 0);
	fd = openat(work, part,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0664);
	e = fd < 0 ? ERR_IO : fsx_write_all(fd, text, strlen(text));
	if (fd >= 0)
		close(fd);
	if (e == 0 && renameat2(work, part, dirfd, name, excl ? 1 : 0) < 0) {
		e = errno == EEXIST ? ERR_EXIST : ERR_IO;
		if (errno == EXDEV)
			e = fsx_publish(dirfd, name, text, strlen(text), 0664,
			    excl);
	}
	close(work);
	return e;
}

void
watch_work_sweep(struct watch *s)
{
	int work;

	if (watch_folder(s->root, WATCH_WORK, 0700, false, &work) != 0)
		return;
	(void)!unlinkat(work, "text", 0);
	close(work);
}

static int
put_at(struct watch *s, int home, const char *path, const char *tail,
    const char *mark, const char *text)
{
	char name[WATCH_NAME_BYTES];
	const char *base;
	bool is_ours;
	int dir, e;

	if ((e = open_place(home, path, true, &dir, &base)) != 0)
		return e;
	do {
		if ((e = find_text(dir, base, tail, mark, &is_ours, name)) == 0)
			e = publish(s, dir, name, text, !is_ours);
	} while (e == ERR_EXIST);
	close(dir);
	return e;
}

int
watch_text_put(struct watch *s, const char *folder, const char *department,
    const char *login, const char *path, const char *tail, const char *mark,
    const char *text)
{
	char made[PARCEL_NAME_BYTES];
	mode_t mask;
	int home, e;

	if ((e = watch_home(s, folder, department, login, true, &home)) != 0)
		return e;
	mask = umask(SHARE_MASK);
	e = put_at(s, home, path, tail, mark, text);
	if (e == ERR_EXIST || e == ERR_MALFORMED) {
		watch_flat_name(path, made);
		e = put_at(s, home, made, tail, mark, text);
	}
	umask(mask);
	close(home);
	return e;
}

/* Folders that this text alone made go with it. */
static void
drop_folders(int home, const char *path)
{
	char part[WATCH_NAME_BYTES], *slash;

	snprintf(part, sizeof(part), "%s", path);
	while ((slash = strrchr(part, '/')) != NULL) {
		const char *base;
		int dir;

		*slash = '\0';
		if (watchscan_parent(home, part, &dir, &base) != 0)
			return;
		if (unlinkat(dir, base, AT_REMOVEDIR) < 0) {
			close(dir);
			return;
		}
		close(dir);
	}
}

void
watch_text_drop(struct watch *s, const char *folder, const char *department,
    const char *login, const char *path, const char *tail, const char *mark)
{
	char name[WATCH_NAME_BYTES];
	const char *base;
	bool is_ours;
	int home, dir;

	if (watch_home(s, folder, department, login, false, &home) != 0)
		return;
	if (open_place(home, path, false, &dir, &base) == 0) {
		if (find_text(dir, base, tail, mark, &is_ours, name) == 0 &&
		    is_ours && unlinkat(dir, name, 0) < 0 && errno != ENOENT)
			log_warn("%s/%s/%s: %s", folder, department, login,
			    strerror(errno));
		close(dir);
		drop_folders(home, path);
	}
	close(home);
}
