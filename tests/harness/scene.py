"""The usual scene of a system test: a sandbox with p0f, the filter and an MTA."""

import pathlib
import sys

from . import sandbox, tap
from .packets import Injector
from .servers import SMTP_PORT, Filter, P0f, Postfix


class Scene:
    """p0f, the filter and Postfix, started in this order; any of them may be left out."""

    def __init__(self, with_p0f=True, **options):
        sandbox.enter(["p0f", "postfix"])
        self.program = str(pathlib.Path(sys.argv[1]).resolve())
        self.p0f = P0f() if with_p0f else None
        self.filter = Filter(self.program, **options)
        self.mta = Postfix(f"unix:{self.filter.path}")
        self.injector = Injector(SMTP_PORT)

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
            tap.equal(self.filter.stop(), 0, "exit code of p0f-milter")
            self.filter.check()
            if self.p0f:
                tap.equal(self.p0f.popen.poll(), None, "exit code of p0f")

        tap.run_all(self._log_tail)
