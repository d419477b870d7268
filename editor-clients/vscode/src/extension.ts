// Where VS Code begins: parts are made here and commands find them.

import * as vscode from "vscode";
import { Alternatives } from "./alternatives.ts";
import { Asked } from "./asked.ts";
import { doctor } from "./doctor.ts";
import { openExample } from "./example.ts";
import { Filling } from "./filling.ts";
import { acceptedCommand, middleware } from "./middleware.ts";
import { Server } from "./server.ts";
import { Silencer } from "./silencer.ts";
import { StatusItem } from "./statusItem.ts";
import { counted, suggest } from "./suggesting.ts";

/** A change below it needs another process. */
const PROCESS_SETTING = "lacuna.server";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Lacuna", { log: true });
  const silencer = new Silencer();
  const asked = new Asked();
  const alternatives = new Alternatives();
  const started = new Server(context, log, middleware(silencer, asked, alternatives));
  const filling = new Filling(started, asked);
  const statusItem = new StatusItem(started, silencer, asked);
  server = started;

  const command = (name: string, action: (argument: unknown) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`lacuna.${name}`, action);
  context.subscriptions.push(
    log,
    silencer,
    filling,
    statusItem,
    acceptedCommand(),
    ...counted(alternatives),
    command("menu", () => statusItem.openMenu()),
    command("suggest", () => suggest(silencer)),
    command("fill", (target) => (target === undefined ? filling.choose() : filling.fill(target))),
    command("takeDraft", () => filling.take()),
    command("dropDraft", () => {
      filling.drop();
    }),
    command("toggle", () => silencer.toggle()),
    command("toggleLanguage", () => silencer.toggleLanguage()),
    command("snooze", () => silencer.snooze()),
    command("wake", () => {
      silencer.wake();
    }),
    command("install", (folder) => started.install(typeof folder === "string" ? folder : undefined)),
    command("installFromFolder", () => installFromFolder(started)),
    command("restart", () => started.restart()),
    command("showLog", () => {
      log.show();
    }),
    command("doctor", () => doctor(started, log)),
    command("settings", () => vscode.commands.executeCommand("workbench.action.openSettings", "lacuna.")),
    command("openExample", openExample),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (!change.affectsConfiguration("lacuna")) return;
      await silencer.settingsChanged();
      const isDue = change.affectsConfiguration(PROCESS_SETTING) && started.phase.kind !== "installing"; // that ends so
      if (isDue) await started.restart();
    }),
  );
  // Not awaited: it may ask the user, and commands must be there meanwhile.
  started.restart().catch((error: unknown) => {
    log.error(error instanceof Error ? error : String(error));
  });
}

export async function deactivate(): Promise<void> {
  await server?.dispose();
}

async function installFromFolder(into: Server): Promise<void> {
  const title = "Folder with the server's packages (wheels)";
  const [folder] = (await vscode.window.showOpenDialog({ title, canSelectFolders: true, canSelectFiles: false })) ?? [];
  if (folder !== undefined) await into.install(folder.fsPath);
}
