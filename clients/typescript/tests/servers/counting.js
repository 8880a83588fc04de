#!/usr/bin/env node
// Stands between a client and the real binary, and writes down how many requests were under way at most.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";

const { REAL_BINARY, COUNT_FILE } = process.env;
const child = spawn(REAL_BINARY, process.argv.slice(2), { stdio: ["pipe", "pipe", "inherit"] });
const newlines = (chunk) => chunk.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
// The first request is `initialize`.
let open = -1;
let most = 0;

process.stdin.on("data", (chunk) => {
  open += newlines(chunk);
  most = Math.max(most, open);
  child.stdin.write(chunk);
});
process.stdin.on("end", () => child.stdin.end());
child.stdout.on("data", (chunk) => {
  open -= newlines(chunk);
  process.stdout.write(chunk);
});
child.on("close", (code) => {
  writeFileSync(COUNT_FILE, String(most));
  process.exitCode = code ?? 1;
});
