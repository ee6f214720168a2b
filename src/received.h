#ifndef RECEIVED_H
#define RECEIVED_H

/* The address family of a client. */
enum received_family { RECEIVED_UNKNOWN, RECEIVED_IPV4, RECEIVED_IPV6 };

/*
 * Returns the family of the client that a mail server names in the unfolded value of its Received
 * header: "from HELO (NAME [ADDRESS]) by ...". RECEIVED_UNKNOWN when there is no address in that
 * place: what the client says about itself does not count.
 */
enum received_family received_family(const char *value);

#endif
