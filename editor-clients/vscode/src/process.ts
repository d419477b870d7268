// Running a child to its end, without a shell.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Finished {
  /** Null if it was ended by a signal or could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  /** All lines of both streams, in the order of their arrival. */
  readonly output: string;
}

export interface Running {
  /** Never a workspace: what lies there must not be found before what was meant. */
  readonly cwd: string;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

export async function run(path: string, args: readonly string[], { cwd, signal, onLine }: Running): Promise<Finished> {
  const child = spawn(path, args, { cwd, stdio: ["ignore", "pipe", "pipe"], windowsHide: true, signal });
  const stdout: string[] = [];
  const output: string[] = [];
  createInterface(child.stdout).on("line", (line) => {
    stdout.push(line);
    heard(line);
  });
  createInterface(child.stderr).on("line", heard);
  function heard(line: string): void {
    output.push(line);
    onLine?.(line);
  }
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      heard(error.message);
      resolve(null);
    });
    child.on("close", resolve);
  });
  return { code, stdout: stdout.join("\n"), output: output.join("\n") };
}
