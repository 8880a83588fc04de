"""Serves a filled store over HTTP and has Schemathesis look for requests whose answers aren't as /openapi.json says.

    tests/schemathesis/run.py KEEPSTONE SCHEMATHESIS [OPTION…]
"""

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "fixtures/flowtime"))
from write import write_data  # noqa: E402


def call(address: str, method: str, params: dict) -> object:
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(f"{address}/rpc", message, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        reply = json.load(response)
    assert "error" not in reply, f"{method}: {reply}"
    return reply["result"]


def fill(address: str) -> None:
    """Runs of FlowTime, artifacts with versions, tags and lineage, a table, a run and a dataset."""
    call(address, "scan", {})
    for number in range(5):
        inputs = [{"artifactId": f"note-{number - 1}"}] if number else []
        note = {"artifactType": "note", "artifactId": f"note-{number}", "logicalKey": "k", "title": f"Note {number}",
                "tags": {"stage": "prod"}, "inputs": inputs, "content": {"encoding": "utf8", "data": str(number)}}
        call(address, "publish_artifact", note)
        table = {"artifactType": "rain", "artifactId": f"rain-{number}", "logicalKey": "r", "format": "table",
                 "content": {"encoding": "utf8", "data": f"a,b\n1,{number}\n"}}
        call(address, "publish_artifact", table)
    call(address, "start_run", {"stage": "train", "runId": "run-1"})
    call(address, "create_dataset", {"datasetId": "d", "version": "v1", "members": [{"artifactId": "note-0", "role": "r"}]})


def main() -> int:
    keepstone, schemathesis, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "store"
        write_data(Path(folder) / "data")
        subprocess.run([keepstone, "--root", root, "init", "--preset", "flowtime"], check=True)
        command = [keepstone, "--root", root, "serve", "--http", "127.0.0.1:0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as server:
            try:
                address = server.stderr.readline().strip().removeprefix("listening on ")
                fill(address)
                test = [schemathesis, "--config-file", HERE / "schemathesis.toml", "run", f"{address}/openapi.json",
                        "--checks", "all", "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--seed", "1",
                        # Some words beside ids allow what an artifact of that id would; no setting excepts single paths.
                        "--exclude-checks", "allow_header_conformance",
                        "--max-examples", "50", "--generation-database", "none", *options]
                code = subprocess.run(test, cwd=folder).returncode
                assert call(address, "health_check", {})["available"]
                findings = call(address, "verify_store", {})["findings"]
                assert findings == [], findings
            finally:
                server.terminate()
    return code


if __name__ == "__main__":
    sys.exit(main())
