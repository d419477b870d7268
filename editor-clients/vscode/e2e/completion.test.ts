// Ghost text in a real VS Code: shown, accepted in whole and in part, left; the file on disk is what was on the screen.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closeBrowser, Editor, fileOf, filesOf } from "./editor.ts";
import { AFTER_A_WORD, ALIKE, AT_THE_END, IN_THE_MIDDLE, type Place, places, SOURCE } from "./source.ts";
import { until } from "./waiting.ts";
import { messages } from "./wire.ts";

after(closeBrowser);

const MIDDLE = places(IN_THE_MIDDLE);
const END = places(AT_THE_END);

function at(all: readonly Place[], index: number): Place {
  const place = all[index];
  assert.ok(place !== undefined);
  return place;
}

for (const [where, all] of [
  ["a line's middle", MIDDLE],
  ["a line's end", END],
] as const) {
  test(`completion in ${where} is accepted as it was shown`, async (t) => {
    const editor = await Editor.open(t, { files: filesOf(all) });
    await editor.openFile(fileOf(0));
    await editor.ready();
    const [index, ghost] = await editor.typeUntilShown(all);
    const { before, after: behind } = at(all, index);
    await editor.screenshot("ghost");
    await editor.press("Tab");
    await editor.noGhost();
    await editor.screenshot("accepted");
    assert.equal(await editor.onDisk(fileOf(index)), before + ghost + behind);
  });
}

test("completion in a file with CRLF keeps the line ends", async (t) => {
  const all = MIDDLE.map(({ before, after: behind }) => ({ before: crlf(before), after: crlf(behind) }));
  const editor = await Editor.open(t, { files: filesOf(all) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  const [index, ghost] = await editor.typeUntilShown(all);
  const { before, after: behind } = at(all, index);
  await editor.press("Tab");
  await editor.noGhost();
  assert.equal(await editor.onDisk(fileOf(index)), before + crlf(ghost) + behind);
});

test("completion inside brackets that the editor closed itself", async (t) => {
  const all = MIDDLE.map(({ before, after: behind }) => ({ before, after: behind.slice(1) })); // without the `)`
  const editor = await Editor.open(t, {
    files: filesOf(all),
    settings: { "editor.autoClosingBrackets": "always" },
  });
  await editor.openFile(fileOf(0));
  await editor.ready();
  const [index, ghost] = await editor.typeUntilShown(all);
  const { before, after: behind } = at(all, index);
  await editor.press("Tab");
  await editor.noGhost();
  assert.equal(await editor.onDisk(fileOf(index)), `${before}${ghost})${behind}`);
});

test("completion is dismissed with Escape", async (t) => {
  const editor = await Editor.open(t, { files: filesOf(MIDDLE) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  const [index] = await editor.typeUntilShown(MIDDLE);
  const { before, after: behind } = at(MIDDLE, index);
  await editor.press("Escape");
  await editor.noGhost();
  assert.equal(await editor.onDisk(fileOf(index)), before + behind);
});

test("completion typed along with is not doubled", async (t) => {
  const editor = await Editor.open(t, { files: filesOf(MIDDLE) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  const [index, ghost] = await editor.typeUntilShown(MIDDLE);
  const { before, after: behind } = at(MIDDLE, index);
  await editor.type(ghost.slice(0, 1));
  await until("the rest is shown", async () => (await editor.ghost()) === ghost.slice(1));
  await editor.press("Tab");
  await editor.noGhost();
  assert.equal(await editor.onDisk(fileOf(index)), before + ghost + behind);
});

test("completion accepted by the word leaves the rest on offer", async (t) => {
  const all = places(AFTER_A_WORD);
  const editor = await Editor.open(t, { files: filesOf(all) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  for (const [index, { before, after: behind }] of all.entries()) {
    const ghost = await editor.ghostAt(fileOf(index), at(all, index));
    if (!/\w\W+\w/.test(ghost)) continue; // not two words
    await editor.press("Control+ArrowRight");
    const rest = await until("a part was accepted", async () => {
      const now = await editor.ghost();
      return now !== "" && now !== ghost && ghost.endsWith(now) && now;
    });
    const taken = ghost.slice(0, -rest.length);
    assert.equal(await editor.onDisk(fileOf(index)), before + taken + behind);
    return;
  }
  assert.fail("no place has two words to offer");
});

test("completion of one line is accepted by the key for lines", async (t) => {
  const editor = await Editor.open(t, { files: filesOf(END) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  const [index, ghost] = await editor.typeUntilShown(END);
  const { before, after: behind } = at(END, index);
  await editor.press("Control+ArrowDown");
  await editor.noGhost();
  assert.equal(await editor.onDisk(fileOf(index)), before + ghost + behind);
});

test("completion has alternatives, and the one that is shown is accepted", async (t) => {
  const editor = await Editor.open(t, { files: filesOf(END) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  for (const [index, { before, after: behind }] of END.entries()) {
    const first = await editor.ghostAt(fileOf(index), at(END, index));
    if (first === "") continue;
    const mark = messages(editor.place.wire).length;
    await editor.press("Alt+]");
    if ((await editor.answered(at(END, index), mark)).length < 2) continue;
    const next = await until("another one is shown", async () => {
      const now = await editor.ghost();
      return now !== first && now;
    });
    await editor.screenshot("alternative");
    await editor.press("Tab");
    await editor.noGhost();
    assert.equal(await editor.onDisk(fileOf(index)), before + next + behind);
    return;
  }
  assert.fail("no place has two answers");
});

test("completion turned and accepted by the word, with the buttons of its hover, keeps the alternative", async (t) => {
  const editor = await Editor.open(t, { files: filesOf(ALIKE) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  for (const [index, { before, after: behind }] of ALIKE.entries()) {
    const kept = await editor.ghostAt(fileOf(index), at(ALIKE, index));
    if (kept === "") continue;
    const mark = messages(editor.place.wire).length;
    await editor.hoverOver(kept); // asks for others, too
    const texts = await editor.answered(at(ALIKE, index), mark);
    // VS Code has the one that it showed first. Both may follow what is accepted: it cannot tell them apart.
    const others = texts.filter((text) => text !== kept);
    const next = others.find((text) => firstWord(text) !== undefined && firstWord(text) === firstWord(kept));
    if (next === undefined) continue;
    for (const turned of others.slice(0, others.indexOf(next) + 1)) {
      await editor.hoverButton("Next").click();
      await until("another is shown", async () => (await editor.ghost()) === turned);
    }
    await editor.screenshot("alternative");
    await editor.hoverButton("Accept Word").click();
    const rest = next.slice((firstWord(next) ?? "").length);
    await until("its first word is accepted", async () => (await editor.ghost()) === rest);
    await editor.screenshot("rest");
    await editor.press("Tab");
    await editor.noGhost();
    assert.equal(await editor.onDisk(fileOf(index)), before + next + behind);
    return;
  }
  assert.fail("no place has two answers that begin with the same word");
});

test("completion in a file of 5,000 lines", async (t) => {
  const copies = Math.ceil(5000 / SOURCE.split("\n").length);
  const long = Array.from({ length: copies }, () => SOURCE).join("\n");
  const half = Math.floor(long.length / 2);
  const all = places(IN_THE_MIDDLE, long.slice(half)).map(({ before, after: behind }) => ({
    before: long.slice(0, half) + before,
    after: behind,
  }));
  const editor = await Editor.open(t, { files: filesOf(all) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  const [index, ghost] = await editor.typeUntilShown(all);
  const { before, after: behind } = at(all, index);
  await editor.screenshot("ghost");
  await editor.press("Tab");
  await editor.noGhost();
  assert.equal(await editor.onDisk(fileOf(index)), before + ghost + behind);
});

function crlf(text: string): string {
  return text.replaceAll("\n", "\r\n");
}

/** With something behind it. */
function firstWord(text: string): string | undefined {
  return /^\w+(?=\W)/.exec(text)?.[0];
}
