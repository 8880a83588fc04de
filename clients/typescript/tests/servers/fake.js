#!/usr/bin/env node
// Speaks keepstone's protocol and misbehaves when asked to; started in the binary's place.
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const error = (id, code, message, data) => send({ id, error: { code, message, data } });
const waiting = new Map();
const cancelled = [];
let busy = 0;
let most = 0;

if (process.env.FAKE === "stubborn") {
  process.on("SIGTERM", () => {});
  setInterval(() => {}, 1000);
}
if (process.env.FAKE === "stillborn") {
  process.stderr.write("no life in me\n");
  process.exit(7);
}

const methods = {
  initialize(id, params) {
    if (process.env.FAKE === "refusing") {
      return error(id, -32602, "protocol version 1 is not spoken here", { kind: "invalid_params", retryable: false });
    }
    return send({ id, result: { schemaHash: "sha256:of-the-fake", initialized: params } });
  },
  echo: (id, params) => send({ id, result: { params } }),
  about: (id) => send({ id, result: { pid: process.pid, arguments: process.argv.slice(2), cancelled, most } }),
  root_of_environment: (id) => send({ id, result: { root: process.env.KEEPSTONE_ROOT ?? null } }),
  // Answered only when it is cancelled.
  wait: (id) => waiting.set(id, true),
  later(id) {
    busy += 1;
    most = Math.max(most, busy);
    setTimeout(() => {
      busy -= 1;
      send({ id, result: {} });
    }, 20);
  },
  noise(id) {
    process.stdout.write('\n[1]\nnull\n"text"\n{"id":99999,"result":1}\n{"id":null,"error":{"message":"whose?"}}\nplain words\n');
    process.stdout.write('{"jsonrpc":"2.0","method":"$/unknown","params":{}}\n');
    process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result: { text: "a\u2028b\u2029c\u0085d\re" } })}\r\n`);
  },
  progress(id, params) {
    const token = params._meta.progressToken;
    send({ method: "$/progress", params: { token, done: 1, total: 2, message: "half" } });
    send({ method: "$/progress", params: { token, done: 2 } });
    send({ id, result: {} });
  },
  odd_error: (id) => error(id, 4711, "something new", { kind: "brand_new", retryable: true }),
  // As the real method is called, but not of its shape.
  get_artifact: (id) => send({ id, result: { artifactId: 5 } }),
  find_by_hash: die,
  publish_artifact: die,
};

function die() {
  writeSync(2, "the last words\n");
  writeSync(1, "a stray word\n");
  process.exit(3);
}

const input = createInterface({ input: process.stdin, crlfDelay: Infinity });
input.on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === "$/cancelRequest") {
    cancelled.push(params.id);
    if (waiting.delete(params.id)) error(params.id, 1011, "cancelled", { kind: "cancelled", retryable: false });
    return;
  }
  methods[method](id, params);
});
