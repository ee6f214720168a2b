"""The machine inside a testbed: its commands, packages and units."""

import subprocess

from . import tap, testbed


def run(*command, status=0, cwd=None):
    """What a command prints; it must end with this status."""
    result = subprocess.run(command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, check=False, cwd=cwd)
    tap.equal(result.returncode, status,
              f"{' '.join(map(str, command))}:\n{result.stdout}\nstatus")
    return result.stdout


def apt(*arguments):
    """apt-get without anybody to answer questions, as unattended-upgrades calls it."""
    return run("apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confdef",
               "-o", "Dpkg::Options::=--force-confold", *arguments)


def install(folder, *arguments):
    """Install the package of a folder of build/, and others."""
    apt("install", "--no-install-recommends", f"./{testbed.package(folder)}", *arguments)


def show(unit, name):
    """A property of a unit."""
    return run("systemctl", "show", "--property", name, "--value", unit).strip()


def journal(lines=40):
    """The end of the journal, for a test that has failed."""
    return run("journalctl", "--no-pager", "-n", str(lines)).splitlines()
