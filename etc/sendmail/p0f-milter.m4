dnl p0f-milter in Sendmail. Put the line into sendmail.mc, above the MAILER lines and
dnl ahead of the filters that read the header, and rebuild sendmail.cf ("make -C
dnl /etc/mail", "sendmailconfig" on Debian). Filters run in the order of their lines.
dnl
dnl S  where p0f-milter listens: its option "socket". Sendmail requires that only their
dnl    owners can write to the directories above it.
dnl F  is left out: if the filter does not answer, mail passes without the header.
dnl    With F=T, it is deferred (451).
dnl T  the time to connect, to send, for a reply, and for the end of the message. R and E
dnl    must be longer than lookup_timeout (0.5 s, at most 10 s) and a restart of the
dnl    filter (at most 10 s) together.
dnl
dnl With p0f-milter.socket, as in Debian's package:
INPUT_MAIL_FILTER(`p0f-milter', `S=unix:/run/p0f-milter.sock, T=C:30s;S:30s;R:30s;E:1m')dnl
dnl
dnl Without it:
dnl INPUT_MAIL_FILTER(`p0f-milter', `S=unix:/run/p0f-milter/p0f-milter.sock, T=C:30s;S:30s;R:30s;E:1m')dnl
dnl
dnl In sendmail.cf the first line becomes these two:
dnl
dnl O InputMailFilters=p0f-milter
dnl Xp0f-milter, S=unix:/run/p0f-milter.sock, T=C:30s;S:30s;R:30s;E:1m
dnl
dnl Nothing has to be added to confMILTER_MACROS_*: p0f-milter asks for the macros that
dnl it reads, i and {auth_authen}.
