"""A data folder of FlowTime with 200 runs: scanned, searched, related, compared and curated; a rescan keeps every decision."""

import sys

import pytest

from conftest import REPOSITORY
from keepstone import Keepstone

sys.path.append(str(REPOSITORY / "tests/fixtures/flowtime"))
from write import write_data  # noqa: E402


@pytest.fixture
def scanned(tmp_path):
    names = write_data(tmp_path / "data")
    with Keepstone(tmp_path / "store", validate=True) as client:
        client.init(preset="flowtime")
        report = client.scan()
        assert (report.found, report.registered, report.warnings) == (210, 210, [])
        yield client, names


def ids(found) -> list[str]:
    return [artifact.artifact_id for artifact in found.artifacts]


def test_runs_are_searched_related_and_compared(scanned):
    client, names = scanned
    page = client.search_artifacts(query="weekend", filter={"types": ["run"]}, limit=60, facets=["type", "tag"])
    assert (page.total, page.count, ids(page)) == (200, 60, names[:139:-1])
    assert [(one.value, one.count) for one in page.facets.type] == [("run", 200)]
    rest = client.search_artifacts(
        query="weekend", filter={"types": ["run"]}, limit=1000, facets=["type", "tag"], cursor=page.next_cursor
    )
    assert ids(rest) == names[139::-1]
    of_a_model = client.search_artifacts(filter={"params": {"provenance.modelId": "m7"}}, sort="created", order="asc")
    assert ids(of_a_model) == names[7::10]
    early = {"max_created_at": "2025-09-01T08:04:00Z", "capabilities": ["replay"], "tags": ["demo"]}
    assert ids(client.search_artifacts(filter=early, order="asc")) == names[:5]
    assert ids(client.search_artifacts(query='"demand 137"')) == [names[137]]

    related = client.get_related(names[42])
    assert [one.artifact_id for one in related.derived_from] == ["m2"]
    siblings = {one.artifact_id for one in related.related}
    assert siblings == set(names[2::10]) - {names[42]}
    assert len(client.get_downstream("m2")) == 20

    compared = client.compare_artifacts(names[42], names[43])
    assert (compared.verdict, compared.reason) == (
        "different",
        "of the files 0 were added, 0 removed and 4 changed; 2 are the same",
    )
    changed = {one.name: (one.left, one.right) for one in compared.params.changed}
    assert changed == {
        "eventCount": (42, 43),
        "rng.seed": (42, 43),
        "provenance.modelId": ("m2", "m3"),
        "provenance.templateId": ("shop-m2", "shop-m3"),
    }
    assert [one.artifact_id for one in compared.inputs.added] == ["m3"]
    piece = client.read_file(artifact_id=names[42], file="series/demand@DEMAND@DEFAULT.csv")
    assert piece.data == "t,value\n0,42\n1,12\n"


def test_a_rescan_keeps_every_decision(scanned, tmp_path):
    client, names = scanned
    client.update_artifact(names[0], title="Baseline", description="", tags={"baseline": "yes", "demo": None})
    assert client.bulk_update(names[1:11], archived=True).changed == 10
    assert client.bulk_delete(names[11:16], reason="test runs").success
    client.pin(artifact_id=names[0], reason="reported")
    client.set_alias("best", artifact_id=names[0])
    before = {artifact.artifact_id: artifact for artifact in client.get_artifacts(names)}

    # The producer goes on: what was curated gets its exports, and there is one run more.
    for name in (names[0], names[1]):
        export = tmp_path / "data" / name / "aggregates/export.csv"
        export.parent.mkdir()
        export.write_text("time_bin,component_id,measure,value\n")
    later = tmp_path / "data/run_20250930T080000Z_000000c8"
    later.mkdir()
    (later / "manifest.json").write_text('{"schemaVersion": 1}')
    report = client.scan()
    assert (report.found, report.registered, report.refreshed, report.unchanged) == (206, 1, 2, 203)

    for artifact in client.get_artifacts(names):
        was = before[artifact.artifact_id]
        for field in ("title", "description", "tags", "archived", "pinned", "status", "created_at"):
            assert getattr(artifact, field) == getattr(was, field), field
    first = client.get_artifact(names[0])
    assert (first.title, first.description, first.tags) == ("Baseline", None, {"baseline": "yes", "featured": ""})
    assert first.pinned and "export" in first.capabilities
    assert client.resolve(f"run:{names[0]}@best").artifact_id == names[0]
    assert client.search_artifacts(filter={"types": ["run"]}).total == 200 - 10 - 5 + 1
    assert client.search_artifacts(filter={"archived": "only"}).total == 10
    assert {one.artifact_id for one in client.list_trash()} == set(names[11:16])
    assert len(client.restore(names[11:16]).restored) == 5
    assert client.scan().unchanged == 211
    assert client.verify_store().findings == []
