/*
 * A list linked both ways through the queries themselves: one that is given up leaves
 * from the middle, and nothing is allocated.
 */
#include "p0f_queue.h"

#include <stddef.h>

void p0f_queue_append(struct p0f_queue *queue, struct p0f_query *query)
{
	query->slot = -1;
	query->next = NULL;
	query->previous = queue->last;
	if (queue->last != NULL)
		queue->last->next = query;
	else
		queue->first = query;
	queue->last = query;
	queue->length++;
}

void p0f_queue_remove(struct p0f_queue *queue, struct p0f_query *query)
{
	if (query->previous != NULL)
		query->previous->next = query->next;
	else
		queue->first = query->next;
	if (query->next != NULL)
		query->next->previous = query->previous;
	else
		queue->last = query->previous;
	queue->length--;
}
