// The command that starts the server. All of it comes from machine-scoped settings or the private environment.

import { isAbsolute, join } from "node:path";

export interface ServerCommand {
  readonly path: string;
  /** Before any subcommand of `lacuna`. */
  readonly prefix: readonly string[];
  /** For every subcommand that opens a model. */
  readonly options: readonly string[];
}

export interface MachineSettings {
  readonly path: string;
  readonly model: string;
  readonly provider: string;
  readonly threads: number;
}

export class SettingError extends Error {}

/** `python` is the private environment's. Isolated mode keeps PYTHON* variables and the current folder out. */
export function privateCommand(python: string, settings: MachineSettings, home: string): ServerCommand {
  return { path: python, prefix: ["-I", "-m", "lacuna.cli"], options: modelOptions(settings, home) };
}

export function ownCommand(settings: MachineSettings, home: string): ServerCommand {
  return {
    path: absolute("lacuna.server.path", settings.path, home),
    prefix: [],
    options: modelOptions(settings, home),
  };
}

function modelOptions({ model, provider, threads }: MachineSettings, home: string): string[] {
  return [
    ...(model === "" ? [] : ["--model", absolute("lacuna.server.model", model, home)]),
    ...(provider === "auto" ? [] : ["--provider", provider]),
    ...(threads === 0 ? [] : ["--threads", String(threads)]),
  ];
}

/** Relative paths would be looked for where the user did not mean. */
export function absolute(setting: string, path: string, home: string): string {
  const expanded = path.startsWith("~/") ? join(home, path.slice(2)) : path;
  if (!isAbsolute(expanded)) throw new SettingError(`${setting} should be an absolute path, not ${path}.`);
  return expanded;
}
