"""Lines are cut at 0x0A and at nothing else, however the bytes arrive."""

import io
import json
from pathlib import PurePosixPath

import pytest

from keepstone._framing import encode, lines, messages


def in_pieces(data: bytes, size: int):
    stream = io.BytesIO(data)
    return lambda: stream.read(size)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_what_python_takes_for_line_ends_is_none(size):
    texts = ["é\u2028\u2029\x85\x0b\x0c\x1c", "\r\r", "", "日本語 🦀"]
    data = b"".join(json.dumps({"text": text}, ensure_ascii=False).encode() + b"\n" for text in texts)
    assert [message["text"] for message in messages(in_pieces(data, size))] == texts


def test_the_last_line_needs_no_end():
    assert list(lines(in_pieces(b"a\n\nb\r\nc", 2))) == [b"a", b"", b"b\r", b"c"]
    assert list(lines(in_pieces(b"", 2))) == []


def test_a_line_of_32_mib_arrives_whole():
    text = "x" * (32 << 20)
    data = json.dumps({"text": text}).encode() + b'\n{"text": "next"}\n'
    first, second = messages(in_pieces(data, 1 << 16))
    assert first["text"] == text and second["text"] == "next"


def test_what_is_no_message_is_passed_over():
    stray = b'hello\n{"half\n\xff\xfe\n[1]\n5\n' + b"[" * 100_000 + b'\n{"id": 1}\n'
    assert list(messages(in_pieces(stray, 4096))) == [{"id": 1}]


def test_paths_are_texts_and_the_rest_must_be_json():
    assert encode({"a": PurePosixPath("x/y"), "b": "\ud800"}) == '{"a":"x/y","b":"\\ud800"}'
    for odd in (float("nan"), {1, 2}, b"bytes"):
        with pytest.raises((TypeError, ValueError)):
            encode({"odd": odd})
