"""The package as users get it: built, installed into a fresh environment that has nothing else, and used there."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from conftest import PACKAGE, REPOSITORY
from readme import examples


def run(*command: object, **options) -> str:
    ran = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def build(folder: Path, **packaged: str) -> Path:
    """The wheel, as `pip install clients/python` builds it."""
    options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    environment = {**os.environ, **packaged}
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, PACKAGE, env=environment)
    (wheel,) = folder.iterdir()
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


def names(wheel: Path) -> list[str]:
    return sorted(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_has_all_modules_and_schemas_and_nothing_else(wheel):
    assert wheel.name.endswith("-py3-none-any.whl")
    own = {name for name in names(wheel) if not name.partition("/")[0].endswith(".dist-info")}
    source = PACKAGE / "src"
    modules = {str(path.relative_to(source)) for path in source.rglob("*.py")}
    schemas = {f"keepstone/schemas/{path.name}" for path in (REPOSITORY / "schemas").iterdir()}
    assert own == modules | schemas | {"keepstone/py.typed"}
    licenses = {name.rpartition("/")[2] for name in names(wheel) if "/licenses/" in name}
    assert licenses == {"LICENSE-APACHE", "LICENSE-MIT"}
    for name in licenses:
        assert (PACKAGE / name).read_text() == (REPOSITORY / name).read_text()


def test_the_source_archive_builds_the_same_wheel_by_itself(wheel, tmp_path):
    run(sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", tmp_path, cwd=PACKAGE)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        assert not any(member.issym() or member.islnk() for member in tar)
        tar.extractall(tmp_path / "unpacked")
    (folder,) = (tmp_path / "unpacked").iterdir()
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path / "again", cwd=folder)
    (again,) = (tmp_path / "again").iterdir()
    assert names(again) == names(wheel)


def interpreters() -> list[str]:
    """This Python, and the oldest one here that the package promises to work with."""
    found = [shutil.which(f"python3.{minor}") for minor in range(10, sys.version_info.minor)]
    found += sorted(map(str, Path.home().glob(".pyenv/versions/3.10.*/bin/python3.10")))
    works = [path for path in found if path and subprocess.run([path, "-c", "import ssl"], capture_output=True).returncode == 0]
    return [*works[:1], sys.executable]


@pytest.mark.parametrize("python", interpreters(), ids=lambda path: Path(path).name)
def test_the_first_session_of_the_readme_in_a_fresh_folder(wheel, tmp_path, binary, python):
    run(python, "-m", "venv", "--without-pip", tmp_path / "venv")
    fresh = tmp_path / "venv/bin/python"
    pip = (sys.executable, "-m", "pip", "--python", fresh, "--quiet", "--disable-pip-version-check")
    run(*pip, "install", "--no-index", "--no-deps", "--no-compile", wheel)
    # As an installer leaves it: beside the interpreter.
    (tmp_path / "venv/bin/keepstone").symlink_to(binary)

    first = examples()[0]
    (tmp_path / "work").mkdir()
    (tmp_path / "work/session.py").write_text(first.code)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    assert run(fresh, "session.py", cwd=tmp_path / "work", env=environment) == first.output
    script = "import keepstone, sys; keepstone.Keepstone('store', validate=True)"
    ran = subprocess.run([fresh, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert "ImportError: validate=True needs jsonschema: pip install 'keepstone[validate]'" in ran.stderr


def test_a_wheel_with_the_program_needs_nothing_else(wheel, tmp_path, binary):
    packaged = build(tmp_path / "wheel", KEEPSTONE_PACKAGED_BINARY=binary)
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert packaged.name.endswith(f"-py3-none-{platform}.whl")
    assert set(names(packaged)) - set(names(wheel)) == {"keepstone/bin/keepstone"}
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
    fresh = tmp_path / "venv/bin/python"
    pip = (sys.executable, "-m", "pip", "--python", fresh, "--quiet", "--disable-pip-version-check")
    run(*pip, "install", "--no-index", "--no-deps", "--no-compile", packaged)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    assert run(fresh, "-c", examples()[0].code, cwd=tmp_path, env=environment) == examples()[0].output
    assert run(fresh, "-m", "keepstone", "--version", cwd=tmp_path, env=environment).startswith("keepstone ")
