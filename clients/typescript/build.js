// Makes dist/: both builds, the schemas, and the licences.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, "../..");
const dist = join(here, "dist");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(dist, { recursive: true, force: true });
for (const config of ["tsconfig.json", "tsconfig.cjs.json"]) {
  execFileSync(process.execPath, [tsc, "--project", join(here, config)], { stdio: "inherit" });
}
writeFileSync(join(dist, "cjs/package.json"), '{ "type": "commonjs" }\n');

mkdirSync(join(dist, "schemas"));
for (const name of readdirSync(join(repository, "schemas"))) {
  if (name !== "openrpc.json") cpSync(join(repository, "schemas", name), join(dist, "schemas", name));
}
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(repository, name), join(dist, name));
