// Which ONNX Runtime the private environment gets: the processor's or a GPU's.

import { join } from "node:path";
import { run, type Running } from "../process.ts";
import { SettingError } from "../serverCommand.ts";
import { isExecutable } from "./folders.ts";

/** The server's, as pip knows them. */
export type Extra = "cpu" | "cuda";

export const QUESTION = "This machine has an Nvidia GPU. What shall compute?";
export const CHOICES: readonly { readonly label: string; readonly detail?: string; readonly extra: Extra }[] = [
  { label: "The processor", extra: "cpu" },
  {
    label: "The GPU",
    detail: "A larger download that needs CUDA and cuDNN, and that was not tried on a GPU.",
    extra: "cuda",
  },
];

/** Of the setting `lacuna.server.extra`. Undefined for "auto". */
export function parseExtra(set: unknown): Extra | undefined {
  if (set === "auto") return undefined;
  if (set === "cpu" || set === "cuda") return set;
  throw new SettingError(`lacuna.server.extra should be auto, cpu or cuda, not ${String(set)}.`);
}

/** Whether an `nvidia-smi` in one of these folders lists a GPU. */
export async function seesGpu(folders: readonly string[], platform: NodeJS.Platform, how: Running): Promise<boolean> {
  const name = platform === "win32" ? "nvidia-smi.exe" : "nvidia-smi";
  for (const folder of folders) {
    const path = join(folder, name);
    if (!(await isExecutable(path))) continue;
    const { stdout } = await run(path, ["-L"], how);
    how.signal?.throwIfAborted();
    if (/^GPU /m.test(stdout)) return true;
  }
  return false;
}
