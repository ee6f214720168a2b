"""A syslog daemon, which reads /dev/log; each sandbox has its own."""

import os
import pathlib
import re
import socket
import subprocess
import threading

from .sandbox import STATE

# <priority>, a time, the program's name and its pid: see RFC 3164.
LINE = re.compile(r"<(\d+)>\w{3} [ \d]\d \d\d:\d\d:\d\d ([^\s\[:]+)(?:\[(\d+)\])?: (.*)", re.S)


class Syslog:
    """Messages as (priority, name, pid, text)."""

    PATH = "/dev/log"

    def __init__(self, deaf=False):
        """deaf: it reads nothing until listen() is called."""
        _own_dev()
        self.messages = []
        self.start(deaf)

    def start(self, deaf=False):
        """Listen; once more, after a stop."""
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.PATH)
        os.chmod(self.PATH, 0o666)
        if not deaf:
            threading.Thread(target=self.listen, daemon=True).start()

    def stop(self):
        """Stop, like a daemon that is restarted."""
        os.unlink(self.PATH)
        self.socket.shutdown(socket.SHUT_RDWR)

    def listen(self):
        """Read messages until the stop."""
        with self.socket as listener:
            while datagram := listener.recv(65536):
                priority, name, pid, text = LINE.fullmatch(datagram.decode()).groups()
                self.messages.append((int(priority), name, int(pid or 0), text))


def _own_dev():
    """Lay a folder of our own over /dev, with the devices that programs need."""
    folder = STATE / "dev"
    folder.mkdir()
    for name in ("null", "zero", "random", "urandom"):
        (folder / name).touch()
        subprocess.run(["mount", "--bind", pathlib.Path("/dev") / name, folder / name], check=True)
    subprocess.run(["mount", "--rbind", folder, "/dev"], check=True)
