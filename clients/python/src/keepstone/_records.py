"""Between Python and JSON: which keys are renamed, which values are read into classes. Type hints are the table."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints, is_typeddict

from ._generated.methods import Methods
from .errors import InvalidReply

Convert = Callable[[Any], Any]
"""Turns one value into another."""


class Signature(NamedTuple):
    """How the params of a method are written, and how its result is read."""

    encode: Mapping[str, Convert | None]
    decode: Convert | None


@functools.cache
def signature(method: str) -> Signature:
    """The signature of a method by its name on the wire."""
    hints = get_type_hints(getattr(Methods, method.replace(".", "_")))
    result = hints.pop("return")
    return Signature({name: _encoder(hint) for name, hint in hints.items()}, _decoder(result))


def encode(method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The params as they are sent: None is absent, names of fields are camelCase, a caller's own keys stay."""
    return _encode_fields(params, signature(method).encode)


def decode(method: str, result: Any) -> Any:
    """The result as the class that its method promises."""
    read = signature(method).decode
    try:
        return result if read is None else read(result)
    except InvalidReply as error:
        raise InvalidReply(f"the reply to {method} can't be read: {error}") from None


def read(kind: Any, value: Any) -> Any:
    """An object as a dataclass."""
    return _record(kind)(value)


def wire(name: str) -> str:
    """`artifact_id` as `artifactId`, `as_` as `as`."""
    first, *others = name.rstrip("_").split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def _encode_fields(values: Mapping[str, Any], encoders: Mapping[str, Convert | None]) -> dict[str, Any]:
    fields = {}
    for name, value in values.items():
        if value is not None:
            write = encoders.get(name)
            fields[wire(name)] = value if write is None else write(value)
    return fields


def _encoder(hint: Any) -> Convert | None:
    """How a param of this type is written; None when it goes as it is. What has another type is left to the server."""
    origin, arguments = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        encoders = {name: _encoder(inner) for name, inner in get_type_hints(hint).items()}
        return lambda value: _encode_fields(value, encoders) if isinstance(value, Mapping) else value
    if origin in (Union, UnionType):
        if any(get_origin(one) is os.PathLike for one in arguments):
            return lambda value: os.path.abspath(value) if isinstance(value, (str, os.PathLike)) else value
        writers = [write for write in map(_encoder, arguments) if write is not None]
        return functools.partial(_in_turn, writers) if writers else None
    if origin is Sequence:
        item = _encoder(arguments[0])
        return lambda value: _encode_items(value, item)
    if origin is Mapping:
        inner = _encoder(arguments[1])
        return lambda value: _encode_values(value, inner)
    return None


def _in_turn(writers: Sequence[Convert], value: Any) -> Any:
    """Every one leaves alone what is not of its type."""
    for write in writers:
        value = write(value)
    return value


def _encode_items(value: Any, write: Convert | None) -> Any:
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        return value
    return list(value) if write is None else [write(item) for item in value]


def _encode_values(value: Any, write: Convert | None) -> Any:
    if not isinstance(value, Mapping):
        return value
    return dict(value) if write is None else {key: write(item) for key, item in value.items()}


def _decoder(hint: Any) -> Convert | None:
    """How a value of this type is read; None when it stays as it is."""
    origin, arguments = get_origin(hint), get_args(hint)
    if _is_record(hint):
        return _record(hint)
    if origin in (Union, UnionType):
        records = [one for one in arguments if _is_record(one)]
        if len(records) > 1:
            return functools.partial(_decode_variant, [_record(one) for one in records])
        readers = [read for read in map(_decoder, arguments) if read is not None]
        if not readers:
            return None
        (read,) = readers
        return lambda value: None if value is None else read(value)
    if origin is list:
        item = _decoder(arguments[0])
        return None if item is None else functools.partial(_decode_items, item)
    if origin is dict:
        inner = _decoder(arguments[1])
        return None if inner is None else functools.partial(_decode_values, inner)
    return None


def _decode_items(read: Convert, value: Any) -> Any:
    if not isinstance(value, list):
        raise InvalidReply(f"{value!r} is no list")
    return [read(item) for item in value]


def _decode_values(read: Convert, value: Any) -> Any:
    if not isinstance(value, dict):
        raise InvalidReply(f"{value!r} is no object")
    return {key: read(item) for key, item in value.items()}


def _decode_variant(variants: Sequence[_Record], value: Any) -> Any:
    if value is None:
        return None
    for record in variants:
        if record.fits(value):
            return record(value)
    raise InvalidReply(f"{value!r} is of no kind that is known")


class _Record:
    """Reads objects into one dataclass. Fields that a newer server adds are passed over."""

    def __init__(self, kind: type[Any]) -> None:
        self.kind = kind
        self.hints = get_type_hints(kind)
        # Made when first used: a class may hold itself.
        self.fields: list[tuple[str, str, Convert | None]] | None = None

    def __call__(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise InvalidReply(f"{value!r} is no object")
        if self.fields is None:
            self.fields = [(name, wire(name), _decoder(hint)) for name, hint in self.hints.items()]
        fields = {}
        for name, key, read in self.fields:
            if key in value:
                fields[name] = value[key] if read is None else read(value[key])
            elif _admits_none(self.hints[name]):
                fields[name] = None
            else:
                raise InvalidReply(f"{self.kind.__name__} has no {key}")
        return self.kind(**fields)

    def fits(self, value: Any) -> bool:
        """Whether an object is of this variant: it has what must be there, with the values that must be."""
        if not isinstance(value, dict):
            return False
        for name, hint in self.hints.items():
            found = value.get(wire(name))
            if get_origin(hint) is Literal and found not in get_args(hint):
                return False
            if found is None and not _admits_none(hint):
                return False
        return True


@functools.cache
def _record(kind: type[Any]) -> _Record:
    return _Record(kind)


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and is_dataclass(hint)


def _admits_none(hint: Any) -> bool:
    return hint is Any or hint is type(None) or type(None) in get_args(hint)
