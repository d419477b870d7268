// One VS Code server with a fresh profile and a fresh workspace, and the packed extension in it.

import { execFileSync, type ChildProcess, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { until } from "./waiting.ts";

const HERE = import.meta.dirname;
const CODE = join(HERE, "node_modules", "code-server", "out", "node", "entry.js");

export interface Wanted {
  /** Files of the workspace by their path; in them @WORKSPACE@ is the workspace's own. */
  readonly files: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of this machine; by default they name a server behind a tap. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  readonly trustsAll?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

const SETTINGS = {
  "lacuna.threshold": 0,
  "lacuna.scope": "line",
  "chat.disableAIFeatures": true,
  "editor.autoClosingBrackets": "never",
  "editor.autoClosingQuotes": "never",
  "editor.minimap.enabled": false,
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "editor.suggestOnTriggerCharacters": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
};

export class Workplace {
  readonly root = mkdtempSync("/tmp/lv-"); // short: names of sockets have a limit
  readonly workspace = join(this.root, "ws");
  readonly profile = join(this.root, "ud");
  readonly storage = join(this.profile, "User", "globalStorage", "lacuna-infill.lacuna");
  readonly wire = join(this.root, "wire");
  #process: ChildProcess | undefined;
  #url = "";

  static async open(wanted: Wanted): Promise<Workplace> {
    const workplace = new Workplace();
    workplace.#lay(wanted);
    await workplace.#start(wanted);
    return workplace;
  }

  get url(): string {
    return `${this.#url}/?folder=${encodeURI(this.workspace)}`;
  }

  /** Ends VS Code with all its processes. */
  async close(): Promise<void> {
    const { pid, exitCode } = this.#process ?? {};
    if (pid !== undefined && exitCode === null) {
      process.kill(-pid);
      await until("VS Code has ended", () => !isRunning(pid));
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 20 });
  }

  #lay({ files, settings, machineSettings }: Wanted): void {
    for (const folder of ["ud/User", "ud/Machine", "home", "tmp", "wire", "ext"]) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.workspace, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text.replaceAll("@WORKSPACE@", this.workspace));
    }
    writeFileSync(join(this.profile, "User", "settings.json"), JSON.stringify({ ...SETTINGS, ...settings }));
    // Its windows are remote ones: what has the scope `machine` counts here only.
    const machine = machineSettings ?? { "lacuna.server.path": this.#tap() };
    writeFileSync(join(this.profile, "Machine", "settings.json"), JSON.stringify(machine));
    cpSync(installed(), join(this.root, "ext"), { recursive: true });
  }

  /** A command like `lacuna` that records the talk. */
  #tap(): string {
    const command = join(this.root, "lacuna");
    const words = [process.execPath, "--no-warnings", join(HERE, "tap.ts"), this.wire, required("LACUNA")];
    writeFileSync(command, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`);
    chmodSync(command, 0o755);
    return command;
  }

  async #start({ trustsAll = true, environment }: Wanted): Promise<void> {
    const port = await freePort();
    this.#url = `http://127.0.0.1:${port}`;
    const flags = ["telemetry", "update-check", "getting-started-override", ...(trustsAll ? ["workspace-trust"] : [])];
    const args = [
      ...["--bind-addr", `127.0.0.1:${port}`, "--auth", "none", "--reconnection-grace-time", "1"],
      ...["--config", join(this.profile, "config.yaml"), "--user-data-dir", this.profile],
      ...["--extensions-dir", join(this.root, "ext"), ...flags.map((flag) => `--disable-${flag}`), this.workspace],
    ];
    const env = { ...surroundings(this.root), ...environment };
    this.#process = spawn(process.execPath, [CODE, ...args], { env, detached: true, stdio: "ignore" });
    await until("VS Code is up", async () => {
      const answer = await fetch(`${this.#url}/healthz`).catch(() => undefined);
      return answer?.ok;
    });
  }
}

let extensions: string | undefined;

/** The folder of extensions after the .vsix was installed as a user installs it; once for a file of tests. */
function installed(): string {
  if (extensions !== undefined) return extensions;
  const root = mkdtempSync("/tmp/lv-ext-");
  extensions = join(root, "ext");
  const folders = ["--user-data-dir", join(root, "ud"), "--extensions-dir", extensions];
  const args = [CODE, "--config", join(root, "config.yaml"), ...folders, "--install-extension", required("VSIX")];
  mkdirSync(join(root, "ud"));
  mkdirSync(join(root, "tmp"));
  execFileSync(process.execPath, args, { env: surroundings(root), stdio: "pipe" });
  process.on("exit", () => {
    rmSync(root, { recursive: true, force: true });
  });
  return extensions;
}

/** No look-up in a gallery, and nothing of the user's own configuration. */
function surroundings(root: string): NodeJS.ProcessEnv {
  const home = join(root, "home");
  const foreign = /^(VSCODE_|XDG_RUNTIME_DIR$)/;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(inherited),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local"),
    TMPDIR: join(root, "tmp"),
  };
}

export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`These tests need ${name}; \`make test-vscode\` sets it.`);
  return value;
}

/** A process that nobody has waited for yet has ended all the same. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === "string") reject(new Error("no port"));
        else resolve(address.port);
      });
    });
  });
}
