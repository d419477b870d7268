// From nothing to an accepted completion: consent, the private environment, the walkthrough; and what is said offline.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { closeBrowser, Editor } from "./editor.ts";
import { until } from "./waiting.ts";

after(closeBrowser);

const FILES = { "module.py": "def total(prices):\n    return sum(prices)\n" };
const MINUTES = 60_000;

test("install: one click, then the walkthrough ends with an accepted completion", async (t) => {
  const editor = await Editor.open(t, { files: FILES, machineSettings: {} });
  await editor.openFile("module.py");
  await editor.status("Lacuna: install");
  await editor.screenshot("question");
  assert.ok(!existsSync(join(editor.place.storage, "server")), "nothing is made without consent");
  await editor.page.locator(".notification-toast .monaco-button", { hasText: /^Install$/ }).click();
  await editor.status("Lacuna: installing");
  await editor.screenshot("installing");
  await until(
    "the server runs",
    async () => (await editor.statusSentences()).startsWith("Lacuna Ready."),
    10 * MINUTES,
  );
  assert.equal(readdirSync(join(editor.place.storage, "server")).length, 1);

  await editor.command("Lacuna: Open the Example");
  const ghost = await editor.shownGhost();
  await editor.screenshot("example");
  await editor.press("Tab");
  await editor.noGhost();
  const line = editor.page.locator(".editor-instance .view-line", { hasText: "for" }).filter({ hasText: "price" });
  assert.ok((await line.first().textContent())?.replaceAll("\u00a0", " ").includes(`in ${ghost.split("\n")[0] ?? ""}`));

  await editor.command("Welcome: Open Walkthrough...");
  await editor.choose("Start with Lacuna");
  await editor.page.locator(".getting-started-step", { hasText: "Accept it" }).waitFor();
  await until(
    "all three steps are done",
    async () =>
      (await editor.page
        .locator(
          ".getting-started-step .codicon-getting-started-step-checked, .getting-started-step .codicon-pass-filled",
        )
        .count()) >= 3,
  );
  await editor.screenshot("walkthrough");
});

test("install: offline, it says what is missing and leaves nothing behind", async (t) => {
  const offline = { PIP_CONFIG_FILE: "/dev/null", PIP_INDEX_URL: "http://127.0.0.1:9/simple", PIP_RETRIES: "0" };
  const editor = await Editor.open(t, {
    files: FILES,
    machineSettings: {},
    environment: { ...offline, PIP_FIND_LINKS: "", PIP_EXTRA_INDEX_URL: "" },
  });
  await editor.openFile("module.py");
  await editor.page.locator(".notification-toast .monaco-button", { hasText: /^Install$/ }).click();
  const told = editor.page.locator(".notification-toast", { hasText: /(packages are needed|in these versions): / });
  await told.waitFor({ timeout: 3 * MINUTES });
  await editor.screenshot("offline");
  const sentence = (await told.textContent()) ?? "";
  for (const name of ["numpy", "onnxruntime", "tokenizers", "pygls"]) assert.match(sentence, new RegExp(`${name} \\d`));
  await editor.status("Lacuna: install");
  assert.deepEqual(readdirSync(join(editor.place.storage, "server")), []);
});
