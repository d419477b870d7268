// The item in the status bar, and the menu behind it.

import * as vscode from "vscode";
import { LANGUAGES } from "./languages.ts";
import type { Asked } from "./asked.ts";
import { present, type Presentation, withoutReason } from "./presentation.ts";
import type { Server } from "./server.ts";
import { lookedAt, type Silencer } from "./silencer.ts";

interface Action extends vscode.QuickPickItem {
  readonly command: string;
}

export class StatusItem implements vscode.Disposable {
  readonly #server: Server;
  readonly #silencer: Silencer;
  readonly #asked: Asked;
  readonly #item = vscode.window.createStatusBarItem("lacuna.status", vscode.StatusBarAlignment.Right, 100);
  readonly #subscriptions: vscode.Disposable;

  constructor(server: Server, silencer: Silencer, asked: Asked) {
    this.#server = server;
    this.#silencer = silencer;
    this.#asked = asked;
    this.#item.name = "Lacuna";
    this.#item.command = "lacuna.menu";
    const show = (): void => {
      this.#show();
    };
    this.#subscriptions = vscode.Disposable.from(
      server.onDidChange(show),
      silencer.onDidChange(show),
      vscode.window.onDidChangeActiveTextEditor(show),
    );
    this.#show();
    this.#item.show();
  }

  async openMenu(): Promise<void> {
    const [first, ...more] = this.#presentation.lines;
    // A sentence a row: together they would be cut off. Whoever picks one wants to know more.
    const said = more.map((line): Action => ({ label: `$(info) ${line}`, command: "lacuna.showLog" }));
    const title = `Lacuna: ${first ?? ""}`;
    const chosen = await vscode.window.showQuickPick([...this.#asks(), ...said, ...this.#actions()], { title });
    if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command);
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#item.dispose();
  }

  get #presentation(): Presentation {
    const { phase } = this.#server;
    const isAboutThis = this.#asked.wasFor(lookedAt()?.uri.toString());
    return present(isAboutThis ? phase : withoutReason(phase), this.#silencer.silence);
  }

  #show(): void {
    const { icon, text, isError, lines } = this.#presentation;
    this.#item.text = `$(${icon}) ${text}`;
    const tooltip = new vscode.MarkdownString();
    for (const line of lines) tooltip.appendText(line).appendMarkdown("\n\n");
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: [text, ...lines].join(" ") };
    this.#item.backgroundColor = isError ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
  }

  *#asks(): Generator<Action> {
    if (this.#server.phase.kind !== "running" || this.#silencer.silenceWhenAsked !== undefined) return;
    yield { label: "$(lightbulb-sparkle) Suggest now", command: "lacuna.suggest" };
    yield { label: "$(wand) Fill the marker or the selection", command: "lacuna.fill" };
  }

  *#actions(): Generator<Action> {
    const { phase } = this.#server;
    if (phase.kind === "absent") {
      yield { label: "$(cloud-download) Install the server", command: "lacuna.install" };
      yield { label: "$(folder) Install from a folder of packages", command: "lacuna.installFromFolder" };
    }
    if (phase.kind === "running") yield* this.#silencers();
    if (phase.kind !== "absent") yield { label: "$(debug-restart) Restart the server", command: "lacuna.restart" };
    yield { label: "$(output) Show the log", command: "lacuna.showLog" };
    if (phase.kind !== "absent") yield { label: "$(pulse) Doctor", command: "lacuna.doctor" };
    yield { label: "$(gear) Settings", command: "lacuna.settings" };
  }

  *#silencers(): Generator<Action> {
    const silence = this.#silencer.silence;
    const language = lookedAt()?.languageId;
    if (silence !== "language off") {
      yield silence === "manual"
        ? { label: "$(sparkle) Complete while typing", command: "lacuna.toggle" }
        : { label: "$(circle-slash) Complete only when asked", command: "lacuna.toggle" };
    }
    if (language !== undefined && LANGUAGES.includes(language)) {
      yield silence === "language off"
        ? { label: `$(sparkle) Turn completions on for ${language}`, command: "lacuna.toggleLanguage" }
        : { label: `$(circle-slash) Turn completions off for ${language}`, command: "lacuna.toggleLanguage" };
    }
    yield this.#silencer.isSnoozed
      ? { label: "$(bell) End the snooze", command: "lacuna.wake" }
      : { label: "$(bell-slash) Snooze", command: "lacuna.snooze" };
  }
}
