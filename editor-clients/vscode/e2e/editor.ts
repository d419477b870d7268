// VS Code as its user has it: a window in Chromium, keys in, and what stands on the screen out.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { type Place } from "./source.ts";
import { PATIENCE, until } from "./waiting.ts";
import { answerAt, messages, type Position, servers, standardLines } from "./wire.ts";
import { required, type Wanted, Workplace } from "./workplace.ts";

const TYPED = 3; // characters typed at a place
const SAVING = 10_000; // milliseconds that a save may take

let browser: Browser | undefined;

async function newPage(): Promise<Page> {
  browser ??= await chromium.launch({
    executablePath: required("CHROMIUM"),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  return page;
}

/** To be called when a file's tests are done. */
export async function closeBrowser(): Promise<void> {
  await browser?.close();
}

export class Editor {
  readonly page: Page;
  readonly place: Workplace;
  #out = "";
  #shots = 0;

  private constructor(page: Page, place: Workplace) {
    this.page = page;
    this.place = place;
  }

  static async launch(wanted: Wanted): Promise<Editor> {
    const place = await Workplace.open(wanted);
    try {
      const editor = new Editor(await newPage(), place);
      await editor.page.goto(place.url);
      await editor.page.waitForSelector(".monaco-workbench");
      return editor;
    } catch (error) {
      await place.close();
      throw error;
    }
  }

  /** Open for one test; whatever becomes of it, a last screenshot and the talk with the server are kept. */
  static async open(test: TestContext, wanted: Wanted): Promise<Editor> {
    const editor = await Editor.launch(wanted);
    editor.#out = join(required("OUT"), test.name.replaceAll(/\W+/g, "-"));
    mkdirSync(editor.#out, { recursive: true });
    test.after(async () => {
      await editor.screenshot("end").catch(() => undefined);
      for (const pid of servers(editor.place.wire)) {
        writeFileSync(join(editor.#out, `wire-${pid}.jsonl`), standardLines(editor.place.wire, pid).join("\n"));
      }
      await editor.close();
    });
    return editor;
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.place.close();
  }

  // --- What a user does

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press("Control+P");
    await this.choose(name);
    await this.page.locator(".tab.active", { hasText: name }).waitFor();
    await this.page.locator(".monaco-editor .view-line").first().waitFor();
  }

  /** Line and column count from 1. */
  async goTo(line: number, column: number): Promise<void> {
    await this.page.keyboard.press("Control+G");
    await this.page.locator(".quick-input-widget input").fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.page.locator(".statusbar-item", { hasText: `Ln ${line}, Col ${column}` }).waitFor();
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 30 });
  }

  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** Type into the quick input after `prefix` and take the first row that says so. */
  async choose(text: string, prefix = ""): Promise<void> {
    await this.page.locator(".quick-input-widget input").fill(prefix + text);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first().click();
  }

  async command(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.choose(title, ">");
  }

  async chooseAction(title: string): Promise<void> {
    await this.press("Control+.");
    const row = this.page.locator(".action-widget .monaco-list-row", { hasText: title });
    await row.waitFor();
    await this.screenshot("actions");
    await row.click();
  }

  /** Type up to this place of a file that has it; the file is laid without what is typed. */
  async typeUpTo(file: string, { before }: Place): Promise<void> {
    await this.openFile(file);
    const { line, character } = endOf(before.slice(0, -TYPED));
    await this.goTo(line + 1, character + 1);
    await this.type(before.slice(-TYPED));
  }

  /** At the first of these places, from an index on, where more than one character is shown: its index and the ghost text. */
  async typeUntilShown(all: readonly Place[], from = 0): Promise<[number, string]> {
    for (const [index, place] of all.entries()) {
      if (index < from) continue;
      const ghost = await this.ghostAt(fileOf(index), place);
      if (ghost.length > 1) return [index, ghost];
    }
    throw new Error(`Nothing is shown at any of ${all.length} places.`);
  }

  /** Type up to a place and see what is shown once the server has answered there; "" if it offers nothing. */
  async ghostAt(file: string, place: Place): Promise<string> {
    const mark = messages(this.place.wire).length;
    await this.typeUpTo(file, place);
    return this.answeredGhost(place, mark);
  }

  /** What is shown for the answer to a request at a place, made since the record had this length. */
  async answeredGhost(place: Place, mark: number): Promise<string> {
    return (await this.answered(place, mark)).length === 0 ? "" : this.shownGhost();
  }

  /** The alternatives that the server answered to it. */
  async answered({ before }: Place, mark: number): Promise<string[]> {
    const answer = await until("the server answers", () => answerAt(this.place.wire, endOf(before), mark));
    const { result } = answer as { result?: { items: { insertText: string }[] } | null };
    return result?.items.map(({ insertText }) => insertText) ?? [];
  }

  /** Point at ghost text until its buttons are there. */
  async hoverOver(ghost: string): Promise<void> {
    await this.page
      .locator(".ghost-text-decoration", { hasText: ghost.slice(0, 3) })
      .first()
      .hover();
    await this.hoverButton("Accept Word").waitFor();
  }

  /** What the hover of ghost text has. */
  hoverButton(title: string): Locator {
    return this.page.locator(".inlineSuggestionsHints").getByRole("button", { name: title });
  }

  /** An edit may come between the key and the look: if there is something to save after a while, the key is pressed again. */
  async save(): Promise<void> {
    const isSaved = async (): Promise<boolean> => (await this.page.locator(".tab.active.dirty").count()) === 0;
    await until("the file is saved", async () => {
      await this.page.keyboard.press("Control+S");
      return until("it is saved", isSaved, SAVING).catch(() => false);
    });
  }

  // --- What a user sees

  /** Its first line stands in the editor's own line, the others in a zone below; blanks are no-break spaces. */
  async ghost(): Promise<string> {
    return this.page.evaluate(() => {
      const all = (css: string): string[] =>
        [...document.querySelectorAll(`:is(.editor-instance, .notebook-editor) .monaco-editor ${css}`)].map(
          (node) => node.textContent,
        );
      const first = all(".ghost-text-decoration").concat(all(".ghost-text-decoration-preview")).join("");
      return [first, ...all(".suggest-preview-text .view-line")].join("\n").replaceAll("\u00a0", " ");
    });
  }

  /** What is shown behind holes while they are filled, a line for each on the screen; they are no part of the text. */
  async drafts(): Promise<string> {
    return this.page.evaluate(() => {
      const spans = [...document.querySelectorAll(".editor-instance .view-line span")];
      const shown = spans
        .map((span) => getComputedStyle(span, "::after").content)
        .filter((text) => text.startsWith('"'));
      return shown.map((text) => JSON.parse(text) as string).join("\n");
    });
  }

  /** Ghost text that stays while one looks twice. */
  async shownGhost(): Promise<string> {
    let last = "";
    return until("ghost text is shown", async () => {
      const now = await this.ghost();
      const isSteady = now === last;
      last = now;
      return isSteady && now;
    });
  }

  async noGhost(): Promise<void> {
    await until("no ghost text is shown", async () => (await this.ghost()) === "");
  }

  /** The item in the status bar with exactly this text. */
  async status(text: string): Promise<Locator> {
    const item = this.page.locator(".statusbar-item", { hasText: new RegExp(`^\\s*${text}\\s*$`) });
    await item.waitFor();
    return item;
  }

  /** What the item says to who cannot see it: all of it. */
  async statusSentences(): Promise<string> {
    const label = this.page.locator(".statusbar-item", { hasText: "Lacuna" }).locator("[aria-label]").first();
    return (await label.getAttribute("aria-label")) ?? "";
  }

  /** The server answers and its model is loaded. */
  async ready(): Promise<void> {
    await until(
      "the model is ready",
      async () => /^Lacuna Ready\. .*\bModel /.test(await this.statusSentences()),
      3 * PATIENCE,
    );
  }

  async onDisk(file: string): Promise<string> {
    await this.save();
    return until("its text is on disk", () => this.read(file)); // VS Code empties a file before it writes it
  }

  /** What was saved so far. */
  read(file: string): string {
    return readFileSync(join(this.place.workspace, file), "utf8");
  }

  async screenshot(name: string): Promise<void> {
    this.#shots += 1;
    await this.page.screenshot({ path: join(this.#out, `${this.#shots}-${name}.png`) });
  }
}

/** The file in which the place with this index is to be filled. */
export function fileOf(index: number): string {
  return `module${index}.py`;
}

/** A file for each place, as it is before one types there. */
export function filesOf(all: readonly Place[]): Record<string, string> {
  return Object.fromEntries(all.map(({ before, after }, index) => [fileOf(index), before.slice(0, -TYPED) + after]));
}

function endOf(text: string): Position {
  const lines = text.split("\n");
  return { line: lines.length - 1, character: (lines.at(-1) ?? "").length };
}
