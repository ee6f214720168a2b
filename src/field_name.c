/*
 * Names of header fields. A filter that takes "Subject" for its own header deletes the subject of
 * each message: names that other programs write, and that people or programs need, are refused.
 * Sources: IANA's registry of message header fields for mail, and common practice.
 */
#include "field_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_LENGTH 64

/* A name that ends in "-" stands for all names that begin with it. */
static const char *const taken[] = {
	/* RFC 5322 */
	"Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To",
	"References", "Subject", "Comments", "Keywords", "Resent-",
	/* trace and delivery */
	"Return-Path", "Received", "Received-", "Delivered-To", "Delivery-Date", "Envelope-",
	"X-Envelope-", "X-Original-To", "Original-", "Apparently-To", "Via", "Auto-Submitted",
	"Errors-To", "Bounces-To", "Require-Recipient-Valid-Since", "Downgraded-",
	/* MIME */
	"MIME-Version", "Content-",
	/* signatures, and the results of checking them */
	"Authentication-Results", "Authentication-Results-", "X-Authentication-", "DKIM-",
	"DomainKey-", "ARC-", "BIMI-", "VBR-Info", "TLS-", "Autocrypt", "Autocrypt-", "Feedback-ID",
	"X-Google-DKIM-Signature",
	/* mailing lists and news */
	"List-", "Archived-At", "Mailing-List", "Mail-Followup-To", "Mail-Reply-To", "Precedence",
	"X-Loop", "X-BeenThere", "X-Mailman-", "Newsgroups", "Followup-To", "Path", "Approved",
	"Control", "Distribution", "Supersedes", "Xref", "Lines",
	/* what mail programs write for one another */
	"User-Agent", "X-Mailer", "X-MimeOLE", "Organization", "Importance", "Priority",
	"X-Priority", "X-MSMail-Priority", "Sensitivity", "Expires", "Expiry-Date", "Reply-By",
	"Language", "Accept-Language", "Message-Context", "Thread-Topic", "Thread-Index",
	"Disposition-Notification-", "Return-Receipt-To", "Face", "X-Face", "Author", "Encrypted",
	"Encoding", "Obsoletes", "Solicitation", "Deferred-Delivery", "Status", "X-Status",
	"X-Keywords", "X-UID", "X-UIDL", "X-MS-", "MMHS-", "X400-",
	/* spam filters delete these, too */
	"X-Spam", "X-Spam-", "X-Virus-"};

static bool is_taken(const char *name)
{
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		size_t length = strlen(taken[i]);

		if (strncasecmp(name, taken[i], length) == 0 &&
			(name[length] == '\0' || taken[i][length - 1] == '-'))
			return true;
	}
	return false;
}

size_t field_name_span(const char *text, size_t size)
{
	size_t length = 0;

	while (length < size && text[length] > ' ' && text[length] <= '~' && text[length] != ':')
		length++;
	return length;
}

const char *field_name_check_form(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > NAME_MAX_LENGTH)
		return "the name of a header has 1 to 64 characters";
	if (field_name_span(name, length) < length)
		return "not the name of a header (RFC 5322, section 3.6.8)";
	return NULL;
}

const char *field_name_check(const char *name)
{
	const char *why = field_name_check_form(name);

	if (why == NULL && is_taken(name))
		why = "mail has headers of this name, and they would be deleted";
	return why;
}
