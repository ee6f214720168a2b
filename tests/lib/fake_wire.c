/*
 * The protocol of the tests' p0f.
 */
#include "fake_wire.h"

#include <stdio.h>
#include <string.h>

bool fake_query_is_right(const uint8_t query[P0F_QUERY_SIZE])
{
	static const uint8_t zeros[12];
	const uint32_t magic = UINT32_C(0x50304601);

	if (memcmp(query, &magic, sizeof(magic)) != 0)
		return false;
	return query[4] == 6 || (query[4] == 4 && memcmp(query + 9, zeros, sizeof(zeros)) == 0);
}

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

void fake_reply_make(uint8_t bytes[P0F_REPLY_SIZE], const struct addr *asked, const char *label)
{
	char text[ADDR_TEXT_SIZE];
	int16_t distance = 11;

	memset(bytes, 0, P0F_REPLY_SIZE);
	put32(bytes, UINT32_C(0x50304602));
	put32(bytes + 4, P0F_STATUS_OK);
	for (uint32_t field = 0; field < 7; field++)
		put32(bytes + 8 + 4 * field, 1001 + field);
	memcpy(bytes + 36, &distance, sizeof(distance));
	bytes[38] = 1;
	bytes[39] = P0F_MATCH_FUZZY;
	snprintf((char *)bytes + 40, P0F_STRING_SIZE, "%s", addr_format(asked, text));
	snprintf((char *)bytes + 72, P0F_STRING_SIZE, "%s", label);
	strcpy((char *)bytes + 104, "Firefox");
	strcpy((char *)bytes + 136, "10.x");
	strcpy((char *)bytes + 168, "Ethernet or modem");
	strcpy((char *)bytes + 200, "English");
}
