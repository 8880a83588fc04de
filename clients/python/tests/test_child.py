"""What the client does when the process answers late, oddly, or not at all. The process here is made up."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from keepstone import _child, _connection, _pending
from keepstone.errors import ClientClosed, InvalidReply, LimitExceededError, RequestError, RequestTimeout, ServerEnded

ECHO = """
def answer(request):
    reply(request, request["params"])
"""

DIES_AT_FIRST = """
def answer(request):
    if started == 1:
        sys.stderr.write("out of luck\\n")
        sys.exit(7)
    reply(request, started)
"""

NEVER_ANSWERS = """
def answer(request):
    if request["method"] == "quick":
        reply(request, "done")
"""


def test_stray_lines_and_replies_that_nobody_waits_for_are_passed_over(made_up):
    client, _ = made_up("""
def answer(request):
    print("a library says hello")
    print('{"half')
    send({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "?"}})
    send({"jsonrpc": "2.0", "id": 4711, "result": "not mine"})
    send({"jsonrpc": "2.0", "method": "$/progress", "params": None})
    reply(request, "mine")
""")
    assert client.call("anything") == "mine"


def test_what_dies_over_a_question_is_asked_once_again(made_up):
    client, server = made_up(DIES_AT_FIRST)
    assert client.call("get_artifact") == 2
    assert server.starts == 2


def test_what_may_have_been_done_is_not_done_again(made_up):
    client, server = made_up(DIES_AT_FIRST)
    with pytest.raises(ServerEnded) as caught:
        client.publish_artifact("note")
    assert (caught.value.exit_code, caught.value.stderr) == (7, "out of luck")
    assert str(caught.value) == "keepstone ended with exit code 7 before it answered:\nout of luck"
    assert server.starts == 1
    assert client.call("publish_artifact") == 2


def test_a_second_death_over_the_same_question_is_told(made_up):
    client, server = made_up("def answer(request): os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(ServerEnded, match="keepstone ended by SIGKILL before it answered"):
        client.call("get_artifact")
    assert server.starts == 2


def test_all_who_wait_are_told(made_up):
    client, _ = made_up("""
waiting = []
def answer(request):
    waiting.append(request)
    if len(waiting) == 20:
        sys.exit(1)
""")

    def ask(_):
        with pytest.raises(ServerEnded) as caught:
            client.call("publish_artifact")
        return caught.value

    with ThreadPoolExecutor(20) as pool:
        errors = list(pool.map(ask, range(20)))
    # One for each caller, with that caller's traceback.
    assert len({id(error) for error in errors}) == 20


def test_after_five_deaths_there_is_a_pause(made_up):
    client, server = made_up("def answer(request): sys.exit(1)")
    for _ in range(_connection.DEATHS):
        with pytest.raises(ServerEnded, match="exit code 1"):
            client.call("publish_artifact")
    for _ in range(2):
        with pytest.raises(ServerEnded, match="ended 5 times within 3 minutes, so it is not started again"):
            client.call("get_artifact")
    assert server.starts == 5
    deaths = client._connection._deaths
    deaths[0] -= _connection.DEATHS_SECONDS
    with pytest.raises(ServerEnded, match="exit code 1"):
        client.call("publish_artifact")
    assert server.starts == 6


def test_one_that_ends_at_once_says_why(made_up):
    client, server = made_up("sys.exit('error: --root and --manifest-db name different stores')")
    with pytest.raises(ServerEnded, match="(?s)with exit code 1 before.*name different stores"):
        client.health_check()
    assert server.starts == 1


def test_a_timeout_withdraws_the_request_and_the_next_call_works(made_up):
    client, server = made_up(NEVER_ANSWERS, timeout=0.05)
    client.call("quick", timeout=60)
    with pytest.raises(RequestTimeout, match=r"slow was not answered within 0.05 s"):
        client.call("slow")
    with pytest.raises(RequestTimeout, match=r"within 0.1 s"):
        client.call("slow", timeout=0.1)
    assert client.call("quick", timeout=float("inf")) == "done"
    assert server.lines.count('"method":"$/cancelRequest","params":{"id":') == 2
    assert server.starts == 1


def test_requests_without_answer_keep_their_place_on_the_wire(made_up):
    client, server = made_up(NEVER_ANSWERS)
    client.call("quick")
    for _ in range(_pending.AT_ONCE):
        with pytest.raises(RequestTimeout):
            client.call("slow", timeout=0)
    with pytest.raises(RequestTimeout):
        client.call("quick", timeout=0.05)
    assert server.lines.count('"quick"') == 1


def test_both_pipes_full(made_up):
    # Replies are as long as requests, and each is more than a pipe holds.
    client, _ = made_up(ECHO)
    text = "x" * 300_000
    with ThreadPoolExecutor(100) as pool:
        for number, reply in enumerate(pool.map(lambda n: client.call("echo", {"n": n, "text": text}), range(200))):
            assert reply == {"n": number, "text": text}


def test_progress_is_told_in_the_thread_that_waits(made_up):
    client, _ = made_up("""
def answer(request):
    token = request["params"]["_meta"]["progressToken"]
    for done, total in ((1, None), (2, 9)):
        send({"jsonrpc": "2.0", "method": "$/progress",
              "params": {"token": token, "done": done, "total": total, "message": "rows"}})
    reply(request, "done")
""")
    seen = []
    told = lambda progress: seen.append((progress.done, progress.total, progress.message, threading.current_thread()))
    assert client.call("work", on_progress=told) == "done"
    here = threading.current_thread()
    assert seen == [(1, None, "rows", here), (2, 9, "rows", here)]


def test_what_progress_raises_withdraws_the_request(made_up):
    client, server = made_up("""
def answer(request):
    if request["method"] == "quick":
        return reply(request, "done")
    send({"jsonrpc": "2.0", "method": "$/progress", "params": {"token": request["params"]["_meta"]["progressToken"]}})
""")

    def enough(_):
        raise KeyError("enough")

    with pytest.raises(KeyError):
        client.call("work", on_progress=enough)
    assert client.call("quick") == "done"
    assert "$/cancelRequest" in server.lines


def test_what_others_raise_in_progress_is_theirs(made_up):
    client, server = made_up("""
def answer(request):
    send({"jsonrpc": "2.0", "method": "$/progress", "params": {"token": request["params"]["_meta"]["progressToken"]}})
""")

    def other(_):
        raise ServerEnded("another one", 1, "")

    with pytest.raises(ServerEnded, match="another one"):
        client.call("get_artifact", on_progress=other)
    assert server.starts == 1


def test_close_ends_what_does_not_want_to(made_up, monkeypatch):
    monkeypatch.setattr(_child, "PATIENCE", (0.1, 0.1, 5.0))
    client, _ = made_up("""
def answer(request):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if request["method"] == "stay":
        while True:
            time.sleep(60)
    reply(request, "done")
""")
    errors = []

    def wait():
        try:
            client.call("stay")
        except ServerEnded as error:
            errors.append(error.exit_code)

    client.call("quick")
    thread = threading.Thread(target=wait)
    thread.start()
    while not client._connection._child._pending._callers:
        time.sleep(0.001)
    client.close()
    thread.join()
    assert errors == [-9]
    client.close()
    with pytest.raises(ClientClosed, match="the client is closed"):
        client.call("quick")


def test_close_lets_what_is_under_way_be_answered(made_up):
    client, server = made_up("""
def answer(request):
    (folder / "under way").touch()
    while not (folder / "closing").exists():
        time.sleep(0.001)
    reply(request, "done")
""")
    with ThreadPoolExecutor(2) as pool:
        reply = pool.submit(client.call, "work")
        while not (server.folder / "under way").exists():
            time.sleep(0.001)
        process = client._connection._child._process
        closed = pool.submit(client.close)
        (server.folder / "closing").touch()
        assert reply.result() == "done"
        closed.result()
    assert process.returncode == 0


def test_a_line_that_would_never_be_answered_is_not_sent(made_up):
    client, server = made_up(ECHO)
    with pytest.raises(LimitExceededError, match="the request echo is 33554"):
        client.call("echo", {"text": "x" * (32 << 20)})
    with pytest.raises(RequestError, match="the params of echo can't be sent: set is not JSON"):
        client.call("echo", {"text": {1}})
    assert client.call("echo", {"text": "x"}) == {"text": "x"}
    assert server.starts == 1


def test_a_server_that_refuses_the_client_is_told(made_up):
    client, _ = made_up("""
def reply(request, result):
    data = {"kind": "invalid_params", "retryable": False, "field": "protocolVersion"}
    send({"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32602, "message": "too new", "data": data}})
""")
    with pytest.raises(RequestError, match="too new"):
        client.health_check()


def test_replies_are_held_against_the_schemas(made_up):
    client, _ = made_up("""
file = {"path": "a", "hash": "sha256:" + "0" * 64, "sizeBytes": 5, "mediaType": None, "role": None, "absolutePath": None}
file["tomorrow"] = 1
def answer(request):
    if request["params"].get("artifactId") == "odd":
        reply(request, [{**file, "sizeBytes": "5"}])
    elif request["params"].get("artifactId") == "bad":
        send({"jsonrpc": "2.0", "id": request["id"], "error": {"code": 5, "message": "?"}})
    else:
        reply(request, [file])
""", validate=True)
    (file,) = client.list_files("even")
    assert file.size_bytes == 5
    with pytest.raises(InvalidReply, match=r"list_files is not of its schema: \$\[0\].sizeBytes: '5' is not of type"):
        client.list_files("odd")
    with pytest.raises(InvalidReply, match=r"not of its schema: \$"):
        client.list_files("bad")
    assert client.call("method_of_tomorrow")[0]["tomorrow"] == 1


def test_without_jsonschema_validation_says_what_to_install(monkeypatch, made_up):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(ImportError, match=r"pip install 'keepstone\[validate\]'"):
        made_up(ECHO, validate=True)
