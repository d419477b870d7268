// The walkthrough's example: a file with something missing, and the cursor there.

import * as vscode from "vscode";

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

export async function openExample(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "python", content: BEFORE + AFTER });
  const cursor = document.positionAt(BEFORE.length);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(cursor, cursor) });
  await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
}
