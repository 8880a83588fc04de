// The package as a user has it: packed, installed into a fresh folder, compiled against and run, README included.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { before, test } from "node:test";
import { promisify } from "node:util";

import { BINARY, PACKAGE, REPOSITORY, folder } from "./support.js";

const run = promisify(execFile);
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const place = folder();

// The binary comes from the platform's package and from nowhere else.
const env = { ...process.env, PATH: [dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter) };
delete env.KEEPSTONE_BINARY;

/** Blocks of a README that are programs, and the output that stands behind each. */
function examples(of = PACKAGE) {
  const readme = readFileSync(join(of, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));
  return blocks.flatMap(({ language, text }, at) => {
    if (language !== "ts" && language !== "js") return [];
    assert.equal(blocks[at + 1]?.language, "text", `the output of ${text}`);
    const name = `${of === PACKAGE ? "example" : "first"}-${at}`;
    return [{ name, language, text, output: blocks[at + 1].text }];
  });
}

const programs = [...examples(), ...examples(REPOSITORY)];

/** Compiles all TypeScript of the folder strictly, and checks the package's own types too. */
async function compile(name, compilerOptions) {
  const config = {
    compilerOptions: {
      target: "es2022",
      lib: ["es2022", "esnext.disposable"],
      types: ["node"],
      typeRoots: [join(PACKAGE, "node_modules/@types")],
      strict: true,
      exactOptionalPropertyTypes: true,
      ...compilerOptions,
    },
    include: compilerOptions.module === "node16" ? ["*.ts", "*.cts"] : ["*.ts"],
  };
  const path = join(place, `${name}.json`);
  writeFileSync(path, JSON.stringify(config));
  await run(process.execPath, [tsc, "--project", path]).catch((error) => assert.fail(error.stdout));
}

before(async () => {
  const npm = (...line) => run("npm", [...line, "--loglevel=error"], { cwd: place });
  await run(process.execPath, [join(PACKAGE, "platform.js"), BINARY, join(place, "platform")]);
  for (const folder of [PACKAGE, join(place, "platform")]) {
    await npm("pack", folder, "--ignore-scripts", "--pack-destination", place);
  }
  const tarballs = readdirSync(place).filter((name) => name.endsWith(".tgz"));
  writeFileSync(join(place, "package.json"), '{ "name": "a-user", "type": "module" }');
  await npm("install", ...tarballs.map((name) => `./${name}`), "--offline", "--ignore-scripts", "--no-audit", "--no-fund");
  for (const { name, language, text } of programs) {
    writeFileSync(join(place, language === "ts" ? `${name}.ts` : `${name}.cjs`), text);
  }
  writeFileSync(
    join(place, "required.cts"),
    `import keepstone = require("keepstone");
     import { ArtifactStore, type Artifact } from "keepstone/artifact-store";
     async function main(): Promise<void> {
       const client = new keepstone.Keepstone({ root: "required" });
       const { artifactId } = await client.publishArtifact({ artifactType: "t", content: { encoding: "json", data: [1] } });
       const store = new ArtifactStore("required/manifest.sqlite", "required/artifacts");
       const artifact: Artifact = await store.getArtifact(artifactId);
       const gone: unknown = await client.getArtifact({ artifactId: "gone" }).catch((error: unknown) => error);
       console.log(artifact.rowCount, gone instanceof keepstone.NotFoundError);
     }
     void main();`,
  );
  const [, table] = readFileSync(join(REPOSITORY, "README.md"), "utf8").match(/^\$ cat rain\.csv\n(.*?)^\$/ms);
  mkdirSync(join(place, "first"));
  writeFileSync(join(place, "first/rain.csv"), table);
  copyFileSync(join(PACKAGE, "tests/port.ts"), join(place, "port.ts"));
  // What the types must refuse, in the way in which TypeScript says it.
  writeFileSync(
    join(place, "refused.ts"),
    `import { Keepstone, type Artifact } from "keepstone";
     import type { Artifact as PortArtifact } from "keepstone/artifact-store";
     export async function refused(client: Keepstone, artifact: Artifact, port: PortArtifact): Promise<void> {
       // @ts-expect-error: it is required
       await client.getArtifact({});
       // @ts-expect-error: there is no such parameter
       await client.getArtifact({ artifactId: "a", typo: 1 });
       // @ts-expect-error: a status is one of three words
       await client.listArtifacts({ filter: { status: "gone" } });
       // @ts-expect-error: it may be null
       const rows: number = artifact.rowCount;
       const portRows: number = port.rowCount;
       // @ts-expect-error: it may be absent
       const time: string = port.minTs;
       await client.listArtifacts({ filter: { limit: undefined, tags: null } });
     }`,
  );
  await compile("node16", { module: "node16", outDir: "out" });
});

test("the READMEs have examples", () => assert.ok(programs.length >= 6));

for (const { name, language, text, output } of programs) {
  test(`README: ${text.split("\n").find((line) => !line.startsWith("import") && line !== "")}`, async () => {
    const file = language === "ts" ? `out/${name}.js` : `${name}.cjs`;
    const cwd = join(place, name.startsWith("first") ? "first" : ".");
    const { stdout, stderr } = await run(process.execPath, [join(place, file)], { cwd, env });
    assert.equal(stdout, output);
    assert.equal(stderr, "");
  });
}

test("require finds the CommonJS build and its types", async () => {
  const { stdout } = await run(process.execPath, [join(place, "out/required.cjs")], { cwd: place });
  assert.equal(stdout, "0 true\n");
});

test("bundlers find the types too", () => compile("bundler", { module: "esnext", moduleResolution: "bundler", noEmit: true }));

test("the package holds what it needs and nothing else", () => {
  const installed = join(place, "node_modules/keepstone");
  assert.deepEqual(readdirSync(installed).sort(), ["README.md", "bin", "dist", "package.json"]);
  assert.deepEqual(readdirSync(join(installed, "dist")).sort(), ["LICENSE-APACHE", "LICENSE-MIT", "cjs", "esm", "schemas"]);
  const { dependencies, version } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.equal(dependencies, undefined);
  assert.match(readFileSync(join(REPOSITORY, "Cargo.toml"), "utf8"), new RegExp(`^version = "${version}"$`, "m"));
});

test("validating without ajv says what to do, with ajv it works from either build", async () => {
  const script = (build) => `
    const { Keepstone } = ${build};
    try {
      const client = new Keepstone({ root: "validated", validate: true });
      await client.healthCheck();
      console.log("valid");
    } catch (error) {
      console.log(error.name, error.message);
    }`;
  writeFileSync(join(place, "esm.mjs"), script('await import("keepstone")'));
  writeFileSync(join(place, "cjs.cjs"), `(async () => {${script('require("keepstone")')}})();`);
  const both = () => Promise.all(["esm.mjs", "cjs.cjs"].map((file) => run(process.execPath, [join(place, file)], { cwd: place })));
  const without = "ValidationError the option `validate` needs the package ajv: npm install ajv\n";
  assert.deepEqual((await both()).map(({ stdout }) => stdout), [without, without]);
  // As if installed; its own dependencies are found beside the real place.
  symlinkSync(join(PACKAGE, "node_modules/ajv"), join(place, "node_modules/ajv"));
  assert.deepEqual((await both()).map(({ stdout }) => stdout), ["valid\n", "valid\n"]);
});

test("npx keepstone is the binary", async () => {
  const npx = (...line) => run("npx", ["--no-install", "keepstone", ...line], { cwd: place, env });
  assert.match((await npx("--version")).stdout, /^keepstone \d+\.\d+\.\d+\n$/);
  await assert.rejects(npx("no-such-command"), { code: 64 });
});

test("the launcher hands on input, exit codes and signals, and says when there is no binary", async () => {
  const launcher = join(place, "node_modules/keepstone/bin/keepstone.js");
  const start = (line, env = process.env) => spawn(process.execPath, [launcher, ...line], { cwd: place, env });
  const end = (child) => new Promise((resolve) => child.on("close", (code, signal) => resolve([code, signal])));
  const text = (stream) => {
    let all = "";
    stream.setEncoding("utf8").on("data", (piece) => (all += piece));
    return () => all;
  };

  const piped = start(["serve", "--root", "piped"]);
  const replies = text(piped.stdout);
  piped.stdin.end('{"jsonrpc":"2.0","id":1,"method":"health_check"}\n');
  assert.deepEqual(await end(piped), [0, null]);
  assert.equal(JSON.parse(replies()).result.available, false);

  const serving = start(["serve", "--root", "piped"]);
  serving.stdin.write('{"jsonrpc":"2.0","id":1,"method":"health_check"}\n');
  await new Promise((resolve) => serving.stdout.once("data", resolve));
  serving.kill("SIGTERM");
  assert.deepEqual(await end(serving), [143, null]);

  // PATH holds the launcher itself, under the binary's name.
  const bin = join(place, "launcher-on-path");
  mkdirSync(bin);
  symlinkSync(launcher, join(bin, "keepstone"));
  rmSync(join(place, "node_modules/@keepstone"), { recursive: true });
  const lost = start(["--version"], { PATH: bin });
  const said = text(lost.stderr);
  assert.deepEqual(await end(lost), [1, null]);
  assert.match(said(), /^error: can't find the keepstone binary: .*is a script, not the binary; it is not on PATH/);
  const found = start(["--version"], { PATH: bin, KEEPSTONE_BINARY: BINARY });
  assert.deepEqual(await end(found), [0, null]);
});
