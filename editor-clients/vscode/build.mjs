// Bundles the extension into dist/extension.js, the licences of all that went in into dist/notices.txt, the extension's page into
// dist/page.md, as `vsce` takes it into dist/README.md, and the walkthrough's pictures beside.

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

// VS Code shows pictures on an extension's page that are from the web, the version's own, or in the page. `vsce` knows only those
// from the web: where package.json names no repository, it gets a page without, and release/page.py puts in the other.
const { repository, version } = JSON.parse(readFileSync("package.json", "utf8"));
const page = readFileSync("README.md", "utf8");
const picture = /!\[([^\]]+)\]\(\.\.\/\.\.\/docs\/([^)]+)\)\n\n/g;
const fromTheWeb = repository && `![$1](${repository.url.replace(/\.git$/, "")}/raw/v${version}/docs/$2)\n\n`;
const inThePage = (_, words, name) => {
  const bytes = readFileSync(`../../docs/${name}`).toString("base64");
  return `![${words}](data:image/${name.split(".").at(-1)};base64,${bytes})\n\n`;
};
writeFileSync("dist/README.md", page.replaceAll(picture, fromTheWeb ?? ""));
writeFileSync("dist/page.md", page.replaceAll(picture, fromTheWeb ?? inThePage));
for (const name of ["vscode.gif", "vscode-ghost.png"]) copyFileSync(`../../docs/${name}`, `dist/${name}`);
