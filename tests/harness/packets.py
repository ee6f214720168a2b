"""Packets made by hand: for p0f, a crafted SYN is as good as a real one."""

import copy
import ipaddress
import socket
import struct
import time

TIMESTAMP = 123456  # of the SYNs below; any number but zero

NOP, EOL, SACK_OK = b"\x01", b"\x00", b"\x04\x02"


def mss(size):
    return struct.pack("!BBH", 2, 4, size)


def window_scale(shift):
    return struct.pack("!BBB", 3, 3, shift)


def timestamps(value, echo=0):
    return struct.pack("!BBII", 8, 10, value, echo)


class Syn:
    """What p0f looks at in a SYN. For IPv6 the MSS is 20 less, and so is a window of 20 MSS."""

    flow = 0  # the label, on IPv6
    flags, sequence, acknowledgement, urgent, payload = 0, 1000, 0, 0, b""

    def __init__(self, ttl, window, options, dont_fragment=True, segment=1460, ident=4321):
        self.ttl, self.window, self.options = ttl, window, options
        self.dont_fragment, self.segment, self.ident = dont_fragment, segment, ident

    def at(self, ttl):
        """The same, from another distance."""
        other = copy.copy(self)
        other.ttl = ttl
        return other

    def tcp_options(self, version, value=TIMESTAMP, echo=0):
        size = self.segment - (20 if version == 6 else 0)
        parts = {"mss": mss(size), "nop": NOP, "eol": EOL, "sok": SACK_OK,
                 "ts": timestamps(value, echo)}
        options = b"".join(parts[name] if name in parts else window_scale(int(name[2:]))
                           for name in self.options.split())
        return options + b"\x00" * (-len(options) % 4)

    def window_for(self, version):
        of_segments = self.window % self.segment == 0
        return self.window - 20 * (self.window // self.segment) \
            if version == 6 and of_segments else self.window


def _checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packet(syn, source, target, ports, flags, numbers, options):
    """One TCP segment, as a frame for the loopback interface."""
    src, dst = ipaddress.ip_address(source), ipaddress.ip_address(target)
    offset = (20 + len(options)) // 4 << 4
    tcp = struct.pack("!HHIIBBHHH", *ports, *numbers, offset, flags,
                      syn.window_for(src.version), 0, syn.urgent) + options + syn.payload
    if src.version == 4:
        pseudo = src.packed + dst.packed + struct.pack("!BBH", 0, 6, len(tcp))
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), syn.ident,
                         0x4000 if syn.dont_fragment else 0, syn.ttl, 6, 0, src.packed, dst.packed)
        ip = ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:]
        ethertype = 0x0800
    else:
        pseudo = src.packed + dst.packed + struct.pack("!IHBB", len(tcp), 0, 0, 6)
        ip = struct.pack("!IHBB16s16s", 6 << 28 | syn.flow, len(tcp), 6, syn.ttl,
                         src.packed, dst.packed)
        ethertype = 0x86dd
    tcp = tcp[:16] + struct.pack("!H", _checksum(pseudo + tcp)) + tcp[18:]
    return b"\0" * 12 + struct.pack("!H", ethertype) + ip + tcp


SYN, ACK = 0x02, 0x10


class Injector:
    """Puts packets on the loopback interface, where p0f sees them."""

    def __init__(self, port):
        self.port = port
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind(("lo", 0))

    @staticmethod
    def _target(source):
        return "::1" if ":" in source else "127.0.0.1"

    def frame(self, source, syn, source_port=40000):
        """The first packet of a connection from source."""
        version = ipaddress.ip_address(source).version
        return packet(syn, source, self._target(source), (source_port, self.port),
                      SYN | syn.flags, (syn.sequence, syn.acknowledgement),
                      syn.tcp_options(version))

    def syn(self, source, syn, source_port=40000):
        """Send that packet."""
        self.socket.send(self.frame(source, syn, source_port))

    def handshake(self, source, syn, uptime_ms, source_port=40000):
        """A whole handshake of a host whose clock of 1 kHz stands at uptime_ms.

        p0f computes the clock's rate from the time between SYN and ACK: the ACK carries
        the time that has really passed, whatever that is.
        """
        target, began = self._target(source), time.monotonic()
        version = ipaddress.ip_address(source).version
        there, back = (source_port, self.port), (self.port, source_port)
        self.socket.send(packet(syn, source, target, there, SYN, (1000, 0),
                                syn.tcp_options(version, uptime_ms)))
        self.socket.send(packet(syn, target, source, back, SYN | ACK, (5000, 1001),
                                syn.tcp_options(version, 777, uptime_ms)))
        time.sleep(0.3)
        passed = round((time.monotonic() - began) * 1000)
        self.socket.send(packet(syn, source, target, there, ACK, (1001, 5001),
                                NOP + NOP + timestamps(uptime_ms + passed, 777)))


WINDOWS_XP = Syn(128 - 7, 16384, "mss nop nop sok")
WINDOWS_7 = Syn(128 - 12, 8192, "mss nop ws8 nop nop sok")
WINDOWS_7_DSL = Syn(128 - 9, 8192, "mss nop ws2 nop nop sok", segment=1452)
WINDOWS_10 = Syn(128 - 9, 64240, "mss nop ws8 nop nop sok")
WINDOWS_ANY = Syn(128 - 9, 12345, "mss nop nop sok")
FREEBSD = Syn(64 - 5, 65535, "mss nop ws6 sok ts")
MAC_OS_X = Syn(64 - 6, 65535, "mss nop ws6 nop nop ts sok eol", ident=0)
LINUX = Syn(64 - 10, 29200, "mss sok ts nop ws7")
LINUX_NO_ID = Syn(64 - 2, 29200, "mss sok ts nop ws7", ident=0)
LINUX_OLD = Syn(64 - 4, 5840, "mss sok ts nop ws7")
NO_SIGNATURE = Syn(201, 12345, "mss nop ws3 nop", segment=1400)
