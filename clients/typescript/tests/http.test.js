// The registry over HTTP, as a user interface asks it: no client of ours, only fetch.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";

import { BINARY, client, folder } from "./support.js";

/** A server over a fresh store; where it listens. */
async function server(root) {
  const child = spawn(BINARY, ["--root", root, "serve", "--http", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
  after(async () => {
    child.kill();
    await once(child, "exit");
  });
  const [line] = await once(createInterface(child.stderr), "line");
  return line.replace("listening on ", "");
}

/** What the user interface has: list and get, with the query as an object. */
function artifactServiceAt(address) {
  const ask = async (path) => {
    const response = await fetch(`${address}${path}`);
    const body = await response.json();
    if (!response.ok) {
      throw new Error(body.error);
    }
    return body;
  };
  return {
    list: async (query) => {
      const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
      return (await ask(`/v1/artifacts?${words}`)).artifacts;
    },
    get: (id) => ask(`/v1/artifacts/${encodeURIComponent(id)}`),
    compare: async (left, right) => {
      const response = await fetch(`${address}/v1/artifacts/${left}/compare`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ with: right }),
      });
      return response.json();
    },
  };
}

test("the steps Select Input and Compare of a user interface", async () => {
  const root = join(folder(), "store");
  const store = client({ root });
  const publish = async (artifactType, key, data, more = {}) => {
    const content = { encoding: "utf8", data };
    const { artifactId } = await store.publishArtifact({ artifactType, logicalKey: key, content, ...more });
    return artifactId;
  };
  const model = await publish("model", "capacity", "kind: Model\n", { tags: ["validated"], title: "Capacity model" });
  await publish("model", "draft", "kind: Model # draft\n", { tags: ["draft"] });
  const recording = await publish("telemetry", "november", "t,value\n0,1\n", { capabilities: ["replay"] });
  await publish("telemetry", "sketch", "t,value\n", { createdAt: "2020-01-01" });
  const inputs = [{ artifactId: model, relation: "generated_by" }];
  const currentRunId = await publish("run", "first", "ran\n", { inputs });
  const other = await publish("run", "second", "ran again\n", { inputs });
  const artifactService = artifactServiceAt(await server(root));

  // Browse Model artifacts
  const models = await artifactService.list({ type: 'model', tags: ['validated'] });
  assert.deepEqual(models.map((artifact) => artifact.artifactId), [model]);

  // Browse Telemetry artifacts
  const telemetry = await artifactService.list({ type: 'telemetry', capabilities: ['replay'] });
  assert.deepEqual(telemetry.map((artifact) => artifact.artifactId), [recording]);

  // Get baseline from current run
  const baselineArtifact = await artifactService.get(currentRunId);
  assert.equal(baselineArtifact.artifactId, currentRunId);
  assert.equal(baselineArtifact.files.length, 1);
  assert.equal(baselineArtifact.relationships.derivedFrom[0].artifactId, model);

  // Select comparison input from registry
  const comparisonArtifacts = await artifactService.list({ type: 'run|telemetry' });
  assert.deepEqual(comparisonArtifacts.slice(0, 3).map((artifact) => artifact.artifactId), [other, currentRunId, recording]);
  const compared = await artifactService.compare(currentRunId, other);
  assert.equal(compared.verdict, "different");

  await assert.rejects(artifactService.get("art-nowhere"), /not found/);
  await assert.rejects(artifactService.list({ typ: "run" }), /no query parameter/);
});

test("what one client publishes over HTTP, another finds over its pipe", async () => {
  const root = join(folder(), "store");
  const store = client({ root });
  await store.healthCheck();
  const address = await server(root);
  const response = await fetch(`${address}/v1/artifacts?type=prices&name=prices.csv&tags=stage=prod`, {
    method: "POST",
    body: "ts,price\n2026-01-01T00:00:00Z,1.5\n",
  });
  assert.equal(response.status, 201);
  const { artifactId } = await response.json();
  const artifact = await store.getArtifact({ artifactId });
  assert.equal(artifact.rowCount, 1);

  const shown = await fetch(`${address}/v1/artifacts/${artifactId}`);
  const etag = shown.headers.get("etag");
  const change = (body, headers = {}) =>
    fetch(`${address}/v1/artifacts/${artifactId}`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  assert.equal((await change({ title: "Prices" }, { "If-Match": etag })).status, 200);
  assert.equal((await change({ title: "Other" }, { "If-Match": etag })).status, 412, "somebody else was quicker");
  assert.equal((await store.getArtifact({ artifactId })).title, "Prices");

  const archived = await fetch(`${address}/v1/artifacts/archive`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify([artifactId, "art-nowhere"]),
  });
  const { processed, results } = await archived.json();
  assert.equal(processed, 2);
  assert.deepEqual(results.map(({ success }) => success), [true, false]);
  const list = async (query) => (await (await fetch(`${address}/v1/artifacts${query}`)).json());
  assert.deepEqual([(await list("")).total, (await list("?includeArchived=true")).total], [0, 1]);

  assert.equal((await fetch(`${address}/v1/artifacts/${artifactId}`, { method: "DELETE" })).status, 200);
  assert.equal((await store.getArtifact({ artifactId })).status, "tombstoned");
});
