/* The drop folder: names, the line, what is finished. */
#include "unit/scratch.h"

#include "base/utf8.h"
#include "cmd/watchclass.h"
#include "cmd/watchname.h"
#include "cmd/watchqueue.h"
#include "cmd/watchscan.h"

TestSuite(watch, .init = scratch_make, .fini = scratch_remove);

Test(watch, names)
{
	static const char *const partial[] = { "a.pdf.part", "a.pdf.crdownload",
		"A.PDF.DOWNLOAD", "x.tmp", "x.partial", NULL };
	static const char *const ignored[] = { "~$報告書.docx", ".~lock.a.odt#",
		"Thumbs.db", "THUMBS.DB", "desktop.ini", ".DS_Store", "._a.pdf",
		".a.swp", ".nfs0001", ".smbdelete1", NULL };
	static const char *const files[] = { "a.pdf", "part", "tmp",
		"報告書.docx", ".htaccess", "a.part.pdf", "~a.txt",
		"thumbs.dbx", NULL };

	for (int i = 0; partial[i] != NULL; i++)
		cr_expect_eq(watch_kind(partial[i]), WATCH_PARTIAL, "%s",
		    partial[i]);
	for (int i = 0; ignored[i] != NULL; i++)
		cr_expect_eq(watch_kind(ignored[i]), WATCH_IGNORED, "%s",
		    ignored[i]);
	for (int i = 0; files[i] != NULL; i++)
		cr_expect_eq(watch_kind(files[i]), WATCH_FILE, "%s", files[i]);
}

Test(watch, names_of_texts)
{
	char out[WATCH_NAME_BYTES], path[700] = "d/";

	cr_assert_eq(watch_text_name("a/b.docx", ".結果.txt", 1, out), 0);
	cr_expect_str_eq(out, "a/b.docx.結果.txt");
	cr_assert_eq(watch_text_name("b.docx", ".結果.txt", 2, out), 0);
	cr_expect_str_eq(out, "b.docx.結果 (2).txt");
	for (size_t i = 0; i < 80; i++)
		memcpy(path + 2 + 3 * i, "長", 4);
	cr_assert_eq(watch_text_name(path, ".結果.txt", 99, out), 0);
	cr_expect_leq(strlen(out), 2 + 255u);
	cr_expect(utf8_valid(out, strlen(out)), "cut on a character");
}

static const char *
take(struct watchqueue *q, unsigned slots, unsigned large, bool *is_large)
{
	static char id[RECORD_ID_BYTES];

	return watchqueue_take(q, slots, large, id, is_large) == 0 ? id : "-";
}

Test(watch, each_person_in_turn)
{
	struct watchqueue *q;
	char id[RECORD_ID_BYTES], got[16] = "";
	bool large;

	cr_assert_eq(watchqueue_new(100, &q), 0);
	for (int i = 0; i < 5; i++) {
		snprintf(id, sizeof(id), "a%d", i);
		cr_assert_eq(watchqueue_add(q, "d", "a", id, 1, 1), 0);
	}
	cr_assert_eq(watchqueue_add(q, "d", "b", "b0", 1, 2), 0);
	cr_assert_eq(watchqueue_add(q, "e", "a", "c0", 1, 3), 0);
	cr_expect_eq(watchqueue_add(q, "d", "b", "b0", 1, 4), ERR_EXIST);
	cr_expect_eq(watchqueue_length(q), 7);
	for (int i = 0; i < 3; i++)
		got[i] = take(q, 2, 0, &large)[0];
	cr_expect(strchr(got, 'a') && strchr(got, 'b') && strchr(got, 'c'),
	    "the first three are of three people: %s", got);
	for (int i = 1; i < 5; i++) {
		snprintf(id, sizeof(id), "a%d", i);
		cr_expect_str_eq(take(q, 2, 0, &large), id);
	}
	cr_expect_str_eq(take(q, 2, 0, &large), "-");
	cr_expect_eq(watchqueue_add(q, "d", "b", "b0", 1, 4), 0,
	    "an id that was taken may come again");
	watchqueue_free(q);
}

Test(watch, small_never_waits_for_large)
{
	struct watchqueue *q;
	bool large;

	cr_assert_eq(watchqueue_new(100, &q), 0);
	cr_assert_eq(watchqueue_add(q, "d", "a", "L1", 101, 1), 0);
	cr_assert_eq(watchqueue_add(q, "d", "a", "L2", 101, 1), 0);
	cr_expect_str_eq(take(q, 2, 0, &large), "L1");
	cr_expect(large);
	cr_expect_str_eq(take(q, 2, 1, &large), "-",
	    "the last slot is never a large one's");
	cr_assert_eq(watchqueue_add(q, "d", "b", "S1", 100, 1), 0);
	cr_expect_str_eq(take(q, 2, 1, &large), "S1");
	cr_expect(!large);
	cr_assert_eq(watchqueue_add(q, "d", "b", "S2", 100, 1), 0);
	cr_expect_str_eq(take(q, 2, 0, &large), "L2",
	    "a large one goes when none is in work");
	cr_expect_str_eq(take(q, 2, 1, &large), "S2");
	watchqueue_clear(q);
	cr_expect_eq(watchqueue_length(q), 0);
	watchqueue_free(q);
}

static const struct scan_limits quick = { 0, 0, SCAN_ENTRIES, NULL },
				slow = { 60000, 60, SCAN_ENTRIES, NULL };

static struct scan_unit *
look(const struct scan_limits *l)
{
	int fd = open(scratch, O_RDONLY | O_DIRECTORY);
	struct scan_unit *u = NULL;
	bool cut;

	cr_assert_eq(watchscan_person(fd, l, NULL, NULL, &u, &cut), 0);
	close(fd);
	return u;
}

static struct scan_unit *
find(struct scan_unit *u, const char *path, struct scan_file **f)
{
	for (; u != NULL; u = u->next)
		for (size_t i = 0; i < u->n; i++)
			if (strcmp(u->files[i].path, path) == 0) {
				*f = &u->files[i];
				return u;
			}
	cr_assert(0, "%s is not seen", path);
	return NULL;
}

Test(watch, what_is_finished)
{
	struct scan_unit *all, *u;
	struct scan_file *f;
	int fd;

	spit(in_scratch("a.txt"), "a", 1);
	mkdir(in_scratch("d"), 0700);
	mkdir(in_scratch("d/e"), 0700);
	spit(in_scratch("d/e/b.txt"), "b", 1);
	spit(in_scratch("d/Thumbs.db"), "x", 1);
	all = look(&quick);
	cr_expect(find(all, "a.txt", &f)->is_finished);
	u = find(all, "d/e/b.txt", &f);
	cr_expect(u->is_finished && u->is_folder && u->n == 1);
	watchscan_free(all);

	all = look(&slow);
	cr_expect(!find(all, "a.txt", &f)->is_finished, "changed just now");
	watchscan_free(all);

	fd = open(in_scratch("d/e/b.txt"), O_WRONLY);
	all = look(&quick);
	cr_expect(!find(all, "d/e/b.txt", &f)->is_finished, "open for writing");
	watchscan_free(all);
	close(fd);

	spit(in_scratch("d/c.pdf.crdownload"), "x", 1);
	all = look(&quick);
	cr_expect(!find(all, "d/e/b.txt", &f)->is_finished,
	    "another is on its way");
	watchscan_free(all);
}

/* Folders upon folders, to keep the gateway looking. */
Test(watch, no_more_than_so_many)
{
	const struct scan_limits few = { 0, 0, 100, NULL };
	int fd = open(scratch, O_RDONLY | O_DIRECTORY);
	struct scan_unit *u = NULL, *v;
	char name[64];
	size_t n = 0;
	bool cut;

	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		mkdir(in_scratch(name), 0700);
		snprintf(name, sizeof(name), "d%d/e", i);
		mkdir(in_scratch(name), 0700);
		snprintf(name, sizeof(name), "f%d", i);
		spit(in_scratch(name), "x", 1);
	}
	cr_assert_eq(watchscan_person(fd, &few, NULL, NULL, &u, &cut), 0);
	for (v = u; v != NULL; v = v->next)
		n++;
	cr_expect(cut && n <= 60, "%zu", n);
	watchscan_free(u);
	cr_assert_eq(watchscan_person(fd, &quick, NULL, NULL, &u, &cut), 0);
	for (n = 0, v = u; v != NULL; v = v->next)
		n++;
	cr_expect(!cut && n == 60, "%zu", n);
	watchscan_free(u);
	close(fd);
}

/* Taken, and opened by somebody before it left. */
Test(watch, open_for_writing_stays)
{
	int dir = open(scratch, O_RDONLY | O_DIRECTORY), fd;
	struct scan_unit *all;
	struct scan_file *f;

	spit(in_scratch("a.txt"), "a", 1);
	all = look(&quick);
	find(all, "a.txt", &f);
	cr_expect(watchscan_is_same(dir, f));
	fd = open(in_scratch("a.txt"), O_WRONLY);
	cr_expect(!watchscan_is_same(dir, f));
	close(fd);
	watchscan_free(all);
	close(dir);
}

Test(watch, what_is_refused)
{
	struct scan_unit *all;
	struct scan_file *f;
	char deep[128] = "d";

	spit(in_scratch("a.txt"), "a", 1);
	cr_assert_eq(symlink("/etc/passwd", in_scratch("link.txt")), 0);
	cr_assert_eq(symlink("/etc", in_scratch("folder")), 0);
	cr_assert_eq(mkfifo(in_scratch("pipe.txt"), 0600), 0);
	cr_assert_eq(link(in_scratch("a.txt"), in_scratch("b.txt")), 0);
	for (int i = 0; i < SCAN_DEPTH + 3; i++) {
		mkdir(in_scratch(deep), 0700);
		memcpy(deep + strlen(deep), "/d", 3);
	}
	all = look(&quick);
	find(all, "link.txt", &f);
	cr_expect_eq(f->what, SCAN_LINK);
	find(all, "folder", &f);
	cr_expect_eq(f->what, SCAN_LINK);
	find(all, "pipe.txt", &f);
	cr_expect_eq(f->what, SCAN_SPECIAL);
	find(all, "a.txt", &f);
	cr_expect_eq(f->what, SCAN_LINKED);
	for (struct scan_unit *u = all; u != NULL; u = u->next)
		for (size_t i = 0; i < u->n; i++)
			cr_expect_neq(u->files[i].what, SCAN_FILE, "%s",
			    u->files[i].path);
	watchscan_free(all);
}

/* What was seen is what is opened: not what stands there by then. */
Test(watch, swapped_before_it_is_opened)
{
	char once[SCAN_ONCE_BYTES], again[SCAN_ONCE_BYTES];
	int dir = open(scratch, O_RDONLY | O_DIRECTORY), fd;
	struct scan_unit *all, *later;
	struct scan_file *f, *g;

	mkdir(in_scratch("d"), 0700);
	spit(in_scratch("d/a.txt"), "a", 1);
	all = look(&quick);
	find(all, "d/a.txt", &f);
	cr_assert_eq(watchscan_open(dir, f, &fd), 0);
	close(fd);
	cr_expect(watchscan_is_same(dir, f));
	watchscan_once("dep", "u", f, once);
	watchscan_once("dep", "v", f, again);
	cr_expect_str_neq(once, again);

	rename(in_scratch("d/a.txt"), in_scratch("d/b.txt"));
	cr_assert_eq(symlink("/etc/passwd", in_scratch("d/a.txt")), 0);
	cr_expect_neq(watchscan_open(dir, f, &fd), 0, "a link now");
	cr_expect(!watchscan_is_same(dir, f));
	unlink(in_scratch("d/a.txt"));
	rename(in_scratch("d"), in_scratch("e"));
	cr_assert_eq(symlink("/etc", in_scratch("d")), 0);
	cr_expect_eq(watchscan_open(dir, f, &fd), ERR_NOENT, "a linked folder");
	unlink(in_scratch("d"));

	mkdir(in_scratch("d"), 0700);
	spit(in_scratch("d/a.txt"), "a", 1);
	cr_expect_eq(watchscan_open(dir, f, &fd), ERR_EXIST, "another file");
	later = look(&quick);
	find(later, "d/a.txt", &g);
	watchscan_once("dep", "u", g, again);
	cr_expect_str_neq(once, again, "the same name and bytes once more");
	chmod(in_scratch("d/a.txt"), 0640);
	watchscan_free(all);
	all = look(&quick);
	find(all, "d/a.txt", &f);
	watchscan_once("dep", "u", f, once);
	cr_expect_str_eq(once, again, "a change of rights makes no new file");
	watchscan_free(all);
	watchscan_free(later);
	close(dir);
}

static enum rules_class
class_of(const char *path, const char *want_rest)
{
	static struct policy p;
	const char *rest;
	enum rules_class c;

	policy_default(&p);
	c = watch_class(&p, path, &rest);
	cr_expect_str_eq(rest, want_rest, "%s", path);
	return c;
}

Test(watch, folders_that_say_the_class)
{
	cr_expect_eq(class_of("重要性Ⅰ/a.docx", "a.docx"), CLASS_I);
	cr_expect_eq(class_of("重要性II/b/a.docx", "b/a.docx"), CLASS_II);
	cr_expect_eq(class_of("重要性ＩＩＩ", ""), CLASS_III);
	cr_expect_eq(class_of("重要性/a", "重要性/a"), CLASS_NONE);
	cr_expect_eq(class_of("重要性Ⅰ資料/a", "重要性Ⅰ資料/a"), CLASS_NONE);
	cr_expect_eq(class_of("重要性Ⅳ/a", "重要性Ⅳ/a"), CLASS_NONE);
	cr_expect_eq(class_of("b/重要性Ⅰ/a", "b/重要性Ⅰ/a"), CLASS_NONE);
	cr_expect_eq(class_of("", ""), CLASS_NONE);
	cr_expect_eq(class_of("\xe5\x85", "\xe5\x85"), CLASS_NONE);
}

static bool
is_shelf(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "shelf") == 0;
}

Test(watch, what_lies_on_a_shelf)
{
	const struct scan_limits limits = { 0, 0, SCAN_ENTRIES, is_shelf };
	struct scan_unit *all, *u;
	struct scan_file *f;
	size_t n = 0;

	mkdir(in_scratch("shelf"), 0700);
	mkdir(in_scratch("shelf/d"), 0700);
	mkdir(in_scratch("shelf/d/shelf"), 0700);
	spit(in_scratch("shelf/a.txt"), "a", 1);
	spit(in_scratch("shelf/b.pdf.part"), "b", 1);
	spit(in_scratch("shelf/d/c.txt"), "c", 1);
	spit(in_scratch("shelf/d/shelf/e.txt"), "e", 1);
	all = look(&limits);
	for (u = all; u != NULL; u = u->next)
		n += u->n;
	cr_expect_eq(n, 3);
	u = find(all, "shelf/a.txt", &f);
	cr_expect(u->is_finished && !u->is_folder && u->n == 1,
	    "not held up by the one that is on its way");
	u = find(all, "shelf/d/c.txt", &f);
	cr_expect(u->is_finished && u->is_folder && u->n == 2);
	find(all, "shelf/d/shelf/e.txt", &f);
	watchscan_free(all);

	/* A link is none, however it is called. */
	rename(in_scratch("shelf"), in_scratch("away"));
	cr_assert_eq(symlink("away", in_scratch("shelf")), 0);
	all = look(&limits);
	find(all, "shelf", &f);
	cr_expect_eq(f->what, SCAN_LINK);
	watchscan_free(all);
}
