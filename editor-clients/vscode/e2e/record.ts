// record.ts FOLDER: photographs VS Code while someone types, asks and accepts, a frame a key, and its menu; `gif.py` joins
// the frames in FOLDER/frames.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AFTER, BEFORE } from "../src/exampleText.ts";
import { closeBrowser, Editor } from "./editor.ts";

const [folder = ""] = process.argv.slice(2);
const TYPED = "with open(";
const FILE = "reading.py";
const TEXT = { x: 48, y: 35, width: 720, height: 330 };
const MENU = { x: 330, y: 0, width: 620, height: 350 };

mkdirSync(join(folder, "frames"), { recursive: true });
let frames = 0;

async function frame(editor: Editor): Promise<void> {
  frames += 1;
  const path = join(folder, "frames", `${String(frames).padStart(3, "0")}.png`);
  await editor.page.screenshot({ path, clip: TEXT });
}

const editor = await Editor.launch({
  files: { [FILE]: BEFORE.slice(0, -TYPED.length) + AFTER },
  settings: { "lacuna.threshold": 0.3, "lacuna.scope": "block" }, // the defaults
});
try {
  await editor.openFile(FILE);
  await editor.press("Control+B"); // no side bar
  await editor.ready();
  await (await editor.status("Lacuna")).click();
  await editor.page.locator(".quick-input-list .monaco-list-row", { hasText: "Snooze" }).waitFor();
  await editor.page.screenshot({ path: join(folder, "menu.png"), clip: MENU, animations: "disabled" });
  await editor.press("Escape");
  const lines = BEFORE.split("\n");
  await editor.goTo(lines.length, (lines.at(-1) ?? "").length + 1 - TYPED.length);
  await frame(editor);
  for (const key of TYPED) {
    await editor.type(key);
    await frame(editor);
  }
  await editor.press("Alt+\\");
  await editor.shownGhost();
  await frame(editor);
  await editor.page.screenshot({ path: join(folder, "ghost.png"), clip: TEXT });
  await editor.press("Tab");
  await editor.noGhost();
  await frame(editor);
} finally {
  await editor.close();
  await closeBrowser();
}
