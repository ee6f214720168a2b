/*
 * Names that our header must not have, since mail has headers of these names, and names that it
 * may have.
 */
#include "field_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define NAME64 "X234567890123456789012345678901234567890123456789012345678901234"

static void assert_answers(const char *const *names, size_t count, const char *want)
{
	for (size_t i = 0; i < count; i++) {
		const char *why = field_name_check(names[i]);

		if (why == NULL ? want != NULL : want == NULL || strcmp(why, want) != 0)
			fail_msg("\"%s\": %s", names[i], why != NULL ? why : "taken");
	}
}

static void names_of_our_own_are_free(void **state)
{
	static const char *const names[] = {"X-P0F-OS", "X-OS", "P0F-OS", "X",
		"!#$%&'*+-.^_`|~09azAZ", NAME64, "Tot", "Fromage", "Subject-OS", "X-Subject",
		"MIME", "Contents", "X-Spammer", "Dates", "Listing", "Receive"};

	(void)state;
	assert_answers(names, LENGTH(names), NULL);
}

static void names_of_mail_are_taken(void **state)
{
	static const char *const names[] = {"Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc",
		"Message-ID", "In-Reply-To", "References", "Subject", "Comments", "Keywords",
		"Resent-Date", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc",
		"Resent-Bcc", "Resent-Message-ID", "Return-Path", "Received", "Received-SPF",
		"Delivered-To", "X-Original-To", "Auto-Submitted", "MIME-Version", "Content-Type",
		"Content-Transfer-Encoding", "Content-ID", "Content-Disposition",
		"Authentication-Results", "DKIM-Signature", "DomainKey-Signature", "ARC-Seal",
		"ARC-Message-Signature", "ARC-Authentication-Results", "List-Id",
		"List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "User-Agent", "X-Mailer",
		"Disposition-Notification-To", "X-Spam-Status", "X-Spam-Flag"};

	(void)state;
	assert_answers(
		names, LENGTH(names), "mail has headers of this name, and they would be deleted");
}

static void case_does_not_matter(void **state)
{
	static const char *const names[] = {
		"subject", "SUBJECT", "sUbJeCt", "content-type", "LIST-ID"};

	(void)state;
	assert_answers(
		names, LENGTH(names), "mail has headers of this name, and they would be deleted");
}

static void form_is_checked(void **state)
{
	static const char *const lengths[] = {"", NAME64 "5"};
	static const char *const forms[] = {
		"X P", "X:", ":", " ", "X\t", "X\r\nY", "X\x7f", "X\xc3\xa9"};

	(void)state;
	assert_answers(lengths, LENGTH(lengths), "the name of a header has 1 to 64 characters");
	assert_answers(forms, LENGTH(forms), "not the name of a header (RFC 5322, section 3.6.8)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_our_own_are_free),
		cmocka_unit_test(names_of_mail_are_taken),
		cmocka_unit_test(case_does_not_matter),
		cmocka_unit_test(form_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
