// The port: the descriptions of its unit and integration tests are those that it was specified with.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { AppError, ArtifactStore, NotFoundError } from "../dist/esm/artifact-store.js";
import { ConflictError } from "../dist/esm/index.js";
import { BINARY, folder } from "./support.js";

const manifestDb = "/data/manifest/manifest.sqlite";
const artifactsRoot = "/data/artifacts";

/** An artifact as it comes over the wire. */
function wireArtifact(more = {}) {
  return { artifactId: "test-123", rowCount: null, pathParquet: null, path: "/a/b.txt", minTs: null, maxTs: null, ...more };
}

/** A client that answers always the same. */
function createMockClient(t, { response, error }) {
  return {
    call: t.mock.fn(async () => {
      if (error) throw error;
      return response;
    }),
  };
}

const request = {
  artifactType: "test_artifact",
  schemaVersion: 1,
  logicalKey: "test/key",
  dataPath: "/tmp/test-data.csv",
  writerName: "test",
  writerVersion: "1.0.0",
  gitCommit: "test-commit",
  gitDirty: false,
};

describe("ArtifactStoreAdapter", () => {
  it("should get artifact by ID", async (t) => {
    const mockClient = createMockClient(t, { response: wireArtifact() });
    const adapter = new ArtifactStore(manifestDb, artifactsRoot, { client: mockClient });

    const artifact = await adapter.getArtifact("test-123");

    assert.equal(artifact.artifactId, "test-123");
    assert.deepEqual(mockClient.call.mock.calls[0].arguments, ["get_artifact", { artifactId: "test-123" }]);
  });

  it("should throw NotFoundError when artifact not found", async (t) => {
    const mockClient = createMockClient(t, { error: new Error("Artifact not found: invalid-id") });
    const adapter = new ArtifactStore(manifestDb, artifactsRoot, { client: mockClient });

    await assert.rejects(adapter.getArtifact("invalid-id"), NotFoundError);
  });

  it("should detect deduplication", async (t) => {
    const mockClient = createMockClient(t, {
      response: { success: true, deduped: true, mode: "content_hash", existingArtifactId: "existing-123" },
    });
    const adapter = new ArtifactStore(manifestDb, artifactsRoot, { client: mockClient });

    const result = await adapter.publishArtifact(request);

    assert.equal(result.deduped, true);
    assert.equal(result.existingArtifactId, "existing-123");
  });

  it("leaves out what is not known, and never answers null", async (t) => {
    const adapter = new ArtifactStore(manifestDb, artifactsRoot, {
      client: createMockClient(t, { response: [wireArtifact(), wireArtifact({ path: null, minTs: "a", rowCount: 3 })] }),
    });
    const [first, second] = await adapter.findByLogicalKey("t", "k");
    assert.equal("minTs" in first || "maxTs" in first, false);
    assert.deepEqual([first.pathParquet, first.rowCount], ["/a/b.txt", 0]);
    assert.deepEqual([second.pathParquet, second.rowCount, second.minTs], ["", 3, "a"]);
  });

  it("passes other errors on as they are, and is unavailable instead of failing", async (t) => {
    const error = new ConflictError("it is not found twice");
    const adapter = new ArtifactStore(manifestDb, artifactsRoot, { client: createMockClient(t, { error }) });
    await assert.rejects(adapter.supersede("a", "b"), (thrown) => thrown === error);
    assert.equal(await adapter.isAvailable(), false);
  });
});

describe("ArtifactStoreAdapter (integration)", () => {
  function open() {
    const place = folder();
    const store = new ArtifactStore(join(place, "manifest/manifest.sqlite"), join(place, "artifacts"), { validate: true });
    after(() => store.close());
    const dataPath = join(place, "test-data.csv");
    writeFileSync(dataPath, "alert_ts_utc,chain,mint,alert_id\n2026-01-01T00:00:00Z,sol,m,1\n2026-01-02T00:00:00Z,sol,n,2\n");
    return { place, store, request: { ...request, dataPath } };
  }

  it("should publish and retrieve artifact", async () => {
    const { store, request, place } = open();

    const publishResult = await store.publishArtifact(request);

    assert.equal(publishResult.success, true);
    assert.notEqual(publishResult.artifactId, undefined);
    assert.equal("existingArtifactId" in publishResult || "mode" in publishResult || "error" in publishResult, false);

    const artifact = await store.getArtifact(publishResult.artifactId);
    assert.equal(artifact.logicalKey, "test/key");
    assert.equal(artifact.rowCount, 2);
    assert.equal(artifact.status, "active");
    assert.ok(artifact.pathParquet.startsWith(join(place, "artifacts/test_artifact/v1/")));
    assert.equal(artifact.pathSidecar, publishResult.pathSidecar);
  });

  it("should dedupe identical artifacts", async () => {
    const { store, request } = open();

    const result1 = await store.publishArtifact(request);
    const result2 = await store.publishArtifact(request);

    assert.equal(result1.deduped, false);
    assert.equal(result2.deduped, true);
    assert.equal(result2.existingArtifactId, result1.artifactId);
    assert.equal(result2.mode, "file_hash");
  });

  it("has every operation of the port", async () => {
    const { store, request, place } = open();
    assert.equal(await store.isAvailable(), false, "there is no store yet");
    const input = await store.publishArtifact({ ...request, tags: { chain: "sol" } });
    assert.equal(await store.isAvailable(), true);
    writeFileSync(join(place, "b.csv"), "ts,x\n2026-03-01T00:00:00Z,1\n");
    const dataPath = join(place, "b.csv");
    const inputArtifactIds = [input.artifactId];
    const output = await store.publishArtifact({ ...request, dataPath, inputArtifactIds, filenameHint: "hint", params: { n: 1 } });

    const lineage = await store.getLineage(output.artifactId);
    assert.deepEqual([lineage.artifactId, lineage.depth], [output.artifactId, 1]);
    assert.deepEqual(lineage.inputs.map(({ artifactId }) => artifactId), [input.artifactId]);
    assert.deepEqual((await store.getDownstream(input.artifactId)).map(({ artifactId }) => artifactId), [output.artifactId]);
    assert.deepEqual((await store.listArtifacts({ tags: { chain: "sol" } })).map(({ artifactId }) => artifactId), [input.artifactId]);
    assert.equal((await store.findByLogicalKey("test_artifact", "test/key")).length, 2);
    assert.equal(await store.supersede(output.artifactId, input.artifactId), undefined);
    assert.equal((await store.getArtifact(input.artifactId)).status, "superseded");
    assert.equal((await store.listArtifacts({ status: "active" })).length, 1);
  });

  it("rejects failures by kind", async () => {
    const { store, request, place } = open();
    await assert.rejects(store.publishArtifact({ ...request, dataPath: join(place, "gone.csv") }), NotFoundError);
    await store.publishArtifact(request);
    await assert.rejects(store.getArtifact("no-such-id"), (error) => {
      return error instanceof NotFoundError && error instanceof AppError && error.field === "artifactId";
    });
    await assert.rejects(store.publishArtifact({ ...request, inputArtifactIds: ["no-such-id"] }), NotFoundError);
    await assert.rejects(store.listArtifacts({ limit: 0 }), { kind: "invalid_params" });
  });

  it("does not mind a store that the environment names besides", async () => {
    const { request, place } = open();
    const env = { ...process.env, KEEPSTONE_BINARY: BINARY, KEEPSTONE_ROOT: join(place, "another") };
    const store = new ArtifactStore(join(place, "m/manifest.sqlite"), join(place, "a"), { env });
    after(() => store.close());
    assert.equal((await store.publishArtifact(request)).success, true);
  });
});
