import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { BinaryNotFoundError, Keepstone, SpawnError } from "../dist/esm/index.js";
import { PLATFORM_PACKAGE, findBinary } from "../dist/esm/binary.js";
import { FAKE, PACKAGE, folder } from "./support.js";

function file(path, text = "\x7fELF", mode = 0o755) {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test("the option comes before the variable, and the variable before PATH", () => {
  const place = folder();
  const [option, variable, found] = ["option/ks", "variable/ks", "bin/keepstone"].map((name) => file(join(place, name)));
  const env = { KEEPSTONE_BINARY: variable, PATH: `/nowhere:${join(place, "bin")}` };
  assert.equal(findBinary({ binary: option, env }), option);
  assert.equal(findBinary({ binary: "option/ks", cwd: place, env }), option);
  assert.equal(findBinary({ env }), variable);
  assert.equal(findBinary({ env: { ...env, KEEPSTONE_BINARY: "" } }), found);
});

test("the platform's package comes before PATH", () => {
  const place = folder();
  for (const name of ["binary.js", "errors.js", "here.cjs"]) {
    mkdirSync(join(place, "package/dist/esm"), { recursive: true });
    copyFileSync(join(PACKAGE, "dist/esm", name), join(place, "package/dist/esm", name));
  }
  writeFileSync(join(place, "package/package.json"), '{"type": "module"}');
  const packaged = file(join(place, "node_modules", PLATFORM_PACKAGE, "bin/keepstone"));
  const env = { PATH: join(file(join(place, "bin/keepstone")), "..") };
  return import(join(place, "package/dist/esm/binary.js")).then((copy) => assert.equal(copy.findBinary({ env }), packaged));
});

test("what is named outright and not there is not replaced by another", () => {
  const place = folder();
  const env = { PATH: join(file(join(place, "bin/keepstone")), "..") };
  assert.throws(
    () => findBinary({ binary: join(place, "gone"), env }),
    (error) => error instanceof BinaryNotFoundError && error.message.includes(`${join(place, "gone")}, which does not exist`),
  );
  assert.throws(() => findBinary({ env: { ...env, KEEPSTONE_BINARY: place } }), /KEEPSTONE_BINARY names .* which is no file/);
});

test("launchers, folders and files that may not be executed are passed over, and all of it is told", () => {
  const place = folder();
  file(join(place, "launcher"), "#!/usr/bin/env node\n");
  mkdirSync(join(place, "a"));
  symlinkSync(join(place, "launcher"), join(place, "a/keepstone"));
  mkdirSync(join(place, "b/keepstone"), { recursive: true });
  file(join(place, "c/keepstone"), "x", 0o644);
  const folders = ["a", "b", "c"].map((name) => join(place, name));
  let error;
  try {
    findBinary({ env: { PATH: folders.join(":") } });
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof BinaryNotFoundError);
  assert.deepEqual(error.tried, [
    `the package ${PLATFORM_PACKAGE} is not installed`,
    `${folders[0]}/keepstone is a script, not the binary`,
    `${folders[1]}/keepstone is no file`,
    `${folders[2]}/keepstone may not be executed`,
    "it is not on PATH",
  ]);
  for (const way of ["cargo install", PLATFORM_PACKAGE, "`binary`", "KEEPSTONE_BINARY"]) assert.ok(error.message.includes(way), way);
  const found = file(join(place, "d/keepstone"));
  assert.equal(findBinary({ env: { PATH: [...folders, join(place, "d")].join(":") } }), found);
});

test("a call says what is wrong with the binary, and the next one looks again", async () => {
  const place = folder();
  const store = new Keepstone({ root: place, binary: join(place, "keepstone") });
  await assert.rejects(store.healthCheck(), BinaryNotFoundError);
  file(join(place, "keepstone"), "#!/no/such/interpreter\n");
  await assert.rejects(Promise.all([store.healthCheck(), store.healthCheck()]), (error) => {
    return error instanceof SpawnError && error.message.startsWith(`can't start ${join(place, "keepstone")}: `);
  });
  await store.close();
  const elsewhere = new Keepstone({ binary: FAKE, cwd: join(place, "gone") });
  await assert.rejects(elsewhere.healthCheck(), { message: `can't start ${FAKE}: there is no folder ${place}/gone to start it in` });
});
