// From nothing to an accepted completion: consent, the private environment, the walkthrough; and what is said offline.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Locator } from "playwright-core";
import { AFTER, BEFORE } from "../src/exampleText.ts";
import { closeBrowser, Editor } from "./editor.ts";

after(closeBrowser);

const FILES = { "module.py": "def total(prices):\n    return sum(prices)\n" };
const MINUTES = 60_000;

async function consent(editor: Editor): Promise<void> {
  await editor.page.locator(".notification-toast .monaco-button", { hasText: /^Install$/ }).click();
}

function toast(editor: Editor, text: RegExp): Locator {
  return editor.page.locator(".notification-toast", { hasText: text });
}

/** Of the walkthrough. */
function step(editor: Editor, title: string): Locator {
  return editor.page.locator(".getting-started-step", { hasText: title });
}

function ticked(editor: Editor, title: string): Locator {
  return step(editor, title).locator(".codicon-getting-started-step-checked");
}

test("install: one click, then the walkthrough ends with an accepted completion", async (t) => {
  const editor = await Editor.open(t, { files: FILES, machineSettings: {} });
  await editor.openFile("module.py");
  await editor.status("Lacuna: install");
  await editor.screenshot("question");
  assert.ok(!existsSync(join(editor.place.storage, "server")), "nothing is made without consent");
  await consent(editor);
  await editor.status("Lacuna: installing");
  await step(editor, "Install the server").waitFor();
  await toast(editor, /Fetching package \d+ of \d+/).waitFor({ timeout: 3 * MINUTES });
  await editor.screenshot("installing");
  await ticked(editor, "Install the server").waitFor({ timeout: 10 * MINUTES });
  await toast(editor, /Lacuna is installed: type in a Python file\./).waitFor();
  await editor.screenshot("installed");
  assert.equal(readdirSync(join(editor.place.storage, "server")).length, 1);

  await step(editor, "See a completion").click();
  await step(editor, "See a completion").getByText("Open the Example", { exact: true }).click();
  const ghost = await editor.shownGhost();
  await editor.screenshot("example");
  await editor.press("Tab");
  await editor.noGhost();
  const lines = await editor.page.locator(".editor-instance .view-line").allTextContents();
  const line = `${BEFORE.split("\n").at(-1) ?? ""}${ghost}${AFTER.split("\n")[0] ?? ""}`;
  assert.ok(lines.map((text) => text.replaceAll("\u00a0", " ")).includes(line), lines.join("\n"));

  await editor.page.locator(".tab", { hasText: "Welcome" }).click();
  for (const title of ["Install the server", "See a completion", "Accept it"]) await ticked(editor, title).waitFor();
  await editor.screenshot("walkthrough");
});

test("install: begun in the status bar it opens the walkthrough too, asks what shall compute, and can be cancelled", async (t) => {
  const tools = mkdtempSync("/tmp/lv-tools-");
  t.after(() => {
    rmSync(tools, { recursive: true });
  });
  writeFileSync(join(tools, "nvidia-smi"), "#!/bin/sh\necho 'GPU 0: NVIDIA (UUID: GPU-0)'\n", { mode: 0o755 });
  const editor = await Editor.open(t, {
    files: FILES,
    machineSettings: {},
    environment: { PATH: `${tools}:${process.env["PATH"] ?? ""}`, VSCODE_CLI: "1" }, // else PATH is a login shell's
  });
  await editor.openFile("module.py");
  await (await editor.status("Lacuna: install")).click();
  await editor.choose("Install the server");
  await editor.status("Lacuna: installing");
  await step(editor, "Install the server").waitFor();
  await editor.page.locator(".quick-input-title", { hasText: "This machine has an Nvidia GPU." }).waitFor();
  await editor.screenshot("gpu");
  await editor.choose("The GPU");
  await toast(editor, /Fetching package|Making an environment/).waitFor({ timeout: 3 * MINUTES });
  await toast(editor, /Fetching package|Making an environment/)
    .locator(".monaco-button", { hasText: "Cancel" })
    .click();
  await editor.status("Lacuna: install");
  await editor.screenshot("cancelled");
  assert.deepEqual(readdirSync(join(editor.place.storage, "server")), []);
  const kept = readFileSync(join(editor.place.profile, "Machine", "settings.json"), "utf8");
  assert.deepEqual(JSON.parse(kept), { "lacuna.server.extra": "cuda" });
});

test("install: offline, it says what is missing and leaves nothing behind", async (t) => {
  const offline = { PIP_CONFIG_FILE: "/dev/null", PIP_INDEX_URL: "http://127.0.0.1:9/simple", PIP_RETRIES: "1" };
  const editor = await Editor.open(t, {
    files: FILES,
    machineSettings: {},
    environment: { ...offline, PIP_FIND_LINKS: "", PIP_EXTRA_INDEX_URL: "" },
  });
  await editor.openFile("module.py");
  await consent(editor);
  const told = toast(editor, /The package index cannot be reached\./);
  await told.waitFor({ timeout: 3 * MINUTES });
  await editor.screenshot("offline");
  const sentence = (await told.textContent()) ?? "";
  for (const name of ["numpy", "onnxruntime", "tokenizers", "pygls"]) assert.match(sentence, new RegExp(`${name} \\d`));
  await editor.status("Lacuna: install");
  assert.deepEqual(readdirSync(join(editor.place.storage, "server")), []);
});
