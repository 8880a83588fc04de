#!/usr/bin/env node
// `npx keepstone …` is the binary: its input, output and exit code are those of this process.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";

import { findBinary } from "../dist/esm/binary.js";

let binary;
try {
  binary = findBinary();
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`);
  process.exit(1);
}

const child = spawn(binary, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`error: can't start ${binary}: ${error.message}\n`);
  process.exit(1);
});
// As a shell counts them: a process that a signal ended has 128 and the signal's number.
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
