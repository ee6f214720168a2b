"""A place for real mail servers that leaves nothing behind.

The servers are never installed: their Debian packages are unpacked under
build/servers, and laid over /usr and /etc by overlay mounts. All of it runs in
mount, network and process namespaces of its own: no packet leaves, no file stays
(the state is on a tmpfs at /mnt), and no process outlives the test.
"""

import fcntl
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVERS = ROOT / "build" / "servers"
STATE = pathlib.Path("/mnt")

# Sets of packages that are unpacked together, with their dependencies.
SETS = {
    "p0f": ["p0f"],
    "postfix": ["postfix"],
    "sendmail": ["sendmail-bin", "sendmail-base", "sendmail-cf", "m4"],
    "spamassassin": ["spamassassin", "spamd", "spamc", "spamass-milter"],
    "rspamd": ["rspamd"],
    "redis": ["redis-server"],
    "haproxy": ["haproxy"],
    "faketime": ["libfaketime"],
    "prometheus": ["prometheus", "prometheus-node-exporter"],
    "network": ["iproute2", "nftables"],
    "shells": ["busybox-static", "mksh", "original-awk"],
    "qemu": ["qemu-system-x86", "busybox-static"],
    "sasl": ["sasl2-bin", "libsasl2-modules", "libsasl2-modules-db"],
}

# Programs that need no other package: their dependencies (200 MB) are for their web pages.
ALONE = {"prometheus"}

# Packages of their own in some releases, and part of the others elsewhere.
OWN_PACKAGE = {"prometheus": "promtool"}

# How both mail servers check a login.
SASL_CONF = (f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n"
             f"sasldb_path: {STATE}/sasldb2\n")

# Users and groups of the packages: their maintainer scripts do not run.
PASSWD = ("postfix:x:9104:9107::/nonexistent:/usr/sbin/nologin\n"
          "smmsp:x:9105:9109::/nonexistent:/usr/sbin/nologin\n"
          "smmta:x:9106:9110::/nonexistent:/usr/sbin/nologin\n"
          "p0f-milter:x:9111:9107::/nonexistent:/usr/sbin/nologin\n"
          f"p0f:x:9112:9107::{STATE}:/usr/sbin/nologin\n")
GROUP = "postfix:x:9107:\npostdrop:x:9108:\nsmmsp:x:9109:\nsmmta:x:9110:\n"

_INSIDE = "P0F_MILTER_SANDBOX"


def _apt(arguments, cwd=None):
    command = ["apt-get", "-o", "APT::Sandbox::User=root", "-q", *arguments]
    return subprocess.run(command, cwd=cwd, text=True, capture_output=True, check=False)


def _closure(packages):
    """The packages, and those of their dependencies that the machine lacks."""
    result = _apt(["-s", "install", "--no-install-recommends", *packages])
    if result.returncode != 0:
        raise RuntimeError(result.stderr)
    return sorted(set(packages) | set(re.findall(r"^Inst (\S+)", result.stdout, re.M)))


def _is_known(package):
    return subprocess.run(["apt-cache", "show", package], capture_output=True,
                          check=False).returncode == 0


def _download(name, folder):
    packages = SETS[name] if name in ALONE else _closure(SETS[name])
    if _is_known(OWN_PACKAGE.get(name, "")):
        packages = [*packages, OWN_PACKAGE[name]]
    result = _apt(["download", *packages], cwd=folder)
    if result.returncode != 0:
        raise RuntimeError(result.stderr)


def _merge_usr(folder):
    """Move a package's files in /lib or /sbin to where a merged /usr has them."""
    for name in ("bin", "sbin", "lib", "lib64"):
        if (folder / name).is_dir():
            subprocess.run(["cp", "-a", f"{folder / name}/.", folder / "usr" / name], check=True)
            shutil.rmtree(folder / name)


def fetch(names):
    """Download and unpack the sets that are not there yet."""
    for name in names:
        folder = SERVERS / name
        if folder.is_dir():
            continue
        print(f"# fetching {name}", flush=True)
        scratch = SERVERS / f"{name}.new"
        shutil.rmtree(scratch, ignore_errors=True)
        (scratch / "usr").mkdir(parents=True)
        for directory in ("bin", "sbin", "lib", "lib64"):
            (scratch / "usr" / directory).mkdir()
        try:
            _download(name, scratch)
        except RuntimeError:  # the lists are old, or were never fetched
            _apt(["update"])
            _download(name, scratch)
        for package in scratch.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, scratch], check=True)
            package.unlink()
        _merge_usr(scratch)
        scratch.rename(folder)


def inside():
    """Whether this process is already in the sandbox."""
    return os.getpid() == 1 and _INSIDE in os.environ


def _root_is_mounted():
    """unshare(1) cannot change the propagation of / otherwise. Without /proc nobody knows."""
    mounts = pathlib.Path("/proc/self/mountinfo")
    return not mounts.exists() or any(line.split()[4] == "/"
                                      for line in mounts.read_text().splitlines())


def enter(names):
    """Return from this call inside a sandbox that has these sets of servers."""
    if inside():
        _furnish(names)
        return
    if os.geteuid() != 0:
        sys.exit("root is needed for namespaces: run this with sudo")
    if not _root_is_mounted():
        sys.exit("this is a chroot whose / is no mount point, where no namespace can be made: "
                 'outside, "mount --bind FOLDER FOLDER" first, then "chroot FOLDER"')
    fetch(names)
    os.environ[_INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child",
                          "--mount-proc", "--propagation", "private", "--",
                          sys.executable, os.path.abspath(sys.argv[0]), *sys.argv[1:]])


def _mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def _without(path, names):
    lines = pathlib.Path(path).read_text().splitlines(keepends=True)
    return "".join(line for line in lines if line.split(":")[0] not in names)


def _furnish(names):
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(STATE))
    etc = STATE / "etc"
    (etc / "postfix").mkdir(parents=True)
    (etc / "sasl2").mkdir()
    users = [line.split(":")[0] for line in PASSWD.splitlines()]
    groups = [line.split(":")[0] for line in GROUP.splitlines()]
    (etc / "passwd").write_text(_without("/etc/passwd", users) + PASSWD)
    (etc / "group").write_text(_without("/etc/group", groups) + GROUP)
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
    (etc / "hosts").write_text("127.0.0.1 localhost\n::1 localhost ip6-localhost\n")
    (etc / "resolv.conf").write_text("")
    (etc / "sasl2" / "Sendmail.conf").write_text(SASL_CONF)
    (etc / "postfix" / "main.cf").write_text("")
    (etc / "postfix" / "master.cf").write_text("")
    roots = [SERVERS / name for name in names]
    for directory in ("etc", "usr"):
        lower = [str(root / directory) for root in roots if (root / directory).is_dir()]
        if directory == "etc":
            lower.insert(0, str(etc))
        _mount("-t", "overlay", "-o", "lowerdir=" + ":".join(lower + ["/" + directory]),
               "overlay", "/" + directory)
    bring_up("lo")


def bring_up(interface):
    """ip link set INTERFACE up"""
    siocgifflags, siocsifflags, iff_up = 0x8913, 0x8914, 1
    with socket.socket() as any_socket:
        request = struct.pack("16sh14x", interface.encode(), 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, siocgifflags, request))[1]
        fcntl.ioctl(any_socket, siocsifflags,
                    struct.pack("16sh14x", interface.encode(), flags | iff_up))

