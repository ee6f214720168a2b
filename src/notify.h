#ifndef NOTIFY_H
#define NOTIFY_H

/*
 * Tell the service manager a state, as sd_notify(3) does: "READY=1", "STOPPING=1".
 * Does nothing when nobody asked (NOTIFY_SOCKET). Failures are only logged: no service
 * manager, no reason to stop.
 */
void notify_send(const char *state);

/* "RELOADING=1" with the time stamp that Type=notify-reload wants; "READY=1" ends it. */
void notify_reloading(void);

#endif
