#!/usr/bin/env python3
"""Publishes the tables that every common writer wrote, through the binary, and compares their content hashes.

    run.py KEEPSTONE

One table must get one hash whoever wrote it, and what keepstone keeps of it must get that hash once more; tables that
only look the same must get different ones. Needs pyarrow, pandas, polars and duckdb.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


class Session:
    """A `keepstone serve` that is asked one thing after another."""

    def __init__(self, binary, root):
        command = [binary, "serve", "--root", root]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.count = 0

    def call(self, method, **params):
        self.count += 1
        request = {"jsonrpc": "2.0", "id": self.count, "method": method, "params": params}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        if "error" in reply:
            sys.exit(f"{method} {params}: {reply['error']['message']}")
        return reply["result"]

    def close(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            sys.exit(f"the session ended with exit code {self.process.returncode}")


def publish_group(session, name, group, folder):
    """Publishes the files of a group, each under its own key; answers {file: content hash}."""
    if group["shape"]:
        session.call("register_type", artifactType=name, **group["shape"])
    hashes = {}
    for file in group["files"]:
        params = {"dataPath": file} if isinstance(file, str) else {**file, "dataPath": file["path"]}
        params.pop("path", None)
        params["dataPath"] = str(folder / params["dataPath"])
        published = session.call("publish_artifact", artifactType=name, logicalKey=params["dataPath"], **params)
        hashes[params["dataPath"]] = published["contentHash"]
        kept = published["pathParquet"]
        again = session.call("publish_artifact", artifactType=name, logicalKey=f"kept {kept}", dataPath=kept)
        if again["contentHash"] != published["contentHash"]:
            sys.exit(f"{name}: what is kept of {file} has another content hash than {file} itself")
    return hashes


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        subprocess.run([sys.executable, HERE / "write_tables.py", folder / "tables"], check=True)
        listed = json.loads((folder / "tables" / "manifest.json").read_text())
        session = Session(sys.argv[1], folder / "store")
        faults, files = [], 0
        for name, group in listed["same"].items():
            hashes = publish_group(session, f"same_{name}", group, folder / "tables")
            files += len(hashes)
            if len(set(hashes.values())) != 1:
                faults.append(f"{name}: these must have one content hash: {json.dumps(hashes, indent=1)}")
        for name, group in listed["different"].items():
            hashes = publish_group(session, f"different_{name}", group, folder / "tables")
            files += len(hashes)
            if len(set(hashes.values())) != len(hashes):
                faults.append(f"{name}: these must differ: {json.dumps(hashes, indent=1)}")
        session.close()
    if files == 0:
        sys.exit("there was nothing to compare")
    if faults:
        sys.exit("\n".join(faults))
    print(f"{files} files in {len(listed['same'])} groups of one table and {len(listed['different'])} of near misses: as they must be")


if __name__ == "__main__":
    main()
