// Where programs are looked for. Never in a workspace.

import { access, constants } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";

/** Where package managers put programs though a graphical session's PATH lacks the folder. */
const USUAL = ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin"];

/** Absolute, the first ones first. Folders that are relative or in a workspace are passed over. */
export function searched(
  path: readonly string[],
  platform: NodeJS.Platform,
  workspaceFolders: readonly string[],
): string[] {
  const folders = [...path, ...(platform === "win32" ? [] : USUAL)].filter(
    (folder) => isAbsolute(folder) && !workspaceFolders.some((workspace) => isWithin(folder, workspace)),
  );
  return [...new Set(folders)];
}

export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
