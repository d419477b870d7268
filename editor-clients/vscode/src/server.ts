// The server's life: which command starts it, the client that talks to it, what it last said.

import { homedir } from "node:os";
import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient/node";
import { FILLS } from "./fillRequest.ts";
import { mismatch } from "./handshake.ts";
import { Installer } from "./install/installer.ts";
import { LANGUAGES } from "./languages.ts";
import type { Middleware } from "./middleware.ts";
import type { Phase } from "./presentation.ts";
import { type MachineSettings, ownCommand, privateCommand, type ServerCommand, SettingError } from "./serverCommand.ts";
import { parseStatus, type ServerStatus, STATUS_NOTIFICATION } from "./status.ts";

const MISMATCH_TOLD = "toldOfMismatch";

export class Server implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;
  readonly #middleware: Middleware;
  readonly #installer: Installer;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #client: LanguageClient | undefined;
  #phase: Phase = { kind: "starting" };
  #status: ServerStatus | undefined;
  #isAsking = false;
  /** Starts and stops follow one another; none overtakes. */
  #turn: Promise<void> = Promise.resolve();

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, middleware: Middleware) {
    this.#context = context;
    this.#log = log;
    this.#middleware = middleware;
    this.#installer = new Installer(context, log, homedir());
  }

  /** Undefined while none is there to talk to. */
  get client(): LanguageClient | undefined {
    return this.#phase.kind === "running" ? this.#client : undefined;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Start anew with the settings as they are now. Without an environment, the user is asked for one. */
  async restart(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#stop();
      await this.#startIfThere();
    });
    if (this.#phase.kind === "absent") await this.#offerToInstall();
  }

  /** Make the private environment, with the user's consent, and start with the settings as they are then. */
  async install(packages: string | undefined): Promise<void> {
    if (this.#phase.kind === "installing" || !(await this.#installer.clear())) return;
    if (!this.#installer.hasConsent) await this.#installer.openWalkthrough();
    await this.#inTurn(async () => {
      await this.#stop();
      this.#enter({ kind: "installing" });
      await this.#installer.install(packages);
      await this.#startIfThere();
    });
  }

  /** Undefined if there is no server. Throws SettingError. */
  async command(): Promise<ServerCommand | undefined> {
    const settings = machineSettings();
    if (settings.path !== "") return ownCommand(settings, homedir());
    const python = await this.#installer.installed();
    return python === undefined ? undefined : privateCommand(python, settings, homedir());
  }

  /** Where the server and its children run: no workspace's folder. */
  get folder(): string {
    return this.#context.globalStorageUri.fsPath;
  }

  get version(): string {
    return (this.#context.extension.packageJSON as { version: string }).version;
  }

  async dispose(): Promise<void> {
    await this.#inTurn(() => this.#stop());
    this.#changed.dispose();
  }

  async #offerToInstall(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const isWanted = this.#installer.hasConsent || (await this.#installer.ask());
    this.#isAsking = false;
    if (isWanted && this.#phase.kind === "absent") await this.install(undefined);
  }

  async #commandOrReason(): Promise<ServerCommand | undefined> {
    try {
      const command = await this.command();
      if (command === undefined) this.#enter({ kind: "absent" });
      return command;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#enter({ kind: "stopped", why: error.message });
      if (error instanceof SettingError) void vscode.window.showErrorMessage(error.message);
      else this.#log.error(error);
      return undefined;
    }
  }

  async #startIfThere(): Promise<void> {
    const command = await this.#commandOrReason();
    if (command !== undefined) await this.#start(command);
  }

  async #start(command: ServerCommand): Promise<void> {
    this.#enter({ kind: "starting" });
    await vscode.workspace.fs.createDirectory(this.#context.globalStorageUri);
    const client = this.#newClient(command);
    this.#client = client;
    client.onNotification(STATUS_NOTIFICATION, (sent: unknown) => {
      this.#heard(client, sent);
    });
    client.onDidChangeState(({ newState }) => {
      this.#followed(client, newState);
    });
    try {
      await client.start();
    } catch (error) {
      this.#log.error(error instanceof Error ? error : String(error));
      this.#enter({ kind: "stopped", why: `${command.path} did not start; the log says why.` });
      return;
    }
    await this.#shakeHands(client);
  }

  #newClient(command: ServerCommand): LanguageClient {
    const client = new LanguageClient(
      "lacuna",
      "Lacuna",
      {
        command: command.path,
        args: [...command.prefix, "serve", ...command.options],
        options: { cwd: this.folder },
      },
      {
        documentSelector: LANGUAGES.flatMap((language) => [
          { scheme: "file", language },
          { scheme: "untitled", language },
          { notebook: "*", language },
        ]),
        outputChannel: this.#log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        middleware: this.#middleware,
      },
    );
    client.registerFeature(FILLS);
    return client;
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client?.needsStop() !== true) return; // one that failed to start has been ended already
    try {
      await client.dispose();
    } catch (error) {
      this.#log.warn(`The server did not stop as it should: ${String(error)}`); // it is killed two seconds later
    }
  }

  #followed(client: LanguageClient, state: State): void {
    if (client !== this.#client) return;
    if (state === State.Starting) {
      this.#status = undefined;
      this.#enter({ kind: "starting" });
    } else if (state === State.Running) {
      this.#enterRunning(client);
    } else {
      // A server that crashes is restarted, but not one that crashed five times in three minutes.
      this.#enter({ kind: "stopped", why: "The server has stopped; the log says why." });
    }
  }

  #heard(client: LanguageClient, sent: unknown): void {
    if (client !== this.#client) return;
    this.#status = parseStatus(sent);
    if (this.#status === undefined) this.#log.warn("The server sent a status that this version cannot read.");
    if (client.state === State.Running) this.#enterRunning(client); // the first one may come a moment before
  }

  #enterRunning(client: LanguageClient): void {
    const version = client.initializeResult?.serverInfo?.version ?? "of an unknown version";
    this.#enter({ kind: "running", version, status: this.#status });
  }

  async #shakeHands(client: LanguageClient): Promise<void> {
    const sentence = mismatch(this.version, client.initializeResult?.serverInfo);
    if (sentence === undefined || this.#context.globalState.get(MISMATCH_TOLD) === sentence) return;
    this.#log.warn(sentence);
    await this.#context.globalState.update(MISMATCH_TOLD, sentence);
    void vscode.window.showWarningMessage(sentence);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    void vscode.commands.executeCommand("setContext", "lacuna.isRunning", phase.kind === "running");
    this.#changed.fire();
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** From the user's own settings of this machine; even a trusted workspace has no say. */
function machineSettings(): MachineSettings {
  const server = vscode.workspace.getConfiguration("lacuna.server");
  const own = <Value>(name: string, otherwise: Value): Value => server.inspect<Value>(name)?.globalValue ?? otherwise;
  return {
    path: own("path", ""),
    model: own("model", ""),
    provider: own("provider", "auto"),
    threads: own("threads", 0),
  };
}
