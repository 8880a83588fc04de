// What several tests need.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { Keepstone } from "../dist/esm/index.js";

/** The package's folder. */
export const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** The repository's. */
export const REPOSITORY = resolve(PACKAGE, "../..");

/** The binary under test. */
export const BINARY = process.env.KEEPSTONE_BINARY ?? join(REPOSITORY, "target/debug/keepstone");
process.env.KEEPSTONE_BINARY = BINARY;

export const FAKE = join(PACKAGE, "tests/servers/fake.js");
export const COUNTING = join(PACKAGE, "tests/servers/counting.js");

/** A folder that is gone after the tests. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), "keepstone-ts-"));
  after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A client of a fresh store, closed after the tests. Every reply is held against the schemas. */
export function client(options = {}) {
  const made = new Keepstone({ root: join(folder(), "store"), validate: true, ...options });
  after(() => made.close());
  return made;
}

/** A client of the fake. */
export function fake(options = {}) {
  const made = new Keepstone({ binary: FAKE, graceMs: 500, ...options });
  after(() => made.close());
  return made;
}

/** Params that publish a line of text. */
export function note(text, more = {}) {
  return { artifactType: "note", logicalKey: "notes", content: { encoding: "utf8", data: text }, ...more };
}
