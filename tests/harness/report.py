"""p0f-milter-report beside the program under test, mail for it, and its figures recomputed."""

import collections
import csv
import io
import math
import pathlib
import statistics
import subprocess
import sys

PROGRAM = pathlib.Path(sys.argv[1]).resolve().with_name("p0f-milter-report")
Z = statistics.NormalDist().inv_cdf(0.975)


def run(*arguments, text=None, **options):
    """Run the report. Returns its exit code, output and errors."""
    result = subprocess.run([PROGRAM, *map(str, arguments)], input=text, capture_output=True,
                            encoding="latin1", check=False, **options)
    return result.returncode, result.stdout, result.stderr


def rows(*arguments, text=None):
    """The table, as a dictionary for each row."""
    code, output, errors = run("--format", "csv", *arguments, text=text)
    if code != 0:
        raise AssertionError(f"exit code {code}: {errors}")
    return list(csv.DictReader(io.StringIO(output)))


def message(header=None, status=None, received=None, more=""):
    """A message with these values in its header section."""
    fields = [("X-P0F-OS", header), ("X-Spam-Status", status), ("Received", received)]
    lines = "".join(f"{name}: {value}\n" for name, value in fields if value is not None)
    return f"{lines}{more}From: a@b.test\nSubject: x\n\nText\n"


def mbox(messages):
    """The messages as an mbox."""
    return "".join(f"From a@b.test Mon Jan  1 10:00:00 2024\n{text}\n" for text in messages)


def status(is_spam):
    """A verdict that leans on nothing."""
    return (f"{'Yes' if is_spam else 'No'}, score={9 if is_spam else 1}.0 required=5.0 "
            "tests=SOME=1.0")


def _bound(count, spam, low, high):
    """Where (p - b)^2 = z^2 b (1 - b) / n: between the two the sign changes once."""
    share = spam / count

    def beyond(bound):
        return (share - bound) ** 2 > Z * Z * bound * (1 - bound) / count

    sign = beyond(low)
    for _ in range(200):
        middle = (low + high) / 2
        if beyond(middle) == sign:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def interval(count, spam):
    """Wilson's interval, by bisection of the equation that it solves."""
    share = spam / count
    return (_bound(count, spam, 0, share) if spam else 0.0,
            _bound(count, spam, 1, share) if spam < count else 1.0)


def score(count, spam, site_count, site_spam, minimum=50):
    """Half a point for each doubling of the odds that the counts vouch for."""
    low, high = interval(count, spam)
    site = site_spam / site_count
    if count < minimum or low <= site <= high:
        return 0.0
    bound = min((low, high), key=lambda b: abs(b - site))
    ratio = (bound / (1 - bound)) / (site / (1 - site))
    return min(max(math.log(ratio, 2) / 2, -1.0), 2.5)


def expected(pairs, minimum=50):
    """The table of (label, is it spam) pairs: label -> the row's figures."""
    count, spam = collections.Counter(), collections.Counter()
    for label, is_spam in pairs:
        count[label] += 1
        spam[label] += is_spam
    table = {}
    for label in count:
        low, high = interval(count[label], spam[label])
        table[label] = (count[label], spam[label], spam[label] / count[label], low, high,
                        score(count[label], spam[label], sum(count.values()), sum(spam.values()),
                              minimum))
    return table
