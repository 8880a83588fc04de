// Finds the binary: where the caller says, in the environment, in the platform's package, on PATH.
import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

import { BinaryNotFoundError } from "./errors.js";
import * as here from "./here.cjs";

const NAME = process.platform === "win32" ? "keepstone.exe" : "keepstone";

/** The package that holds the binary of this platform. */
export const PLATFORM_PACKAGE = `@keepstone/${process.platform}-${process.arch}`;

/** Where the binary may be looked for. */
export interface Search {
  binary?: string | undefined;
  cwd?: string | undefined;
  env?: Record<string, string | undefined> | undefined;
}

/** The binary's path. What is named outright must be there; the other places are tried in turn. */
export function findBinary({ binary, cwd = process.cwd(), env = process.env }: Search = {}): string {
  const tried: string[] = [];
  const fail = (): never => {
    throw new BinaryNotFoundError(
      `can't find the keepstone binary: ${tried.join("; ")}. ` +
        `Install the package ${PLATFORM_PACKAGE}, or build it with \`cargo install --locked --path .\` in keepstone's ` +
        "repository, or name it with the option `binary` or the variable KEEPSTONE_BINARY",
      tried,
    );
  };

  for (const [how, named] of [["the option `binary`", binary], ["KEEPSTONE_BINARY", env["KEEPSTONE_BINARY"]]] as const) {
    if (named === undefined || named === "") continue;
    const path = isAbsolute(named) ? named : resolve(cwd, named);
    const fault = faultOf(path);
    if (fault === undefined) return path;
    tried.push(`${how} names ${path}, which ${fault}`);
    return fail();
  }

  try {
    const path = here.resolve(`${PLATFORM_PACKAGE}/bin/${NAME}`);
    const fault = faultOf(path);
    if (fault === undefined) return path;
    tried.push(`${path} ${fault}`);
  } catch {
    tried.push(`the package ${PLATFORM_PACKAGE} is not installed`);
  }

  for (const folder of (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "")) {
    const path = resolve(cwd, join(folder, NAME));
    // Client packages put launchers of this name on PATH, which look for the binary themselves, and without end.
    const fault = faultOf(path) ?? (isScript(path) ? "is a script, not the binary" : undefined);
    if (fault === undefined) return path;
    if (fault !== ABSENT) tried.push(`${path} ${fault}`);
  }
  tried.push("it is not on PATH");
  return fail();
}

const ABSENT = "does not exist";

/** Why a file can't be started. */
function faultOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return ABSENT;
  if (!found.isFile()) return "is no file";
  try {
    accessSync(path, constants.X_OK);
    return undefined;
  } catch {
    return "may not be executed";
  }
}

function isScript(path: string): boolean {
  const head = Buffer.alloc(2);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, head, 0, head.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    // A binary that may be executed but not read is no script: scripts must be read.
    return false;
  }
  return head.toString("latin1") === "#!";
}
