"""p0f's notation of a SYN: packets and files made from it, and p0f's answers to many at once."""

import collections
import ipaddress
import pathlib
import re
import struct
import subprocess

from .packets import EOL, NOP, SACK_OK, SYN, Syn, mss, packet, timestamps, window_scale
from .sandbox import STATE

# os is name and flavor; a tool that has no name in the API ("!" in p0f's file) begins with "!"
Answer = collections.namedtuple("Answer", "os match")

ETHERNET = 1  # the type of link in a capture
CWR_ECE = 0xc0
# Where the SYNs of a capture come from, and where they go.
NETWORKS = {4: ("198.18.0.0", "192.0.2.1"), 6: ("2001:db8::", "2001:db8:1::1")}
# Fewer than the hosts that p0f remembers (1,000 of them are connections at once).
BATCH = 500


class Crafted(Syn):
    """The SYN of a signature without wildcards, with the TTL on arrival: 4:64:0:1460:mss*44,7:...

    Quirks that a SYN of a mail client or a scanner can have are known, and IP options are not.
    """

    def __init__(self, text):
        version, ttl, _, segment, window, layout, quirks, payload = text.split(":")
        window, self.scale = window.split(",")
        self.version, self.layout = int(version), [word for word in layout.split(",") if word]
        quirks = set(quirks.split(","))
        # without DF an ID is the rule, which p0f does not write
        no_ident = "id-" in quirks or "df" in quirks and "id+" not in quirks
        super().__init__(int(ttl), 0, layout, "df" in quirks, int(segment),
                         0 if no_ident else 4321)
        self.window = self._window(window)
        self.flow = 0x12345 if "flow" in quirks else 0
        self.flags = CWR_ECE if "ecn" in quirks else 0
        self.sequence = 0 if "seq-" in quirks else 1000
        self.acknowledgement = 0x01010101 if "ack+" in quirks else 0
        self.urgent = 1 if "uptr+" in quirks else 0
        self.payload = b"x" if payload == "+" else b""

    def _divisors(self):
        """What p0f tries to divide a window by, in its order."""
        tried = [self.segment] + [self.segment - 12] * ("ts" in self.layout) + [1460, 1448]
        return tried + [1440, 1428] * (self.version == 6)

    def _window(self, text):
        """The window that p0f sees as the text: mss*44 may be 44 times another MSS than ours."""
        if text.startswith("mtu*"):
            return (self.segment + 40) * int(text[4:])
        if not text.startswith("mss*"):
            return int(text)
        for size in self._divisors():
            window = int(text[4:]) * size
            first = next(divisor for divisor in self._divisors() if window % divisor == 0)
            if window <= 65535 and window // first == int(text[4:]):
                return window
        raise ValueError(f"no window is {text} for an MSS of {self.segment}")

    def window_for(self, version):
        return self.window

    def _option(self, word, value, echo):
        if word.startswith("eol+"):
            return EOL * (1 + int(word[4:]))
        if word.startswith("?"):
            # empty, but for MPTCP's
            data = b"\1" * (10 if word == "?30" else 0)
            return struct.pack("!BB", int(word[1:]), 2 + len(data)) + data
        return {"mss": mss(self.segment), "nop": NOP, "sok": SACK_OK,
                "ts": timestamps(value, echo), "ws": window_scale(int(self.scale))}[word]

    def tcp_options(self, version, value=123456, echo=0):
        return b"".join(self._option(word, value, echo) for word in self.layout)


def write_capture(path, texts):
    """A capture of one SYN for each signature. Returns the sources' addresses."""
    capture, sources = struct.pack("!IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, ETHERNET), []
    for number, text in enumerate(texts):
        syn = Crafted(text)
        network, target = NETWORKS[syn.version]
        source = str(ipaddress.ip_address(network) + number)
        frame = packet(syn, source, target, (40000, 25), SYN | syn.flags,
                       (syn.sequence, syn.acknowledgement), syn.tcp_options(syn.version))
        capture += struct.pack("!IIII", 1600000000 + number, 0, len(frame), len(frame)) + frame
        sources.append(source)
    pathlib.Path(path).write_bytes(capture)
    return sources


def _match(params):
    words = params.split()
    return "+".join(word for word in ("fuzzy", "generic") if word in words) or "normal"


def read_log(path):
    """What p0f has logged of SYNs: the last answer for each source."""
    answers = {}
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines(keepends=True):
        if not line.endswith("\n"):  # not written to the end yet
            break
        fields = dict(part.split("=", 1) for part in line.strip().split("] ", 1)[1].split("|"))
        if fields["mod"] == "syn":
            name = fields["os"] if "os" in fields else "!" + fields["app"]
            source = str(ipaddress.ip_address(fields["cli"].split("/")[0]))
            answers[source] = Answer(None, "none") if name.endswith("???") else \
                Answer(name, _match(fields["params"]))
    return answers


def read_capture(capture, fp):
    """What p0f with this file of signatures says to the SYNs of a capture, by their source."""
    log = STATE / "syns.log"
    log.unlink(missing_ok=True)
    result = subprocess.run(["p0f", "-r", capture, "-f", fp, "-o", log], text=True,
                            capture_output=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(result.stdout + result.stderr)
    return read_log(log)


def judge(texts, fp):
    """What p0f with this file of signatures says to each SYN; None where it logs nothing."""
    capture, found = STATE / "syns.pcap", []
    for start in range(0, len(texts), BATCH):
        sources = write_capture(capture, texts[start:start + BATCH])
        answers = read_capture(capture, fp)
        found += [answers.get(source) for source in sources]
    return found


def read_labels(path):
    """The labels of a file's [tcp:request] sections in order, each with its signatures."""
    section, found = None, []
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        line = line.strip()
        setting = re.match(r"(label|sig)\s*=\s*(.*)", line)
        if line.startswith("["):
            section = line
        elif section == "[tcp:request]" and setting:
            if setting[1] == "label":
                found.append((setting[2], []))
            else:
                found[-1][1].append(setting[2])
    return found
