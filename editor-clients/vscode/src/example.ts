// The walkthrough's example: a file with something missing, and the cursor there.

import * as vscode from "vscode";
import { AFTER, BEFORE } from "./exampleText.ts";

export async function openExample(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "python", content: BEFORE + AFTER });
  const cursor = document.positionAt(BEFORE.length);
  // No preview: that would take the walkthrough's place.
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(cursor, cursor), preview: false });
  await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
}
