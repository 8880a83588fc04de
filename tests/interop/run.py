#!/usr/bin/env python3
"""Publishes the tables that every common writer wrote, through the binary, and compares their content hashes.

    run.py KEEPSTONE

One table must get one hash whoever wrote it, and what keepstone keeps of it must get that hash once more; tables that
only look the same must get different ones. The index of a dataset must be read alike by all of them. Needs pyarrow,
pandas, polars and duckdb.
"""

import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import polars
import pyarrow.parquet

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


INDEX = [
    ("artifact_id", "string"),
    ("content_hash_algorithm", "string"),
    ("content_hash_digest", "string"),
    ("artifact_type", "string"),
    ("role", "string"),
    ("byte_size", "int64"),
    ("storage_path", "string"),
    ("logical_key", "string"),
    ("split", "string"),
    ("feature_freq_ghz", "double"),
    ("feature_ok", "bool"),
    ("feature_ports", "int64"),
    ("feature_who", "string"),
]


def read_index(session):
    """Creates a version of a dataset and reads its index with every engine; answers what is wrong."""
    features = [
        {"freq_ghz": 1, "ports": 2, "ok": True, "who": "me"},
        {"freq_ghz": 2.5, "ports": 4, "ok": False},
        {},
    ]
    members, rows = [], []
    for number, known in enumerate(features):
        name, text = f"member-{number}", f"dataset member {number}"
        content = {"encoding": "utf8", "data": text}
        session.call("publish_artifact", artifactType="touchstone", artifactId=name, format="file", content=content)
        members.append({"artifactId": name, "role": "oracle_output", "split": "test" if number else None, "features": known})
        digest = hashlib.sha256(text.encode()).hexdigest()
        stored = f"objects/{digest[:2]}/{digest}"
        row = [name, "sha256", digest, "touchstone", "oracle_output", len(text), stored, name, "test" if number else None]
        rows.append(row + [known.get(key) for key in ("freq_ghz", "ok", "ports", "who")])
    index = session.call("create_dataset", datasetId="interop", version="v1", members=members)["dataset"]["pathIndex"]
    table = pyarrow.parquet.read_table(index)
    faults = []
    if [(field.name, str(field.type)) for field in table.schema] != INDEX:
        faults.append(f"the index has the columns {table.schema}")
    query = f"SELECT * FROM read_parquet('{index}')"
    read = {
        "pyarrow": [list(row.values()) for row in table.to_pylist()],
        "polars": [list(row) for row in polars.read_parquet(index).rows()],
        "duckdb": [list(row) for row in duckdb.sql(query).fetchall()],
    }
    faults += [f"{engine} reads the index as {found}, not {rows}" for engine, found in read.items() if found != rows]
    ranged = duckdb.sql(f"{query} WHERE feature_freq_ghz BETWEEN 0.5 AND 1.5").fetchall()
    if [row[0] for row in ranged] != ["member-0"]:
        faults.append(f"duckdb finds {ranged} by a range")
    return faults


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
        faults += read_index(session)
        session.close()
    if files == 0:
        sys.exit("there was nothing to compare")
    if faults:
        sys.exit("\n".join(faults))
    print(f"{files} files in {len(listed['same'])} groups of one table and {len(listed['different'])} of near misses: as they must be")


if __name__ == "__main__":
    main()
