// The private environment: a folder of its own for each version and extra of the server, complete or not there.

import { createHash } from "node:crypto";
import { access, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { run } from "../process.ts";
import { Count, explain, listed, missingFrom, parsePins } from "./packages.ts";
import type { Extra } from "./runtime.ts";

/** What comes in the .vsix for an extra. */
export interface Bundle {
  readonly version: string;
  readonly wheel: string;
  readonly extra: Extra;
  /** The versions that the server was tested with, `name==version` a line. */
  readonly pins: string;
}

export interface Progress {
  readonly signal: AbortSignal;
  /** A short sentence for the user. */
  readonly step: (sentence: string) => void;
  readonly log: (line: string) => void;
}

/** Its message is for the user. */
export class InstallError extends Error {}

const MARKER = "lacuna-installed.json"; // written last
const STALE_LOCK = 30 * 60_000;
const UNUSED = 14 * 24 * 3_600_000;
const PINS: Record<Extra, string> = { cpu: "requirements.txt", cuda: "requirements-cuda.txt" };
/** `server/` of the extension: the wheel and the pins. */
export async function findBundle(folder: string, extra: Extra): Promise<Bundle> {
  for (const file of await readdir(folder).catch(() => [])) {
    const [, version] = /^lacuna_infill-([^-]+)-.*\.whl$/.exec(file) ?? [];
    if (version !== undefined) return { version, wheel: join(folder, file), extra, pins: join(folder, PINS[extra]) };
  }
  throw new InstallError("This build of the extension has no server inside; `make vsix` makes one that has.");
}

export class Environment {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where this bundle's environment is or will be; another wheel of the same version has another. */
  static async of(storage: string, { version, wheel, extra }: Bundle): Promise<Environment> {
    const hash = createHash("sha256")
      .update(await readFile(wheel))
      .digest("hex");
    return new Environment(join(storage, "server", `${version}-${hash.slice(0, 12)}-${extra}`));
  }

  get python(): string {
    return process.platform === "win32"
      ? join(this.#folder, "Scripts", "python.exe")
      : join(this.#folder, "bin", "python");
  }

  /** False too if the Python that it was made with has gone. */
  async isComplete(): Promise<boolean> {
    try {
      await access(join(this.#folder, MARKER));
      await access(this.python);
      return true;
    } catch {
      return false;
    }
  }

  /** Make it, from the package index that pip is set up with or from `packages`, a folder of wheels. */
  async make(python: string, bundle: Bundle, packages: string | undefined, progress: Progress): Promise<void> {
    await mkdir(join(this.#folder, ".."), { recursive: true });
    await this.#locked(progress, async () => {
      if (await this.isComplete()) return; // another window was faster
      await this.remove();
      try {
        await this.#build(python, bundle, packages, progress);
      } catch (error) {
        await this.remove();
        throw error;
      }
    });
  }

  async #build(python: string, bundle: Bundle, packages: string | undefined, progress: Progress): Promise<void> {
    const pins = parsePins(await readFile(bundle.pins, "utf8"));
    if (packages !== undefined) {
      const missing = missingFrom(await readdir(packages), pins);
      if (missing.length > 0) throw new InstallError(`${packages} lacks ${listed(missing)}.`);
    }

    progress.step("Making an environment");
    const made = await this.#run(python, ["-I", "-m", "venv", this.#folder], progress);
    if (made.code !== 0) throw new InstallError(`${python} cannot make an environment; the log has what it said.`);

    const count = new Count(pins.length + 1);
    const from = packages === undefined ? [] : ["--no-index", "--find-links", packages];
    // Wheels only: building a package from source would run code that nobody looked at.
    const how = ["--only-binary", ":all:", "--constraint", bundle.pins, "--no-input", "--disable-pip-version-check"];
    const pip = [
      "-I",
      "-m",
      "pip",
      "install",
      "--progress-bar",
      "off",
      ...how,
      ...from,
      `${bundle.wheel}[${bundle.extra}]`,
    ];
    const installed = await this.#run(this.python, pip, progress, (line) => count.heard(line));
    if (installed.code !== 0) throw new InstallError(explain(installed.output, pins));

    progress.step("Trying it out");
    const tried = await this.#run(this.python, ["-I", "-m", "lacuna.cli", "--version"], progress);
    if (tried.code !== 0)
      throw new InstallError("The server was installed but does not run; the log has what it said.");
    await writeFile(join(this.#folder, MARKER), JSON.stringify({ version: bundle.version, python }));
  }

  async #run(
    path: string,
    args: readonly string[],
    { signal, step, log }: Progress,
    sentenceFor: (line: string) => string | undefined = () => undefined,
  ): ReturnType<typeof run> {
    log(`> ${[path, ...args].join(" ")}`);
    const onLine = (line: string): void => {
      log(line);
      const sentence = sentenceFor(line);
      if (sentence !== undefined) step(sentence);
    };
    const finished = await run(path, args, { cwd: join(this.#folder, ".."), signal, onLine });
    signal.throwIfAborted();
    return finished;
  }

  /** One window at a time; the others wait for its work. */
  async #locked(progress: Progress, work: () => Promise<void>): Promise<void> {
    const lock = `${this.#folder}.lock`;
    while (!(await take(lock))) {
      progress.step("Another window is installing");
      if (await isStale(lock)) await rm(lock, { force: true });
      else await wait(300, undefined, { signal: progress.signal });
    }
    try {
      await work();
    } finally {
      await rm(lock, { force: true });
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Note that this one is in use, and remove others that no window has used for two weeks. */
  async tidy(now: number): Promise<void> {
    await utimes(join(this.#folder, MARKER), new Date(now), new Date(now));
    const root = join(this.#folder, "..");
    for (const name of await readdir(root)) {
      const folder = join(root, name);
      const used = await stat(join(folder, MARKER)).then(
        ({ mtimeMs }) => mtimeMs,
        () => now, // incomplete: perhaps being made
      );
      if (now - used > UNUSED) await rm(folder, { recursive: true, force: true });
    }
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Whether its owner has died. */
async function isStale(lock: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(lock);
    if (Date.now() - mtimeMs > STALE_LOCK) return true; // its number may be another process's by now
    process.kill(Number(await readFile(lock, "utf8")), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
