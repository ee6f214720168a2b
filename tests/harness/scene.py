"""The usual scene of a system test: a sandbox with p0f, the filter and a mail server."""

import pathlib
import sys

from . import sandbox, tap
from .mta import add_user
from .packets import Injector
from .postfix import Postfix
from .sendmail import Sendmail
from .servers import SMTP_PORT, Filter, P0f
from .spamassassin import SpamAssassin

# p0f does not watch it: a client's own SYN would hide the crafted one.
UNWATCHED_PORT = SMTP_PORT + 1


class Scene:
    """p0f, the filter and the mail server that the command line names, started in this order.

    With real_syns, p0f sees the connections that a test makes to Sendmail, too. With
    spamassassin, the mail server hands messages on to it behind the filter. main_cf is
    for Postfix; sets are more programs for the sandbox; filter_class is a kind of Filter.
    """

    def __init__(self, with_p0f=True, real_syns=False, spamassassin=False, main_cf="",
                 sets=(), filter_class=Filter, **options):
        self.program = str(pathlib.Path(sys.argv[1]).resolve())
        self.is_postfix = sys.argv[2:3] != ["sendmail"]
        sandbox.enter(["p0f", "sasl", "postfix" if self.is_postfix else "sendmail"] +
                      ["spamassassin"] * bool(spamassassin) + list(sets))
        add_user()
        self.p0f = P0f() if with_p0f else None
        self.filter = filter_class(self.program, **options)
        sockets = [f"unix:{self.filter.path}"]
        if spamassassin:
            local_cf = spamassassin if isinstance(spamassassin, str) else ""
            sockets.append(f"unix:{SpamAssassin(local_cf).path}")
        self.mta = self._mta(sockets, real_syns, main_cf)
        self.injector = Injector(SMTP_PORT)

    def _mta(self, sockets, real_syns, main_cf):
        if self.is_postfix:
            return Postfix(" ".join(sockets), main_cf=main_cf)
        lines = [f"INPUT_MAIL_FILTER(`filter{i}', `S={path}, F=T, T=C:10s;S:30s;R:30s;E:60s')dnl"
                 for i, path in enumerate(sockets)]
        return Sendmail("\n".join(lines), SMTP_PORT if real_syns else UNWATCHED_PORT)

    def see(self, address, syn):
        """Let p0f see the SYN of a host, and wait until it has."""
        self.injector.syn(address, syn)
        self.p0f.wait_for_host(address)

    def headers(self, address=None, **options):
        """Send a message as that client; the values of its X-P0F-OS headers as delivered."""
        return self.mta.deliver(address, **options).all("X-P0F-OS")

    def _log_tail(self):
        lines = self.filter.log_tail() + self.mta.log_tail(10)
        return lines + (self.p0f.log_tail(5) if self.p0f else [])

    def run(self):
        """Run the tests. Then the filter must stop as it should, and leave p0f alive."""

        @tap.test("the filter stops cleanly, and p0f survives it")
        def _():
            self.filter.stop()
            if self.p0f:
                tap.equal(self.p0f.popen.poll(), None, "exit code of p0f")

        tap.run_all(self._log_tail)
