// Replays the conversations that every client replays; see tests/conformance/README.md.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { AppError } from "../dist/esm/index.js";
import { REPOSITORY, client, folder } from "./support.js";

const CONVERSATIONS = join(REPOSITORY, "tests/conformance");

/** They are about the lines, which the client hides. */
const ABOUT_LINES = ["batches", "envelopes"];

/** Replaces the variables in every string. */
function filled(value, variables) {
  if (typeof value === "string") {
    const known = (name) => {
      assert.ok(name in variables, `there is no variable ${name}`);
      return variables[name];
    };
    const whole = /^\$\{(\w+)\}$/.exec(value);
    return whole ? known(whole[1]) : value.replace(/\$\{(\w+)\}/g, (_, name) => String(known(name)));
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, variables));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, variables)]));
  }
  return value;
}

const typeOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

/** Why a value does not match a pattern; undefined when it does. What it sets goes into `set`. */
function mismatch(pattern, value, set, at) {
  const wrong = (wanted) => `${at}: ${JSON.stringify(value)} is not ${wanted}`;
  if (typeOf(pattern) === "array") {
    if (typeOf(value) !== "array" || value.length !== pattern.length) return wrong(`an array of ${pattern.length}`);
    return firstOf(pattern.map((item, index) => () => mismatch(item, value[index], set, `${at}[${index}]`)));
  }
  if (typeOf(pattern) !== "object") return value === pattern ? undefined : wrong(JSON.stringify(pattern));
  if ("$any" in pattern) return value === undefined ? wrong("there") : undefined;
  if ("$type" in pattern) return typeOf(value) === pattern.$type ? undefined : wrong(`of type ${pattern.$type}`);
  if ("$match" in pattern) {
    return typeof value === "string" && new RegExp(pattern.$match, "u").test(value) ? undefined : wrong(`like ${pattern.$match}`);
  }
  if ("$length" in pattern) {
    return typeOf(value) === "array" && value.length === pattern.$length ? undefined : wrong(`an array of ${pattern.$length}`);
  }
  if ("$set" in pattern) {
    const reason = mismatch("$is" in pattern ? pattern.$is : { $any: true }, value, set, at);
    if (reason === undefined) set[pattern.$set] = value;
    return reason;
  }
  const members = "$exact" in pattern ? pattern.$exact : pattern;
  if (typeOf(value) !== "object") return wrong("an object");
  const others = "$exact" in pattern ? Object.keys(value).filter((key) => !(key in members)) : [];
  if (others.length > 0) return wrong(`without ${others}`);
  return firstOf(
    Object.entries(members).map(([key, member]) => () => {
      if (member?.$absent) return key in value ? `${at}.${key} is there` : undefined;
      return mismatch(member, value[key], set, `${at}.${key}`);
    }),
  );
}

function firstOf(checks) {
  for (const check of checks) {
    const reason = check();
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** What the client makes of a reply, as the line that it was. */
async function lineOf(id, call) {
  try {
    return { jsonrpc: "2.0", id, result: await call };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { jsonrpc: "2.0", id, error: { code: error.code, message: error.message, data: error.data } };
  }
}

async function replay(steps) {
  const dir = folder();
  const variables = { dir };
  const open = () => client({ root: join(dir, "store") });
  let store = open();
  let replies = [];
  let done = 0;

  /** The next reply that fits. The client's promises say nothing about the order in which the lines came. */
  const receive = async (pattern) => {
    const wanted = filled(pattern, variables);
    const reasons = [];
    for (const [index, reply] of (await Promise.all(replies)).entries()) {
      const set = {};
      const reason = mismatch(wanted, reply, set, "reply");
      if (reason === undefined) {
        replies.splice(index, 1);
        Object.assign(variables, set);
        return;
      }
      reasons.push(reason);
    }
    assert.fail(reasons.join("\n") || "nothing was received");
  };

  for (const [at, step] of steps.entries()) {
    try {
      if ("file" in step) {
        const path = join(dir, filled(step.file, variables));
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, "text" in step ? filled(step.text, variables) : Buffer.from(step.base64, "base64"));
      } else if (step.restart) {
        replies = [];
        await store.close();
        store = open();
      } else if ("send" in step || "expect" in step || "expectAll" in step) {
        if ("send" in step) {
          const { id, method, params } = filled(step.send, variables);
          assert.ok(id !== undefined && typeof method === "string", "a client sends requests alone");
          replies.push(lineOf(id, store.call(method, params)));
        }
        for (const pattern of "expect" in step ? [step.expect] : (step.expectAll ?? [])) await receive(pattern);
      } else {
        assert.ok("about" in step, "a step of no known kind");
        continue;
      }
      done += 1;
    } catch (error) {
      error.message = `line ${at + 1}: ${error.message}`;
      throw error;
    }
  }
  await store.close();
  return done;
}

const names = readdirSync(CONVERSATIONS).filter((name) => name.endsWith(".jsonl")).map((name) => name.slice(0, -".jsonl".length));
for (const name of names.filter((name) => !ABOUT_LINES.includes(name))) {
  const lines = readFileSync(join(CONVERSATIONS, `${name}.jsonl`), "utf8").split("\n").filter((line) => line !== "");
  const steps = lines.map((line) => JSON.parse(line));
  test(`${name}: ${steps[0].about}`, async () => {
    assert.equal(await replay(steps), steps.length - 1, "a step was left out");
  });
}

test("the files that are left out are there, so the list is not stale", () => {
  assert.deepEqual(names.filter((name) => ABOUT_LINES.includes(name)), ABOUT_LINES);
});

test("patterns match what they should and nothing else", () => {
  for (const [pattern, value, expected] of [
    [{ a: 1 }, { a: 1, b: 2 }, true],
    [{ a: 1 }, { b: 1 }, false],
    [{ a: null }, {}, false],
    [{ a: { $absent: true } }, {}, true],
    [{ a: { $absent: true } }, { a: null }, false],
    [{ a: { $any: true } }, { a: null }, true],
    [{ a: { $any: true } }, {}, false],
    [{ $exact: { a: 1 } }, { a: 1, b: 2 }, false],
    [{ $exact: { a: 1 } }, { a: 1 }, true],
    [{ $match: "^a+$" }, "aaa", true],
    [{ $match: "5" }, 5, false],
    [{ $type: "null" }, null, true],
    [{ $type: "object" }, [], false],
    [{ $length: 2 }, [1], false],
    [[1], [1, 2], false],
    [{ $set: "x", $is: 1 }, 2, false],
    [{ $set: "x" }, 2, true],
  ]) {
    assert.equal(mismatch(pattern, value, {}, "") === undefined, expected, JSON.stringify([pattern, value]));
  }
});
