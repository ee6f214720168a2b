"""An MTA's side of the milter protocol, so that a test can do what no real MTA does.

The commands and replies are those of libmilter's mfdef.h.
"""

import ipaddress
import socket
import struct

# What Sendmail 8.17 and Postfix 3.7 offer.
ALL_ACTIONS, ALL_STEPS = 0x1ff, 0x1fffff
NO_REPLY_CONNECT, NO_REPLY_HEADER = 0x1000, 0x80


class Closed(Exception):
    """The filter has closed the connection."""


def connect(path, timeout=60):
    """A socket that is connected to a path, or to an address of TCP."""
    connected = socket.socket(socket.AF_INET if isinstance(path, tuple) else socket.AF_UNIX)
    connected.settimeout(timeout)
    connected.connect(path if isinstance(path, tuple) else str(path))
    return connected


class Mta:
    """One connection to the filter."""

    def __init__(self, path, version=6, actions=ALL_ACTIONS, steps=ALL_STEPS, timeout=60):
        self.socket = connect(path, timeout)
        self.send(b"O", struct.pack("!III", version, actions, steps))
        reply, data = self.receive()
        if reply != b"O":
            raise Closed
        self.version, self.actions, self.steps = struct.unpack("!III", data[:12])

    def send(self, command, data=b""):
        self.socket.sendall(struct.pack("!I", len(data) + 1) + command + data)

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise Closed
            data += piece
        return data

    def receive(self):
        """The next reply, as its letter and its data."""
        length = struct.unpack("!I", self._exactly(4))[0]
        data = self._exactly(length)
        return data[:1], data[1:]

    def connect(self, address=None, family=None):
        """The connect step; no address means local submission, family replaces the usual one."""
        if address is None:
            data = b"localhost\0" + (family or b"U")
        else:
            ip = ipaddress.ip_address(address)
            text = address if ip.version == 4 else f"IPv6:{address}"
            data = b"client.test\0" + (b"4" if ip.version == 4 else b"6")
            data += struct.pack("!H", 40000) + text.encode() + b"\0"
        self.send(b"C", data)
        if not self.steps & NO_REPLY_CONNECT:
            return self.receive()[0]
        return None

    def header(self, name, value):
        self.send(b"L", name.encode("latin1") + b"\0" + value.encode("latin1") + b"\0")
        if not self.steps & NO_REPLY_HEADER:
            return self.receive()[0]
        return None

    def macros(self, step, **values):
        pairs = b"".join(f"{{{name}}}".encode() + b"\0" + value.encode() + b"\0"
                         for name, value in values.items())
        self.send(b"D", step + pairs)

    def end(self):
        """The end of the message. Returns the verdict's letter, and what was changed."""
        self.send(b"E")
        changes = []
        while True:
            reply, data = self.receive()
            if reply not in (b"h", b"i", b"m"):
                return reply, data, changes
            index = struct.unpack("!I", data[:4])[0]
            name, value = data[4:].split(b"\0")[:2]
            changes.append((reply, index, name.decode(), value.decode()))

    def abort(self):
        self.send(b"A")

    def quit(self, again=False):
        """End the session; with again, another one follows on the same connection."""
        self.send(b"K" if again else b"Q")

    def close(self):
        self.socket.close()


def pass_message(path, address):
    """Pass a message without a header field from that client. Returns the filter's changes."""
    mta = Mta(path)
    mta.connect(address)
    changes = mta.end()[2]
    mta.close()
    return changes


def inserted(changes):
    """The header that the filter has inserted, unfolded, or None."""
    values = [value.replace("\n\t", " ") for what, _, _, value in changes if what == b"i"]
    return values[0] if values else None


def deleted(changes):
    """The indices of the headers that were deleted, in the order of the commands."""
    return [index for what, index, _, value in changes if what == b"m" and value == ""]
