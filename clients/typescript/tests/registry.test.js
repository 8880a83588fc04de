// Searching, curating and naming, with the program just built.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ConflictError, InvalidParamsError } from "../dist/esm/index.js";
import { client } from "./support.js";

const ids = ({ artifacts }) => artifacts.map(({ artifactId }) => artifactId);

async function three() {
  const store = client();
  for (const [at, title] of ["Rain in autumn", "Autumn snow", undefined].entries()) {
    const content = { encoding: "utf8", data: String(at) };
    const params = { trees: at + 1, grid: { max_depth: 4 } };
    await store.publishArtifact({ artifactType: "note", artifactId: `n-${at + 1}`, logicalKey: "k", title, params, content });
  }
  return store;
}

test("artifacts are searched in pages and counted", async () => {
  const store = await three();
  const first = await store.searchArtifacts({ query: "autumn", limit: 1, facets: ["type"] });
  assert.deepEqual([ids(first), first.total, first.count], [["n-2"], 2, 1]);
  assert.deepEqual(first.facets?.type, [{ value: "note", count: 2 }]);
  const last = await store.searchArtifacts({ query: "autumn", limit: 1, cursor: first.nextCursor });
  assert.deepEqual([ids(last), last.nextCursor], [["n-1"], null]);
  const params = { trees: { min: 2, max: 3 }, "grid.max_depth": [4, 5] };
  assert.deepEqual(ids(await store.searchArtifacts({ filter: { params, types: ["NOTE"] }, sort: "title" })), ["n-2", "n-3"]);
  await assert.rejects(store.searchArtifacts({ query: "(autumn" }), (error) => {
    return error instanceof InvalidParamsError && error.data.field === "query";
  });
});

test("artifacts are curated, and null clears", async () => {
  const store = await three();
  const { artifact } = await store.updateArtifact({ artifactId: "n-1", title: null, tags: { station: "sea", draft: "" }, revision: 1 });
  assert.deepEqual([artifact.title, artifact.revision], [null, 2]);
  const again = await store.updateArtifact({ artifactId: "n-1", tags: { draft: null } });
  assert.deepEqual([again.changed, again.artifact.tags], [true, { station: "sea" }]);
  await assert.rejects(store.updateArtifact({ artifactId: "n-1", archived: true, revision: 1 }), (error) => {
    return error instanceof ConflictError && error.data.currentRevision === 3;
  });
  assert.deepEqual(ids(await store.searchArtifacts({ filter: { anyTags: { station: ["sea", "pdx"] } } })), ["n-1"]);
  const bulk = await store.bulkUpdate({ artifactIds: ["n-1", "none"], archived: true });
  assert.deepEqual([bulk.success, bulk.changed, bulk.results[1].errorKind], [false, 1, "not_found"]);
  assert.deepEqual(ids(await store.searchArtifacts({ filter: { archived: "only" } })), ["n-1"]);
});

test("versions have aliases", async () => {
  const store = await three();
  assert.equal((await store.setAlias({ artifactId: "n-1", alias: "best" })).previousArtifactId, null);
  assert.equal((await store.setAlias({ ref: "note:k@v2", alias: "best" })).previousArtifactId, "n-1");
  assert.equal((await store.resolve({ ref: "note:k@best" })).artifactId, "n-2");
  assert.deepEqual((await store.listAliases()).map(({ alias, version }) => [alias, version]), [["best", 2]]);
  assert.equal((await store.removeAlias({ artifactType: "note", logicalKey: "k", alias: "best" })).artifactId, "n-2");
});
