"""A private Sendmail. It has no XCLIENT: a client really has its address, on lo."""

import fcntl
import ipaddress
import shutil
import socket
import struct
import subprocess

from . import smtp
from .mta import Mta
from .sandbox import STATE
from .servers import Process
from .tap import true, wait_for

CF = "/usr/share/sendmail/cf"
PROGRAM = "/usr/libexec/sendmail/sendmail"

SENDMAIL_MC = """
divert(0)dnl
VERSIONID(`test')dnl
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `mx.example.test')dnl
define(`confPID_FILE', `{base}/sendmail.pid')dnl
define(`QUEUE_DIR', `{base}/mqueue')dnl
define(`STATUS_FILE', `{base}/statistics')dnl
define(`HELP_FILE', `{base}/helpfile')dnl
define(`ALIAS_FILE', `{base}/aliases')dnl
define(`confSERVICE_SWITCH_FILE', `{base}/service.switch')dnl
define(`confHOSTS_FILE', `/etc/hosts')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confDEF_USER_ID', `nobody:nogroup')dnl
define(`confTO_IDENT', `0')dnl
define(`confDELIVERY_MODE', `interactive')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe,TrustStickyBit,GroupReadableSASLDBFile')dnl
define(`confMAX_HEADERS_LENGTH', `1048576')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confMILTER_LOG_LEVEL', `14')dnl
define(`confAUTH_MECHANISMS', `PLAIN')dnl
TRUST_AUTH_MECH(`PLAIN')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`promiscuous_relay')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`accept_unqualified_senders')dnl
DAEMON_OPTIONS(`Name=MTA4, Family=inet, Addr=127.0.0.1, Port={port}')dnl
DAEMON_OPTIONS(`Name=MTA6, Family=inet6, Addr=::1, Port={port}')dnl
{milters}
MAILER(`smtp')dnl
MAILER_DEFINITIONS
Mtofile, P={base}/tofile, F=lsDFMnuX59, S=10, R=20, A=tofile {base}/inbox $u
LOCAL_RULE_0
R$* < @ example.test . > $*	$#tofile $: $1
R$* < @ example.test > $*	$#tofile $: $1
"""

SUBMIT_MC = """
divert(0)dnl
VERSIONID(`test')dnl
define(`confDOMAIN_NAME', `mx.example.test')dnl
define(`confPID_FILE', `{base}/submit.pid')dnl
define(`confSERVICE_SWITCH_FILE', `{base}/service.switch')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confTIME_ZONE', `USE_TZ')dnl
define(`confDELIVERY_MODE', `interactive')dnl
define(`MSP_QUEUE_DIR', `{base}/clientmqueue')dnl
define(`STATUS_FILE', `{base}/statistics')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe')dnl
FEATURE(`nocanonify')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {port}')dnl
FEATURE(`msp', `[127.0.0.1]')dnl
"""

TOFILE = """#!/bin/sh
t=$(mktemp "$1/.tmp.XXXXXX") && cat > "$t" && mv "$t" "$1/$(basename "$t" | tr -d .)"
"""


def is_usable(address, family):
    """The kernel may take a moment to accept an IPv6 address."""
    with socket.socket(family) as any_socket:
        try:
            any_socket.bind((address, 0))
        except OSError:
            return False
        return True


def add_address(address):
    """ip address add ADDRESS dev lo; an address of the loopback network is there already."""
    ip = ipaddress.ip_address(address)
    if ip.is_loopback or ip in add_address.done:
        return
    siocsifaddr, if_index = 0x8916, socket.if_nametoindex("lo")
    if ip.version == 4:
        alias = f"lo:{len(add_address.done) + 1}".encode()
        request = struct.pack("16sHH4s8x", alias, socket.AF_INET, 0, ip.packed)
        family = socket.AF_INET
    else:
        request = struct.pack("=16sIi", ip.packed, 128, if_index)
        family = socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, siocsifaddr, request)
    wait_for(lambda: is_usable(address, family), f"{address} to be ours")
    add_address.done.add(ip)


add_address.done = set()


class Sendmail(Mta):
    """Sendmail, with these milters, as INPUT_MAIL_FILTER lines of m4."""

    inbox = STATE / "sendmail" / "inbox"

    def __init__(self, milters, port):
        self.base, self.port = STATE / "sendmail", port
        for folder in ("mqueue", "clientmqueue", "inbox"):
            (self.base / folder).mkdir(parents=True)
        (self.base / "mqueue").chmod(0o700)
        (self.base / "inbox").chmod(0o777)
        (self.base / "clientmqueue").chmod(0o770)
        shutil.chown(self.base / "clientmqueue", "smmsp", "smmsp")
        (self.base / "service.switch").write_text("hosts files\naliases files\n")
        for name in ("aliases", "statistics", "helpfile"):
            (self.base / name).write_text("")
        (self.base / "tofile").write_text(TOFILE)
        (self.base / "tofile").chmod(0o755)
        self._make("sendmail", SENDMAIL_MC.format(base=self.base, port=port, milters=milters))
        self._make("submit", SUBMIT_MC.format(base=self.base, port=port))
        self.daemon = Process("sendmail", [PROGRAM, "-C", str(self.base / "sendmail.cf"), "-bD",
                                           "-X", str(self.base / "traffic.log")])
        wait_for(self.listens, "Sendmail to listen")

    def _make(self, name, text):
        source = self.base / f"{name}.mc"
        source.write_text(text)
        result = subprocess.run(["m4", f"-D_CF_DIR_={CF}/", f"{CF}/m4/cf.m4", str(source)],
                                capture_output=True, text=True, check=False)
        true(result.returncode == 0, result.stderr)
        (self.base / f"{name}.cf").write_text(result.stdout)

    def client(self, address=None, login=False, source=None):
        source = source or address
        if source:
            add_address(source)
        host = "::1" if source and ":" in source else "127.0.0.1"
        return smtp.Client(self.port, host=host, source=source, login=login)

    def _run(self, *arguments, **options):
        return subprocess.run([PROGRAM, *arguments], text=True, capture_output=True, **options,
                              check=False)

    def submit(self, headers=""):
        token = self.token()
        result = self._run("-C", str(self.base / "submit.cf"), "-Ac", "-t",
                           input=self.message(token, headers))
        true(result.returncode == 0, result.stderr + result.stdout)
        return self.delivered(token)

    def submit_bs(self, headers=""):
        """Submit a message by SMTP on the standard input of sendmail -bs."""
        token = self.token()
        ours, theirs = socket.socketpair()
        with subprocess.Popen([PROGRAM, "-C", str(self.base / "sendmail.cf"), "-bs"],
                              stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL) as process:
            theirs.close()
            client = smtp.Client.over(ours)
            client.send(self.message(token, headers))
            client.close()
            process.wait()
        return self.delivered(token)

    def log(self):
        path = self.base / "traffic.log"
        return (path.read_text(errors="replace") if path.exists() else "") + self.daemon.log()

    def stop(self):
        self.daemon.signal(15)
        wait_for(lambda: not self.daemon.alive(), "Sendmail to stop")
