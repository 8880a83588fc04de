// validate.mjs FILE: exits 0 when FILE is an OpenRPC document, and 1 with the reason when it is not.
//
// Beyond OpenRPC's meta schema it asks that every reference resolves inside the document and that no two methods share
// a name, which the meta schema can't say. The validator's own way to resolve references never ends on schemas that
// refer to themselves, so it is not used.

import { readFileSync } from "node:fs";
import { validateOpenRPCDocument } from "@open-rpc/schema-utils-js";

const [file] = process.argv.slice(2);
if (file === undefined) fail(64, "usage: validate.mjs FILE");

let document;
try {
  document = JSON.parse(readFileSync(file, "utf8"));
  const verdict = validateOpenRPCDocument(document);
  if (verdict !== true) throw verdict;
} catch (error) {
  fail(1, error.message);
}

for (const { reference, path } of referencesIn(document, "#")) {
  if (!reference.startsWith("#/")) fail(1, `${path} refers outside the document: ${reference}`);
  if (resolve(reference) === undefined) fail(1, `${path} refers to what is not there: ${reference}`);
}

const names = document.methods.map((method) => method.name);
const twice = names.find((name, index) => names.indexOf(name) !== index);
if (twice !== undefined) fail(1, `the method ${twice} stands there twice`);

console.log(`${file}: a valid OpenRPC ${document.openrpc} document with ${names.length} methods`);

function* referencesIn(value, path) {
  if (value === null || typeof value !== "object") return;
  for (const [key, child] of Object.entries(value)) {
    if (key === "$ref" && typeof child === "string") yield { reference: child, path };
    else yield* referencesIn(child, `${path}/${key}`);
  }
}

// What a JSON pointer in a URI fragment leads to.
function resolve(reference) {
  const steps = decodeURIComponent(reference).split("/").slice(1);
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~")).reduce((at, step) => at?.[step], document);
}

function fail(code, reason) {
  console.error(file === undefined ? reason : `${file}: ${reason}`);
  process.exit(code);
}
