// When nothing is asked: switched off, only when asked, snoozed, off for a language, an ignored file.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { closeBrowser, Editor, fileOf, filesOf } from "./editor.ts";
import { IN_THE_MIDDLE, type Place, places } from "./source.ts";
import { until } from "./waiting.ts";
import { ASK, CHANGE, messages } from "./wire.ts";

after(closeBrowser);

const MIDDLE = places(IN_THE_MIDDLE);
const FIRST = firstOf(MIDDLE);

function firstOf(all: readonly Place[]): Place {
  const [first] = all;
  assert.ok(first !== undefined);
  return first;
}

/** What the client asked since the record had this length, and that it had typed text to ask about. */
function askedSince(editor: Editor, mark: number): number {
  const since = messages(editor.place.wire).slice(mark);
  assert.ok(since.some(({ method }) => method === CHANGE));
  return since.filter(({ method }) => method === ASK).length;
}

/** Type at the first place while nothing may be asked, then end the silence and see a completion come. */
async function typeInSilence(editor: Editor, endIt: () => Promise<void>): Promise<void> {
  const mark = messages(editor.place.wire).length;
  await editor.typeUpTo(fileOf(0), FIRST);
  await until("the server knows what was typed", () => changesSince(editor, mark) >= 1);
  await editor.screenshot("silent");
  assert.equal(await editor.ghost(), "");
  const asked = askedSince(editor, mark);
  await endIt();
  await editor.typeUntilShown(MIDDLE, 1);
  assert.equal(asked, 0);
}

function lastStatus(editor: Editor): unknown {
  return messages(editor.place.wire).findLast(({ method }) => method === "lacuna/status")?.params;
}

function changesSince(editor: Editor, mark: number): number {
  return messages(editor.place.wire)
    .slice(mark)
    .filter(({ method }) => method === CHANGE).length;
}

const TOGGLE = "Lacuna: Turn Completions While Typing On or Off";

test("silence: completions while typing are toggled off and on", async (t) => {
  const editor = await Editor.open(t, { files: filesOf(MIDDLE) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  await editor.command(TOGGLE);
  await editor.status("Lacuna: manual");
  await typeInSilence(editor, async () => {
    await editor.command(TOGGLE);
    await editor.ready();
  });
});

test("silence: toggling takes away what is on the screen", async (t) => {
  const editor = await Editor.open(t, { files: filesOf(MIDDLE) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  await editor.typeUntilShown(MIDDLE);
  await editor.command(TOGGLE);
  await editor.status("Lacuna: manual");
  await editor.noGhost();
});

test("silence: a snooze ends when the user says so", async (t) => {
  const editor = await Editor.open(t, { files: filesOf(MIDDLE) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  await editor.command("Lacuna: Snooze");
  await editor.choose("5 minutes");
  await editor.status("Lacuna: snoozed");
  await typeInSilence(editor, async () => {
    await editor.command("Lacuna: End the Snooze");
    await editor.ready();
  });
});

const ASKING = {
  "by its key": (editor: Editor) => editor.press("Alt+\\"),
  "in the menu": async (editor: Editor) => {
    await (await editor.status("Lacuna: manual")).click();
    await editor.choose("Suggest now");
  },
};
for (const [how, ask] of Object.entries(ASKING)) {
  test(`silence: only when asked ${how}, and then it comes`, async (t) => {
    const editor = await Editor.open(t, { files: filesOf(MIDDLE), settings: { "lacuna.enabled": false } });
    await editor.openFile(fileOf(0));
    await editor.status("Lacuna: manual");
    for (const [index, place] of MIDDLE.entries()) {
      const mark = messages(editor.place.wire).length;
      await editor.typeUpTo(fileOf(index), place);
      await until("the server knows what was typed", () => changesSince(editor, mark) >= 1);
      assert.equal(askedSince(editor, mark), 0);
      await ask(editor);
      if ((await editor.answeredGhost(place, mark)) !== "") return;
    }
    assert.fail("asking shows nothing at any place");
  });
}

test("silence: off for a language", async (t) => {
  const editor = await Editor.open(t, { files: filesOf(MIDDLE) });
  await editor.openFile(fileOf(0));
  await editor.ready();
  await editor.command("Lacuna: Turn Completions On or Off for This Language");
  await editor.status("Lacuna: off");
  const written = readFileSync(join(editor.place.profile, "User", "settings.json"), "utf8");
  assert.deepEqual((JSON.parse(written) as Record<string, unknown>)["lacuna.languages"], { python: false });
  await typeInSilence(editor, async () => {
    await editor.command("Lacuna: Turn Completions On or Off for This Language");
    await editor.ready();
  });
});

test("silence: in another language it says that Python is the only one, also when asked", async (t) => {
  const files = { "app.ts": "const one = ;\n", ...filesOf([FIRST]) };
  const editor = await Editor.open(t, { files });
  await editor.openFile(fileOf(0));
  await editor.ready();
  const mark = messages(editor.place.wire).length;
  await editor.openFile("app.ts");
  await editor.status("Lacuna: Python only");
  await editor.goTo(1, 13);
  await editor.press("Alt+\\");
  await editor.page.locator(".statusbar-item", { hasText: "Python only: nothing is offered in this file." }).waitFor();
  await editor.screenshot("typescript");
  assert.ok(!(await editor.statusSentences()).includes("Nothing was shown"));
  const asked = messages(editor.place.wire).slice(mark);
  assert.deepEqual(
    asked.filter(({ method }) => method === ASK),
    [],
  );
  await editor.openFile(fileOf(0));
  await editor.status("Lacuna");
});

for (const name of [".env", "secret/module0.py"]) {
  test(`silence: nothing is offered in ${name}`, async (t) => {
    const { before, after: behind } = FIRST;
    const editor = await Editor.open(t, {
      files: { [name]: before.slice(0, -3) + behind },
      settings: { "files.associations": { ".env": "python" }, "lacuna.exclude": ["secret/"] },
    });
    await editor.typeUpTo(name.split("/").at(-1) ?? name, FIRST);
    await editor.ready();
    await editor.press("Alt+\\");
    assert.equal(await editor.answeredGhost(FIRST, 0), "");
    assert.equal(await editor.ghost(), "");
    await until("the reason is known", () => JSON.stringify(lastStatus(editor)).includes('"reason":"ignored"'));
    await until("it is said", async () => (await editor.statusSentences()).includes("Nothing was shown last time: "));
    await editor.screenshot("ignored");
  });
}
