"""One running `keepstone serve` and the three threads that keep its pipes moving."""

from __future__ import annotations

import itertools
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from threading import Thread, current_thread
from typing import Any

from ._framing import encode, messages
from ._pending import Arrival, Deadline, Mailbox, Pending
from ._vocabulary import OnProgress, Progress
from .errors import BinaryNotFound, InvalidParamsError, LimitExceededError, ServerEnded

CHUNK = 1 << 16
"""What is read at once: as much as a pipe holds."""

STDERR_TAIL = 8192
"""How much of the end of stderr is kept, in bytes."""

LINE_MAX = 32 << 20
"""Longest line that keepstone takes: a longer one is answered without an id, so it must not be sent."""

PATIENCE = (5.0, 2.0, 2.0)
"""How long a process may take to end, in seconds: when its input ends, when it is asked to, when it is made to."""


class Child:
    """A process that answers requests. Its threads know it, and it knows nobody else."""

    def __init__(self, command: Sequence[str], folder: str | None, on_death: Callable[[], None]) -> None:
        self.ended = False
        self._on_death = on_death
        self._wanted = True
        self._numbers = itertools.count(1)
        self._pending = Pending()
        self._outgoing: SimpleQueue[bytes | None] = SimpleQueue()
        self._stderr = b""
        try:
            # A session of its own: a Ctrl-C at the terminal is for this program, which then withdraws its request.
            self._process = subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                start_new_session=True,
            )
        except OSError as error:
            raise BinaryNotFound(f"{command[0]} can't be started: {error.strerror or error}") from error
        self._threads = [
            Thread(target=target, name=f"keepstone-{target.__name__.strip('_')}", daemon=True)
            for target in (self._read, self._write, self._drain)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def process_id(self) -> int:
        """The process's id."""
        return self._process.pid

    def request(
        self, method: str, params: Any, deadline: Deadline, on_progress: OnProgress | None = None
    ) -> Mapping[str, Any]:
        """Sends a request and waits for its reply."""
        number = next(self._numbers)
        if on_progress is not None and isinstance(params, Mapping):
            params = {**params, "_meta": {"progressToken": number}}
        line = _line({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        mailbox: Mailbox = SimpleQueue()
        self._pending.add(number, mailbox, deadline)
        try:
            self._outgoing.put(line)
            while True:
                arrival = _next(mailbox, deadline)
                if arrival.reply is not None:
                    return arrival.reply
                if arrival.ended is not None:
                    # One of its own for each caller, with that caller's traceback.
                    raise ServerEnded(*arrival.ended.args)
                if arrival.progress is not None and on_progress is not None:
                    on_progress(_progress(arrival.progress))
        except BaseException:
            self._cancel(number)
            raise

    def _cancel(self, number: int) -> None:
        self._outgoing.put(_line({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": number}}))

    def release(self) -> None:
        """Lets the process end when it has answered; takes no lock and waits for nothing."""
        self._wanted = False
        self._outgoing.put(None)

    def stop(self) -> None:
        """Ends the process: asks, then insists."""
        self.release()
        reader = self._threads[0]
        if reader is current_thread():
            return
        for seconds, insist in zip(PATIENCE, (self._process.terminate, self._process.kill, None)):
            reader.join(seconds)
            if not reader.is_alive() or insist is None:
                return
            insist()

    def forget(self) -> None:
        """In a forked process: the pipes are the parent's, and so is the process."""
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        self._process.returncode = 0

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            with pipe:
                while (line := self._outgoing.get()) is not None:
                    rest = memoryview(line)
                    while rest:
                        rest = rest[pipe.write(rest) :]
        except OSError:
            # It has closed its end; the thread that reads learns why.
            pass

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        try:
            with pipe:
                for message in messages(lambda: pipe.read(CHUNK)):
                    if "result" in message or "error" in message:
                        self._pending.resolve(message.get("id"), message)
                    elif message.get("method") == "$/progress" and isinstance(message.get("params"), dict):
                        self._pending.progress(message["params"].get("token"), message["params"])
        finally:
            self._end()

    def _drain(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None
        with pipe:
            while chunk := pipe.read(CHUNK):
                self._stderr = (self._stderr + chunk)[-STDERR_TAIL:]

    def _end(self) -> None:
        """Nothing more will be answered: the process is gone or has closed its output."""
        self._outgoing.put(None)
        try:
            code = self._process.wait(PATIENCE[1])
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        # Something that it started may hold its stderr.
        self._threads[2].join(1.0)
        tail = self._stderr.decode("utf-8", "replace").strip()
        self.ended = True
        if self._wanted:
            self._on_death()
        self._pending.end(ServerEnded(f"keepstone ended {_how(code)} before it answered", code, tail))


def _next(mailbox: Mailbox, deadline: Deadline) -> Arrival:
    try:
        return mailbox.get(timeout=deadline.left())
    except Empty:
        raise deadline.passed() from None


def _line(message: Mapping[str, Any]) -> bytes:
    try:
        line = encode(message).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        data = {"kind": "invalid_params", "retryable": False}
        raise InvalidParamsError(f"the params of {message['method']} can't be sent: {error}", -32602, data) from error
    if len(line) > LINE_MAX:
        data = {"kind": "limit_exceeded", "retryable": False, "hint": "hand over large content as a file, by its path"}
        raise LimitExceededError(
            f"the request {message['method']} is {len(line)} bytes long, and a line may have {LINE_MAX}", 1007, data
        )
    return line + b"\n"


def _progress(params: Mapping[str, Any]) -> Progress:
    return Progress(done=params.get("done", 0), total=params.get("total"), message=params.get("message") or "")


def _how(code: int) -> str:
    if code >= 0:
        return f"with exit code {code}"
    try:
        return f"by {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"
