// What is installed and what runs: the client's part, then what `lacuna doctor` says.

import * as vscode from "vscode";
import { run } from "./process.ts";
import type { Server } from "./server.ts";

export async function doctor(server: Server, log: vscode.LogOutputChannel): Promise<void> {
  log.show(true);
  log.info(`VS Code ${vscode.version}, extension ${server.version}, ${process.platform} ${process.arch}`);
  log.info(`Workspace ${vscode.workspace.isTrusted ? "trusted" : "not trusted"}; storage ${server.folder}`);
  log.info(`State: ${server.phase.kind}`);
  const command = await server.command();
  if (command === undefined) {
    log.warn("No server is installed. `Lacuna: Install the Server` makes a private environment.");
    return;
  }
  const args = [...command.prefix, "doctor", ...command.options];
  log.info(`> ${[command.path, ...args].join(" ")}`);
  const onLine = (line: string): void => {
    log.info(line);
  };
  const title = "Lacuna: the doctor is looking";
  const { code } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    run(command.path, args, { cwd: server.folder, onLine }),
  );
  if (code === 0) log.info("The doctor found nothing wrong.");
  else log.error(`lacuna doctor ended with ${code === null ? "no exit code" : `exit code ${code}`}.`);
}
