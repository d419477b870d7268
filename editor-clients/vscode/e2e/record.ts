// record.ts FOLDER: photographs VS Code while someone types and accepts, a frame a key; `gif.py` joins the frames.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { closeBrowser, Editor } from "./editor.ts";

const [folder = ""] = process.argv.slice(2);
const BEFORE = `class Basket:
    def __init__(self, owner):
        self.owner = owner
        self.prices = []

    def add(self, price):
        self.prices.append(price)

    def total(self):
        result = 0
        for price in `;
const AFTER = `:
            result += price
        return result
`;
const TYPED = "for price in ";

mkdirSync(folder, { recursive: true });
let frames = 0;

async function frame(editor: Editor): Promise<void> {
  frames += 1;
  const path = join(folder, `${String(frames).padStart(3, "0")}.png`);
  await editor.page.screenshot({ path, clip: { x: 48, y: 35, width: 780, height: 340 } });
}

const editor = await Editor.launch({ files: { "basket.py": BEFORE.slice(0, -TYPED.length) + AFTER } });
try {
  await editor.openFile("basket.py");
  await editor.press("Control+B"); // no side bar
  await editor.ready();
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
  await editor.press("Tab");
  await editor.noGhost();
  await frame(editor);
} finally {
  await editor.close();
  await closeBrowser();
}
