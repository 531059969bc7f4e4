/* Taking in: a file that becomes the copy itself, and one that changes. */
#include "unit/people_case.h"

#include <pthread.h>

TestSuite(transfer_own, .init = register_setup, .fini = register_teardown);

Test(transfer_own, an_anonymous_file_is_not_copied)
{
	struct transfer t = transfer_of("hanako", "a.txt");
	uint8_t digest[HASH_BYTES];
	struct stat mine, kept;
	int fd = open(scratch, O_TMPFILE | O_RDWR, 0600), other;

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, "hello", 5), 5);
	hash_of("hello", 5, digest);
	cr_assert_eq(transfer_add_own(p, &t, fd, digest, 4), ERR_LIMIT);
	cr_assert_eq(count_in(in_scratch("people/in")), 0);
	cr_assert_eq(transfer_add_own(p, &t, fd, digest, 100), 0);
	cr_assert_eq(fstat(fd, &mine), 0);
	cr_assert_eq(transfer_open(p, t.id, &other), 0);
	cr_assert_eq(fstat(other, &kept), 0);
	cr_expect_eq(mine.st_ino, kept.st_ino);
	cr_expect_eq(kept.st_nlink, 1);
	cr_expect_str_eq(t.sha256,
	    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	close(other);
	close(fd);
	cr_expect_eq(count_in(in_scratch("people/in")), 1);
}

/* One that cannot be named, or has a name already, is copied. */
Test(transfer_own, what_cannot_be_named_is_copied)
{
	struct transfer t = transfer_of("hanako", "a.txt");
	int fd = memory_file("hello"), other;
	uint8_t digest[HASH_BYTES];
	struct stat mine, kept;

	hash_of("hello", 5, digest);
	cr_assert_eq(transfer_add_own(p, &t, fd, digest, 100), 0);
	close(fd);
	spit(in_scratch("mine"), "hello", 5);
	fd = open(in_scratch("mine"), O_RDWR);
	t = transfer_of("hanako", "b.txt");
	cr_assert_eq(transfer_add_own(p, &t, fd, digest, 100), 0);
	cr_assert_eq(fstat(fd, &mine), 0);
	cr_assert_eq(transfer_open(p, t.id, &other), 0);
	cr_assert_eq(fstat(other, &kept), 0);
	cr_expect_neq(mine.st_ino, kept.st_ino);
	close(other);
	close(fd);
	cr_expect_eq(count_in(in_scratch("people/in")), 2);
}

static void *
scribble(void *arg)
{
	int fd = *(int *)arg;

	for (int i = 0; i < 4000; i++) {
		if (pwrite(fd, "y", 1, (8 << 20) - 1) != 1)
			return NULL;
		usleep(1000);
	}
	return NULL;
}

Test(transfer_own, changed_while_it_is_copied)
{
	struct transfer t = transfer_of("hanako", "a.txt");
	pthread_t writer;
	int fd = open(in_scratch("a.txt"), O_RDWR | O_CREAT, 0600), e;

	cr_assert_eq(ftruncate(fd, 8 << 20), 0);
	usleep(20000);
	cr_assert_eq(pthread_create(&writer, NULL, scribble, &fd), 0);
	usleep(20000);
	e = transfer_add(p, &t, fd, 16 << 20, NULL);
	pthread_cancel(writer);
	pthread_join(writer, NULL);
	cr_expect_eq(e, ERR_TRUNCATED);
	cr_expect_eq(count_in(in_scratch("people/in")), 0);
	cr_expect_eq(transfer_add(p, &t, fd, 16 << 20, NULL), 0);
	close(fd);
}
