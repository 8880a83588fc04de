// A data folder of FlowTime with 200 runs: scanned, searched, related, compared and curated; a rescan keeps every decision.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { REPOSITORY, client, folder } from "./support.js";

const TEMPLATES = join(REPOSITORY, "tests/fixtures/flowtime");

/** Writes the folder as the templates' README says; answers the names of the runs, the oldest first. */
function writeData(data) {
  const write = (template, into, words) => {
    for (const name of readdirSync(join(TEMPLATES, template), { recursive: true })) {
      if (!/\.\w+$/.test(name)) continue;
      let text = readFileSync(join(TEMPLATES, template, name), "utf8");
      for (const [word, value] of Object.entries(words)) {
        text = text.replaceAll(`%${word}%`, value);
      }
      mkdirSync(dirname(join(into, name)), { recursive: true });
      writeFileSync(join(into, name), text);
    }
  };
  const two = (number) => String(number).padStart(2, "0");
  const names = Array.from({ length: 200 }, (_, number) => {
    const stamp = `202509${two(1 + Math.floor(number / 20))}T08${two(number % 20)}00Z`;
    return `run_${stamp}_${number.toString(16).padStart(8, "0")}`;
  });
  names.forEach((name, number) => write("run", join(data, name), { NAME: name, NUMBER: number, MODEL: `m${number % 10}` }));
  for (let number = 0; number < 10; number++) {
    write("model", join(data, "models", `m${number}`), { MODEL: `m${number}` });
  }
  return names;
}

const ids = (artifacts) => artifacts.map(({ artifactId }) => artifactId);

test("two hundred runs are found, held against each other and looked after", async () => {
  const place = folder();
  const names = writeData(join(place, "data"));
  const store = client({ root: join(place, "store") });
  await store.init({ preset: "flowtime" });
  const scanned = await store.scan();
  assert.deepEqual([scanned.found, scanned.registered, scanned.warnings], [210, 210, []]);

  const page = await store.searchArtifacts({ query: "weekend", filter: { types: ["run"], capabilities: ["replay"] }, limit: 60 });
  assert.deepEqual([page.total, ids(page.artifacts)], [200, names.slice(140).reverse()]);
  const ofModel = await store.searchArtifacts({ filter: { params: { "provenance.modelId": "m7" } }, order: "asc" });
  assert.deepEqual(ids(ofModel.artifacts), names.filter((_, number) => number % 10 === 7));
  const related = await store.getRelated({ artifactId: names[42] });
  assert.deepEqual([ids(related.derivedFrom), related.related.length], [["m2"], 19]);
  const compared = await store.compareArtifacts({ left: names[42], right: names[43] });
  assert.equal(compared.verdict, "different");
  assert.deepEqual(compared.files.counts, { added: 0, removed: 0, changed: 4, same: 2 });

  await store.updateArtifact({ artifactId: names[0], title: "Baseline", tags: { baseline: "yes", demo: null } });
  await store.bulkUpdate({ artifactIds: names.slice(1, 11), archived: true });
  await store.bulkDelete({ artifactIds: names.slice(11, 16) });
  await store.pin({ artifactId: names[0], reason: "reported" });
  const before = await store.getArtifacts({ artifactIds: names });
  mkdirSync(join(place, "data", names[0], "aggregates"));
  writeFileSync(join(place, "data", names[0], "aggregates/export.csv"), "time_bin,component_id,measure,value\n");
  const again = await store.scan();
  assert.deepEqual([again.found, again.registered, again.refreshed, again.unchanged], [205, 0, 1, 204]);
  const after = await store.getArtifacts({ artifactIds: names });
  const decided = ({ title, description, tags, archived, pinned, status, createdAt }) => {
    return { title, description, tags, archived, pinned, status, createdAt };
  };
  assert.deepEqual(after.map(decided), before.map(decided));
  assert.deepEqual([after[0].title, after[0].tags, after[0].pinned], ["Baseline", { baseline: "yes", featured: "" }, true]);
  assert.deepEqual(after[0].capabilities, ["replay", "compare", "export"]);
  assert.equal((await store.searchArtifacts({ filter: { types: ["run"] } })).total, 185);
});
