/*
 * What lies in the folder of one person, and which of it is finished.
 *
 * A unit is what is taken at once: a file that lies in the person's folder
 * itself, or a folder there with all that is in it; what lies in a shelf
 * (watchclass.h) is as if it lay in the person's folder. A file is finished
 * when nobody has it open for writing (a lease says so; fcntl(2)) and it has
 * not changed for settle_ms; where no lease can be had (NFS, files of another
 * user without CAP_LEASE), and for an empty file, when it has not changed for
 * quiet_s. A folder is finished when all of its files are, none is partial,
 * and nothing in it changed for quiet_s. Changes are told by ctime, which only
 * the system sets.
 *
 * Links, devices, pipes, sockets and files with several names are refused and
 * never opened; nothing here follows a link.
 */
#ifndef CMD_WATCHSCAN_H
#define CMD_WATCHSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"

#define SCAN_DEPTH	30
#define SCAN_PATH_BYTES 768
#define SCAN_FILES	20000 /* of one unit; the rest come with the next */
#define SCAN_PARTIAL_S	600   /* a partial file this old stops nobody */
#define SCAN_ENTRIES	40000 /* files and folders of one look; see is_cut */
#define SCAN_ONCE_BYTES 65

enum scan_what {
	SCAN_FILE = 0,
	SCAN_LINK,    /* a symbolic link */
	SCAN_SPECIAL, /* device, pipe, socket */
	SCAN_LINKED,  /* has a second name (a hard link) */
	SCAN_LONG     /* path too long or too deep */
};

struct scan_file {
	char *path; /* below the person's folder, as it stands on disk */
	enum scan_what what;
	struct stat st;
	struct timespec born; /* birth time, or else ctime */
};

struct scan_unit {
	struct scan_file *files; /* in order of their paths */
	size_t n, room;
	uint64_t bytes; /* of what is SCAN_FILE */
	bool is_folder;
	bool is_finished;
	struct scan_unit *next;
};

struct scan_limits {
	uint32_t settle_ms, quiet_s;
	uint32_t entries; /* SCAN_ENTRIES */
	/* Whether a folder of that name is a shelf; NULL: none is. */
	bool (*is_shelf)(void *arg, const char *name);
};

/*
 * Look through a person's folder. folder(), may be NULL, is called for every
 * folder that is seen. *units: all units, finished or not, to be freed by
 * watchscan_free(). *is_cut: there is more than entries of it; the rest was
 * not looked at. ERR_IO, ERR_NOMEM.
 */
int watchscan_person(int dirfd, const struct scan_limits *,
    void (*folder)(void *arg, int dirfd), void *arg, struct scan_unit **units,
    bool *is_cut) MUST_CHECK;
void watchscan_free(struct scan_unit *);
/*
 * Open a file of a unit for reading, and be sure that it is the one that was
 * seen: ERR_EXIST when it changed or is open for writing now, ERR_NOENT when
 * it is gone.
 */
int watchscan_open(int dirfd, const struct scan_file *, int *fd) MUST_CHECK;
/* The folder that holds a path; base is the rest of it. Never through a link.
 * ERR_NOENT, ERR_IO. */
int watchscan_parent(int dirfd, const char *path, int *fd,
    const char **base) MUST_CHECK;
/* Whether the name still means the file that was seen, and nobody has it open
 * for writing. */
bool watchscan_is_same(int dirfd, const struct scan_file *);
/* The same of a file that was moved since, which changes its ctime. */
bool watchscan_was(const struct scan_file *, const struct stat *);
/* A name for this very file at this place (transfer_add()). */
void watchscan_once(const char *department, const char *login,
    const struct scan_file *, char out[SCAN_ONCE_BYTES]);

#endif
