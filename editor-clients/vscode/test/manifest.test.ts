// What package.json promises, held to the sources.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { LANGUAGES } from "../src/languages.ts";
import { SERVER_SETTINGS } from "../src/settings.ts";

interface Property {
  readonly scope: string;
  readonly default: unknown;
  readonly enum?: unknown;
  readonly items?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly additionalProperties?: unknown;
}
interface Step {
  readonly media: { readonly markdown: string };
  readonly description: string;
}
interface Manifest {
  readonly version: string;
  readonly activationEvents: string[];
  readonly enabledApiProposals?: unknown;
  readonly capabilities: { untrustedWorkspaces: { supported: unknown; restrictedConfigurations: string[] } };
  readonly contributes: {
    commands: { command: string }[];
    keybindings: { command: string; key: string; when: string }[];
    configuration: { properties: Record<string, Property> };
    walkthroughs: { steps: Step[] }[];
  };
}

const FOLDER = new URL("../", import.meta.url);
const manifest = JSON.parse(read("package.json")) as Manifest;
const sources = readdirSync(new URL("src/", FOLDER), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => read(`src/${file}`))
  .join("\n");
const { commands, configuration, keybindings, walkthroughs } = manifest.contributes;

function read(path: string): string {
  return readFileSync(new URL(path, FOLDER), "utf8");
}

test("manifest: client and server have one version", () => {
  const [, version] = /^version = "([^"]+)"/m.exec(read("../../pyproject.toml")) ?? [];
  assert.equal(manifest.version, version);
});

test("manifest: only stable API", () => {
  assert.equal(manifest.enabledApiProposals, undefined);
});

test("manifest: the languages wake the extension", () => {
  assert.deepEqual(
    manifest.activationEvents,
    LANGUAGES.map((language) => `onLanguage:${language}`),
  );
});

test("manifest: it works in workspaces that are not trusted", () => {
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, "limited");
});

test("manifest: what names a path, a command or a process is the machine's, and restricted", () => {
  const ofTheMachine = Object.keys(configuration.properties).filter((name) => /^lacuna\.(python$|server\.)/.test(name));
  assert.ok(ofTheMachine.length >= 5);
  for (const name of ofTheMachine) assert.equal(configuration.properties[name]?.scope, "machine", name);
  assert.deepEqual(
    manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.toSorted(),
    ofTheMachine.toSorted(),
  );
});

test("manifest: the server's settings are those of its schema, with the same values and defaults", () => {
  const schema = JSON.parse(read("../../docs/settings.schema.json")) as { properties: Record<string, Property> };
  assert.deepEqual(Object.keys(schema.properties).toSorted(), SERVER_SETTINGS.toSorted());
  for (const [name, expected] of Object.entries(schema.properties)) {
    const property = configuration.properties[`lacuna.${name}`];
    for (const key of ["default", "enum", "items", "minimum", "maximum", "additionalProperties"] as const) {
      assert.deepEqual(property?.[key], expected[key], `${key} of ${name}`);
    }
  }
});

test("manifest: every command is registered, and what the texts link to is a command", () => {
  const registered = new Set([...sources.matchAll(/command\("(\w+)"/g)].map(([, name]) => `lacuna.${name ?? ""}`));
  const ofKeys = keybindings.filter(({ command }) => !command.startsWith("editor.action.")); // those are VS Code's
  for (const { command } of [...commands, ...ofKeys]) assert.ok(registered.has(command), command);
  const linked = walkthroughs.flatMap(({ steps }) =>
    steps.flatMap((step) => [...step.description.matchAll(/command:(lacuna\.\w+)/g)].map(([, name]) => name)),
  );
  assert.ok(linked.length >= 2);
  for (const name of linked)
    assert.ok(
      commands.some(({ command }) => command === name),
      name,
    );
});

test("manifest: the READMEs install the file that is made and tested", () => {
  assert.match(read("../../Makefile"), /^VSIX := dist\/lacuna-\$\(VERSION\)\.vsix$/m);
  for (const page of ["../../README.md", "README.md"])
    assert.ok(read(page).includes(`code --install-extension lacuna-${manifest.version}.vsix`), page);
});

test("manifest: keys are Lacuna's only while it runs and one writes, and README has them all", () => {
  const readme = read("README.md");
  for (const { key, when } of keybindings) {
    assert.match(when, /^editorTextFocus && !editorReadonly .*lacuna\.isRunning$/);
    const shown = key.replace(/\w+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1));
    assert.ok(readme.includes(`\`${shown}\``), shown);
  }
});

test("manifest: the walkthrough has three steps, each with its page", () => {
  const [{ steps } = { steps: [] }] = walkthroughs;
  assert.equal(steps.length, 3);
  for (const { media } of steps) assert.ok(read(media.markdown).length > 0);
});
