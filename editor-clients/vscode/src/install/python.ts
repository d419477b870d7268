// Finding a Python to make the private environment with.

import { join } from "node:path";

export const MINIMUM = [3, 11] as const;

const NAMES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
const WINDOWS_NAMES = ["py.exe", "python3.exe", "python.exe"];

/** What an interpreter says of itself; run with `-I -c`. */
export const PROBE = [
  "import importlib.util, json, sys",
  "missing = [name for name in ('venv', 'ensurepip') if importlib.util.find_spec(name) is None]",
  "print(json.dumps({'executable': sys.executable, 'version': sys.version_info[:3], 'missing': missing}))",
].join("\n");

export interface Interpreter {
  readonly executable: string;
  readonly version: readonly [number, number, number];
  /** Modules of the standard library that an environment needs; Debian packages them apart. */
  readonly missing: readonly string[];
}

/** Paths to try, best first. */
export function candidates(folders: readonly string[], platform: NodeJS.Platform): string[] {
  const names = platform === "win32" ? WINDOWS_NAMES : NAMES;
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

export function parseProbe(output: string): Interpreter | undefined {
  try {
    const { executable, version, missing } = JSON.parse(output) as Interpreter;
    return { executable, version, missing };
  } catch {
    return undefined; // not a Python: Windows' stand-in that opens a shop, a Python 2
  }
}

/** Undefined if it will do. */
export function fault({ version, missing }: Interpreter): string | undefined {
  const [major, minor] = version;
  if (major !== MINIMUM[0] || minor < MINIMUM[1])
    return `it is ${version.join(".")}, Lacuna needs ${MINIMUM.join(".")} or newer`;
  if (missing.length === 0) return undefined;
  const hint = `on Debian and Ubuntu: apt install python${String(major)}.${String(minor)}-venv`;
  return `it lacks ${missing.join(" and ")} (${hint})`;
}

/** The sentence for when none will do. */
export function noneFits(found: readonly Interpreter[]): string {
  const needed = `Lacuna needs Python ${MINIMUM.join(".")} or newer`;
  if (found.length === 0) return `${needed}, and none was found on PATH; folders of the workspace are not searched.`;
  const faults = found.map((interpreter) => `${interpreter.executable}: ${fault(interpreter) ?? "it fits"}`);
  return `${needed}. Found: ${faults.join("; ")}.`;
}
