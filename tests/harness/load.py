"""Load for the filter: sessions in threads, each of whose messages is checked."""

import re
import threading

from . import milter, packets
from .prometheus import read_samples
from .tap import equal, true, wait_for

LIE = 'os="Plan 9"; match=normal'
UNSEEN = "os=unknown; match=unseen"

# Systems that p0f knows by one SYN, whatever the distance.
_SYSTEMS = [
    (packets.WINDOWS_XP, 128, 'os="Windows"; flavor="ME, 2000, XP or Server 2003"; match=normal'),
    (packets.WINDOWS_7, 128, 'os="Windows"; flavor="Vista-10 or Server 2008-2016"; match=normal'),
    (packets.WINDOWS_10, 128, 'os="Windows"; flavor="10, 11 or Server 2016+"; match=normal'),
    (packets.FREEBSD, 64, 'os="FreeBSD"; flavor="9 or newer"; match=normal'),
    (packets.MAC_OS_X, 64, 'os="Mac OS X"; flavor="macOS 10.13+ or iOS 11+"; match=normal'),
    (packets.LINUX, 64, 'os="Linux"; flavor="3.10 to 4.19"; match=normal'),
]


def peers(count):
    """So many addresses (at most 150), each with a SYN and a header that no other one has."""
    found = []
    for i in range(count):
        syn, ttl, start = _SYSTEMS[i % len(_SYSTEMS)]
        distance = 1 + i // len(_SYSTEMS)
        found.append((f"198.51.100.{i + 1}", syn.at(ttl - distance),
                      f'{start}; distance={distance}; link="Ethernet or modem"'))
    return found


def show(injector, p0f, hosts):
    """Let p0f see these peers, until it has: under a flood it loses some."""
    for address, syn, _ in hosts:
        injector.syn(address, syn)

    def seen(address, syn):
        if p0f.ask(address) == 0x10:
            return True
        injector.syn(address, syn)
        return False

    for address, syn, _ in hosts:
        wait_for(lambda address=address, syn=syn: seen(address, syn), f"p0f to see {address}")


def begin(path, address, **options):
    """A message with a forged header, up to its end; options are those of milter.Mta."""
    mta = milter.Mta(path, **options)
    mta.connect(address)
    mta.header("X-P0F-OS", LIE)
    return mta


def check_end(mta, expected):
    """End message and session: it must be accepted, with the forged header replaced by ours."""
    verdict, _, changes = mta.end()
    mta.close()
    equal((verdict, milter.inserted(changes), milter.deleted(changes)), (b"c", expected, [1]),
          "verdict, header, deletions")


def check_waits(stats):
    """Check in the filter's statistics that no message has waited long at its end."""
    found = read_samples(stats)
    name = "p0f_milter_eom_wait_seconds"
    equal(found[name + '_bucket{le="2.5"}'], found[name + "_count"],
          "messages that have waited for less than 2.5 s")


class Load:
    """Sessions one after another in each thread, until it is left.

    Each message brings a forged header, which must go, and must be accepted. The header
    that it gets must be its own peer's, or that of an unseen host while p0f is new. A
    message whose header has an age is counted as stale, one without a header as bare.
    """

    def __init__(self, filter_, hosts, threads=8, messages=1):
        self.filter, self.hosts, self.messages = filter_, hosts, messages
        self.threads = threads
        self.problems = []
        self.counts = {"own": 0, "stale": 0, "unseen": 0, "bare": 0}
        self._before = len(self._waits_us()) + filter_.lines_lost()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(i, threads), daemon=True)
                         for i in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self._over.set()
        for thread in self._threads:
            thread.join(120)
        if kind is None:
            equal(self.problems[:5], [], "problems of the sessions")
            true(not any(thread.is_alive() for thread in self._threads), "a session hangs")

    @property
    def total(self):
        return sum(self.counts.values())

    def wait_for(self, kind, count):
        """Wait until so many more messages were of that kind."""
        goal = self.counts[kind] + count

        def reached():
            equal(self.problems[:5], [], "problems of the sessions")
            return self.counts[kind] >= goal

        wait_for(reached, f"{count} messages that are {kind}: {self.counts}")

    def check_waits(self, timeout_ms):
        """Check in the filter's log that no message so far has waited long at its end."""
        wait_for(lambda: len(self._waits_us()) + self.filter.lines_lost() >= self._before + self.total,
                 "the messages' lines")
        slowest = max(self._waits_us())
        true(slowest < 3 * timeout_ms * 1000, f"a message has waited {slowest} us")

    def _waits_us(self):
        """How long each message so far has waited at its end, according to the filter's log."""
        return [int(wait) for wait in re.findall(r" wait=(\d+)us ", self.filter.log())]

    def _run(self, first, step):
        at = first
        while not self._over.is_set():
            address, _, expected = self.hosts[at % len(self.hosts)]
            at += step
            try:
                self._session(address, expected)
            except Exception as error:  # also a check that has failed in this thread
                self.problems.append(f"{address}: {error!r}")

    def _session(self, address, expected):
        mta = milter.Mta(self.filter.path)
        mta.connect(address)
        for _ in range(self.messages):
            mta.header("X-P0F-OS", LIE)
            verdict, _, changes = mta.end()
            self._check(address, expected, verdict, changes)
        mta.quit()
        mta.close()

    def _check(self, address, expected, verdict, changes):
        value = milter.inserted(changes)
        kind = {expected: "own", UNSEEN: "unseen", None: "bare"}.get(value)
        if kind is None and re.fullmatch(re.escape(expected) + "; age=[0-9]+s", value):
            kind = "stale"
        with self._lock:
            if kind is None or verdict != b"c" or milter.deleted(changes) != [1]:
                self.problems.append(f"{address}: {verdict}, {changes}")
            else:
                self.counts[kind] += 1
