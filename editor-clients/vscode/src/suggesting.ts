// Commands about grey text: asking for it, other alternatives, taking a part. The work is VS Code's; here is what it leaves out.

import * as vscode from "vscode";
import { type Alternatives, leftOf } from "./alternatives.ts";
import { SILENT } from "./presentation.ts";
import type { Silencer } from "./silencer.ts";

const TOLD = 5000; // milliseconds

/** Ask, and where nothing can come say why. Other extensions are asked too: they may know the language. */
export async function suggest(silencer: Silencer): Promise<void> {
  const silence = silencer.silenceWhenAsked;
  if (silence !== undefined) vscode.window.setStatusBarMessage(`Lacuna: ${SILENT[silence].line}`, TOLD);
  await inlineSuggest("trigger");
}

/** Fill the marker or the selection at the cursor: the code actions that do it, without the menu if it is one. */
export async function fill(): Promise<void> {
  const kind = vscode.CodeActionKind.RefactorRewrite.value;
  await vscode.commands.executeCommand("editor.action.codeAction", { kind, apply: "ifSingle" });
}

export async function turn(alternatives: Alternatives, step: 1 | -1): Promise<void> {
  await inlineSuggest(step === 1 ? "showNext" : "showPrevious");
  alternatives.turn(step);
}

/** VS Code then shows the first alternative again, whichever it was a part of. */
export async function acceptNext(alternatives: Alternatives, part: "Word" | "Line"): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const before = editor?.selection.active;
  const turnedTo = alternatives.turnedTo; // now: VS Code asks again before it is done
  await inlineSuggest(`acceptNext${part}`);
  if (editor === undefined || before === undefined || turnedTo === undefined) return;
  const { document, selection } = editor;
  const taken = document.getText(new vscode.Range(before, selection.active)).replaceAll("\r\n", "\n");
  const left = leftOf(turnedTo, taken);
  if (left === undefined) return;
  alternatives.prefer(document.uri.toString(), document.offsetAt(selection.active), left);
  await inlineSuggest("hide"); // else VS Code keeps the other one first
  await inlineSuggest("trigger");
}

async function inlineSuggest(what: string): Promise<void> {
  await vscode.commands.executeCommand(`editor.action.inlineSuggest.${what}`);
}
