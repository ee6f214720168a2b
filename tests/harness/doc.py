"""Examples from the documents, to be run exactly as they are."""

import re
import textwrap

from .sandbox import ROOT
from .tap import equal


def example(document, part):
    """The one fenced block of a document in doc/ that contains this."""
    text = (ROOT / "doc" / document).read_text(encoding="utf-8")
    blocks = [textwrap.dedent(indent + block) for indent, block in
              re.findall(r"^( *)```\w*\n\1(.*?)^ *```$", text, re.M | re.S) if part in block]
    equal(len(blocks), 1, f"blocks with {part!r} in {document}")
    return blocks[0]
