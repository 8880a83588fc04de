"""The examples of README.md: each block of Python, and the text it is said to print."""

import re
from pathlib import Path
from typing import NamedTuple

from conftest import PACKAGE, REPOSITORY


class Example(NamedTuple):
    """A block of Python and what follows it."""

    code: str
    output: str | None
    """None where it depends on the machine."""


def table() -> str:
    """The rain.csv that the repository's page begins with."""
    text = (REPOSITORY / "README.md").read_text()
    return text.split("$ cat rain.csv\n")[1].split("$ ")[0]


def examples(of: Path = PACKAGE) -> list[Example]:
    """In the order of the page; each may use what those before it made."""
    text = (of / "README.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", text, re.DOTALL | re.MULTILINE)
    return [Example(code, output or None) for code, output in blocks]
