// The server's life as the user sees it: killed, restarted, missing, of another version, examined.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closeBrowser, Editor, fileOf, filesOf } from "./editor.ts";
import { IN_THE_MIDDLE, places } from "./source.ts";
import { until } from "./waiting.ts";
import { servers } from "./wire.ts";
import { isRunning } from "./workplace.ts";

after(closeBrowser);

const MIDDLE = places(IN_THE_MIDDLE);
const FILES = filesOf(MIDDLE);

/** The next server after those that were there. */
async function another(editor: Editor, before: readonly number[]): Promise<void> {
  await until("another server runs", () => servers(editor.place.wire).length > before.length);
  await editor.ready();
}

test("server: killed, it comes again and completes", async (t) => {
  const editor = await Editor.open(t, { files: FILES });
  await editor.openFile(fileOf(0));
  await editor.ready();
  const before = servers(editor.place.wire);
  assert.equal(before.length, 1);
  process.kill(before[0] ?? 0, "SIGKILL");
  await another(editor, before);
  await editor.typeUntilShown(MIDDLE);
});

test("server: restarted by command, the old one is gone", async (t) => {
  const editor = await Editor.open(t, { files: FILES });
  await editor.openFile(fileOf(0));
  await editor.ready();
  const before = servers(editor.place.wire);
  await editor.command("Lacuna: Restart the Server");
  await another(editor, before);
  await until("the old one has ended", () => before.every((pid) => !isRunning(pid)));
  await editor.typeUntilShown(MIDDLE);
});

test("server: closing VS Code in the middle of a request leaves none", async (t) => {
  const editor = await Editor.open(t, { files: FILES });
  await editor.openFile(fileOf(0));
  await editor.ready();
  await editor.typeUpTo(fileOf(0), MIDDLE[0] ?? assert.fail());
  const running = servers(editor.place.wire);
  await editor.page.close();
  await until("the server has ended", () => running.every((pid) => !isRunning(pid)));
});

test("server: a path that leads nowhere is said, and the menu offers the log", async (t) => {
  const editor = await Editor.open(t, { files: FILES, machineSettings: { "lacuna.server.path": "/nowhere/lacuna" } });
  await editor.openFile(fileOf(0));
  const item = await editor.status("Lacuna: stopped");
  await item.click();
  await editor.page.locator(".quick-input-title", { hasText: "/nowhere/lacuna did not start" }).waitFor();
  await editor.page.locator(".quick-input-list .monaco-list-row", { hasText: "Show the log" }).waitFor();
  await editor.screenshot("menu");
});

test("server: the menu says what runs, and the doctor what is installed", async (t) => {
  const editor = await Editor.open(t, { files: FILES });
  await editor.openFile(fileOf(0));
  await editor.ready();
  await editor.typeUntilShown(MIDDLE);
  await (await editor.status("Lacuna")).click();
  await editor.page
    .locator(".quick-input-list .monaco-list-row", { hasText: /Model \w+ on CPUExecutionProvider/ })
    .waitFor();
  await editor.page
    .locator(".quick-input-list .monaco-list-row", { hasText: /Half of the answers within [\d.]+ ms/ })
    .waitFor();
  await editor.screenshot("menu");
  await editor.choose("Doctor");
  await editor.page.locator(".output-view", { hasText: /The\s+doctor\s+found\s+nothing\s+wrong/ }).waitFor();
  await editor.screenshot("doctor");
});
