"""A Debian of its own to install packages in, which leaves nothing behind.

The base system is made once, by debootstrap, under build/testbed; the packages that
the tests install lie in its cache. Each run sees it through an overlay on a tmpfs, in
a container that has loopback for a network: with systemd as its process 1, or without.
Inside, the project is /src.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from .sandbox import ROOT

BASE = ROOT / "build" / "testbed" / "base"
SOURCE = pathlib.Path("/src")

# Beside the essential packages. What else a test needs is installed by the test.
PACKAGES = ["autopkgtest", "dbus", "dpkg-dev", "iproute2", "systemd", "systemd-sysv"]

_INSIDE = "P0F_MILTER_TESTBED"

# systemd-nspawn, on a machine without systemd, too: /run must be a tmpfs, and there must
# be control groups of version 2. No container outlives the test that has started it.
_CONTAINER = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--cgroup", "--pid", "--fork",
              "--kill-child", "--mount-proc", "--propagation", "private", "--", "sh", "-ec",
              "mount -t tmpfs tmpfs /run; mount -t cgroup2 cgroup2 /sys/fs/cgroup;"
              # its own: two that run at a time would find each other's processes in theirs
              "echo 0 > $(mktemp -d /sys/fs/cgroup/testbed.XXXXXX)/cgroup.procs;"
              'systemd-nspawn "$@" || exit $?', "sh"]

_NSPAWN = ["--quiet", "--settings=no", "--register=no", "--keep-unit", "--private-network",
           "--volatile=overlay", "--hostname=mx", "--timezone=off", "--resolv-conf=off",
           "--link-journal=no", "--console=pipe", f"--directory={BASE}",
           f"--bind-ro={ROOT}:{SOURCE}"]

_UNIT = """[Unit]
Requires=multi-user.target
After=multi-user.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=exec
Environment={environment}
WorkingDirectory=/src
ExecStart={command}
StandardOutput=file:/testbed/output
StandardError=inherit
"""


def package(folder="deb", kind="deb"):
    """The package that was built in a folder of build/, relative to the project."""
    found = list((ROOT / "build" / folder).glob(f"p0f-milter_*.{kind}"))
    if len(found) != 1:
        sys.exit(f'there is no package in build/{folder}: use "make check-deb"')
    return found[0].relative_to(ROOT)


def _suite():
    release = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    return re.search(r"^VERSION_CODENAME=(.*)$", release, re.M)[1]


def mirror(suite):
    """Where this machine gets its packages from."""
    result = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)",
                             "Created-By: Packages", "Origin: Debian", f"Codename: {suite}"],
                            text=True, capture_output=True, check=False)
    if not result.stdout.split():
        sys.exit(f"apt knows no mirror of Debian's {suite} on this machine (apt-get indextargets)")
    return result.stdout.split()[0]


def _installed_by_tests():
    """Arguments of apt-get install, as the tests use it: a user's way, and autopkgtest's."""
    control = (ROOT / "debian" / "tests" / "control").read_text(encoding="utf-8")
    lists = re.findall(r"^Depends: (.*)$", control, re.M)
    return [["p0f-milter", "postfix", "p0f"],
            *(["--no-install-recommends", *depends.replace(",", " ").split()] for depends in lists)]


def _make_base(suite):
    subprocess.run(["debootstrap", "--variant=minbase", "--include=" + ",".join(PACKAGES), suite,
                    BASE, mirror(suite)], check=True, stdout=subprocess.DEVNULL)
    (BASE / "etc" / "hosts").write_text("127.0.0.1 localhost\n127.0.1.1 mx.example.org mx\n")
    (BASE / "etc" / "hostname").write_text("mx\n")
    shutil.copy(ROOT / package(), BASE / "p0f-milter.deb")
    for arguments in _installed_by_tests():
        arguments = [word.replace("p0f-milter", "/p0f-milter.deb") for word in arguments]
        subprocess.run(["chroot", BASE, "apt-get", "-qq", "-y", "--download-only", "install",
                        *arguments], check=True)
    (BASE / "p0f-milter.deb").unlink()
    (BASE / "etc" / "apt" / "apt.conf.d" / "offline").write_text('Acquire::Retries "0";\n')


def prepare():
    """Make the base system, unless it is there and has what is wanted now."""
    suite = _suite()
    depends = subprocess.run(["dpkg-deb", "-f", ROOT / package(), "Depends"], text=True,
                             capture_output=True, check=True).stdout
    contents = repr((suite, PACKAGES, _installed_by_tests(), depends))
    stamp = BASE.with_name("contents")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == contents:
        return
    shutil.rmtree(BASE.parent, ignore_errors=True)
    BASE.parent.mkdir(parents=True)
    print(f"# making a {suite} in {BASE.relative_to(ROOT)}", flush=True)
    _make_base(suite)
    stamp.write_text(contents, encoding="utf-8")


def run(command, boot=False):
    """Run a command as root in a fresh container; with boot, in one that systemd has booted.

    Returns the exit status, and the output.
    """
    prepare()
    environment = {_INSIDE: "1", "DEBIAN_FRONTEND": "noninteractive",
                   "PYTHONPATH": f"{SOURCE}/tests", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as scratch:
        options = [f"--bind={scratch}:/testbed"]
        output = pathlib.Path(scratch, "output")
        if boot:
            unit = pathlib.Path(scratch, "unit")
            unit.write_text(_UNIT.format(
                command=shlex.join(command),
                environment=" ".join(f"{name}={value}" for name, value in environment.items())))
            options += [f"--bind-ro={unit}:/etc/systemd/system/testbed.service", "--boot",
                        "systemd.unit=testbed.service"]
        else:
            options += [f"--setenv={name}={value}" for name, value in environment.items()]
            options += [f"--chdir={SOURCE}", "--", *command]
        result = subprocess.run([*_CONTAINER, *_NSPAWN, *options], text=True, errors="replace",
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, check=False)
        return result.returncode, output.read_text() if output.exists() else result.stdout


def enter(boot=False):
    """Come back from this call inside of a container."""
    if _INSIDE in os.environ:
        return
    if os.geteuid() != 0:
        sys.exit("root is needed for containers: run this with sudo")
    script = SOURCE / pathlib.Path(sys.argv[0]).resolve().relative_to(ROOT)
    status, output = run(["/usr/bin/python3", str(script)], boot)
    print(output, end="")
    sys.exit(status)
