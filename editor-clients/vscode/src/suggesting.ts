// Commands about grey text: asking for it, other alternatives, taking a part. The work is VS Code's; here is what it leaves out.

import * as vscode from "vscode";
import { type Alternatives, leftOf } from "./alternatives.ts";
import { SILENT } from "./presentation.ts";
import type { Silencer } from "./silencer.ts";

const TOLD = 5000; // milliseconds
const INLINE_SUGGEST = "editor.action.inlineSuggest";

/** What the command did without us. */
type Original = () => Thenable<unknown>;

/** Ask, and where nothing can come say why. Other extensions are asked too: they may know the language. */
export async function suggest(silencer: Silencer): Promise<void> {
  const silence = silencer.silenceWhenAsked;
  if (silence !== undefined) vscode.window.setStatusBarMessage(`Lacuna: ${SILENT[silence].line}`, TOLD);
  await inlineSuggest("trigger");
}

/** VS Code's commands for alternatives and parts, run by keys and by the buttons of the text's hover: what they do is counted. */
export function counted(alternatives: Alternatives): vscode.Disposable[] {
  const turn = (step: 1 | -1) => async (its: Original) => {
    await its();
    alternatives.turn(step);
  };
  const accept = (its: Original): Promise<void> => acceptNext(alternatives, its);
  return [
    around(`${INLINE_SUGGEST}.showNext`, turn(1)),
    around(`${INLINE_SUGGEST}.showPrevious`, turn(-1)),
    around(`${INLINE_SUGGEST}.acceptNextWord`, accept),
    around(`${INLINE_SUGGEST}.acceptNextLine`, accept),
  ];
}

/** VS Code then shows the first alternative again, whichever it was a part of. */
async function acceptNext(alternatives: Alternatives, its: Original): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const before = editor?.selection.active;
  const turnedTo = alternatives.turnedTo; // now: VS Code asks again before it is done
  await its();
  if (editor === undefined || before === undefined || turnedTo === undefined) return;
  const { document, selection } = editor;
  const taken = document.getText(new vscode.Range(before, selection.active)).replaceAll("\r\n", "\n");
  const left = leftOf(turnedTo, taken);
  if (left === undefined) return;
  alternatives.prefer(document.uri.toString(), document.offsetAt(selection.active), left);
  await inlineSuggest("hide"); // else VS Code keeps the other one first
  await inlineSuggest("trigger");
}

/** A command of VS Code's own with something around it. The newest registration of a name is the one that runs. */
function around(command: string, action: (its: Original) => Promise<void>): vscode.Disposable {
  const register = (): vscode.Disposable => vscode.commands.registerCommand(command, () => action(its));
  let registration = register();
  function its(): Thenable<unknown> {
    // VS Code hears these three in one breath, so that none of its own runs goes uncounted.
    registration.dispose();
    const done = vscode.commands.executeCommand(command);
    registration = register();
    return done;
  }
  return new vscode.Disposable(() => {
    registration.dispose();
  });
}

async function inlineSuggest(what: string): Promise<void> {
  await vscode.commands.executeCommand(`${INLINE_SUGGEST}.${what}`);
}
