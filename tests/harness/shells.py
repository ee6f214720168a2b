"""The scripts that are installed, with the shells and the tools of other systems.

With those of this system, with busybox, and with mksh and the awk that FreeBSD has.
"""

import os
import shutil
import subprocess

from . import tap
from .sandbox import ROOT, STATE

_SHELLS = {"sh": ["sh"], "busybox": ["busybox", "sh"], "mksh": ["mksh"]}
_BUSYBOX = ("awk", "cat", "chmod", "grep", "head", "ln", "mktemp", "mv", "rm", "sed", "sort",
            "tail", "tr")
# Replacements for the programs that a script calls.
_STAND_INS = {"sh": {}, "busybox": dict.fromkeys(_BUSYBOX, "busybox"),
              "mksh": {"awk": "original-awk"}}


def run(shell, script, *arguments, **options):
    """Run a script of src/ with one of the shells. Its output is text."""
    programs = STATE / f"programs-{shell}"
    if not programs.exists():
        programs.mkdir()
        for name, program in _STAND_INS[shell].items():
            (programs / name).symlink_to(shutil.which(program))
    return subprocess.run([*_SHELLS[shell], ROOT / "src" / script, *arguments],
                          text=True, capture_output=True, check=False,
                          env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}, **options)


def table(*labelled_rows):
    """Register a test for each row and each shell, which is its first argument."""
    return tap.table([(f"{shell}: {label}", shell, *arguments)
                      for shell in _SHELLS for label, *arguments in labelled_rows])
