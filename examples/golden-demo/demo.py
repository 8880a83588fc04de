"""The golden demo: a coupon goes from its specification over a design and a board to simulations, a dataset, a collection
of what is old, and an audit.

It runs twice, once through the pipe and once at the terminal, each time in a store of its own. Every step is checked by
its values; the first that is wrong ends the demo with exit code 1. No package is needed.

usage: demo.py KEEPSTONE FOLDER
"""

import base64
import json
import subprocess
import sys
from pathlib import Path

INPUTS = Path(__file__).resolve().parent / "inputs"
SPEC, DESIGN, BOARD, LINE = "coupon_spec.json", "resolved_design.json", "board.kicad_pcb", "line.s2p"

# Content, the start of its SHA-256, and the spec id that follows from it. The tutorial that these phases come from shows
# l5ua4w36g7wa for the content with "F1"; that belongs to other bytes, and r2lugjn27ov6 is right.
REFERENCES = [
    (b"hello", "2cf24dba5fb0a30e", "ftze3os7wcrq"),
    (b"", "e3b0c44298fc1c14", "4oymiquy7qob"),
    (b'{"coupon_family": "F1"}', "8e974325bafbabe8", "r2lugjn27ov6"),
    (b"hello world", "b94d27b9934d3e08", "xfgspomtju7a"),
    (b"test content", "6ae8a75555209fd6", "nlukovkvecp5"),
    (b'{"coupon_family": "F1", "design_vector": [1, 2, 3]}', "41b100ddbd766e57", "igyqbxn5ozxf"),
    (b"custom length", "7a28a251f36e4a44", "piukeuptnzfe"),
    (b'{"test": "spec_id_consistency"}', "20abb4b4978c160d", "ecv3jnexrqla"),
    (bytes(range(256)) * 4096, "fbbab289f7f94b25", "7o5lfcpx7ffs"),
    ((INPUTS / SPEC).read_bytes(), "b8297d9fdc0412f9", "xaux3h64aqjp"),
    ((INPUTS / DESIGN).read_bytes(), "d5f113d117da39ca", "2xyrhuix3i44"),
    ((INPUTS / BOARD).read_bytes(), "0ae55028aafcceed", "blsvakfk7tho"),
    ((INPUTS / LINE).read_bytes(), "876b2fae7ff0405e", "q5vs7lt76baf"),
]

MEMBERS_DIGEST = "sha256:9fa9d4adce6d8a818b5a41f55cca77b40243d0080d13957f5d24e16ffa3a97b4"
WORKFLOW_DIGEST = "sha256:943d7588b207f3384c9525006939ae76ab09cc9bf56795745e863300579e67cc"


class Wrong(Exception):
    """Something is not what it must be."""


class Pipe:
    """Sends JSON-RPC lines to one `keepstone serve`."""

    name = "through the pipe"

    def __init__(self, binary, root):
        command = [binary, "--root", root, "serve"]
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
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
        self.call("init")

    def publish(self, path, artifact_type, artifact_id, roles, run_id, inputs, tags, created_at=None):
        listed = [{"artifactId": input_id, "relation": relation} for relation, input_id in inputs]
        return self.call(
            "publish_artifact", dataPath=str(path), format="file", artifactType=artifact_type, artifactId=artifact_id,
            roles=roles, runId=run_id, inputs=listed, tags=tags, writerName="golden_demo", writerVersion="1.0.0",
            createdAt=created_at,
        )["artifact"]  # fmt: skip

    def get(self, artifact_id):
        return self.call("get_artifact", artifactId=artifact_id)

    def content(self, artifact_id):
        data, offset = b"", 0
        while True:
            piece = self.call("read_file", artifactId=artifact_id, offset=offset)
            part = piece["data"].encode() if piece["encoding"] == "utf8" else base64.b64decode(piece["data"])
            data, offset = data + part, offset + len(part)
            if not part or offset >= piece["sizeBytes"]:
                return data

    def ancestors(self, artifact_id):
        nodes = self.call("get_lineage_graph", artifactIds=[artifact_id], direction="ancestors")["nodes"]
        return {node["artifactId"] for node in nodes} - {artifact_id}

    def descendants(self, artifact_id):
        nodes = self.call("get_lineage_graph", artifactIds=[artifact_id], direction="descendants")["nodes"]
        return {node["artifactId"] for node in nodes} - {artifact_id}

    def create_dataset(self, dataset_id, version, facts):
        return self.call("create_dataset", datasetId=dataset_id, version=version, **facts)

    def get_dataset(self, dataset_id, version=None):
        return self.call("get_dataset", datasetId=dataset_id, version=version)

    def dataset_members(self, dataset_id, **features):
        ranges = {name: {"min": least, "max": most} for name, (least, most) in features.items()}
        return self.call("list_dataset_members", datasetId=dataset_id, filter={"features": ranges})["members"]

    def verify_dataset(self, dataset_id):
        return self.call("verify_dataset", datasetId=dataset_id, verifyHashes=True)

    def diff_datasets(self, dataset_id, left, right):
        versions = [{"datasetId": dataset_id, "version": version} for version in (left, right)]
        return self.call("diff_datasets", left=versions[0], right=versions[1])

    def pin(self, artifact_id, reason):
        return self.call("pin", artifactId=artifact_id, reason=reason)

    def unpin(self, artifact_id):
        return self.call("unpin", artifactId=artifact_id)["removed"]

    def plan(self, policy):
        return self.call("plan_gc", policy=policy)

    def estimate(self, policy):
        plan = self.plan(policy)
        return plan["totals"]["delete"], plan["totals"]["logicalBytes"]

    def collect(self, policy):
        plan = self.plan(policy)
        return self.call("apply_gc", policy=plan["policy"], now=plan["now"], digest=plan["digest"])

    def trash(self):
        return self.call("list_trash")

    def restore(self, artifact_id):
        return self.call("restore", artifactIds=[artifact_id])["restored"]

    def purge(self, artifact_ids):
        self.call("purge_trash", artifactIds=artifact_ids)
        return self.call("purge_trash", artifactIds=artifact_ids, dryRun=False)

    def audit(self, artifact_id, required_roles=()):
        roles = list(required_roles)
        return self.call("audit", artifactIds=[artifact_id], traceRoots=True, verifyHashes=True, requiredRoles=roles)

    def verify(self):
        return self.call("verify_store")

    def end(self):
        self.child.stdin.close()
        expect("the server ends well", self.child.wait(timeout=60), 0)


class Terminal:
    """Types commands."""

    name = "at the terminal"

    def __init__(self, binary, root):
        self.command = [binary, "--root", root]

    def run(self, *arguments, stdin=None, codes=(0,)):
        command = [*self.command, *map(str, arguments)]
        done = subprocess.run(command, input=stdin, capture_output=True)
        if done.returncode not in codes:
            raise Wrong(f"keepstone {' '.join(command[3:])} exited {done.returncode}: {done.stderr.decode()}")
        return done.stdout

    def json(self, *arguments, **options):
        return json.loads(self.run(*arguments, "--json", **options))

    def init(self):
        self.run("init", "--quiet")

    def publish(self, path, artifact_type, artifact_id, roles, run_id, inputs, tags, created_at=None):
        arguments = ["--type", artifact_type, "--id", artifact_id, "--run", run_id, "--format", "file", "--no-git"]
        arguments += [word for role in roles for word in ("--role", role)]
        arguments += [word for relation, input_id in inputs for word in ("--input", f"{relation}={input_id}")]
        arguments += [word for name, value in tags.items() for word in ("--tag", f"{name}={value}")]
        arguments += ["--created-at", created_at] if created_at else []
        return self.json("publish", path, *arguments, "--writer", "golden_demo@1.0.0")["artifact"]

    def get(self, artifact_id):
        return self.json("show", artifact_id)

    def content(self, artifact_id):
        return self.run("cat", artifact_id)

    def ancestors(self, artifact_id):
        nodes = json.loads(self.run("lineage", artifact_id, "--graph", "json"))["nodes"]
        return {node["artifactId"] for node in nodes} - {artifact_id}

    def descendants(self, artifact_id):
        nodes = json.loads(self.run("lineage", artifact_id, "--down", "--graph", "json"))["nodes"]
        return {node["artifactId"] for node in nodes} - {artifact_id}

    def create_dataset(self, dataset_id, version, facts):
        members = json.dumps(facts).encode()
        return self.json("dataset", "create", f"{dataset_id}@{version}", "--members", "-", stdin=members)

    def get_dataset(self, dataset_id, version=None):
        return self.json("dataset", "show", f"{dataset_id}@{version}" if version else dataset_id)

    def dataset_members(self, dataset_id, **features):
        ranges = [word for name, (least, most) in features.items() for word in ("--feature", f"{name}={least}..{most}")]
        return self.json("dataset", "members", dataset_id, *ranges)["members"]

    def verify_dataset(self, dataset_id):
        return self.json("dataset", "verify", dataset_id, "--hash")

    def diff_datasets(self, dataset_id, left, right):
        return self.json("dataset", "diff", f"{dataset_id}@{left}", f"{dataset_id}@{right}")

    def pin(self, artifact_id, reason):
        return self.json("gc-pin", "--artifact-id", artifact_id, "--reason", reason)

    def unpin(self, artifact_id):
        return self.json("gc-unpin", "--artifact-id", artifact_id)["removed"]

    def plan(self, policy):
        return self.json("gc", "--policy", policy, "--dry-run")

    def estimate(self, policy):
        estimate = self.json("gc-estimate", "--policy", policy)
        return estimate["artifactsToDelete"], estimate["bytesToDelete"]

    def collect(self, policy):
        return self.json("gc", "--policy", policy, "--apply", "--force")

    def trash(self):
        return self.json("trash")

    def restore(self, artifact_id):
        return self.json("restore", artifact_id)["restored"]

    def purge(self, artifact_ids):
        return self.json("purge", *artifact_ids, "--apply", "--force")

    def audit(self, artifact_id, required_roles=()):
        roles = ["--required-roles", ",".join(required_roles)] if required_roles else []
        return self.json("audit", artifact_id, "--trace-roots", "--verify-hashes", *roles, codes=(0, 2))

    def verify(self):
        return self.json("verify")

    def end(self):
        pass


def expect(what, found, wanted):
    """Ends the demo when a value is wrong."""
    if found != wanted:
        raise Wrong(f"{what}: it is {found!r}, not {wanted!r}")


class Demo:
    """The phases, in their order, one way or the other."""

    def __init__(self, way, folder):
        self.way = way
        self.folder = folder

    def put(self, content, artifact_type, artifact_id, roles, run_id, inputs=(), tags=None, created_at=None):
        """Publishes bytes, or one of the inputs by its name."""
        path = INPUTS / content if isinstance(content, str) else self.folder / artifact_id
        if not isinstance(content, str):
            path.write_bytes(content)
        return self.way.publish(path, artifact_type, artifact_id, roles, run_id, inputs, tags or {}, created_at)

    def phase_1_initialization(self):
        self.way.init()
        self.way.init()
        expect("a new store", self.way.verify()["status"], "clean")

    def phase_2_artifacts(self):
        roles = ["config", "root_input"]
        spec = self.put(SPEC, "coupon_spec", "golden-art-spec-001", roles, "golden-run-001", tags={"demo": "golden"})
        expect("its type", spec["artifactType"], "coupon_spec")
        expect("its roles", spec["roles"], roles)
        expect("its tags", spec["tags"], {"demo": "golden"})
        expect("its writer", spec["writer"], {"name": "golden_demo", "version": "1.0.0"})
        expect("its content", self.way.content("golden-art-spec-001"), (INPUTS / SPEC).read_bytes())

        for number, (content, digest, spec_id) in enumerate(REFERENCES):
            name = f"reference-{number:02}"
            kept = self.put(content, "reference", name, ["config"], "run-001")
            expect(f"the hash of {name}", kept["fileHash"][:23], f"sha256:{digest}")
            expect(f"the spec id of {name}", self.way.get(name)["specId"], spec_id)
            expect(f"the content of {name}", self.way.content(name), content)

        # The same bytes twice are two artifacts over one object.
        again = self.put(SPEC, "coupon_spec", "golden-art-spec-002", ["config"], "run-002")
        expect("the hash of the same bytes", again["fileHash"], spec["fileHash"])
        expect("the spec id of the same bytes", again["specId"], spec["specId"])

        run = "golden-chain-001"
        self.put(SPEC, "coupon_spec", "chain-spec-001", roles, run)
        self.put(DESIGN, "resolved_design", "chain-design-001", ["geometry", "intermediate"], run,
                 [("config_from", "chain-spec-001")])  # fmt: skip
        self.put(BOARD, "kicad_board", "chain-board-001", ["final_output", "cad"], run,
                 [("derived_from", "chain-design-001")])  # fmt: skip
        self.put(LINE, "touchstone", "chain-touchstone-001", ["oracle_output", "simulation"], "golden-sim-001",
                 [("derived_from", "chain-board-001")])  # fmt: skip
        chain = {"chain-board-001", "chain-design-001", "chain-spec-001"}
        expect("what the chain began with", self.way.ancestors("chain-touchstone-001"), chain)

    def phase_3_lineage(self):
        run, roots = "lineage-run-001", ["config", "root_input"]
        self.put(b'{"spec": "coupon_parameters"}', "coupon_spec", "lineage-spec-001", roots, run)
        self.put(b'{"stackup": "4-layer FR4"}', "coupon_spec", "lineage-spec-002", roots, run)
        self.put(b'{"w_nm": 300000, "gap_nm": 180000}', "resolved_design", "lineage-design-001", ["geometry"], run,
                 [("config_from", "lineage-spec-001"), ("config_from", "lineage-spec-002")])  # fmt: skip
        self.put(BOARD, "kicad_board", "lineage-board-001", ["final_output"], run,
                 [("derived_from", "lineage-design-001")])  # fmt: skip
        self.put(LINE, "touchstone", "lineage-touchstone-001", ["oracle_output"], "lineage-sim-001",
                 [("derived_from", "lineage-board-001")])  # fmt: skip
        self.put(b"G04 Gerber file*\n%FSLAX34Y34*%\n", "gerber", "lineage-gerber-001", ["fabrication"], run,
                 [("derived_from", "lineage-board-001")])  # fmt: skip

        specs = {"lineage-spec-001", "lineage-spec-002"}
        expect("the ancestors of the simulation", self.way.ancestors("lineage-touchstone-001"),
               {"lineage-board-001", "lineage-design-001"} | specs)  # fmt: skip
        expect("the descendants of the design", self.way.descendants("lineage-design-001"),
               {"lineage-board-001", "lineage-touchstone-001", "lineage-gerber-001"})  # fmt: skip
        audited = self.way.audit("lineage-touchstone-001")["artifacts"][0]
        expect("its roots", {root["artifactId"] for root in audited["roots"]}, specs)
        expect("its ancestors", audited["ancestorCount"], 4)
        expect("the edges that lead to it", audited["edgeCount"], 4)

    def phase_4_datasets(self):
        members = []
        for i in range(5):
            content = f"! Touchstone {i}\n# GHz S MA R 50\n{i}.0 -0.{i} -89.{i} -30.{i} -0.{i}\n".encode()
            name = f"dataset-touchstone-{i:03d}"
            tags = {"frequency_ghz": str(i), "coupon_id": f"coupon-{i:03d}"}
            self.put(content, "touchstone", name, ["oracle_output", "simulation"], f"dataset-sim-{i:03d}", tags=tags)
            features = {"frequency_ghz": float(i), "coupon_index": i, "s11_db": -0.1 * i, "s21_db": -30.0 - i}
            members.append({"artifactId": name, "role": "oracle_output", "features": features})
        facts = {
            "members": members,
            "name": "Golden EM Dataset",
            "description": "Dataset of EM simulation results for coupon designs",
            "tags": {"domain": "electromagnetics", "phase": "training"},
            "annotations": {"split_seed": 42, "model_version": "0.1.0"},
        }
        created = self.way.create_dataset("golden_em_dataset", "v1.0", facts)["dataset"]
        expect("its members", created["memberCount"], 5)
        expect("its annotations", created["annotations"], facts["annotations"])
        ranges = created["statistics"]["featureRanges"]
        expect("the range of s21_db", [ranges["s21_db"]["min"], ranges["s21_db"]["max"]], [-34.0, -30.0])
        snapshot = json.loads(Path(created["path"]).read_text())
        expect("the snapshot file's members", len(snapshot["members"]), 5)

        reversed_facts = {**facts, "members": members[::-1]}
        again = self.way.create_dataset("golden_em_dataset", "v1.0", reversed_facts)
        expect("the same members in another order", again["deduped"], True)
        expect("the digest of the same members", again["dataset"]["contentDigest"], created["contentDigest"])
        shown = self.way.get_dataset("golden_em_dataset")
        expect("what is read back", shown["membershipDigest"], created["membershipDigest"])
        expect("its verification", self.way.verify_dataset("golden_em_dataset")["valid"], True)
        within = self.way.dataset_members("golden_em_dataset", frequency_ghz=(1, 3))
        expect("the members from 1 to 3 GHz", len(within), 3)

        versions = [("v1.0", 3), ("v2.0", 5), ("v10.0", 4)]
        for version, count in versions:
            self.way.create_dataset("golden_versions", version, {"members": members[:count]})
        expect("the latest version", self.way.get_dataset("golden_versions")["version"], "v10.0")
        expect("the first version", self.way.get_dataset("golden_versions", "v1.0")["memberCount"], 3)
        difference = self.way.diff_datasets("golden_versions", "v1.0", "v2.0")
        expect("what v2.0 has more", [member["artifactId"] for member in difference["added"]],
               ["dataset-touchstone-003", "dataset-touchstone-004"])  # fmt: skip

        plain = []
        for i in range(5):
            self.put(f"dataset member {i}".encode(), "other", f"member-{i}", ["dataset_member"], "run-001")
            plain.append({"artifactId": f"member-{i}", "role": "dataset_member"})
        reference = self.way.create_dataset("reference_members", "v1", {"members": plain})["dataset"]
        expect("the reference digest of five members", reference["contentDigest"], MEMBERS_DIGEST)

    def phase_5_garbage_collection(self):
        # Nine of one type: the newest five are kept, and one is pinned. Two of the oldest are one chain, and two share
        # their bytes with what is kept.
        for day in range(1, 10):
            content = b"shared" if day in (3, 9) else f"day {day}".encode()
            inputs = [("derived_from", "gc-day-1")] if day == 2 else []
            self.put(content, "daily_report", f"gc-day-{day}", ["intermediate"], "gc-run-001", inputs,
                     created_at=f"2026-01-{day:02d}T00:00:00Z")  # fmt: skip
        self.put(b"weights", "daily_report", "art-important", ["intermediate"], "gc-run-001",
                 created_at="2025-12-31T00:00:00Z")  # fmt: skip
        self.way.pin("art-important", "Production model")
        expect("that it is pinned", self.way.get("art-important")["pinned"], True)

        plan = self.way.plan("laptop_default")
        reports = {one["artifactId"]: one for one in plan["candidates"] if one["artifactType"] == "daily_report"}
        told = {name: (one["fate"], one["reasons"]) for name, one in reports.items()}
        expect("the fate of what is pinned", told["art-important"], ("keep", ["pinned"]))
        expect("the fate of what something was made from", told["gc-day-1"], ("keep", ["has_descendants"]))
        for day in range(2, 5):
            expect(f"the fate of day {day}", told[f"gc-day-{day}"], ("delete", ["older_than_14d"]))
        for day in range(5, 10):
            expect(f"the fate of day {day}", told[f"gc-day-{day}"], ("keep", ["min_count"]))
        expect("what a purge of day 3 frees", reports["gc-day-3"]["physicalBytes"], 0)
        expect("what goes", plan["totals"]["delete"], 3)
        expect("the estimate", self.way.estimate("laptop_default"), (3, len(b"day 2") + len(b"shared") + len(b"day 4")))

        done = self.way.collect("laptop_default")
        gone = ["gc-day-4", "gc-day-3", "gc-day-2"]
        expect("what went", [one["artifactId"] for one in done["deleted"]], gone)
        report = json.loads(Path(done["reportJson"]).read_text())
        expect("what the report tells of", {one["artifactId"] for one in report["deleted"]}, set(gone))
        expect("the trash", {one["artifactId"] for one in self.way.trash()}, set(gone))
        expect("what became of it", self.way.get("gc-day-2")["status"], "tombstoned")
        # Day 2 is gone, so nothing live was made from day 1 any more.
        expect("what goes next", self.way.collect("laptop_default")["totals"]["delete"], 1)
        expect("what comes back", [one["artifactId"] for one in self.way.restore("gc-day-4")], ["gc-day-4"])
        expect("its content", self.way.content("gc-day-4"), b"day 4")

        purged = self.way.purge(["gc-day-1", "gc-day-2", "gc-day-3"])
        expect("what a purge frees", purged["physicalBytes"], len(b"day 1day 2"))
        expect("what shared its bytes", self.way.content("gc-day-9"), b"shared")
        expect("the path of what was purged", self.way.get("gc-day-2")["path"], None)
        expect("its lineage", self.way.ancestors("gc-day-2"), {"gc-day-1"})
        expect("how many pins are gone", self.way.unpin("art-important"), 1)

    def phase_6_audit(self):
        run = "audit-run-001"
        self.put(SPEC, "coupon_spec", "audit-spec-001", ["config", "root_input"], run)
        self.put(DESIGN, "resolved_design", "audit-design-001", ["geometry"], run, [("config_from", "audit-spec-001")])
        self.put(BOARD, "kicad_board", "audit-board-001", ["final_output"], run, [("derived_from", "audit-design-001")])
        report = self.way.audit("audit-board-001", ["config", "root_input"])
        expect("its totals", [report["totals"][name] for name in ("artifacts", "ok", "errors")], [1, 1, 0])
        board = report["artifacts"][0]
        expect("its hashes", board["hashVerified"], True)
        expect("its root", [root["artifactId"] for root in board["roots"]], ["audit-spec-001"])
        lacking = self.way.audit("audit-board-001", ["simulation_result"])["artifacts"][0]
        expect("a role that nothing has", lacking["status"], "missing_roles")

    def phase_7_workflow(self):
        run = "golden-workflow-001"
        self.put(SPEC, "coupon_spec", "workflow-spec-001", ["config", "root_input"], run)
        self.put(DESIGN, "resolved_design", "workflow-design-001", ["geometry", "intermediate"], run,
                 [("config_from", "workflow-spec-001")])  # fmt: skip
        self.put(BOARD, "kicad_board", "workflow-board-001", ["final_output", "cad"], run,
                 [("derived_from", "workflow-design-001")])  # fmt: skip
        members = []
        for i in range(3):
            name = f"workflow-touchstone-{i:03d}"
            self.put(f"! Workflow touchstone {i}\n# GHz S MA R 50\n".encode(), "touchstone", name,
                     ["oracle_output", "simulation"], f"golden-sim-{i:03d}", [("derived_from", "workflow-board-001")])  # fmt: skip
            features = {"index": i, "freq_ghz": float(i + 1)}
            members.append({"artifactId": name, "role": "oracle_output", "features": features})
        facts = {
            "members": members,
            "name": "Golden Workflow Dataset",
            "description": "Complete workflow demonstration dataset",
            "tags": {"workflow": "golden", "phase": "demo"},
        }
        dataset = self.way.create_dataset("golden_workflow_dataset", "v1.0", facts)["dataset"]
        expect("the dataset's digest", dataset["contentDigest"], WORKFLOW_DIGEST)
        expect("the runs it came from", dataset["provenance"]["sourceRuns"], [f"golden-sim-{i:03d}" for i in range(3)])
        chain = {"workflow-board-001", "workflow-design-001", "workflow-spec-001"}
        expect("what a simulation came from", self.way.ancestors("workflow-touchstone-000"), chain)
        report = self.way.audit("workflow-touchstone-000", ["config", "root_input"])
        expect("its audit", report["artifacts"][0]["status"], "ok")
        expect("the dataset's verification", self.way.verify_dataset("golden_workflow_dataset")["valid"], True)
        found = self.way.verify()
        expect("the whole store", found["status"], "clean")
        return found["counts"]

    def run(self):
        for phase in ("1_initialization", "2_artifacts", "3_lineage", "4_datasets", "5_garbage_collection", "6_audit", "7_workflow"):
            getattr(self, f"phase_{phase}")()
            print(f"  phase {phase.replace('_', ': ')}", flush=True)
        self.way.end()


def main():
    if len(sys.argv) != 3:
        print(__doc__.strip().splitlines()[-1], file=sys.stderr)
        return 64
    binary, folder = sys.argv[1], Path(sys.argv[2])
    for way, name in ((Pipe, "pipe"), (Terminal, "terminal")):
        print(f"{way.name}:", flush=True)
        place = folder / name
        scratch = place / "files"
        scratch.mkdir(parents=True, exist_ok=True)
        try:
            Demo(way(binary, str(place / "store")), scratch).run()
        except Wrong as wrong:
            print(f"WRONG: {wrong}", file=sys.stderr)
            return 1
    print("every value is as it must be")
    return 0


if __name__ == "__main__":
    sys.exit(main())
