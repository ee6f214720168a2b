"""The filter, and p0f, each with its state below /mnt."""

import ipaddress
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys

from . import milter
from .sandbox import ROOT, STATE
from .tap import equal, true, wait_for

# The port that p0f watches.
SMTP_PORT = 2525

# What the sanitizers print when they have found something.
COMPLAINTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:",
              "WARNING: ThreadSanitizer")


def _cpu_seconds(stat):
    """From the text of a file "stat" in /proc."""
    return sum(map(int, stat.rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")


class Process:
    """A program whose output goes to a file."""

    def __init__(self, name, command, **options):
        self.name = name
        self.log_path = STATE / f"{name}.log"
        self.command, self.options = command, options
        self.start()

    def start(self):
        """Run it; once more, if it has ended."""
        with open(self.log_path, "ab") as log:
            self.offset = log.tell()  # of this run's lines
            self.popen = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, **self.options)

    @property
    def pid(self):
        return self.popen.pid

    def log(self):
        """What this run has written."""
        with open(self.log_path, "rb") as log:
            log.seek(self.offset)
            return log.read().decode("utf-8", "replace")

    def log_tail(self, lines=30):
        return [f"{self.name}: {line}" for line in self.log().splitlines()[-lines:]]

    def wait_for_log(self, text, count=1):
        """Wait until a text has been written so often."""
        def found():
            true(self.alive() or text in self.log(), f"{self.name} has ended:\n{self.log()}")
            return self.log().count(text) >= count
        wait_for(found, f"{text!r} in the log of {self.name}")

    def alive(self):
        return self.popen.poll() is None

    def signal(self, number):
        self.popen.send_signal(number)

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def descriptors(self):
        """How many descriptors the process has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def rss_kb(self):
        """The memory that the process has in RAM."""
        return int(re.search(r"^VmRSS:\s+(\d+)", self._proc("status"), re.M)[1])

    def is_sanitized(self):
        """Whether it is built with a sanitizer, which keeps freed memory for a while."""
        return re.search(r"/lib[at]san\.", self._proc("maps")) is not None

    def cpu_seconds(self):
        """The CPU time of the process."""
        return _cpu_seconds(self._proc("stat"))

    def threads_cpu_seconds(self):
        """The CPU time of each of its threads."""
        return {task: _cpu_seconds(self._proc(f"task/{task}/stat"))
                for task in os.listdir(f"/proc/{self.pid}/task")}

    def _proc(self, name):
        return pathlib.Path(f"/proc/{self.pid}/{name}").read_text(encoding="utf-8")

    def sockets(self):
        """How many sockets the process has open. One that it closes meanwhile does not count."""
        return sum(fd.is_socket() for fd in pathlib.Path(f"/proc/{self.pid}/fd").iterdir())


STOCK_FP = "/etc/p0f/p0f.fp"


def merge_fp(output, *options):
    """Run the tree's p0f-milter-fp on its signatures and p0f's. Returns status and messages."""
    result = subprocess.run([ROOT / "src/p0f-milter-fp", "-l", "",
                             "-m", ROOT / "etc/p0f/p0f-milter.fp", "-o", output, *options],
                            text=True, stderr=subprocess.PIPE, check=False)
    return result.returncode, result.stderr


def _merged_fp():
    """The file of signatures that p0f has where p0f-milter is installed."""
    path = STATE / "p0f.fp"
    if not path.exists():
        equal(merge_fp(path)[0], 0, "exit status of p0f-milter-fp")
    return path


def ask_p0f(path, address):
    """p0f's status for an address: 0x10 or 0x20. The reply is always read: see p0f's README."""
    ip = ipaddress.ip_address(address)
    with socket.socket(socket.AF_UNIX) as api:
        api.connect(str(path))
        api.sendall(struct.pack("=IB16s", 0x50304601, ip.version, ip.packed))
        reply = b""
        while len(reply) < 232:
            piece = api.recv(232 - len(reply))
            true(piece, "p0f closed its socket")
            reply += piece
    return struct.unpack("=I", reply[4:8])[0]


class P0f(Process):
    """p0f on the loopback interface. Its filter sees both directions, for the uptime.

    fp is a file of signatures in place of the merged one.
    """

    def __init__(self, path=None, name="p0f", options=(), port=SMTP_PORT, fp=None):
        self.path = path or STATE / "p0f.sock"
        pathlib.Path(self.path).unlink(missing_ok=True)
        super().__init__(name, ["p0f", "-i", "lo", "-f", str(fp or _merged_fp()),
                                "-s", str(self.path), *options, f"tcp port {port}"])

    def start(self):
        super().start()
        self.wait_for_log("Entered main event loop")

    def restart(self):
        """Run it once more, after its end. p0f removes the stale socket itself."""
        self.start()

    def ask(self, address):
        return ask_p0f(self.path, address)

    def wait_for_host(self, address):
        wait_for(lambda: self.ask(address) == 0x10, f"p0f to see {address}")


class StrictP0f:
    """The fake p0f of the unit tests: it follows orders, and counts what would harm a real one.

    It knows each host, calls it by its address, and has last seen it long ago. The
    orders are those of strict_p0f.c.
    """

    VIOLATIONS = ("second_connections", "closed_early", "half_closed", "bad_queries",
                  "hasty_connections")

    def __init__(self, program):
        self.popen = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      env={**os.environ, "TMPDIR": str(STATE)}, text=True)
        self.path = self.popen.stdout.readline().rstrip()

    def order(self, order):
        """Give an order, and wait until it is carried out."""
        self.popen.stdin.write(order + "\n")
        self.popen.stdin.flush()
        equal(self.popen.stdout.readline(), "done\n", order)

    def end(self):
        """End it. Returns its counts by name."""
        counts = dict(line.split() for line in self.popen.communicate()[0].splitlines())
        equal(self.popen.returncode, 0, "exit code of the strict p0f")
        return {name: int(count) for name, count in counts.items()}


class Filter(Process):
    """p0f-milter. Options are keyword arguments, with values in the file's syntax.

    The environment is added to ours.
    """

    def __init__(self, program, name="p0f-milter", path=None, environment=None, **options):
        self.conf_path = STATE / f"{name}.conf"
        self.path = path or STATE / f"{name}.sock"
        self.configure(**options)
        if not isinstance(self.path, tuple):
            self.path.unlink(missing_ok=True)
        super().__init__(name, [program, "-c", str(self.conf_path)],
                         env={**os.environ, **(environment or {})})

    def start(self):
        super().start()
        self.wait_for_log("listens on")
        self.negotiate()

    def negotiate(self):
        """Negotiate, as an MTA does first: once that is answered, libmilter serves."""
        with milter.connect(self.path) as mta:
            version, actions, steps = 6, 0x1ff, 0x1fffff
            mta.sendall(struct.pack("!IcIII", 13, b"O", version, actions, steps))
            true(mta.recv(5)[4:] == b"O", "the filter does not negotiate")

    def configure(self, **options):
        """Write the configuration file; the defaults are those of a test."""
        values = {"socket": f'"unix:{self.path}"', "socket_mode": '"0666"',
                  "p0f": f'{{"{STATE}/p0f.sock"}}', "log_level": '"debug"'}
        values.update(options)
        self.conf_path.write_text("".join(f"{k} = {v}\n" for k, v in values.items()))

    def reload(self, **options):
        """Change the configuration of the running filter."""
        done = self.log().count(": reloaded ")
        self.configure(**options)
        self.signal(signal.SIGUSR1)
        self.wait_for_log(": reloaded ", done + 1)

    def lines_lost(self):
        """How many lines the log has lost, by its own count."""
        return sum(map(int, re.findall(r"lines lost, since the log was not read in time: (\d+)\n",
                                       self.log())))

    def stop(self):
        """Stop it by SIGTERM; fail unless it ends well."""
        self.signal(signal.SIGTERM)
        wait_for(lambda: not self.alive(), "p0f-milter to stop")
        self.check_end()

    def check_end(self):
        """Fail unless it has ended well."""
        for complaint in COMPLAINTS:
            true(complaint not in self.log(), f"sanitizer:\n{self.log()}")
        equal(self.popen.returncode, 0, "exit code of p0f-milter")


class Activated(Filter):
    """A filter that gets its socket from us: we hold it, as systemd does."""

    START = ("import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update("
             "LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); os.execv(sys.argv[2], sys.argv[2:])")

    def __init__(self, program, name="activated", socket_option='"fd:3"', **options):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(STATE / f"{name}.systemd"))
        os.chmod(self.listener.getsockname(), 0o666)
        self.listener.listen(1024)
        super().__init__(program, name=name, socket=socket_option, **options)

    def start(self):
        given = str(self.listener.fileno())
        if self.command[0] != sys.executable:
            self.command = [sys.executable, "-c", self.START, given, *self.command]
            self.options["pass_fds"] = [self.listener.fileno()]
            self.path = pathlib.Path(self.listener.getsockname())
        super().start()
