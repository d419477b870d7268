// Code actions in a real VS Code: a marker is filled at once, code is replaced after the Refactor Preview, or not.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Locator } from "playwright-core";
import { closeBrowser, Editor } from "./editor.ts";
import { until } from "./waiting.ts";
import { messages, type Position } from "./wire.ts";

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
  await editor.chooseAction(TITLE);
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

const STUB = ["", "", "def smallest(prices):", "    ..."];
const MARKERS = [
  "",
  "",
  "def count(prices):",
  "    return <fill>",
  "",
  "",
  "def largest(prices):",
  "    return <fill>",
  "",
];

test("filling: all holes of a file have one preview, and each can be left out of it", async (t) => {
  const lines = [...LINES.slice(0, -1), ...STUB, ...MARKERS];
  const editor = await Editor.open(t, { files: { [FILE]: lines.join("\n") } });
  await editor.openFile(FILE);
  await editor.ready();
  await editor.chooseAction("Fill the 3 holes of this file with Lacuna");
  await changes(editor).nth(3).waitFor();
  await editor.screenshot("preview");
  const [, stub, count, largest] = await editor.page.locator(".bulk-edit-panel .edit-checkbox").all();
  for (const box of [stub, count, largest]) await box?.click(); // what needs confirmation is not ticked
  await count?.click();
  await editor.screenshot("left out");
  await decide(editor, "Apply");
  const filled = await editor.onDisk(FILE);
  const [before, behind] = [lines.slice(0, lines.indexOf("    ...")), lines.slice(lines.indexOf("    ...") + 1, -2)];
  assert.ok(filled.startsWith([...before, ""].join("\n")) && filled.includes(behind.join("\n")), filled);
  assert.deepEqual([filled.includes("..."), filled.split("<fill>").length - 1], [false, 1], filled);
});

/** Enough to look at while they are filled. */
const MANY = Array.from({ length: 20 }, (_, index) => [`def part_${index}(prices):`, "    ...", "", ""]).flat();

test("filling: drafts are shown as they settle; a key drops them, another takes the draft", async (t) => {
  const editor = await Editor.open(t, { files: { [FILE]: MANY.join("\n") } });
  await editor.openFile(FILE);
  await editor.ready();
  const action = "Fill the 20 holes of this file with Lacuna";

  await editor.chooseAction(action);
  await until("a draft is shown", async () => /\w/.test(await editor.drafts()));
  await editor.screenshot("draft");
  await editor.press("Escape");
  await until("it is gone", async () => (await editor.drafts()) === "");
  await until("the request is taken back", () => cancelled(editor) === 1);
  assert.equal(await editor.onDisk(FILE), MANY.join("\n"));

  await editor.chooseAction(action);
  await until("a second hole has a draft", async () => /\w.*\n.*\w/.test(await editor.drafts()));
  await editor.press("Tab");
  await until("the request is taken back", () => cancelled(editor) === 2);
  await until("it is gone", async () => (await editor.drafts()) === "");
  await changes(editor).first().waitFor();
  await editor.page.locator(".bulk-edit-panel .edit-checkbox").first().click(); // the file's: all of them
  await editor.screenshot("taken");
  await decide(editor, "Apply");
  const taken = await editor.onDisk(FILE);
  assert.ok(drafted(editor).includes(taken), taken);
});

/** How many requests the client took back. */
function cancelled(editor: Editor): number {
  return messages(editor.place.wire).filter(({ method }) => method === "$/cancelRequest").length;
}

/** What the file becomes by each draft that was sent: the stubs stand in lines of their own. */
function drafted(editor: Editor): string[] {
  const drafts = messages(editor.place.wire).filter(({ method }) => method === "$/progress");
  return drafts.map(({ params }) => {
    const { value } = params as { value: { holes: { range: { start: Position }; slots: (string | null)[] }[] } };
    const lines = [...MANY];
    for (const { range, slots } of value.holes) {
      const text = slots.slice(0, slots.includes(null) ? slots.indexOf(null) : undefined).join("");
      if (text !== "") lines[range.start.line] = `    ${text}`;
    }
    return lines.join("\n");
  });
}
