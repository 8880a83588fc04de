// How calls go out and come back, against a server that misbehaves when asked to.
import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import {
  AppError,
  ClosedError,
  InvalidParamsError,
  LimitExceededError,
  TimeoutError,
  ValidationError,
} from "../dist/esm/index.js";
import { Connection } from "../dist/esm/connection.js";
import { WINDOW } from "../dist/esm/pending.js";
import { FAKE, client, fake, folder } from "./support.js";

test("the window on the wire is bounded, however many calls there are", async () => {
  const store = fake();
  await Promise.all(Array.from({ length: 500 }, () => store.call("later")));
  const { most } = await store.call("about");
  assert.equal(most, WINDOW);
});

test("the options become arguments and the first request", async () => {
  const store = fake({ root: "r", artifactsRoot: "/a", cwd: "/", env: { ...process.env, KEEPSTONE_ROOT: "/other" } });
  const about = await store.call("about");
  assert.deepEqual(about.arguments, ["serve", "--parent-pid", String(process.pid), "--root", "/r", "--artifacts-root", "/a"]);
  const other = fake({ manifestDb: "/m/manifest.sqlite", env: { ...process.env, KEEPSTONE_ROOT: "/other" } });
  assert.deepEqual((await other.call("about")).arguments.slice(3), ["--manifest-db", "/m/manifest.sqlite"]);
  assert.deepEqual(await other.call("root_of_environment"), { root: null }, "it would contradict the manifest that was named");
});

test("params are taken as they are at the call", async () => {
  const store = fake();
  const params = { n: 1 };
  const calls = [];
  for (params.n = 1; params.n <= 100; params.n += 1) calls.push(store.call("echo", params));
  const results = await Promise.all(calls);
  assert.deepEqual(results.map(({ params: { n } }) => n), Array.from({ length: 100 }, (_, at) => at + 1));
});

test("what is no message is passed over, and separators of lines other than 0x0A are content", async () => {
  const store = fake();
  assert.deepEqual(await store.call("noise"), { text: "a\u2028b\u2029c\u0085d\re" });
});

test("a withdrawn call is rejected with the signal's reason, and keepstone is told", async () => {
  const store = fake();
  const abort = new AbortController();
  const waiting = store.call("wait", {}, { signal: abort.signal });
  await store.call("echo");
  const reason = new Error("changed my mind");
  abort.abort(reason);
  await assert.rejects(waiting, (error) => error === reason);
  assert.deepEqual((await store.call("about")).cancelled, [1]);
  await assert.rejects(store.call("echo", {}, { signal: abort.signal }), (error) => error === reason, "aborted beforehand");
  await assert.rejects(store.call("wait", {}, { signal: AbortSignal.timeout(20) }), { name: "TimeoutError" });
});

test("a call withdrawn before it was sent never is, and leaves the others alone", async () => {
  const store = fake();
  const abort = new AbortController();
  const calls = Array.from({ length: 200 }, (_, n) => store.call("later", {}, n === 150 ? { signal: abort.signal } : {}));
  abort.abort();
  const results = await Promise.allSettled(calls);
  assert.deepEqual(results.flatMap(({ status }, n) => (status === "rejected" ? [n] : [])), [150]);
  assert.deepEqual((await store.call("about")).cancelled, []);
});

test("a call that takes too long is rejected and withdrawn", async () => {
  const store = fake({ timeoutMs: 30 });
  await assert.rejects(store.call("wait"), (error) => error instanceof TimeoutError && error.message === "wait took longer than 30 ms");
  assert.deepEqual((await store.call("about", {}, { timeoutMs: Infinity })).cancelled, [1]);
});

test("progress is told until the call is settled", async () => {
  const store = fake();
  const told = [];
  await store.call("progress", { _meta: { more: 1 } }, { onProgress: (progress) => told.push(progress) });
  assert.deepEqual(told, [{ done: 1, total: 2, message: "half" }, { done: 2, total: null, message: null }]);
  const fault = new Error("from the callback");
  const faulty = store.call("progress", {}, { onProgress: () => { throw fault; } });
  await assert.rejects(faulty, (error) => error === fault);
  await store.call("echo");
});

test("a line longer than keepstone takes is refused here", async () => {
  const store = fake();
  const call = store.call("echo", { text: "x".repeat(32 << 20) });
  await assert.rejects(call, (error) => error instanceof LimitExceededError && error.code === 1007);
  await store.call("echo");
});

test("params that JSON can't say are refused here", async () => {
  const store = fake();
  const call = store.call("echo", { number: 1n });
  await assert.rejects(call, (error) => error instanceof InvalidParamsError && /params of echo can't be sent: .*BigInt/.test(error.message));
  await store.call("echo");
});

test("a number that JSON can't hold is refused here", async () => {
  const store = fake();
  for (const n of [NaN, Infinity, -Infinity]) {
    const call = store.call("echo", { members: [{ features: { n } }] });
    await assert.rejects(call, (error) => error instanceof InvalidParamsError && error.message.startsWith(`n: ${n} is no`));
  }
  await store.call("echo");
});

test("a server that does not want this client is told as that", async () => {
  const store = fake({ env: { ...process.env, FAKE: "refusing" } });
  await assert.rejects(store.call("wait"), (error) => error instanceof InvalidParamsError && /not spoken here/.test(error.message));
});

test("a reply of another shape is found when replies are validated", async () => {
  const store = fake({ validate: true });
  await assert.rejects(store.getArtifact({ artifactId: "a" }), (error) => {
    return error instanceof ValidationError && /result of get_artifact.*another version$/.test(error.message);
  });
  await assert.rejects(store.call("odd_error"), ValidationError);
  await assert.rejects(fake().call("odd_error"), (error) => error instanceof AppError && error.retryable);
  assert.deepEqual(await fake().getArtifact({ artifactId: "a" }), { artifactId: 5 }, "unless nobody looks");
});

test("closing lets calls finish, rejects later ones, and may be done twice", async () => {
  const store = fake({ graceMs: 60_000 });
  const calls = Array.from({ length: 200 }, () => store.call("later"));
  const closing = store.close();
  assert.equal(store.close(), closing);
  await assert.rejects(store.call("echo"), ClosedError);
  await closing;
  assert.equal((await Promise.all(calls)).length, 200);
  await fake().close();
});

test("closing ends in bounded time when the child does not want to end", async () => {
  const store = fake({ graceMs: 50, env: { ...process.env, FAKE: "stubborn" } });
  const { pid } = await store.call("about");
  const waiting = Array.from({ length: WINDOW + 1 }, () => store.call("wait").catch((error) => error));
  await store.close();
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  const errors = await Promise.all(waiting);
  assert.equal(errors[0].signal, "SIGKILL");
  assert.ok(errors[WINDOW] instanceof ClosedError, "it was never sent");
});

test("a client can be used with `await using`", async () => {
  const store = fake();
  await store.call("echo");
  await store[Symbol.asyncDispose]();
  await assert.rejects(store.call("echo"), ClosedError);
});

test("a connection says when there is no room, and when there is again", async () => {
  let drained;
  const room = new Promise((resolve) => (drained = resolve));
  const replies = [];
  const listener = { line: (line) => replies.push(line) > 0, drained, ended: () => {} };
  const connection = new Connection({ binary: FAKE, args: [], cwd: folder(), env: process.env }, listener);
  let sent = 0;
  while (connection.writable) {
    connection.send(JSON.stringify({ id: sent, method: "echo", params: { text: "x".repeat(10_000) } }));
    sent += 1;
    assert.ok(sent < 1000, "there is room without end");
  }
  await room;
  assert.equal(connection.writable, true);
  await connection.close(10_000);
  assert.equal(replies.length, sent, "all that was sent is answered before the end");
});

test("the real binary tells of progress, and stops when a call is withdrawn", async () => {
  const dataPath = join(folder(), "large.bin");
  writeFileSync(dataPath, "");
  const sizeBytes = 256 << 20;
  truncateSync(dataPath, sizeBytes);
  const store = client();
  const abort = new AbortController();
  const told = [];
  const onProgress = (progress) => {
    told.push(progress);
    abort.abort();
  };
  const call = store.publishArtifact({ artifactType: "large", dataPath }, { signal: abort.signal, onProgress });
  await assert.rejects(call, { name: "AbortError" });
  assert.deepEqual([told.length, told[0].total], [1, sizeBytes]);
  assert.deepEqual(await store.listArtifacts(), [], "nothing was committed");
});
