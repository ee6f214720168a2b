"""Tests as functions, results in the Test Anything Protocol (one "ok" line a test)."""

import sys
import time
import traceback

_tests = []


class Skip(Exception):
    """Raised by a test that cannot run here; its text is the reason."""


def test(label):
    """Register the decorated function as a test."""

    def register(function):
        _tests.append((label, function))
        return function

    return register


def table(labelled_rows):
    """Register one test for each (label, arguments...) row."""

    def register(function):
        for label, *arguments in labelled_rows:
            _tests.append((label, lambda arguments=arguments: function(*arguments)))
        return function

    return register


def equal(actual, expected, what="value"):
    """Fail unless the two are equal."""
    if actual != expected:
        raise AssertionError(f"{what}:\n  expected {expected!r}\n  got      {actual!r}")


def true(condition, what):
    """Fail with this text unless the condition holds."""
    if not condition:
        raise AssertionError(what)


def wait_for(condition, what, seconds=60):
    """Poll until condition() is true, and return its value. The limit is for broken code only."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.003)


def run_all(on_failure=None):
    """Run the registered tests in order; print TAP; exit with 1 if any failed."""
    failed = 0
    print(f"1..{len(_tests)}", flush=True)
    for number, (label, function) in enumerate(_tests, 1):
        try:
            function()
            print(f"ok {number} - {label}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {label} # SKIP {reason}", flush=True)
        except Exception:  # a broken test must not hide the others
            failed += 1
            print(f"not ok {number} - {label}", flush=True)
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            for line in on_failure() if on_failure else ():
                print("# | " + line)
            sys.stdout.flush()
    sys.exit(1 if failed else 0)
