"""What the tests share: the program just built, stores in fresh folders, and servers made up for the purpose."""

import os
import stat
import sys
from pathlib import Path

import pytest

from keepstone import Keepstone

PACKAGE = Path(__file__).resolve().parents[1]
REPOSITORY = PACKAGE.parents[1]

# Answers `initialize`, notes every line it reads in `lines`, and leaves the rest to `answer`.
SERVER = '''#!{python}
import json, os, pathlib, signal, sys, time
folder = pathlib.Path({folder!r})
starts = folder / "starts"
started = len(starts.read_text()) + 1 if starts.exists() else 1
starts.write_text("." * started)
lines = open(folder / "lines", "a")

def send(message):
    sys.stdout.write(json.dumps(message) + "\\n")
    sys.stdout.flush()

def reply(request, result):
    send({{"jsonrpc": "2.0", "id": request["id"], "result": result}})

{body}

for line in sys.stdin:
    lines.write(line)
    lines.flush()
    request = json.loads(line)
    if request["method"] == "initialize":
        reply(request, {{}})
    elif "id" in request:
        answer(request)
'''


class MadeUp:
    """A program in place of keepstone, and what is known of it."""

    def __init__(self, folder: Path, body: str) -> None:
        self.folder = folder
        self.program = folder / "keepstone"
        self.program.write_text(SERVER.format(python=sys.executable, folder=str(folder), body=body))
        self.program.chmod(self.program.stat().st_mode | stat.S_IXUSR)

    @property
    def starts(self) -> int:
        """How often it was started."""
        path = self.folder / "starts"
        return len(path.read_text()) if path.exists() else 0

    @property
    def lines(self) -> str:
        """What it has read."""
        return (self.folder / "lines").read_text()


@pytest.fixture(scope="session", autouse=True)
def binary() -> str:
    """The program just built."""
    path = os.environ.setdefault("KEEPSTONE_BINARY", str(REPOSITORY / "target/debug/keepstone"))
    for name in ("KEEPSTONE_ROOT", "ARTIFACT_MANIFEST_DB", "ARTIFACTS_ROOT"):
        os.environ.pop(name, None)
    return path


@pytest.fixture
def client(tmp_path):
    with Keepstone(tmp_path / "store") as client:
        yield client


@pytest.fixture
def made_up(tmp_path):
    """Makes a client over a server whose `answer(request)` is given."""
    clients = []

    def make(body: str, **options) -> tuple[Keepstone, MadeUp]:
        server = MadeUp(tmp_path, body)
        client = Keepstone(tmp_path / "store", binary=server.program, **options)
        clients.append(client)
        return client, server

    yield make
    for client in clients:
        client.close()
