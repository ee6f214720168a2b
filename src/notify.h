#ifndef NOTIFY_H
#define NOTIFY_H

/*
 * Report a state to the service manager, as sd_notify(3) does: "READY=1", "STOPPING=1". Does
 * nothing without NOTIFY_SOCKET in the environment. Failures are only logged: they are no reason
 * to stop.
 */
void notify_send(const char *state);

/* "RELOADING=1" with the time stamp that Type=notify-reload needs; "READY=1" ends the reload. */
void notify_reloading(void);

#endif
