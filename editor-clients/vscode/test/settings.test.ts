import assert from "node:assert/strict";
import { test } from "node:test";
import { type Configuration, serverSettings } from "../src/settings.ts";

interface Layers {
  global?: unknown;
  workspace?: unknown;
  folder?: unknown;
}

function configured(settings: Record<string, Layers>): Configuration {
  return {
    get: (name) => settings[name]?.folder ?? settings[name]?.workspace ?? settings[name]?.global,
    inspect: (name) => ({
      globalValue: settings[name]?.global,
      workspaceValue: settings[name]?.workspace,
      workspaceFolderValue: settings[name]?.folder,
    }),
  };
}

const CASES = [
  { name: "nothing is said where nobody set anything", settings: {}, sent: {} },
  {
    name: "what is false or zero was set",
    settings: { enabled: { global: false }, threshold: { global: 0 } },
    sent: { enabled: false, threshold: 0 },
  },
  {
    name: "the folder's value holds",
    settings: { threshold: { global: 0.1, workspace: 0.2, folder: 0.3 } },
    sent: { threshold: 0.3 },
  },
  {
    name: "patterns add up, the user's own last",
    settings: { exclude: { global: ["secret/"], workspace: ["!secret/"], folder: ["gen/"] } },
    sent: { exclude: ["gen/", "!secret/", "secret/"] },
  },
  {
    name: "paths, commands and what is the client's own stay here",
    settings: {
      "server.path": { global: "/bin/x" },
      server: { workspace: {} },
      python: { workspace: "./x" },
    },
    sent: {},
  },
];
for (const { name, settings, sent } of CASES) {
  test(`settings: ${name}`, () => {
    assert.deepEqual(serverSettings(configured(settings)), sent);
  });
}
