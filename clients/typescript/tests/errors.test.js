import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import * as keepstone from "../dist/esm/index.js";
import { errorOf, messageOf } from "../dist/esm/replies.js";
import { REPOSITORY } from "./support.js";

test("every kind of the published schema has its class", () => {
  const schema = JSON.parse(readFileSync(join(REPOSITORY, "schemas/error.json"), "utf8"));
  const kinds = schema.$defs.Kind.oneOf.map((variant) => variant.const);
  assert.deepEqual(Object.keys(keepstone.ERRORS), kinds);
  const classes = new Set();
  kinds.forEach((kind, at) => {
    const code = schema.properties.code.enum[at];
    const error = errorOf({ code, message: "so", data: { kind, retryable: true, hint: "do", field: "it", row: 5 } });
    classes.add(error.constructor);
    assert.ok(error instanceof keepstone.AppError && error instanceof keepstone.KeepstoneError && error instanceof Error);
    const { name, message, hint, field, retryable } = error;
    assert.equal(keepstone[name], error.constructor);
    assert.deepEqual([message, hint, field, retryable, error.kind, error.code], ["so", "do", "it", true, kind, code]);
    assert.equal(error.data.row, 5);
  });
  assert.equal(classes.size, kinds.length);
  assert.equal(errorOf({ code: 1001, message: "gone", data: { kind: "not_found" } }).constructor, keepstone.NotFoundError);
});

test("null and absent facts are undefined", () => {
  const error = errorOf({ code: 1002, message: "so", data: { kind: "conflict", retryable: false, hint: null } });
  assert.deepEqual([error.hint, error.field, error.retryable], [undefined, undefined, false]);
});

test("an error of a kind that is not known yet keeps its words", () => {
  for (const data of [{ kind: "brand_new", retryable: true }, { kind: "constructor" }, undefined]) {
    const error = errorOf({ code: 4711, message: "something new", data });
    assert.ok(error instanceof keepstone.AppError);
    assert.match(error.message, /^something new \(code 4711/);
  }
});

test("only replies and progress are messages", () => {
  for (const line of ["", "x", "5", "null", "[]", '{"id":1}', '{"id":"1","result":1}', '{"id":null,"error":{"message":"x"}}']) {
    assert.equal(messageOf(line), undefined, line);
  }
  assert.deepEqual(messageOf('{"id":1,"result":null}'), { type: "result", id: 1, result: null });
  assert.equal(messageOf('{"method":"$/progress","params":{"token":4,"done":1}}').progress.total, null);
});

test("how a child ended is told with its last words", () => {
  const ending = { exitCode: null, signal: "SIGKILL", stderr: "oh\n" };
  const error = new keepstone.ChildEndedError("keepstone ended", ending);
  assert.equal(error.message, "keepstone ended (signal SIGKILL); the last it said:\noh");
  assert.equal(new keepstone.ChildEndedError("gone", { exitCode: 3, signal: null, stderr: "" }).message, "gone (exit code 3)");
});
