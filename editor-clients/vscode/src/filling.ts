// Filling as the user sees it: drafts in grey while they settle, a key that takes them and one that drops them.

import * as vscode from "vscode";
import type { Asked } from "./asked.ts";
import { type Draft, type Hole, shownOf, textOf } from "./draft.ts";
import { requestFill, sentenceOf } from "./fillRequest.ts";
import type { Server } from "./server.ts";

const KEYS = "Lacuna is filling: Tab takes the draft as it stands, Escape drops it";

interface Running {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly cancellation: vscode.CancellationTokenSource;
  /** The keys, in the status bar. */
  readonly told: vscode.Disposable;
  draft: Draft | undefined;
}

export class Filling implements vscode.Disposable {
  readonly #server: Server;
  readonly #asked: Asked;
  readonly #grey = vscode.window.createTextEditorDecorationType({ opacity: "0.4" });
  #running: Running | undefined;

  constructor(server: Server, asked: Asked) {
    this.#server = server;
    this.#asked = asked;
  }

  /** Fill the marker or the selection at the cursor, or all holes about it: the actions that do it, without the menu if it is one. */
  async choose(): Promise<void> {
    const kind = vscode.CodeActionKind.RefactorRewrite.value;
    await vscode.commands.executeCommand("editor.action.codeAction", { kind, apply: "ifSingle" });
  }

  /** Fill what an action of the server's names. */
  async fill(target: unknown): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const client = this.#server.client;
    if (document === undefined || client === undefined) return;
    this.drop();
    this.#asked.note(document.uri.toString());
    const cancellation = new vscode.CancellationTokenSource();
    const told = vscode.window.setStatusBarMessage(KEYS);
    const running: Running = { document, version: document.version, cancellation, told, draft: undefined };
    this.#running = running;
    void vscode.commands.executeCommand("setContext", "lacuna.isFilling", true);
    const show = (draft: Draft): void => {
      if (this.#running === running) this.#show(running, draft);
    };
    try {
      const { edit, message } = await requestFill(client, target, show, cancellation.token);
      if (!this.#end(running)) return;
      await apply(running, edit);
      if (message !== null) void vscode.window.showInformationMessage(message);
    } catch (error) {
      const sentence = sentenceOf(error);
      if (sentence !== undefined) void vscode.window.showWarningMessage(sentence);
    } finally {
      this.#end(running);
    }
  }

  /** Write the draft as it stands. Before there is any, nothing happens. */
  async take(): Promise<void> {
    const running = this.#running;
    if (running?.draft === undefined) return;
    const edit = editOf(running.document.uri, running.draft);
    if (edit.size === 0) return;
    this.drop();
    await apply(running, edit);
  }

  drop(): void {
    const running = this.#running;
    if (running !== undefined && this.#end(running)) running.cancellation.cancel();
  }

  dispose(): void {
    this.drop();
    this.#grey.dispose();
  }

  #show(running: Running, draft: Draft): void {
    if (draft.version !== running.document.version) return;
    running.draft = draft;
    this.#decorate(running, draft.holes.filter(({ slots }) => slots.length > 0).map(decoration));
  }

  /** False if it has ended before. */
  #end(running: Running): boolean {
    if (this.#running !== running) return false;
    this.#running = undefined;
    running.told.dispose();
    void vscode.commands.executeCommand("setContext", "lacuna.isFilling", false);
    this.#decorate(running, []);
    return true;
  }

  #decorate({ document }: Running, decorations: vscode.DecorationOptions[]): void {
    for (const editor of vscode.window.visibleTextEditors)
      if (editor.document === document) editor.setDecorations(this.#grey, decorations);
  }
}

function decoration(hole: Hole): vscode.DecorationOptions {
  const after = {
    contentText: shownOf(hole),
    color: new vscode.ThemeColor("editorGhostText.foreground"),
    margin: "0 1ch",
  };
  return { range: rangeOf(hole), renderOptions: { after } };
}

/** Of several, or if code stands there, VS Code lets the user choose first. */
function editOf(uri: vscode.Uri, { holes }: Draft): vscode.WorkspaceEdit {
  const begun = holes.filter((hole) => textOf(hole) !== "");
  const edit = new vscode.WorkspaceEdit();
  const count = holes.length === 1 ? "the hole" : `${begun.length} of ${holes.length} holes`;
  const label = `Fill ${count} with Lacuna's draft`;
  for (const hole of begun) {
    const needsConfirmation = begun.length > 1 || hole.needsConfirmation;
    edit.replace(uri, rangeOf(hole), textOf(hole), { label, description: "written by a model", needsConfirmation });
  }
  return edit;
}

/** Unless the document has changed meanwhile. */
async function apply({ document, version }: Running, edit: vscode.WorkspaceEdit): Promise<void> {
  if (document.version === version) await vscode.workspace.applyEdit(edit, { isRefactoring: true });
}

function rangeOf({ range: { start, end } }: Hole): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
