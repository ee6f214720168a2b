/*
 * Mailboxes of all kinds, with their oddities: which messages are found, with which headers, and
 * what is counted.
 */
#include "mailbox.h"
#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define OURS "X-P0F-OS: os=\"A\"\n"

/* A file, for literals with a NUL. */
#define BYTES(literal) literal, sizeof(literal) - 1

static struct reader reader;

/* What take() was called with, as text: "VALUE;" for a message, "-;" for one without. */
static char found[4096];

static void take(void *context, const struct message *message)
{
	char one[128];

	(void)context;
	snprintf(one, sizeof(one), "%s%.90s;", message->count > 1 ? "several:" : "",
		message->count > 0 ? message->value : "-");
	if (strlen(found) + strlen(one) < sizeof(found))
		strcat(found, one);
}

static void read_mail(const char *path)
{
	memset(&reader.odd, 0, sizeof(reader.odd));
	found[0] = '\0';
	reader.header = "X-P0F-OS";
	reader.take = take;
	mailbox_read(&reader, path);
}

static void write_text(const char *directory, const char *name, const char *text)
{
	char path[512];

	scratch_path(path, sizeof(path), directory, name);
	scratch_write(path, text, strlen(text));
}

static void make_directory(const char *directory, const char *name)
{
	char path[512];

	scratch_path(path, sizeof(path), directory, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

/* --- one file --- */

struct row {
	const char *label;
	const char *bytes;
	size_t size;
	const char *found;
	int odd; /* the one kind of oddity that there must be, or -1 */
};

static void check_odd(const char *label, int odd)
{
	for (int i = 0; i < ODD_KINDS; i++) {
		uint64_t want = i == odd;

		if (reader.odd.counts[i] != want)
			fail_msg("%s: kind %d: %u", label, i, (unsigned)reader.odd.counts[i]);
	}
}

static void check_rows(void **state, const struct row *rows, size_t count)
{
	char path[512];

	scratch_path(path, sizeof(path), *state, "file");
	for (size_t i = 0; i < count; i++) {
		scratch_write(path, rows[i].bytes, rows[i].size);
		read_mail(path);
		if (strcmp(found, rows[i].found) != 0)
			fail_msg("%s: %s", rows[i].label, found);
		check_odd(rows[i].label, rows[i].odd);
	}
}

static void messages(void **state)
{
	static const struct row rows[] = {
		{"plain", BYTES(OURS "\nText\n"), "os=\"A\";", -1},
		{"without", BYTES("Subject: x\n\nText\n"), "-;", -1},
		{"in the body", BYTES("Subject: x\n\n" OURS), "-;", -1},
		{"in a part", BYTES("Subject: x\n\n--b\nContent-Type: message/rfc822\n\n" OURS),
			"-;", -1},
		{"two", BYTES(OURS "A: b\n" OURS "\n"), "several:os=\"A\";", -1},
		{"another case", BYTES("x-p0f-os: a\n\n"), "a;", -1},
		{"blanks before the colon", BYTES("X-P0F-OS \t: a\n\n"), "a;", -1},
		{"no blank after it", BYTES("X-P0F-OS:a\n\n"), "a;", -1},
		{"blanks around", BYTES("X-P0F-OS: \t a \t\n\n"), "a;", -1},
		{"a longer name", BYTES("X-P0F-OS-X: a\nX-P0F-O: b\n\n"), "-;", -1},
		{"folded", BYTES("X-P0F-OS: a;\n\tb;\n        c\n\n"), "a; b; c;", -1},
		{"folded at once", BYTES("X-P0F-OS:\n\ta\n\n"), "a;", -1},
		{"folded, with a line of blanks", BYTES("X-P0F-OS: a;\n \n b\n\n"), "a; b;", -1},
		{"another's fold", BYTES("X-P0F-OS: a\nB: c\n d\n\n"), "a;", -1},
		{"a fold first", BYTES(" a\nX-P0F-OS: a\n\n"), "a;", -1},
		{"a NUL", BYTES("X-P0F-OS: a\0b\n\n"), "a\1b;", ODD_NUL},
		{"a NUL elsewhere", BYTES("A: \0b\n" OURS "\n"), "os=\"A\";", ODD_NUL},
		{"a NUL in the body", BYTES(OURS "\n\0\n"), "os=\"A\";", -1},
		{"CR LF", BYTES("X-P0F-OS: a;\r\n\tb\r\n\r\nText"), "a; b;", ODD_CRLF},
		{"no body", BYTES(OURS), "os=\"A\";", ODD_NO_BLANK_LINE},
		{"no line end", BYTES("X-P0F-OS: a"), "a;", ODD_NO_BLANK_LINE},
		{"no blank line", BYTES(OURS "Text without a colon\nX-P0F-OS: b\n"), "os=\"A\";",
			ODD_NO_BLANK_LINE},
		{">From", BYTES(">From a Mon Jan  1 10:00:00 2024\n" OURS "\n"), "os=\"A\";",
			ODD_FROM_LINE},
		{"empty", BYTES(""), "", ODD_EMPTY},
		{"no field", BYTES("Text\n"), "", ODD_NO_FIELDS},
		{"a blank line", BYTES("\n" OURS), "", ODD_NO_FIELDS},
		{"binary", BYTES("\x7f\x45LF\0\1\2\xff\n\0\0"), "", ODD_NO_FIELDS},
		{"8 bits in a name", BYTES("A\xc3\xa9: b\n"), "", ODD_NO_FIELDS},
		{"a colon alone", BYTES(": b\n"), "", ODD_NO_FIELDS},
	};

	check_rows(state, rows, LENGTH(rows));
}

#define FROM "From a@b Mon Jan  1 10:00:00 2024\n"

static void mboxes(void **state)
{
	static const struct row rows[] = {
		{"one", BYTES(FROM OURS "\nText\n"), "os=\"A\";", -1},
		{"two", BYTES(FROM OURS "\nText\n\n" FROM "X-P0F-OS: b\n\n"), "os=\"A\";b;", -1},
		{"no bodies", BYTES(FROM OURS "\n" FROM "X-P0F-OS: b\n\n"), "os=\"A\";b;", -1},
		{"CR LF",
			BYTES("From a 10:00\r\nA: b\r\n\r\nText\r\n\r\nFrom a 10:00\nX-P0F-OS: "
			      "b\n\n"),
			"-;b;", ODD_CRLF},
		{"Thunderbird", BYTES("From \nA: b\n\nText\n\nFrom \nX-P0F-OS: b\n\n"), "-;b;", -1},
		{"an address", BYTES("From a\nA: b\n\nText\n\nFrom a@b\r\nX-P0F-OS: b\n\n"), "-;b;",
			-1},
		{"quoted", BYTES(FROM OURS "\nText\n\n>" FROM "X-P0F-OS: b\n\n"), "os=\"A\";", -1},
		{"quoted twice", BYTES(FROM OURS "\nText\n\n>>" FROM "X-P0F-OS: b\n\n"),
			"os=\"A\";", -1},
		{"no blank line before", BYTES(FROM OURS "\nText\n" FROM "X-P0F-OS: b\n\n"),
			"os=\"A\";", -1},
		{"text", BYTES(FROM OURS "\nText\n\nFrom here on: nothing\nA: b\n"), "os=\"A\";",
			-1},
		{"text with a time", BYTES(FROM OURS "\nText\n\nFrom 10:30 on\nnothing\n\nText\n"),
			"os=\"A\";", ODD_FROM_IN_BODY},
		{"then a message",
			BYTES(FROM OURS "\nA\n\nFrom 10:30 on\n\n" FROM "X-P0F-OS: b\n\n"),
			"os=\"A\";b;", ODD_FROM_IN_BODY},
		{"in the header section", BYTES(FROM OURS FROM "X-P0F-OS: b\n\n"), "os=\"A\";b;",
			ODD_NO_BLANK_LINE},
		{">From in the header", BYTES(FROM ">" FROM OURS "\n"), "os=\"A\";", ODD_FROM_LINE},
		{"no blank line", BYTES(FROM OURS "Text\n\nText\n"), "os=\"A\";",
			ODD_NO_BLANK_LINE},
		{"nothing in it", BYTES(FROM), "", ODD_FROM_IN_BODY},
	};

	check_rows(state, rows, LENGTH(rows));
}

static FILE *create(char *path, size_t size, const char *directory)
{
	FILE *file;

	scratch_path(path, size, directory, "file");
	file = fopen(path, "wb");
	assert_non_null(file);
	return file;
}

/* 10 MB, in one line or in many, are not kept, and what follows is found. */
static void large(void **state)
{
	char path[512];
	FILE *file = create(path, sizeof(path), *state);

	fputs("A: ", file);
	for (unsigned i = 0; i < 10000000; i++)
		fputc('x', file);
	fputs("\n", file);
	for (unsigned i = 0; i < 200000; i++)
		fputs("B: c\n", file);
	fputs(OURS "\n", file);
	assert_int_equal(fclose(file), 0);
	read_mail(path);
	assert_string_equal(found, "os=\"A\";");
	check_odd("large", ODD_LARGE);
}

/* A value that is longer than what is kept is cut, and marked so. */
static void check_cut(void *context, const struct message *message)
{
	*(int *)context = message->cut && strlen(message->value) == sizeof(message->value) - 1;
}

static void cut(void **state)
{
	char path[512];
	FILE *file = create(path, sizeof(path), *state);
	int is_cut = 0;

	fputs("X-P0F-OS: ", file);
	for (unsigned i = 0; i < 200000; i++)
		fputs("x\n ", file);
	fputs("\n\n", file);
	assert_int_equal(fclose(file), 0);
	reader.header = "X-P0F-OS";
	reader.take = check_cut;
	reader.context = &is_cut;
	mailbox_read(&reader, path);
	assert_true(is_cut);
}

static void keep_family(void *context, const struct message *message)
{
	*(int *)context = (int)message->family;
}

/* The first one below our header was written by the server that the filter serves. */
static void family(void **state)
{
#define IPV4 "Received: from a (b [198.51.100.1])\n\tby c\n"
#define IPV6 "received: from a (b [IPv6:2001:db8::1])\n\tby c\n"
	static const struct {
		const char *label;
		const char *text;
		enum received_family family;
	} rows[] = {
		{"below", OURS IPV4 IPV6 "\n", RECEIVED_IPV4},
		{"not directly", OURS "A: b\n" IPV6 IPV4 "\n", RECEIVED_IPV6},
		{"above", IPV4 OURS IPV6 "\n", RECEIVED_IPV6},
		{"above only", IPV4 OURS "\n", RECEIVED_UNKNOWN},
		{"another form", OURS "Received: by c\n" IPV4 "\n", RECEIVED_UNKNOWN},
		{"none of ours", IPV4 "\n", RECEIVED_UNKNOWN},
	};
	static int got; /* as long as the reader */
	char path[512];

	scratch_path(path, sizeof(path), *state, "file");
	reader.header = "X-P0F-OS";
	reader.take = keep_family;
	reader.context = &got;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		got = -1;
		scratch_write(path, rows[i].text, strlen(rows[i].text));
		mailbox_read(&reader, path);
		if (got != (int)rows[i].family)
			fail_msg("%s: %d", rows[i].label, got);
	}
}

/* --- directories --- */

static void maildir(void **state)
{
	const char *root = *state;

	make_directory(root, "cur");
	make_directory(root, "new");
	make_directory(root, "tmp");
	make_directory(root, ".Spam.old");
	make_directory(root, ".Spam.old/cur");
	write_text(root, "cur/1:2,S", OURS "\n");
	write_text(root, "cur/.hidden", "X-P0F-OS: hidden\n\n");
	write_text(root, "new/2", OURS "\n");
	write_text(root, "tmp/3", "X-P0F-OS: tmp\n\n");
	write_text(root, "dovecot.index", "\1\2\3");
	write_text(root, "maildirfolder", "");
	write_text(root, ".Spam.old/cur/4", FROM OURS "\n");
	read_mail(root);
	assert_string_equal(found, "os=\"A\";os=\"A\";os=\"A\";");
	check_odd("a line From in a Maildir", ODD_FROM_LINE);
	assert_int_equal(mailbox_work(&reader, root), 3 * PROGRESS_MESSAGE);
}

/* "cur" itself is a mailbox; so is a directory anywhere above it. */
static void parts_of_a_maildir(void **state)
{
	char path[512];

	make_directory(*state, "a");
	make_directory(*state, "a/b");
	make_directory(*state, "a/b/new");
	write_text(*state, "a/b/new/1", OURS "\n");
	scratch_path(path, sizeof(path), *state, "a/b/new//");
	read_mail(path);
	assert_string_equal(found, "os=\"A\";");
	check_odd("new", -1);
	scratch_path(path, sizeof(path), *state, "a");
	read_mail(path);
	assert_string_equal(found, "os=\"A\";");
	check_odd("above", -1);
}

static void odd_entries(void **state)
{
	const char *root = *state;
	char path[512];

	make_directory(root, "cur");
	make_directory(root, "cur/sub");
	write_text(root, "cur/1", OURS "\n");
	scratch_path(path, sizeof(path), root, "cur/fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	scratch_path(path, sizeof(path), root, "cur/loop");
	assert_int_equal(symlink("loop", path), 0);
	scratch_path(path, sizeof(path), root, "up");
	assert_int_equal(symlink(".", path), 0);
	read_mail(root);
	assert_string_equal(found, "os=\"A\";");
	assert_int_equal(reader.odd.counts[ODD_DEVICE], 1);
	assert_int_equal(reader.odd.counts[ODD_SYMLINK], 2);
	assert_false(odd_has_failures(&reader.odd));
}

static void deep(void **state)
{
	int home = open(".", O_RDONLY);

	assert_int_equal(chdir(*state), 0);
	for (unsigned i = 0; i < 70; i++) {
		assert_int_equal(mkdir("cur", 0700), 0);
		assert_int_equal(chdir("cur"), 0);
	}
	assert_int_equal(fchdir(home), 0);
	close(home);
	read_mail(*state);
	check_odd("deep", ODD_TOO_DEEP);
	assert_true(odd_has_failures(&reader.odd));
}

static void not_mail(void **state)
{
	static const struct {
		const char *label;
		const char *name;
		int odd;
	} rows[] = {
		{"no such file", "missing", ODD_UNREADABLE},
		{"no Maildir", "empty", ODD_NO_MAILDIR},
		{"FIFO", "fifo", ODD_SPECIAL},
		{"a link to itself", "loop", ODD_UNREADABLE},
	};
	char path[512];

	make_directory(*state, "empty");
	scratch_path(path, sizeof(path), *state, "fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	scratch_path(path, sizeof(path), *state, "loop");
	assert_int_equal(symlink("loop", path), 0);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		scratch_path(path, sizeof(path), *state, rows[i].name);
		read_mail(path);
		check_odd(rows[i].label, rows[i].odd);
		assert_true(odd_has_failures(&reader.odd));
	}
	read_mail("/dev/null");
	check_odd("device", ODD_SPECIAL);
	read_mail("");
	check_odd("empty path", ODD_UNREADABLE);
}

/* A link is followed when it is named. */
static void named_link(void **state)
{
	char path[512];

	make_directory(*state, "cur");
	write_text(*state, "cur/1", OURS "\n");
	scratch_path(path, sizeof(path), *state, "link");
	assert_int_equal(symlink("cur/1", path), 0);
	read_mail(path);
	assert_string_equal(found, "os=\"A\";");
	check_odd("named link", -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(messages, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(mboxes, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(large, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(cut, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(family, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(maildir, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			parts_of_a_maildir, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(odd_entries, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(deep, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(not_mail, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(named_link, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
