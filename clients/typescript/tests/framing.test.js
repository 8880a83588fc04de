import assert from "node:assert/strict";
import { test } from "node:test";

import { Lines } from "../dist/esm/framing.js";

function linesOf(bytes, size) {
  const lines = new Lines();
  const found = [];
  for (let at = 0; at < bytes.length; at += size) found.push(...lines.push(bytes.subarray(at, at + size)));
  return [found, lines.rest()];
}

test("lines are the same however the bytes come in", () => {
  const text = 'a\n\n{"€":"😀"}\r\nb\u2028c\u2029d\u0085e\vf\nrest €';
  const expected = [["a", "", '{"€":"😀"}\r', "b\u2028c\u2029d\u0085e\vf"], "rest €"];
  for (const size of [1, 2, 3, 5, 7, 1000]) assert.deepEqual(linesOf(Buffer.from(text), size), expected, `pieces of ${size}`);
});

test("a line of 32 MiB comes whole, and each byte is copied once", (t) => {
  const concat = t.mock.method(Buffer, "concat");
  const long = Buffer.alloc(32 << 20, "x");
  const [[first, second], rest] = linesOf(Buffer.concat([long, Buffer.from("\nshort\n")]), 64 << 10);
  assert.equal(first.length, long.length);
  assert.equal(second, "short");
  assert.equal(rest, "");
  // One for the test's own buffer, one for the long line, one for the empty rest.
  assert.equal(concat.mock.callCount(), 3);
});
