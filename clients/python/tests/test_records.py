"""Between Python and JSON."""

import json
import os
from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from conftest import REPOSITORY
from keepstone import _records, types
from keepstone._generated.methods import Methods
from keepstone.errors import InvalidReply

DOCUMENT = json.loads((REPOSITORY / "schemas/openrpc.json").read_text())
METHODS = {method["name"]: method for method in DOCUMENT["methods"]}


@pytest.mark.parametrize("name", [name for name in METHODS if name != "initialize"])
def test_every_operation_is_a_method_with_all_params(name):
    signature = _records.signature(name)
    wanted = [param["name"] for param in METHODS[name]["params"] if "name" in param]
    own = [_records.wire(key) for key in signature.encode if key not in ("timeout", "on_progress")]
    assert sorted(own) == sorted(wanted)
    assert getattr(Methods, name.replace(".", "_")).__doc__


def test_names_change_and_a_callers_own_keys_do_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sent = _records.encode(
        "publish_artifact",
        {
            "artifact_type": "t",
            "data_path": Path("a.csv"),
            "logical_key": None,
            "tags": {"my_key": "v"},
            "params": {"deep_key": {"inner_key": None}},
            "columns": {"my_column": "int"},
            "files": ({"path": Path("x"), "as_": "in/x", "role": None}, {"path": "/y"}),
            "inputs": [{"artifact_id": "a"}, {"artifactId": "b", "relation": "validated_by"}],
        },
    )
    assert sent == {
        "artifactType": "t",
        "dataPath": f"{os.getcwd()}/a.csv",
        "tags": {"my_key": "v"},
        "params": {"deep_key": {"inner_key": None}},
        "columns": {"my_column": "int"},
        "files": [{"path": f"{os.getcwd()}/x", "as": "in/x"}, {"path": "/y"}],
        "inputs": [{"artifactId": "a"}, {"artifactId": "b", "relation": "validated_by"}],
    }
    assert _records.encode("publish_artifact", {"tags": ("a", "b")}) == {"tags": ["a", "b"]}
    assert _records.encode("get_artifacts", {"artifact_ids": (x for x in "ab")}) == {"artifactIds": ["a", "b"]}
    # Nobody's type is guessed at: keepstone says what is wrong with it.
    assert _records.encode("get_artifacts", {"artifact_ids": "ab"}) == {"artifactIds": "ab"}
    assert _records.encode("list_artifacts", {"filter": 5}) == {"filter": 5}


FILE = {"path": "a", "hash": "sha256:0", "sizeBytes": 5, "mediaType": None, "role": None}


def test_fields_of_tomorrow_are_passed_over_and_unknown_ones_are_none():
    (file,) = _records.decode("list_files", [{**FILE, "colour": "blue"}])
    assert file == types.FileEntry(path="a", hash="sha256:0", size_bytes=5, media_type=None, role=None, absolute_path=None)
    (older,) = _records.decode("list_files", [{key: FILE[key] for key in ("path", "hash", "sizeBytes")}])
    assert older == file
    with pytest.raises(FrozenInstanceError):
        file.path = "b"


@pytest.mark.parametrize("odd", [[{"path": "a"}], [5], [None], {}, None, "text"])
def test_a_reply_of_another_shape_says_so(odd):
    with pytest.raises(InvalidReply, match="the reply to list_files can't be read"):
        _records.decode("list_files", odd)


@dataclass
class Kept:
    type: Literal["kept"]
    until: int


@dataclass
class Gone:
    type: Literal["gone"]
    inner: "dict[str, Kept | Gone] | None"


def test_variants_are_told_apart_and_may_hold_each_other():
    # The hints are looked up in this module, as those of the generated types are in theirs.
    read = _records._decoder(Kept | Gone | None)
    kept = {"type": "kept", "until": 5}
    assert read(None) is None
    assert read({"type": "gone", "inner": {"a_b": kept}}) == Gone("gone", {"a_b": Kept("kept", 5)})
    with pytest.raises(InvalidReply):
        read({"type": "lost"})
    assert _records._decoder(dict[str, Any]) is None
