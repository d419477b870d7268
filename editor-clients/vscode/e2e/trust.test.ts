// Workspaces that mean harm: what they set is not run, trusted or not, and Lacuna works all the same.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { closeBrowser, Editor, fileOf, filesOf } from "./editor.ts";
import { IN_THE_MIDDLE, places } from "./source.ts";

after(closeBrowser);

const MIDDLE = places(IN_THE_MIDDLE);

/** Whatever could be taken for an interpreter, a server or a module of ours leaves a trace when it runs. */
function evil(mark: string): Record<string, string> {
  const touch = `open(${JSON.stringify(mark)}, "w")\n`;
  const settings = {
    "lacuna.server.path": "@WORKSPACE@/evil.sh",
    "lacuna.server.model": "@WORKSPACE@/model",
    "lacuna.python": "@WORKSPACE@/evil.sh",
  };
  return {
    ".vscode/settings.json": JSON.stringify(settings),
    "evil.sh": `#!/bin/sh\ntouch '${mark}'\n`,
    "lacuna/__init__.py": touch,
    "lacuna/cli/__main__.py": touch,
    "lsprotocol.py": touch,
    "numpy.py": touch,
    "sitecustomize.py": touch,
  };
}

for (const trustsAll of [false, true]) {
  test(`trust: nothing of a workspace runs, ${trustsAll ? "trusted" : "not trusted"}`, async (t) => {
    const mark = join(mkdtempSync("/tmp/lv-evil-"), "ran");
    const editor = await Editor.open(t, { files: { ...filesOf(MIDDLE), ...evil(mark) }, trustsAll });
    if (!trustsAll) await editor.page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
    await editor.openFile(fileOf(0));
    await editor.ready();
    const [index, ghost] = await editor.typeUntilShown(MIDDLE);
    await editor.screenshot("ghost");
    await editor.press("Tab");
    await editor.noGhost();
    const { before, after: behind } = MIDDLE[index] ?? assert.fail();
    assert.equal(await editor.onDisk(fileOf(index)), before + ghost + behind);
    assert.ok(!existsSync(mark), "something of the workspace ran");
  });
}
