// Bundles the extension into dist/extension.js, the licences of all that went in into dist/notices.txt, README.md with its
// pictures from the web (without, if package.json names no repository) into dist/README.md, and the walkthrough's pictures beside.

import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
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

// On an extension's page VS Code shows no picture but from the web; these are the version's own.
const { repository, version } = JSON.parse(readFileSync("package.json", "utf8"));
const picture = /!\[([^\]]+)\]\(\.\.\/\.\.\/docs\/([^)]+)\)\n\n/g;
const fromTheWeb = repository && `![$1](${repository.url.replace(/\.git$/, "")}/raw/v${version}/docs/$2)\n\n`;
writeFileSync("dist/README.md", readFileSync("README.md", "utf8").replaceAll(picture, fromTheWeb ?? ""));
for (const name of ["vscode.gif", "vscode-ghost.png"]) copyFileSync(`../../docs/${name}`, `dist/${name}`);
