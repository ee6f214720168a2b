"""Debian's kernels in qemu, by software emulation, and the SYNs that they send.

A guest has busybox for a system, and runs one script as its process 1. Its network is qemu's
own; nothing leaves the machine. qemu itself captures what the guest sends.
"""

import lzma
import pathlib
import re
import shutil
import subprocess

from .sandbox import ROOT, STATE
from .testbed import mirror

KERNELS = ROOT / "build" / "kernels"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# In the order of their dependencies; some kernels have the first of them built in.
MODULES = ["drivers/virtio/virtio", "drivers/virtio/virtio_ring", "drivers/virtio/virtio_pci_legacy_dev",
           "drivers/virtio/virtio_pci_modern_dev", "drivers/virtio/virtio_pci", "net/core/failover",
           "drivers/net/net_failover", "drivers/net/virtio_net"]

_INIT = """#!/bin/busybox sh
/bin/busybox --install /bin
mkdir -p /proc /sys /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in /modules/*; do insmod $module; done
ip link set lo up
{script}
poweroff -f
"""


def _apt(suite, *command):
    """Run apt on one suite of Debian's, with lists of its own. Returns what it prints."""
    lists = KERNELS / suite / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    source = KERNELS / suite / "sources.list"
    source.write_text(f"deb [signed-by={KEYRING}] {mirror(suite)} {suite} main\n")
    options = [f"Dir::Etc::sourcelist={source}", "Dir::Etc::sourceparts=/dev/null",
               f"Dir::State::Lists={lists}", f"Dir::Cache={KERNELS / suite}",
               "APT::Sandbox::User=root"]
    result = subprocess.run([command[0], *(f"-o{option}" for option in options), *command[1:]],
                            cwd=KERNELS / suite, text=True, capture_output=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"{suite}: {result.stderr}")
    return result.stdout


def fetch(version, suite):
    """Unpack the newest cloud kernel of that version, unless that is done. Returns its folder."""
    folder = KERNELS / version
    if folder.is_dir():
        return folder
    print(f"# fetching Linux {version}", flush=True)
    (KERNELS / suite).mkdir(parents=True, exist_ok=True)
    _apt(suite, "apt-get", "update")
    found = _apt(suite, "apt-cache", "search", rf"^linux-image-{re.escape(version)}\..*cloud-amd64$")
    names = [line.split()[0] for line in found.splitlines()]
    if not names:
        raise RuntimeError(f"{suite} has no Linux {version}")
    newest = max(names, key=lambda name: [int(part) for part in re.findall(r"\d+", name)])
    _apt(suite, "apt-get", "download", newest)
    scratch = KERNELS / f"{version}.new"
    shutil.rmtree(scratch, ignore_errors=True)
    package = next((KERNELS / suite).glob("linux-image-*.deb"))
    subprocess.run(["dpkg", "-x", package, scratch], check=True)
    package.unlink()
    scratch.rename(folder)
    return folder


def _modules(folder):
    """What a guest needs to have a network card: (name, contents)."""
    for number, name in enumerate(MODULES):
        for path in folder.glob(f"**/kernel/{name}.ko*"):
            data = path.read_bytes()
            yield f"modules/{number}.ko", lzma.decompress(data) if path.suffix == ".xz" else data


def _cpio(files):
    """An archive as the kernel takes it for its first root: (name, mode, contents)."""
    archive = b""
    for number, (name, mode, data) in enumerate([*files, ("TRAILER!!!", 0, b"")]):
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        header = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        archive += header + b"\0" * (-len(header) % 4) + data + b"\0" * (-len(data) % 4)
    return archive


def boot(folder, memory_mb, script):
    """Boot a kernel; run a script for busybox's sh. Returns a capture of what its card sent."""
    root, capture, log = STATE / "root.cpio", STATE / "guest.pcap", STATE / "guest.log"
    directory, executable = 0o040755, 0o100755
    busybox = pathlib.Path(shutil.which("busybox")).read_bytes()
    root.write_bytes(_cpio([
        ("bin", directory, b""), ("modules", directory, b""),
        ("bin/busybox", executable, busybox),
        ("init", executable, _INIT.format(script=script).encode()),
        *((name, executable, data) for name, data in _modules(folder))]))
    with open(log, "wb") as output:
        subprocess.run(
            ["qemu-system-x86_64", "-accel", "tcg", "-m", str(memory_mb), "-nographic", "-no-reboot",
             "-kernel", next(folder.glob("boot/vmlinuz-*")), "-initrd", root,
             "-append", "console=ttyS0 quiet panic=-1",
             "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,host_mtu=9000",
             "-object", f"filter-dump,id=dump,netdev=net,file={capture}"],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=True)
    return capture
