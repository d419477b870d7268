// Completions while typing, snoozes and languages, as settings and commands; `silence` decides.

import * as vscode from "vscode";
import { silenceWhenAsked, silenceWhileTyping, type Silence, type Wishes } from "./silence.ts";

const MINUTE = 60_000;
const NAPS = [5, 15, 60];

export class Silencer implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #snoozedUntil: number | undefined;
  #alarm: NodeJS.Timeout | undefined;

  isSilent(document: vscode.TextDocument, isAsked: boolean): boolean {
    const wishes = this.#wishes(document);
    const silence = isAsked
      ? silenceWhenAsked(wishes, document.languageId)
      : silenceWhileTyping(wishes, document.languageId, Date.now());
    return silence !== undefined;
  }

  /** For the document that the user looks at. */
  get silence(): Silence | undefined {
    const document = lookedAt();
    return silenceWhileTyping(this.#wishes(document), document?.languageId, Date.now());
  }

  /** The same for what the user asks for there. */
  get silenceWhenAsked(): Silence | undefined {
    const document = lookedAt();
    return silenceWhenAsked(this.#wishes(document), document?.languageId);
  }

  get isSnoozed(): boolean {
    return this.#snoozedUntil !== undefined;
  }

  async toggle(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    await this.#write("enabled", !this.#wishes(document).enabled, document);
  }

  async toggleLanguage(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined) return;
    const { languages } = this.#wishes(document);
    const isOn = languages[document.languageId] !== false;
    await this.#write("languages", { ...languages, [document.languageId]: !isOn }, document);
  }

  async snooze(): Promise<void> {
    const choices = NAPS.map((minutes) => ({ label: `${minutes} minutes`, minutes }));
    const chosen = await vscode.window.showQuickPick(choices, { title: "Lacuna: Snooze for" });
    if (chosen === undefined) return;
    this.#snoozedUntil = Date.now() + chosen.minutes * MINUTE;
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => {
      this.wake();
    }, chosen.minutes * MINUTE);
    await this.#changedTo();
  }

  wake(): void {
    clearTimeout(this.#alarm);
    this.#snoozedUntil = undefined;
    void this.#changedTo();
  }

  async settingsChanged(): Promise<void> {
    await this.#changedTo();
  }

  dispose(): void {
    clearTimeout(this.#alarm);
    this.#changed.dispose();
  }

  async #changedTo(): Promise<void> {
    await vscode.commands.executeCommand("setContext", "lacuna.isSnoozed", this.isSnoozed);
    // What is on the screen already goes too.
    if (this.silence !== undefined) await vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
    this.#changed.fire();
  }

  #wishes(document: vscode.TextDocument | undefined): Wishes {
    const configuration = vscode.workspace.getConfiguration("lacuna", document);
    return {
      enabled: configuration.get("enabled", true),
      languages: configuration.get("languages", {}),
      snoozedUntil: this.#snoozedUntil,
    };
  }

  /** Where the value comes from now, so that the change is seen: a workspace's setting would hide the user's. */
  async #write(name: string, value: unknown, document: vscode.TextDocument | undefined): Promise<void> {
    const configuration = vscode.workspace.getConfiguration("lacuna", document);
    const set = configuration.inspect(name);
    const target =
      set?.workspaceFolderValue !== undefined
        ? vscode.ConfigurationTarget.WorkspaceFolder
        : set?.workspaceValue !== undefined
          ? vscode.ConfigurationTarget.Workspace
          : vscode.ConfigurationTarget.Global;
    await configuration.update(name, value, target);
  }
}

/** The log, when it has the focus, counts as an editor; nobody writes there. */
export function lookedAt(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.uri.scheme === "output" ? undefined : document;
}
