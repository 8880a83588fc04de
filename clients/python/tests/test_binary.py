"""Where the program is looked for, and what is said when it isn't there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keepstone import Keepstone, _binary
from keepstone.errors import BinaryNotFound


@pytest.fixture
def program(tmp_path):
    def make(folder: str) -> str:
        path = tmp_path / folder / "keepstone"
        path.parent.mkdir()
        shutil.copy("/bin/true", path)
        return str(path)

    return make


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No program is anywhere."""
    monkeypatch.delenv("KEEPSTONE_BINARY")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr(_binary, "places", lambda: [str(tmp_path / "scripts" / "keepstone")])


def test_the_option_comes_first_then_the_variable_then_the_folders_then_path(monkeypatch, nowhere, program):
    on_path = program("path")
    monkeypatch.setenv("PATH", os.path.dirname(on_path))
    assert _binary.find() == on_path
    scripts = program("scripts")
    assert _binary.find() == scripts
    monkeypatch.setenv("KEEPSTONE_BINARY", program("variable"))
    assert _binary.find().endswith("variable/keepstone")
    option = Path(program("option"))
    assert _binary.find(option) == str(option)
    # A bare name is one on PATH.
    assert _binary.find("keepstone") == on_path


def test_one_that_is_named_is_not_replaced_by_another(monkeypatch, program, tmp_path):
    monkeypatch.setenv("PATH", os.path.dirname(program("path")))
    with pytest.raises(BinaryNotFound, match=r"gone, which the option binary names, is no program"):
        _binary.find(tmp_path / "gone")
    monkeypatch.setenv("KEEPSTONE_BINARY", str(tmp_path))
    with pytest.raises(BinaryNotFound, match="which KEEPSTONE_BINARY names"):
        _binary.find()


def test_the_error_says_all_that_was_tried(nowhere, tmp_path):
    with pytest.raises(BinaryNotFound) as caught:
        Keepstone(tmp_path).health_check()
    for tried in ("option binary", "KEEPSTONE_BINARY", f"{tmp_path}/scripts/keepstone", f"PATH ({tmp_path}/nothing)"):
        assert tried in str(caught.value)


def test_the_places_are_the_package_and_the_folders_of_installers():
    package, *others = _binary.places()
    assert package == str(Path(_binary.__file__).parent / "bin/keepstone")
    assert str(Path(sys.executable).parent / "keepstone") in others


def test_a_program_that_can_not_start_is_named(tmp_path):
    broken = tmp_path / "keepstone"
    broken.write_bytes(b"\x7fELF, but no more")
    broken.chmod(0o755)
    with pytest.raises(BinaryNotFound, match=f"{broken} can't be started: Exec format error"):
        Keepstone(tmp_path / "store", binary=broken).health_check()


def test_the_module_runs_the_program(binary, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(Path(_binary.__file__).parents[1])}
    command = [sys.executable, "-m", "keepstone", "call", "health_check", "{}", "--root", str(tmp_path)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0 and '"available":false' in ran.stdout.replace(" ", "")
    environment["KEEPSTONE_BINARY"] = "/gone"
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "error: /gone, which KEEPSTONE_BINARY names, is no program that can be run\n"
