// Installing as the user sees it: one consent, progress, and exactly what is missing when it fails.

import { realpath } from "node:fs/promises";
import { delimiter } from "node:path";
import * as vscode from "vscode";
import { run } from "../process.ts";
import { absolute } from "../serverCommand.ts";
import { type Bundle, Environment, findBundle, InstallError, type Progress } from "./environment.ts";
import { isExecutable, searched } from "./folders.ts";
import { candidates, fault, type Interpreter, noneFits, parseProbe, PROBE } from "./python.ts";
import { CHOICES, type Extra, parseExtra, QUESTION, seesGpu } from "./runtime.ts";

const CONSENT = "hasConsentedToInstall";
const DECLINED = "declinedToInstall";

class NoPythonError extends InstallError {}

export class Installer {
  readonly #context: vscode.ExtensionContext;
  readonly #log: vscode.LogOutputChannel;
  readonly #home: string;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel, home: string) {
    this.#context = context;
    this.#log = log;
    this.#home = home;
  }

  /** The private environment's Python, if this version's environment is complete. */
  async installed(): Promise<string | undefined> {
    const environment = await Environment.of(this.#storage, await this.#bundle());
    if (!(await environment.isComplete())) return undefined;
    environment.tidy(Date.now()).catch((error: unknown) => {
      this.#log.warn(`Old environments could not be removed: ${String(error)}`);
    });
    return environment.python;
  }

  /** Whether an environment was installed before: then a new version's is made without another question. */
  get hasConsent(): boolean {
    return this.#context.globalState.get(CONSENT, false);
  }

  /** The question at the first file. True if the user wants it; a no is remembered until the next version. */
  async ask(): Promise<boolean> {
    const version = this.#version;
    if (this.#context.globalState.get(DECLINED) === version) return false;
    const yes = "Install";
    const own = "Use a Server I Have";
    const no = "Not Now";
    const answer = await vscode.window.showInformationMessage(
      "Lacuna needs its server. Install makes a private Python environment in VS Code's storage and fetches some 60 MB of packages from your package index; the model is already inside the extension.",
      yes,
      own,
      no,
    );
    if (answer === own) await vscode.commands.executeCommand("workbench.action.openSettings", "lacuna.server.path");
    if (answer === no) await this.#context.globalState.update(DECLINED, version);
    return answer === yes;
  }

  /** Before an environment that is complete is made anew, the user is asked. True if it may be made. */
  async clear(): Promise<boolean> {
    const environment = await Environment.of(this.#storage, await this.#bundle());
    if (!(await environment.isComplete())) return true;
    const yes = "Install Again";
    const answer = await vscode.window.showInformationMessage("The server is installed already.", yes);
    if (answer !== yes) return false;
    await environment.remove();
    return true;
  }

  /** To be called with the user's consent. Unless the environment is complete then, the user has been told why not. */
  async install(packages: string | undefined): Promise<void> {
    try {
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: "Lacuna", cancellable: true },
        async (notification, token) => {
          const abort = new AbortController();
          token.onCancellationRequested(() => {
            abort.abort();
          });
          await this.#make(packages, {
            signal: abort.signal,
            step: (sentence) => {
              notification.report({ message: `${sentence}…` });
            },
            log: (line) => {
              this.#log.info(line);
            },
          });
        },
      );
      await this.#context.globalState.update(CONSENT, true);
      void vscode.window.showInformationMessage("Lacuna is installed: type in a Python file.");
    } catch (error) {
      if (!(error instanceof Error && error.name === "AbortError")) this.#tell(error, packages);
    }
  }

  /** As VS Code itself does after an install, unless the user wants none of that; it sees only what happens once it is open. */
  async openWalkthrough(): Promise<void> {
    const isWanted = vscode.workspace.getConfiguration("workbench.welcomePage.walkthroughs").get("openOnInstall");
    if (isWanted === false) return;
    await vscode.commands.executeCommand("workbench.action.openWalkthrough", `${this.#context.extension.id}#start`);
  }

  async #make(packages: string | undefined, progress: Progress): Promise<void> {
    await vscode.workspace.fs.createDirectory(this.#context.globalStorageUri);
    progress.step("Looking for Python");
    const { executable } = await this.#python(progress.signal);
    progress.step("Looking for a GPU");
    const bundle = await this.#bundle(this.#extra ?? (await this.#chooseExtra(progress.signal)));
    const environment = await Environment.of(this.#storage, bundle);
    await environment.make(executable, bundle, packages, progress);
  }

  async #python(signal: AbortSignal): Promise<Interpreter> {
    const chosen = vscode.workspace.getConfiguration("lacuna").inspect<string>("python")?.globalValue ?? "";
    const onPath = async (): Promise<string[]> => candidates(await folders(), process.platform);
    const paths = chosen === "" ? await onPath() : [absolute("lacuna.python", chosen, this.#home)];
    const found: Interpreter[] = [];
    for (const path of paths) {
      if (!(await isExecutable(path))) continue;
      const { stdout } = await run(path, ["-I", "-c", PROBE], { cwd: this.#storage, signal });
      signal.throwIfAborted();
      const interpreter = parseProbe(stdout);
      if (interpreter === undefined || found.some(({ executable }) => executable === interpreter.executable)) continue;
      if (fault(interpreter) === undefined) return interpreter;
      found.push(interpreter);
    }
    this.#log.error(`Tried: ${paths.join(", ")}`);
    throw new NoPythonError(noneFits(found));
  }

  /** Where a GPU is seen, the user is asked, once: the answer is a setting. */
  async #chooseExtra(signal: AbortSignal): Promise<Extra> {
    if (!(await seesGpu(await folders(), process.platform, { cwd: this.#storage, signal }))) return "cpu";
    const chosen = await vscode.window.showQuickPick(CHOICES, { title: QUESTION, ignoreFocusOut: true });
    if (chosen === undefined) throw new InstallError("It was not chosen what shall compute.");
    const configuration = vscode.workspace.getConfiguration("lacuna.server");
    await configuration.update("extra", chosen.extra, vscode.ConfigurationTarget.Global);
    return chosen.extra;
  }

  #tell(error: unknown, packages: string | undefined): void {
    this.#log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const sentence = error instanceof Error ? error.message : "The server could not be installed.";
    const retry: [string, () => unknown] = ["Try Again", () => this.#again(packages)];
    const choose: [string, () => unknown] = ["Choose Python…", () => this.#choosePython(packages)];
    const folder: [string, () => unknown] = [
      "Install from a Folder…",
      () => vscode.commands.executeCommand("lacuna.installFromFolder"),
    ];
    const log: [string, () => unknown] = [
      "Show Log",
      () => {
        this.#log.show();
      },
    ];
    const actions = new Map(error instanceof NoPythonError ? [choose, retry, log] : [retry, folder, log]);
    vscode.window.showErrorMessage(`Lacuna is not installed. ${sentence}`, ...actions.keys()).then((answer) => {
      if (answer !== undefined) actions.get(answer)?.();
    }, undefined);
  }

  #again(packages: string | undefined): Thenable<unknown> {
    return vscode.commands.executeCommand("lacuna.install", packages);
  }

  async #choosePython(packages: string | undefined): Promise<void> {
    const [file] = (await vscode.window.showOpenDialog({ title: "Python 3.11 or newer", canSelectMany: false })) ?? [];
    if (file === undefined) return;
    const configuration = vscode.workspace.getConfiguration("lacuna");
    await configuration.update("python", file.fsPath, vscode.ConfigurationTarget.Global);
    await this.#again(packages);
  }

  async #bundle(extra = this.#extra ?? "cpu"): Promise<Bundle> {
    return findBundle(this.#context.asAbsolutePath("server"), extra);
  }

  /** Undefined while it was neither set nor asked for. */
  get #extra(): Extra | undefined {
    return parseExtra(vscode.workspace.getConfiguration("lacuna.server").inspect("extra")?.globalValue ?? "auto");
  }

  get #storage(): string {
    return this.#context.globalStorageUri.fsPath;
  }

  get #version(): string {
    return (this.#context.extension.packageJSON as { version: string }).version;
  }
}

/** In which programs are looked for. Links are followed first: a workspace may be open by another name than the one on PATH. */
async function folders(): Promise<string[]> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  const workspaces = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => real(uri.fsPath));
  const path = (process.env["PATH"] ?? "").split(delimiter).map(real);
  return searched(await Promise.all(path), process.platform, await Promise.all(workspaces));
}
