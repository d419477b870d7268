// Code actions in a real VS Code: a marker is filled at once, code is replaced after the Refactor Preview, or not.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Locator } from "playwright-core";
import { closeBrowser, Editor } from "./editor.ts";
import { until } from "./waiting.ts";
import { messages } from "./wire.ts";

after(closeBrowser);

const FILE = "shop.py";
const LINES = [
  "def total(prices):",
  "    result = 0",
  "    for price in prices:",
  "        result += price",
  "    return result",
  "",
  "",
  "def mean(prices):",
  "    result = total(prices)",
  "    return result / len(prices)",
  "",
];
const SELECTED = { from: 9, to: 10 };
const TITLE = `Replace lines ${SELECTED.from}-${SELECTED.to} with Lacuna`;

/** Select whole lines and choose the action; the preview opens. */
async function preview(editor: Editor): Promise<void> {
  await editor.openFile(FILE);
  await editor.ready();
  await editor.goTo(SELECTED.from, 5);
  for (let line = SELECTED.from; line < SELECTED.to; line += 1) await editor.press("Shift+ArrowDown");
  await editor.press("Shift+End");
  await editor.press("Control+.");
  await editor.page.locator(".action-widget .monaco-list-row", { hasText: TITLE }).waitFor();
  await editor.screenshot("menu");
  await editor.page.locator(".action-widget .monaco-list-row", { hasText: TITLE }).click();
  await changes(editor).first().waitFor();
  await editor.screenshot("preview");
}

/** What the preview lists: the file, and each change in it. */
function changes(editor: Editor): Locator {
  return editor.page.locator(".bulk-edit-panel .monaco-list-row");
}

async function decide(editor: Editor, button: "Apply" | "Discard"): Promise<void> {
  await editor.page.locator(".bulk-edit-panel .monaco-button", { hasText: button }).click();
  await until("the preview is gone", async () => !(await changes(editor).first().isVisible()));
}

/** What the server offered in exchange. */
function offered(editor: Editor): string {
  const resolved = messages(editor.place.wire).findLast(({ result }) =>
    JSON.stringify(result ?? null).includes("documentChanges"),
  );
  const { edit } = resolved?.result as { edit: { documentChanges: { edits: { newText: string }[] }[] } };
  return edit.documentChanges[0]?.edits[0]?.newText ?? assert.fail();
}

test("filling: code is replaced once its preview is applied, and nothing outside the selection", async (t) => {
  const editor = await Editor.open(t, { files: { [FILE]: LINES.join("\n") } });
  await preview(editor);
  await changes(editor).last().locator(".edit-checkbox").click(); // what needs confirmation is not ticked
  await decide(editor, "Apply");
  await editor.screenshot("applied");
  const expected = [...LINES.slice(0, SELECTED.from - 1), `    ${offered(editor)}`, ...LINES.slice(SELECTED.to)];
  assert.equal(await editor.onDisk(FILE), expected.join("\n"));
});

test("filling: a preview that is discarded changes nothing", async (t) => {
  const editor = await Editor.open(t, { files: { [FILE]: LINES.join("\n") } });
  await preview(editor);
  await decide(editor, "Discard");
  assert.equal(await editor.onDisk(FILE), LINES.join("\n"));
});

test("filling: the menu fills a marker at once", async (t) => {
  const text = LINES.join("\n").replace("len(prices)", "<fill>");
  const editor = await Editor.open(t, { files: { [FILE]: text } });
  await editor.openFile(FILE);
  await editor.ready();
  await editor.goTo(10, 22);
  await (await editor.status("Lacuna")).click();
  await editor.choose("Fill the marker or the selection");
  await until("it is filled", async () => !(await editor.onDisk(FILE)).includes("<fill>"));
  const [before = "", behind = ""] = text.split("<fill>");
  const filled = await editor.onDisk(FILE);
  await editor.screenshot("filled");
  assert.ok(filled.startsWith(before) && filled.endsWith(behind), filled);
});
