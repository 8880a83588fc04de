// node platform.js BINARY FOLDER: makes the package of this platform, which holds the binary, in a new folder.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [binary, folder] = process.argv.slice(2);
const { version, license } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const { platform, arch } = process;

mkdirSync(join(folder, "bin"), { recursive: true });
const described = {
  name: `@keepstone/${platform}-${arch}`,
  version,
  description: `The keepstone binary for ${platform} on ${arch}.`,
  license,
  os: [platform],
  cpu: [arch],
  files: ["bin", "LICENSE-*"],
};
writeFileSync(join(folder, "package.json"), `${JSON.stringify(described, null, 2)}\n`);
const packaged = join(folder, "bin", platform === "win32" ? "keepstone.exe" : "keepstone");
copyFileSync(binary, packaged);
chmodSync(packaged, 0o755);
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(here, "../..", name), join(folder, name));
