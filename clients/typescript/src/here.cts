// What depends on where this package lies. CommonJS, because both builds can read that and only it can tell.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The file of another package, as it is found from here. */
export function resolve(specifier: string): string {
  return require.resolve(specifier);
}

/** The published schemas by their name: `get_artifact.result`, `error`. */
export function schemas(): Map<string, object> {
  const folder = join(__dirname, "../schemas");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return new Map(
    names.map((name) => [name.slice(0, -".json".length), JSON.parse(readFileSync(join(folder, name), "utf8"))]),
  );
}

/** Another package, as it is loaded from here. */
export function load(specifier: string): unknown {
  return require(specifier);
}
