// The life of the child: how it begins, ends and begins again, with the real binary where that can be.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { ChildEndedError, RestartLimitError } from "../dist/esm/index.js";
import { WINDOW } from "../dist/esm/pending.js";
import { DEATHS_MAX } from "../dist/esm/restarts.js";
import { BINARY, COUNTING, PACKAGE, client, fake, folder, note } from "./support.js";

const run = promisify(execFile);

/** The keepstone processes that this one has started and that still run. */
function children() {
  return readdirSync("/proc").filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(parent) === process.pid && state !== "Z" && stat.includes("(keepstone)");
    } catch {
      return false;
    }
  });
}

test("killed in the middle, the calls are rejected and the next one works", async () => {
  const before = new Set(children());
  const store = client();
  await store.publishArtifact(note("first"));
  const [child] = children().filter((pid) => !before.has(pid));
  const calls = Array.from({ length: WINDOW }, (_, n) => store.publishArtifact(note(`in flight ${n}`)));
  process.kill(Number(child), "SIGKILL");
  const results = await Promise.allSettled(calls);
  const rejected = results.filter(({ status }) => status === "rejected");
  assert.ok(rejected.length > 0, "all were answered before the end");
  for (const { reason } of rejected) {
    assert.ok(reason instanceof ChildEndedError);
    assert.equal(reason.signal, "SIGKILL");
    assert.match(reason.message, /^keepstone ended before it answered publish_artifact \(signal SIGKILL\)/);
  }
  // What was answered is there, and what wasn't may be.
  const listed = await store.listArtifacts({ filter: { limit: 1000 } });
  const ids = new Set(listed.map(({ artifactId }) => artifactId));
  for (const { value } of results.filter(({ status }) => status === "fulfilled")) assert.ok(ids.has(value.artifactId));
  assert.equal((await store.publishArtifact(note("after"))).deduped, false);
});

test("the last words and the exit code are told, stray lines on stdout too", async () => {
  const store = fake();
  await assert.rejects(store.publishArtifact({ artifactType: "t" }), (error) => {
    assert.ok(error instanceof ChildEndedError);
    assert.equal(error.exitCode, 3);
    assert.match(error.stderr, /the last words\n/);
    assert.match(error.stderr, /stdout: a stray word\n/);
    return error.message.includes("(exit code 3); the last it said:\n");
  });
  assert.deepEqual(await store.call("echo", { a: 1 }), { params: { a: 1 } });
});

test("only what changes nothing when it is repeated is sent again, once; what was never sent waits", async () => {
  const store = fake();
  const { pid } = await store.call("about");
  // The fake dies of the first, and again of the second, when it is repeated.
  const publishing = store.publishArtifact({ artifactType: "t" });
  const finding = store.findByHash({ hash: "h" });
  const rest = Array.from({ length: 2 * WINDOW }, (_, n) => store.call("echo", { n }).catch((error) => error));
  await assert.rejects(publishing, ChildEndedError);
  await assert.rejects(finding, ChildEndedError);
  const results = await Promise.all(rest);
  // "echo" is no method of keepstone, so nothing is known of it, and what was sent is not repeated.
  assert.ok(results.slice(0, WINDOW - 2).every((result) => result instanceof ChildEndedError));
  assert.ok(results[2 * WINDOW - 1].params.n === 2 * WINDOW - 1);
  assert.notEqual((await store.call("about")).pid, pid);
});

test("a query that the child did not live to answer is answered by the next", async () => {
  const before = new Set(children());
  const store = client();
  await store.publishArtifact(note("first"));
  const [child] = children().filter((pid) => !before.has(pid));
  process.kill(Number(child), "SIGSTOP");
  const listing = Promise.all(Array.from({ length: 10 }, () => store.listArtifacts()));
  process.kill(Number(child), "SIGKILL");
  assert.deepEqual((await listing).map((list) => list.length), Array(10).fill(1));
});

test("a binary that keeps ending is not started without end", async () => {
  const store = fake({ env: { ...process.env, FAKE: "stillborn" } });
  for (let death = 1; death <= DEATHS_MAX; death += 1) {
    await assert.rejects(store.publishArtifact({ artifactType: "t" }), (error) => error.constructor === ChildEndedError);
  }
  for (const call of [store.publishArtifact({ artifactType: "t" }), store.healthCheck()]) {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof RestartLimitError);
      assert.match(error.message, /^keepstone ended 5 times within three minutes, so it is not started again for now/);
      return error.exitCode === 7 && error.message.includes("no life in me");
    });
  }
});

test("a thousand concurrent publishes become versions in the order of the calls, with few under way at once", async () => {
  const place = folder();
  const countFile = join(place, "count");
  const env = { ...process.env, REAL_BINARY: BINARY, COUNT_FILE: countFile };
  const store = client({ binary: COUNTING, env });
  const calls = Array.from({ length: 1000 }, (_, n) => store.publishArtifact(note(`line ${n}`)));
  const results = await Promise.all(calls);
  assert.deepEqual(results.map(({ artifact }) => artifact.version), Array.from({ length: 1000 }, (_, n) => n + 1));
  const listed = await store.listArtifacts({ filter: { limit: 1000 } });
  assert.deepEqual(listed.map(({ artifactId }) => artifactId), results.map(({ artifactId }) => artifactId).reverse());
  await store.close();
  const most = Number(readFileSync(countFile, "utf8"));
  assert.ok(most > 1 && most <= WINDOW, `${most} under way at once`);
});

test("a query sees what was published before it without waiting for it", async () => {
  const store = client();
  const publishing = store.publishArtifact(note("a"));
  const listing = store.listArtifacts();
  assert.equal((await listing)[0].artifactId, (await publishing).artifactId);
  const independent = client({ ordering: "independent", clientName: "the-tests" });
  await independent.publishArtifact(note("a"));
  assert.equal((await independent.listEvents())[0].actor, "the-tests");
});

test("a process with an idle client ends by itself, and the child with it", async () => {
  const place = folder();
  const script = join(place, "script.mjs");
  writeFileSync(
    script,
    `import { Keepstone } from ${JSON.stringify(join(PACKAGE, "dist/esm/index.js"))};
     const store = new Keepstone({ root: "store" });
     await store.publishArtifact({ artifactType: "note", artifactId: "n", content: { encoding: "utf8", data: "x" } });
     console.log((await store.getArtifact({ artifactId: "n" })).specId);
     console.log(process.pid);`,
  );
  const { stdout, stderr } = await run(process.execPath, [script], { cwd: place });
  const [specId, pid] = stdout.trim().split("\n");
  assert.equal(specId.length, 12);
  assert.equal(stderr, "");
  // It sees the end of its input a moment after its parent is gone; if it didn't, this would never end.
  const isChild = (other) => argumentsOf(other).join(" ").includes(`--parent-pid ${pid}`);
  while (readdirSync("/proc").some(isChild)) await new Promise((resolve) => setTimeout(resolve, 20));
});

test("a Ctrl-C is for the program, whose calls are answered", async () => {
  const place = folder();
  const script = join(place, "script.mjs");
  writeFileSync(
    script,
    `import { Keepstone } from ${JSON.stringify(join(PACKAGE, "dist/esm/index.js"))};
     const store = new Keepstone({ root: "store" });
     const publish = (n) => store.publishArtifact({ artifactType: "note", content: { encoding: "json", data: n } });
     await publish(0);
     const calls = Array.from({ length: 300 }, (_, n) => publish(n + 1));
     process.once("SIGINT", async () => {
       const results = await Promise.allSettled(calls);
       await store.close();
       console.log(results.filter(({ status }) => status === "fulfilled").length);
       process.exit();
     });
     console.log("ready");
     setInterval(() => {}, 1000);`,
  );
  // A group of its own, as a shell makes one; a terminal's Ctrl-C goes to all of it.
  const started = spawn(process.execPath, [script], { cwd: place, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  started.stdout.setEncoding("utf8").on("data", (text) => {
    said += text;
    if (text === "ready\n") process.kill(-started.pid, "SIGINT");
  });
  await new Promise((resolve) => started.on("close", resolve));
  assert.equal(said, "ready\n300\n");
});

function argumentsOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
