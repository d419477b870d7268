// A notebook in a real VS Code: its Python cells are completed, from the cells around them; others say why not.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closeBrowser, Editor } from "./editor.ts";
import { until } from "./waiting.ts";
import { ASK, messages } from "./wire.ts";

after(closeBrowser);

const CELLS = [
  { cell_type: "markdown", source: "# Prices", metadata: {} },
  { cell_type: "code", source: "def total(prices):\n    return sum(prices)", metadata: {} },
  { cell_type: "code", source: "{}", metadata: { vscode: { languageId: "json" } } },
  { cell_type: "code", source: "shop = [1, 2, 3]\nprint(total(", metadata: {} },
];
/** Of the cells that one can write in. */
const [IN_JSON, IN_PYTHON] = [1, 2];
const NOTEBOOK = JSON.stringify({
  cells: CELLS.map((cell) => (cell.cell_type === "code" ? { ...cell, execution_count: null, outputs: [] } : cell)),
  metadata: { language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 2,
});

async function open(editor: Editor): Promise<void> {
  await editor.press("Control+P");
  await editor.choose("prices.ipynb");
  await editor.page.locator(".notebook-editor .cell-editor-container .view-line").first().waitFor();
}

/** Write in a cell, from its end on. */
async function write(editor: Editor, cell: number, text: string): Promise<void> {
  await editor.page.locator(".notebook-editor .cell-editor-container .view-lines").nth(cell).click();
  await editor.press("Control+End");
  await editor.type(text);
}

test("notebook: a cell is completed from the cells before it", async (t) => {
  const editor = await Editor.open(t, { files: { "prices.ipynb": NOTEBOOK } });
  await open(editor);
  await write(editor, IN_PYTHON, "s");
  await editor.ready();
  await editor.screenshot("cell");
  await editor.press("Alt+\\");
  const ghost = await editor.shownGhost();
  await editor.screenshot("ghost");
  const asked = messages(editor.place.wire).filter(({ method }) => method === ASK);
  assert.ok(JSON.stringify(asked).includes("vscode-notebook-cell:"));
  await editor.press("Tab");
  await editor.noGhost();
  await editor.press("Control+S");
  const saved = await until("the notebook is saved", () => {
    const text = editor.read("prices.ipynb");
    return text !== NOTEBOOK && text;
  });
  const { cells } = JSON.parse(saved) as { cells: { source: string | string[] }[] };
  assert.deepEqual(
    cells.map(({ source }) => [source].flat().join("")),
    [...CELLS.slice(0, -1).map(({ source }) => source), `${CELLS.at(-1)?.source ?? ""}s${ghost}`],
  );
});

test("notebook: a cell in another language says that Python is the only one", async (t) => {
  const editor = await Editor.open(t, { files: { "prices.ipynb": NOTEBOOK } });
  await open(editor);
  await write(editor, IN_PYTHON, " ");
  await editor.ready();
  await write(editor, IN_JSON, " ");
  await editor.status("Lacuna: Python only");
  await editor.screenshot("json");
});
