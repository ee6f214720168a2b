"""Hosts with a network of their own, joined by cables: all within the sandbox."""

import pathlib
import subprocess
import sys

from .tap import wait_for


def ip(*arguments, host=None):
    """ip ARGUMENTS, on a host, or in the sandbox itself."""
    subprocess.run([*(host.prefix if host else []), "ip", *map(str, arguments)], check=True)


class Host:
    """A network namespace. A command runs there behind its prefix."""

    def __init__(self):
        self._holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        own = pathlib.Path("/proc/self/ns/net").readlink()
        wait_for(lambda: pathlib.Path(f"/proc/{self.pid}/ns/net").readlink() != own,
                 "a network namespace")
        self.prefix = ["nsenter", f"--net=/proc/{self.pid}/ns/net", "--"]
        ip("link", "set", "lo", "up", host=self)

    @property
    def pid(self):
        return self._holder.pid

    def python(self, program, *arguments, **options):
        """Start a Python program there."""
        return subprocess.Popen([*self.prefix, sys.executable, "-c", program, *map(str, arguments)],
                                text=True, **options)


def cable(name, address, host, its_address):
    """Join the sandbox, by an interface of that name, with eth0 of a host."""
    ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", host.pid)
    ip("address", "add", address, "dev", name)
    ip("link", "set", name, "up")
    ip("address", "add", its_address, "dev", "eth0", host=host)
    ip("link", "set", "eth0", "up", host=host)


def nft(rules):
    """Replace the packet filter's rules, in the sandbox."""
    subprocess.run(["nft", "-f", "-"], input="flush ruleset\n" + rules, text=True, check=True)
