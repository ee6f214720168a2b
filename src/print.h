#ifndef PRINT_H
#define PRINT_H

#include "summary.h"

#include <stdint.h>
#include <stdio.h>

/* Room for a label in quotes. */
#define PRINT_LABEL_SIZE 72

/* How a summary is written. */
struct print_options {
	const char *header; /* its name */
	uint64_t min;       /* messages that a row needs to get a score */
	unsigned columns;   /* of the terminal, for bars; 0: no bars */
};

/* A summary as a table for people. Here and below, its table must be sorted. */
void print_text(FILE *to, const struct summary *summary, const struct print_options *options);

/* CSV (RFC 4180), but with "\n" as the line end. */
void print_csv(FILE *to, const struct summary *summary, const struct print_options *options);

/* A JSON list with an object for each row. */
void print_json(FILE *to, const struct summary *summary, const struct print_options *options);

/* Rules for SpamAssassin, with the scores of the rows. */
void print_cf(FILE *to, const struct summary *summary, const struct print_options *options);

/* What is not in the table, and other remarks: one per line, each after the prefix. */
void print_remarks(FILE *to, const struct summary *summary, const char *prefix);

/*
 * The label for people and CSV: in quotes where it could be taken for a token. An absent label is
 * the empty string.
 */
void print_label(char text[PRINT_LABEL_SIZE], const struct label *label);

#endif
