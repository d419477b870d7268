// Bundles the extension into dist/extension.js, the licences of all that went in into dist/notices.txt, and README.md without
// its pictures into dist/README.md.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  conditions: ["node"],
  mainFields: ["main"],
  minify: true,
  keepNames: true,
  metafile: true,
  logLevel: "warning",
});

const folders = Object.keys(metafile.inputs).map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
const notices = [...new Set(folders)]
  .filter((folder) => folder !== undefined)
  .map((folder) => {
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new Error(`${folder} has no licence file.`);
    const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  });
writeFileSync("dist/notices.txt", notices.join(`\n${"-".repeat(80)}\n\n`));

// In an extension's README VS Code shows no picture but from the web.
writeFileSync("dist/README.md", readFileSync("README.md", "utf8").replaceAll(/^!\[.*\n\n/gm, ""));
