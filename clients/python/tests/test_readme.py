"""README.md tells the truth."""

import os
import subprocess
import sys

from conftest import PACKAGE, REPOSITORY
from readme import examples, table


def test_the_examples_print_what_they_say(tmp_path, binary):
    pages = examples()
    assert len(pages) >= 5
    script = "\nprint('---')\n".join(example.code for example in pages)
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE / "src"), "KEEPSTONE_BINARY": binary}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert ran.stderr == ""
    for example, output in zip(pages, ran.stdout.split("---\n"), strict=True):
        assert output == (example.output or output)


def test_the_first_session_is_ten_lines():
    lines = [line for line in examples()[0].code.splitlines() if line]
    assert len(lines) <= 10


def test_the_example_of_the_repository_too(tmp_path, binary):
    (example,) = examples(REPOSITORY)
    (tmp_path / "rain.csv").write_text(table())
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE / "src"), "KEEPSTONE_BINARY": binary}
    ran = subprocess.run([sys.executable, "-c", example.code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == (example.output, "")
