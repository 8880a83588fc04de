"""What type checkers make of the package and of programs that use it."""

import re
import subprocess
import sys
import textwrap

from conftest import PACKAGE

GOOD = """
    from pathlib import Path
    from keepstone import Keepstone, Progress
    from keepstone.errors import NotFoundError
    from keepstone.types import Artifact, ArtifactFilter, Status

    def newest(store: Keepstone, kind: str) -> Artifact | None:
        asked: ArtifactFilter = {"artifact_type": kind, "limit": 1}
        return next(iter(store.list_artifacts(filter=asked)), None)

    def show(progress: Progress) -> None:
        print(progress.done, progress.total)

    with Keepstone(Path("store"), timeout=5) as store:
        published = store.publish_artifact(
            "t", data_path=Path("a"), tags=["a"], inputs=[{"artifact_id": "x"}], files=[{"path": "a", "as_": "b"}],
            on_progress=show,
        )
        status: Status = published.artifact.status
        keys: list[str] = [one.logical_key for one in store.get_artifacts(["a"]) if one is not None]
        try:
            rows: int | None = store.get_artifact("a").row_count
        except NotFoundError as error:
            hint: str | None = error.hint
"""

BAD = """
    from keepstone import Keepstone

    store = Keepstone("store")
    store.get_artifact()  # wrong
    store.get_artifact("a", "b")  # wrong
    store.get_artifact("a").row_count + 1  # wrong
    store.get_artifact("a").typo  # wrong
    store.get_artifact("a").title = "b"  # wrong
    store.list_artifacts(filter={"artifactTyp": "a"})  # wrong
    store.publish_artifact("t", inputs=[{"relation": "a"}])  # wrong
    store.publish_artifact("t", outcome="failed")  # wrong
"""


def mypy(*arguments: object) -> str:
    command = [sys.executable, "-m", "mypy", "--config-file", PACKAGE / "pyproject.toml", "--cache-dir", "/dev/null"]
    command += ["--no-pretty", "--no-error-summary", "--show-error-codes", *arguments]
    return subprocess.run(list(map(str, command)), cwd=PACKAGE / "src", capture_output=True, text=True).stdout


def test_the_package_and_a_program_that_uses_it_well(tmp_path):
    program = tmp_path / "good.py"
    program.write_text(textwrap.dedent(GOOD))
    assert mypy("-p", "keepstone") == ""
    assert mypy(program) == ""


def test_mistakes_are_seen(tmp_path):
    program = tmp_path / "bad.py"
    program.write_text(textwrap.dedent(BAD))
    seen = {int(line) for line in re.findall(r"bad\.py:(\d+): error: ", mypy(program))}
    wrong = {number for number, line in enumerate(program.read_text().splitlines(), 1) if line.endswith("# wrong")}
    assert seen == wrong
