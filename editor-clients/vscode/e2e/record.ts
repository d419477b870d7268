// record.ts FOLDER: photographs VS Code while someone types, asks and accepts, a frame a key, its menu, and drafts; `gif.py`
// joins the frames in FOLDER/frames.

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AFTER, BEFORE } from "../src/exampleText.ts";
import { closeBrowser, Editor } from "./editor.ts";
import { until } from "./waiting.ts";
import { servers } from "./wire.ts";

const [folder = ""] = process.argv.slice(2);
const TYPED = "with open(";
const FILE = "reading.py";
const TEXT = { x: 48, y: 35, width: 720, height: 330 };
const LEDGER = "ledger.py";
const SETTINGS = { "lacuna.threshold": 0.3, "lacuna.scope": "block" }; // the defaults
const MORE = Array.from({ length: 20 }, (_, index) => `\n\ndef part_${index}(ledger):\n    ...\n`).join(""); // below the picture: time to take it
const DRAFTS = { x: 48, y: 300, width: 720, height: 323 };
const MENU = { x: 330, y: 0, width: 620, height: 350 };

mkdirSync(join(folder, "frames"), { recursive: true });
let frames = 0;

async function frame(editor: Editor): Promise<void> {
  frames += 1;
  const path = join(folder, "frames", `${String(frames).padStart(3, "0")}.png`);
  await editor.page.screenshot({ path, clip: TEXT });
}

async function typing(): Promise<void> {
  const editor = await Editor.launch({
    files: { [FILE]: BEFORE.slice(0, -TYPED.length) + AFTER },
    settings: SETTINGS,
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
  }
}

/** All holes of a file are filled, until the second gets its text; then the server stands still. */
async function filling(): Promise<void> {
  const editor = await Editor.launch({
    files: { [LEDGER]: readFileSync("../../docs/demo/ledger.py", "utf8") + MORE },
    settings: { ...SETTINGS, "lacuna.threshold": 0 },
  });
  try {
    await editor.openFile(LEDGER);
    await editor.press("Control+B");
    await editor.ready();
    await editor.goTo(12, 1);
    await editor.press("Control+.");
    await editor.page.locator(".action-widget .monaco-list-row", { hasText: "holes of this file" }).click();
    await until("a second hole has a draft", async () => /\w.*\n.*\w/.test(await editor.drafts()));
    for (const server of servers(editor.place.wire)) process.kill(server, "SIGSTOP");
    await editor.page.screenshot({ path: join(folder, "drafts.png"), clip: DRAFTS });
  } finally {
    for (const server of servers(editor.place.wire)) process.kill(server, "SIGCONT");
    await editor.close();
  }
}

try {
  await typing();
  await filling();
} finally {
  await closeBrowser();
}
