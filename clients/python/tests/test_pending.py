"""Who waits for which reply, and how many at once."""

import threading
from queue import SimpleQueue

import pytest

from keepstone._pending import Deadline, NotTaken, Pending
from keepstone.errors import RequestTimeout, ServerEnded

NOW, FOR_EVER = Deadline("ask", 0), Deadline("ask", None)


def test_replies_find_their_callers():
    pending = Pending()
    boxes = {number: SimpleQueue() for number in (1, 2)}
    for number, box in boxes.items():
        pending.add(number, box, FOR_EVER)
    pending.resolve(2, {"id": 2})
    pending.progress(1, {"done": 5})
    for odd in (7, None, "1", [], 1.5):
        pending.resolve(odd, {})
        pending.progress(odd, {})
    assert boxes[2].get().reply == {"id": 2}
    assert boxes[1].get().progress == {"done": 5}
    assert boxes[1].empty() and boxes[2].empty()


def test_no_more_than_so_many_are_on_the_wire():
    pending = Pending(at_once=2)
    for number in (1, 2):
        pending.add(number, SimpleQueue(), NOW)
    with pytest.raises(RequestTimeout, match="ask was not answered within 0 s"):
        pending.add(3, SimpleQueue(), NOW)
    box = SimpleQueue()
    thread = threading.Thread(target=lambda: pending.add(3, box, FOR_EVER))
    thread.start()
    pending.resolve(1, {})
    thread.join()
    pending.resolve(3, {"id": 3})
    assert box.get().reply == {"id": 3}


def test_the_end_reaches_all_who_wait_and_all_who_come():
    pending = Pending(at_once=1)
    box = SimpleQueue()
    pending.add(1, box, FOR_EVER)
    refused = []

    def come():
        try:
            pending.add(2, SimpleQueue(), FOR_EVER)
        except NotTaken as error:
            refused.append(error.ended)

    thread = threading.Thread(target=come)
    thread.start()
    ended = ServerEnded("gone", 1, "")
    pending.end(ended)
    thread.join()
    assert box.get().ended is ended and refused == [ended]
    with pytest.raises(NotTaken):
        pending.add(3, SimpleQueue(), FOR_EVER)


def test_deadlines():
    assert FOR_EVER.left() is None
    assert Deadline("ask", float("inf")).left() is None
    assert NOW.left() == 0.0
    assert 50 < Deadline("ask", 60).left() <= 60
