import assert from "node:assert/strict";
import { test } from "node:test";

import { Call, Pending, WINDOW } from "../dist/esm/pending.js";
import { DEATHS_MAX, Deaths, WINDOW_MS } from "../dist/esm/restarts.js";

function call(id) {
  const made = new Call(id, "echo", `line ${id}`, undefined, () => {});
  made.promise.catch(() => {});
  return made;
}

function all(pending) {
  const ids = [];
  for (let next = pending.next(); next; next = pending.next()) ids.push(next.id);
  return ids;
}

const range = (from, to) => Array.from({ length: to - from }, (_, at) => from + at);

test("no more than the window is sent, in the order of the calls", () => {
  const pending = new Pending();
  for (const id of range(0, 200)) pending.add(call(id));
  assert.deepEqual(all(pending), range(0, WINDOW));
  assert.equal(pending.answered(7).id, 7);
  assert.equal(pending.answered(7), undefined);
  assert.equal(pending.answered(3).id, 3);
  assert.deepEqual(all(pending), [WINDOW, WINDOW + 1]);
  for (const id of range(0, 200)) {
    pending.answered(id);
    all(pending);
  }
  assert.equal(pending.waiting, false);
});

test("what was withdrawn while it waited is never sent", () => {
  const pending = new Pending();
  const calls = range(0, 3).map(call);
  calls.forEach((one) => pending.add(one));
  calls[0].reject(new Error("withdrawn"));
  calls[2].reject(new Error("withdrawn"));
  assert.equal(pending.waiting, true);
  assert.deepEqual(all(pending), [1]);
  assert.equal(pending.waiting, false);
  assert.equal(pending.isSent(calls[1]), true);
  assert.equal(pending.isSent(calls[0]), false);
});

test("what a dead child had can be put back before the rest", () => {
  const pending = new Pending();
  for (const id of range(0, WINDOW + 2)) pending.add(call(id));
  all(pending);
  const sent = pending.takeSent();
  assert.equal(sent.length, WINDOW);
  pending.putBack(sent.slice(5, 7));
  assert.deepEqual(all(pending), [5, 6, WINDOW, WINDOW + 1]);
});

test("a call is settled once", async () => {
  let settled = 0;
  const one = new Call(1, "echo", "", undefined, () => (settled += 1));
  one.resolve("first");
  one.reject(new Error("second"));
  one.resolve("third");
  assert.equal(await one.promise, "first");
  assert.equal(settled, 1);
});

test("five deaths in three minutes are too many, and are forgotten after that", () => {
  const deaths = new Deaths();
  for (const at of range(0, DEATHS_MAX)) {
    assert.equal(deaths.tooMany(at * 1000), false);
    deaths.add(at * 1000);
  }
  assert.equal(deaths.tooMany(5000), true);
  assert.equal(deaths.tooMany(WINDOW_MS - 1), true);
  assert.equal(deaths.tooMany(WINDOW_MS), false);
  deaths.add(WINDOW_MS);
  assert.equal(deaths.tooMany(WINDOW_MS), true, "the second of the first five is not yet three minutes old");
});
