"""The client and the program just built."""

import gc
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import PACKAGE
from keepstone import Keepstone
from keepstone.errors import ClientClosed, ConflictError, InvalidParamsError, NotFoundError, RequestTimeout, ServerEnded


def note(client: Keepstone, text: str, **params):
    return client.publish_artifact("note", content={"encoding": "utf8", "data": text}, **params)


def process_of(client: Keepstone) -> subprocess.Popen:
    return client._connection._child._process


def is_running(process_id: int) -> bool:
    """Whether there is such a process; one that is dead and not yet waited for is none."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def large_table(folder: Path) -> Path:
    """A table that takes a while."""
    path = folder / "large.csv"
    rows = "".join(f"{n},{n}.5,text {n}\n" for n in range(100_000))
    path.write_text("a,b,c\n" + rows * 5)
    return path


def test_publish_get_lineage(tmp_path):
    (tmp_path / "rain.csv").write_text("day,rain_mm\n2026-11-01,0.4\n2026-11-02,\n")
    with Keepstone(tmp_path / "store", validate=True) as client:
        assert client.health_check().available is False
        rain = client.publish_artifact("rain", data_path=tmp_path / "rain.csv", tags={"by_station": "sea"})
        assert rain.success and not rain.deduped and rain.mode is None and rain.row_count == 2
        again = client.publish_artifact("rain", data_path=str(tmp_path / "rain.csv"))
        assert (again.deduped, again.mode, again.existing_artifact_id) == (True, "file_hash", rain.artifact_id)
        report = note(client, "0.4 mm", inputs=[{"artifact_id": rain.artifact_id, "relation": "validated_by"}])
        lineage = client.get_lineage(report.artifact_id)
        assert lineage.inputs == [client.get_artifact(rain.artifact_id)]
        assert [(edge.input_artifact_id, edge.relation) for edge in lineage.edges] == [(rain.artifact_id, "validated_by")]
        assert client.list_artifacts(filter={"artifact_type": "rain", "tags": {"by_station": "sea"}}) == [rain.artifact]
        assert client.get_artifacts(["nothing", rain.artifact_id]) == [None, rain.artifact]
        assert rain.artifact.tags == {"by_station": "sea"} and rain.artifact.writer is None
        (event, *_) = client.list_events(limit=1)
        assert event.actor == "keepstone-python"
        assert client.server().limits.requests_in_flight == 64
        assert client.rpc_discover()["info"]["title"] == "keepstone"


def test_search_and_curate(client):
    for number, title in enumerate(["Rain in autumn", "Autumn snow", None], 1):
        params = {"by_trees": number, "grid": {"maxDepth": 4}}
        note(client, str(number), artifact_id=f"n-{number}", logical_key="k", title=title, params=params)
    first = client.search_artifacts(query="autumn", limit=1, facets=["type", "tag"])
    assert ([one.artifact_id for one in first.artifacts], first.total, first.count) == (["n-2"], 2, 1)
    assert [(one.value, one.count) for one in first.facets.type] == [("note", 2)]
    assert first.facets.tag == [] and first.facets.status is None
    last = client.search_artifacts(query="autumn", limit=1, cursor=first.next_cursor)
    assert [one.artifact_id for one in last.artifacts] == ["n-1"] and last.next_cursor is None
    conditions = {"by_trees": {"min": 2, "max": 3}, "grid.maxDepth": 4}
    ranged = client.search_artifacts(filter={"params": conditions}, sort="title")
    assert [one.artifact_id for one in ranged.artifacts] == ["n-2", "n-3"]
    updated = client.update_artifact("n-1", title="Wind", tags={"by_station": "sea", "draft": ""}, revision=1)
    assert updated.changed and updated.artifact.revision == 2
    cleared = client.update_artifact("n-1", title="", tags={"draft": None}).artifact
    assert (cleared.title, cleared.tags, cleared.revision) == (None, {"by_station": "sea"}, 3)
    with pytest.raises(ConflictError, match="has revision 3, not 1") as caught:
        client.update_artifact("n-1", archived=True, revision=1)
    assert caught.value.data["currentRevision"] == 3
    chosen = client.search_artifacts(filter={"any_tags": {"by_station": ["sea", "pdx"]}})
    assert [one.artifact_id for one in chosen.artifacts] == ["n-1"]
    archived = client.bulk_update(["n-1", "none"], archived=True)
    assert (archived.success, archived.changed, archived.failed) == (False, 1, 1)
    assert [(one.success, one.error_kind) for one in archived.results] == [(True, None), (False, "not_found")]
    assert client.search_artifacts(filter={"archived": "only"}).artifacts == [client.get_artifact("n-1")]
    assert client.set_alias("best", artifact_id="n-1").previous_artifact_id is None
    assert client.set_alias("best", ref="note:k@v2").previous_artifact_id == "n-1"
    assert client.resolve("note:k@best").artifact_id == "n-2"
    assert [(one.alias, one.version) for one in client.list_aliases(artifact_type="note")] == [("best", 2)]
    assert client.remove_alias("note", "k", "best").artifact_id == "n-2"
    assert client.list_aliases() == []


def test_errors_have_their_class_and_the_next_call_works(client):
    note(client, "one", artifact_id="a")
    with pytest.raises(NotFoundError, match="artifact b was not found") as caught:
        client.get_artifact("b")
    assert (caught.value.code, caught.value.field) == (1001, "artifactId")
    with pytest.raises(ConflictError):
        note(client, "two", artifact_id="a")
    with pytest.raises(InvalidParamsError, match='there is no parameter "typo"'):
        client.call("get_artifact", {"artifactId": "a", "typo": 1})
    assert client.get_artifact("a").version == 1


def test_killed_in_the_middle_of_work(client, tmp_path):
    table = large_table(tmp_path)
    with pytest.raises(ServerEnded, match="ended by SIGKILL"):
        client.publish_artifact("table", data_path=table, on_progress=lambda _: process_of(client).kill())
    assert client.list_artifacts() == []
    assert note(client, "next").artifact.version == 1


def test_progress_and_timeout_of_real_work(client, tmp_path):
    table = large_table(tmp_path)
    note(client, "made")
    with pytest.raises(RequestTimeout, match="publish_artifact was not answered within 0.01 s"):
        client.publish_artifact("table", data_path=table, timeout=0.01)
    seen = []
    published = client.publish_artifact("table", data_path=table, on_progress=seen.append)
    assert published.row_count == 500_000 and not published.deduped
    assert seen and all(step.message and step.done <= step.total for step in seen)


def test_a_thousand_publishes_from_many_threads(client):
    def publish(number):
        return note(client, f"text {number}", logical_key="all", params={"number": number}).artifact

    with ThreadPoolExecutor(100) as pool:
        published = list(pool.map(publish, range(1000)))
    assert [artifact.params for artifact in published] == [{"number": number} for number in range(1000)]
    assert sorted(artifact.version for artifact in published) == list(range(1, 1001))
    listed = client.list_artifacts(filter={"limit": 10_000})
    assert [artifact.version for artifact in listed] == list(range(1000, 0, -1))
    assert {artifact.artifact_id for artifact in listed} == {artifact.artifact_id for artifact in published}


def test_a_client_that_is_forgotten_ends_its_process(tmp_path):
    client = Keepstone(tmp_path / "store")
    client.health_check()
    process = process_of(client)
    reader = client._connection._child._threads[0]
    del client
    gc.collect()
    reader.join()
    assert process.returncode == 0


def test_closed_is_closed(tmp_path):
    unused = Keepstone(tmp_path / "store")
    unused.close()
    with pytest.raises(ClientClosed):
        unused.health_check()
    with Keepstone(tmp_path / "store") as client:
        client.health_check()
        process = process_of(client)
    assert process.returncode == 0
    client.close()
    with pytest.raises(ClientClosed):
        client.health_check()


def test_a_change_of_folder_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Keepstone() as client:
        note(client, "here")
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir("elsewhere")
        Path("a.txt").write_text("read from here")
        assert client.publish_artifact("text", data_path="a.txt").artifact.logical_key == "a.txt"
        process_of(client).kill()
        client._connection._child._threads[0].join()
        assert len(client.list_artifacts()) == 2
        assert client.server().store_root == str(tmp_path / ".keepstone")


def test_manifest_db_names_the_store(tmp_path, monkeypatch):
    monkeypatch.setenv("KEEPSTONE_ROOT", str(tmp_path / "another"))
    with Keepstone(manifest_db=tmp_path / "m/manifest.sqlite", artifacts_root=tmp_path / "names") as client:
        published = note(client, "one")
        assert client.server().store_root == str(tmp_path / "m")
        assert published.path_sidecar.startswith(f"{tmp_path}/names/")


def test_a_forked_process_has_a_server_of_its_own(client):
    note(client, "parent", artifact_id="parent")
    parent = process_of(client)
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            made = note(client, "child", artifact_id="child").artifact_id
            own = process_of(client).pid != parent.pid
            client.close()
            os.write(send, f"{made} {own} {process_of(client).returncode}".encode())
        finally:
            os._exit(0)
    os.close(send)
    # While the child lives, it must not keep the parent's server from seeing the end of its input.
    with os.fdopen(receive) as pipe:
        assert pipe.read() == "child True 0"
    os.waitpid(child, 0)
    assert client.get_artifact("child").artifact_id == "child"
    assert process_of(client) is parent
    idle = os.fork()
    if idle == 0:
        signal.pause()
    client.close()
    assert parent.returncode == 0
    os.kill(idle, signal.SIGKILL)
    os.waitpid(idle, 0)


def run(script: str, *arguments: object, **options) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE / "src")}
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    return subprocess.run(command, env=environment, timeout=60, **options)


BEGINNING = """
import os, sys, threading, signal, time
from keepstone import Keepstone
client = Keepstone(sys.argv[1])
client.health_check()
process = client._connection._child._process
"""


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("", 0),
        ("sys.exit(3)", 3),
        ("raise KeyError", 1),
        # Another client in a circle, and a thread in the middle of calls.
        ("client.itself = client", 0),
        ("threading.Thread(target=lambda: [client.health_check() for _ in range(10**9)], daemon=True).start()", 0),
        ("threading.Thread(target=lambda: (time.sleep(0.1), client.health_check())).start()", 0),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9),
    ],
)
def test_a_program_ends_by_itself_and_its_server_with_it(tmp_path, ending, code):
    script = f"{BEGINNING}print(process.pid, flush=True)\n{ending}"
    ran = run(script, tmp_path / "store", capture_output=True, text=True)
    assert ran.returncode == code, ran.stderr
    if code >= 0:
        assert not is_running(int(ran.stdout))
    else:
        while is_running(int(ran.stdout)):
            threading.Event().wait(0.01)


def test_ctrl_c_withdraws_the_request_and_leaves_the_server_alone(made_up):
    # As a terminal does it, the whole group of the program is told, and while it waits.
    _, server = made_up("""
def answer(request):
    if request["method"] == "quick":
        reply(request, "done")
    else:
        os.killpg(os.getppid(), signal.SIGINT)
""")
    script = """
import os, signal, sys
from keepstone import Keepstone
# Whoever started the tests in the background may have them ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.setpgid(0, 0)
with Keepstone(sys.argv[1], binary=sys.argv[2]) as client:
    try:
        client.call("slow")
    except KeyboardInterrupt:
        print(client.call("quick"))
"""
    ran = run(script, server.folder / "store", server.program, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "done\n"), ran.stderr
    assert "$/cancelRequest" in server.lines and server.starts == 1


def test_without_standard_streams(tmp_path):
    script = f"{BEGINNING}open(sys.argv[2], 'w').write(str(client.health_check().available))"
    streams = "exec <&- >&- 2>&-; exec \"$@\""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE / "src")}
    command = ["bash", "-c", streams, "bash", sys.executable, "-c", script, tmp_path / "store", tmp_path / "said"]
    assert subprocess.run(command, env=environment, timeout=60).returncode == 0
    assert (tmp_path / "said").read_text() == "False"
