"""The programs under test, each with its state below /mnt: p0f, Postfix, and our filter."""

import ipaddress
import itertools
import os
import pathlib
import pwd
import shutil
import signal
import socket
import struct
import subprocess

from . import smtp
from .sandbox import ROOT, STATE
from .tap import true, wait_for

SMTP_PORT = 2525

# What the sanitizers print when they have found something.
COMPLAINTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:",
              "WARNING: ThreadSanitizer")


def sanitizer_environment():
    """The environment, with what libmilter does of itself hidden from ThreadSanitizer."""
    return {**os.environ, "TSAN_OPTIONS": f"suppressions={ROOT}/tests/tsan.supp"}


class Process:
    """A program whose output goes to a file."""

    def __init__(self, name, command, **options):
        self.name = name
        self.log_path = STATE / f"{name}.log"
        with open(self.log_path, "ab") as log:
            self.offset = log.tell()  # of this run's lines
            self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=log, **options)

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

    def sockets(self):
        """How many sockets the process has open."""
        folder = f"/proc/{self.pid}/fd"
        return sum(os.readlink(f"{folder}/{fd}").startswith("socket:") for fd in os.listdir(folder))


class P0f(Process):
    """p0f on the loopback interface. Its filter sees both directions, for the uptime."""

    def __init__(self, path=None, name="p0f"):
        self.path = path or STATE / "p0f.sock"
        pathlib.Path(self.path).unlink(missing_ok=True)
        super().__init__(name, ["p0f", "-i", "lo", "-f", "/etc/p0f/p0f.fp", "-s", str(self.path),
                                f"tcp port {SMTP_PORT}"])
        self.wait_for_log("Entered main event loop")

    def ask(self, address):
        """p0f's status for an address: 0x10 or 0x20. The reply is always read: see p0f's README."""
        ip = ipaddress.ip_address(address)
        with socket.socket(socket.AF_UNIX) as api:
            api.connect(str(self.path))
            api.sendall(struct.pack("=IB16s", 0x50304601, ip.version, ip.packed))
            reply = b""
            while len(reply) < 232:
                piece = api.recv(232 - len(reply))
                true(piece, "p0f closed its socket")
                reply += piece
        return struct.unpack("=I", reply[4:8])[0]

    def wait_for_host(self, address):
        wait_for(lambda: self.ask(address) == 0x10, f"p0f to see {address}")


class Filter(Process):
    """p0f-milter. Options are keyword arguments, with values in the file's syntax."""

    def __init__(self, program, name="p0f-milter", **options):
        self.conf_path = STATE / f"{name}.conf"
        self.path = STATE / f"{name}.sock"
        self.configure(**options)
        self.path.unlink(missing_ok=True)
        super().__init__(name, [program, "-c", str(self.conf_path)], env=sanitizer_environment())
        self.wait_for_log("listens on")
        self.negotiate()

    def negotiate(self):
        """Do what an MTA does first: once that is answered, libmilter serves."""
        with socket.socket(socket.AF_UNIX) as mta:
            mta.connect(str(self.path))
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

    def stop(self):
        """End it by SIGTERM. libmilter looks up when somebody connects, so that is what we do."""
        self.signal(signal.SIGTERM)

        def ended():
            with socket.socket(socket.AF_UNIX) as poke:
                try:
                    poke.connect(str(self.path))
                except OSError:
                    pass
            return not self.alive()

        wait_for(ended, "p0f-milter to stop")
        return self.popen.returncode

    def check(self):
        """Fail if a sanitizer has complained."""
        for complaint in COMPLAINTS:
            true(complaint not in self.log(), f"sanitizer:\n{self.log()}")


MAIN_CF = """
compatibility_level = 3.6
config_directory = {base}/etc
queue_directory = {base}/spool
data_directory = {base}/data
maillog_file = {base}/maillog
maillog_file_prefixes = {base}
myhostname = mx.example.test
mydomain = example.test
myorigin = example.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1, [::1]
mynetworks = 127.0.0.0/8 [::1]/128
disable_dns_lookups = yes
smtpd_peername_lookup = no
biff = no
default_process_limit = 400
default_transport = error:there is no outside world
relay_transport = error:there is no outside world
virtual_mailbox_domains = example.test
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_authorized_xclient_hosts = 0.0.0.0/0 [::]/0
smtpd_client_connection_count_limit = 0
message_size_limit = 0
virtual_mailbox_limit = 0
header_size_limit = 1024000
milter_default_action = tempfail
smtpd_milters = {milters}
non_smtpd_milters = {milters}
"""

MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
[::1]:{port} inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


class Message:
    """A delivered message: its header fields as (name, value) with the folds in them."""

    def __init__(self, text):
        self.text = text
        head = text.split("\n\n", 1)[0]
        self.fields = []
        for line in head.split("\n"):
            if line[:1] in (" ", "\t"):
                name, value = self.fields[-1]
                self.fields[-1] = (name, value + "\n" + line)
            else:
                name, _, value = line.partition(":")
                self.fields.append((name, value.lstrip(" ")))

    def all(self, name):
        """The values of every field of that name, unfolded as RFC 5322 says."""
        return [value.replace("\n", "").replace("\t", " ") for field, value in self.fields
                if field.lower() == name.lower()]

    def index(self, name):
        """The place of the first field of that name, from the top."""
        return [field.lower() for field, _ in self.fields].index(name.lower())


class Postfix:
    """A private Postfix: mail to anybody at example.test lands in one maildir."""

    port = SMTP_PORT
    tokens = itertools.count(1)

    def __init__(self, milters):
        self.base = STATE / "postfix"
        nobody = pwd.getpwnam("nobody")
        for folder in ("etc", "spool", "data", "mail"):
            (self.base / folder).mkdir(parents=True)
        shutil.chown(self.base / "data", "postfix")
        shutil.chown(self.base / "mail", "nobody")
        (self.base / "etc" / "main.cf").write_text(MAIN_CF.format(
            base=self.base, uid=nobody.pw_uid, gid=nobody.pw_gid, milters=milters))
        (self.base / "etc" / "master.cf").write_text(MASTER_CF.format(port=self.port))
        self._control("start")
        wait_for(self._listens, "Postfix to listen")

    def _control(self, command):
        result = subprocess.run(["postfix", "-c", str(self.base / "etc"), command],
                                capture_output=True, text=True, check=False)
        true(result.returncode == 0, f"postfix {command}: {result.stderr}{self.log()}")

    def _listens(self):
        try:
            smtp.Client(self.port).close()
            return True
        except OSError:
            return False

    def log(self):
        path = self.base / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""

    def log_tail(self, lines=30):
        return ["postfix: " + line for line in self.log().splitlines()[-lines:]]

    def token(self):
        """A Message-ID that no other message has."""
        return f"<{next(self.tokens)}.{os.getpid()}@client.test>"

    def message(self, token, headers="", body="Hello.\n"):
        """A message with these further header lines on top."""
        return (f"{headers}From: sender@example.test\nTo: inbox@example.test\nSubject: test\n"
                f"Date: Mon, 23 Nov 2026 08:00:00 +0000\nMessage-ID: {token}\n\n{body}")

    def delivered(self, token):
        """Wait for the message with that Message-ID."""
        seen = set()

        def find():
            folder = self.base / "mail" / "inbox" / "new"
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.name not in seen:
                    seen.add(path.name)
                    message = Message(path.read_text(errors="replace"))
                    if message.all("Message-ID") == [token]:
                        path.unlink()
                        return message
            return None

        return wait_for(find, f"the delivery of {token}")

    def deliver(self, address=None, headers="", login=None, source=None):
        """Send a message as that client (XCLIENT), and return it as it was delivered."""
        token = self.token()
        xclient = smtp.xclient_address(address, login) if address else None
        client = smtp.Client(self.port, source=source, xclient=xclient)
        client.send(self.message(token, headers))
        client.close()
        return self.delivered(token)

    def submit(self, headers=""):
        """Submit a message locally, by the sendmail command."""
        token = self.token()
        subprocess.run(["sendmail", "-t"], input=self.message(token, headers), text=True,
                       check=True, env={**os.environ, "MAIL_CONFIG": str(self.base / "etc")})
        return self.delivered(token)

    def stop(self):
        self._control("stop")
