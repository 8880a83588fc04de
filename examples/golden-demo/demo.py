"""The golden demo: a coupon goes from its specification over a design and a board to simulations, a dataset and an audit.

It runs twice, once through the pipe and once at the terminal, each time in a store of its own. Every step is checked by
its values; the first that is wrong ends the demo with exit code 1.

usage: demo.py KEEPSTONE FOLDER
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

INPUTS = Path(__file__).resolve().parent / "inputs"
README_SPEC = b'{"coupon_family": "F1"}'
GERBER = b"G04 Gerber file*\n%FSLAX34Y34*%\n"

# Content, the start of its SHA-256, and the spec id that follows from it. Another sample of a spec id is in circulation
# for README_SPEC, l5ua4w36g7wa; it belongs to none of these bytes.
REFERENCES = [
    (b"hello", "2cf24dba5fb0a30e", "ftze3os7wcrq"),
    (b"", "e3b0c44298fc1c14", "4oymiquy7qob"),
    (README_SPEC, "8e974325bafbabe8", "r2lugjn27ov6"),
    (b"hello world", "b94d27b9934d3e08", "xfgspomtju7a"),
    (b"test content", "6ae8a75555209fd6", "nlukovkvecp5"),
    (b'{"coupon_family": "F1", "design_vector": [1, 2, 3]}', "41b100ddbd766e57", "igyqbxn5ozxf"),
    (b"custom length", "7a28a251f36e4a44", "piukeuptnzfe"),
    (b'{"test": "spec_id_consistency"}', "20abb4b4978c160d", "ecv3jnexrqla"),
    (bytes(range(256)) * 4096, "fbbab289f7f94b25", "7o5lfcpx7ffs"),
    ((INPUTS / "coupon_spec.json").read_bytes(), "b8297d9fdc0412f9", "xaux3h64aqjp"),
    ((INPUTS / "resolved_design.json").read_bytes(), "d5f113d117da39ca", "2xyrhuix3i44"),
    ((INPUTS / "board.kicad_pcb").read_bytes(), "0ae55028aafcceed", "blsvakfk7tho"),
    ((INPUTS / "line.s2p").read_bytes(), "876b2fae7ff0405e", "q5vs7lt76baf"),
]
WORKFLOW_DIGEST = "sha256:943d7588b207f3384c9525006939ae76ab09cc9bf56795745e863300579e67cc"


class Wrong(Exception):
    """A value is not what it must be."""


class Pipe:
    """Sends JSON-RPC lines to one `keepstone serve`."""

    name = "through the pipe"

    def __init__(self, binary, folder):
        self.folder = folder
        self.child = subprocess.Popen(
            [binary, "serve", "--root", folder / "store"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.count = 0

    def call(self, method, **params):
        self.count += 1
        request = {"jsonrpc": "2.0", "id": self.count, "method": method, "params": params}
        self.child.stdin.write(json.dumps(request).encode() + b"\n")
        self.child.stdin.flush()
        reply = json.loads(self.child.stdout.readline())
        if "error" in reply:
            raise Wrong(f"{method}: {reply['error']['message']}")
        return reply["result"]

    def init(self):
        return self.call("init")

    def publish(self, path, artifact_type, key, roles, run, inputs=(), tags=None, writer="golden_demo"):
        return self.call(
            "publish_artifact", dataPath=str(path), format="file", artifactType=artifact_type, artifactId=key,
            roles=roles, runId=run, tags=tags or {}, writerName=writer, writerVersion="1.0.0",
            inputs=[{"artifactId": input_id, "relation": relation} for relation, input_id in inputs],
        )  # fmt: skip

    def get(self, artifact_id):
        return self.call("get_artifact", artifactId=artifact_id)

    def content(self, artifact_id):
        piece = self.call("read_file", artifactId=artifact_id)
        if piece["encoding"] == "utf8":
            return piece["data"].encode()
        import base64

        return base64.b64decode(piece["data"])

    def graph(self, artifact_id, direction):
        return self.call("get_lineage_graph", artifactIds=[artifact_id], direction=direction)

    def roots(self, artifact_id):
        return self.call("trace_roots", artifactId=artifact_id)

    def create_dataset(self, dataset_id, version, members, **facts):
        listed = [{"artifactId": member, "role": role, "features": features} for member, role, features in members]
        return self.call("create_dataset", datasetId=dataset_id, version=version, members=listed, **facts)

    def get_dataset(self, dataset_id, version=None):
        return self.call("get_dataset", datasetId=dataset_id, version=version)

    def verify_dataset(self, dataset_id, version):
        return self.call("verify_dataset", datasetId=dataset_id, version=version, verifyHashes=True)

    def diff_datasets(self, dataset_id, left, right):
        return self.call(
            "diff_datasets",
            left={"datasetId": dataset_id, "version": left}, right={"datasetId": dataset_id, "version": right},
        )  # fmt: skip

    def audit(self, artifact_id, roles=()):
        return self.call(
            "audit", artifactIds=[artifact_id], traceRoots=True, verifyHashes=True, requiredRoles=list(roles)
        )

    def verify_store(self):
        return self.call("verify_store")

    def end(self):
        self.child.stdin.close()
        expect("the server's exit code", self.child.wait(timeout=60), 0)
