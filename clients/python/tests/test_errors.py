"""One class for each kind that the wire knows."""

import json
import pickle

import pytest

from conftest import REPOSITORY
from keepstone import errors


def test_every_kind_has_its_class():
    schema = json.loads((REPOSITORY / "schemas/error.json").read_text())
    kinds = [one["const"] for one in schema["$defs"]["Kind"]["oneOf"]]
    assert list(errors.BY_KIND) == kinds
    for kind, code in zip(kinds, schema["properties"]["code"]["enum"]):
        error = errors.from_reply({"code": code, "message": "No.", "data": {"kind": kind, "retryable": True}})
        assert type(error) is errors.BY_KIND[kind] and isinstance(error, errors.RequestError)
        assert (error.code, error.kind, error.retryable, error.hint, error.field) == (code, kind, True, None, None)
    assert errors.BY_KIND["not_found"] is errors.NotFoundError


def test_hint_field_and_further_facts():
    data = {"kind": "invalid_data", "retryable": False, "hint": "mend it", "field": "dataPath", "row": 2}
    error = errors.from_reply({"code": 1003, "message": "row 2 is bad", "data": data})
    assert (error.hint, error.field, error.data["row"]) == ("mend it", "dataPath", 2)
    assert str(error) == "row 2 is bad (mend it)"


def test_a_kind_of_tomorrow_is_still_an_error():
    error = errors.from_reply({"code": 1999, "message": "New.", "data": {"kind": "tired", "retryable": False}})
    assert type(error) is errors.RequestError and error.kind == "tired"
    assert errors.from_reply({"code": -1, "message": "Bare."}).kind == "unknown"


@pytest.mark.parametrize(
    "error",
    [
        errors.NotFoundError("gone", 1001, {"kind": "not_found", "field": "artifactId"}),
        errors.ServerEnded("ended", -9, "its words"),
        errors.RequestTimeout("late"),
    ],
)
def test_errors_travel_between_processes(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and vars(again) == vars(error) and str(again) == str(error)


def test_timeouts_are_timeouts():
    assert issubclass(errors.RequestTimeout, TimeoutError)
    for name in ("RequestError", "ServerEnded", "RequestTimeout", "BinaryNotFound", "ClientClosed", "InvalidReply"):
        assert issubclass(getattr(errors, name), errors.KeepstoneError)
