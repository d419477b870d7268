// Real environments, from wheels made here: no index is asked.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Bundle, Environment, findBundle, InstallError, type Progress } from "../src/install/environment.ts";
import type { Extra } from "../src/install/runtime.ts";

const RUNS = "print('0.1.0')";
const FAILS = "raise SystemExit(3)";
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "lacuna-environment-"));
});
after(async () => {
  await rm(folder, { recursive: true });
});

function wheel(into: string, ...what: string[]): void {
  execFileSync("python3", ["-I", join(import.meta.dirname, "wheels.py"), into, ...what]);
}

interface Laid {
  readonly bundle: Bundle;
  readonly packages: string;
  readonly storage: string;
}

/** A bundle whose server needs `tiny`, in a version of its own for each extra, and the folder that has it. */
async function bundle(name: string, main: string, extra: Extra = "cpu"): Promise<Laid> {
  const server = join(folder, name, "server");
  const packages = join(folder, name, "packages");
  await mkdir(server, { recursive: true });
  await mkdir(packages);
  wheel(server, "lacuna_infill", "0.1.0", main, "tiny");
  wheel(packages, "tiny", "2.0.0");
  wheel(packages, "tiny", "3.0.0");
  await writeFile(join(server, "requirements.txt"), "tiny==2.0.0\n");
  await writeFile(join(server, "requirements-cuda.txt"), "tiny==3.0.0\n");
  return { bundle: await findBundle(server, extra), packages, storage: join(folder, name, "a storage") };
}

function watched(signal = new AbortController().signal): { progress: Progress; steps: string[]; lines: string[] } {
  const steps: string[] = [];
  const lines: string[] = [];
  const progress = { signal, step: (step: string) => steps.push(step), log: (line: string) => lines.push(line) };
  return { progress, steps, lines };
}

/** Of `tiny` and of the server. */
function versions({ python }: Environment): string {
  const ask = "import importlib.metadata as m; print(m.version('tiny'), m.version('lacuna-infill'))";
  return execFileSync(python, ["-I", "-c", ask], { encoding: "utf8" });
}

/** What is left beside finished environments. */
async function left(storage: string): Promise<string[]> {
  return existsSync(join(storage, "server")) ? readdir(join(storage, "server")) : [];
}

test("environment: two windows install at once, one does the work, with the pinned versions", async () => {
  const { bundle: made, packages, storage } = await bundle("two", RUNS);
  const environment = await Environment.of(storage, made);
  assert.equal(await environment.isComplete(), false);

  const first = watched();
  const second = watched();
  await Promise.all([
    environment.make("python3", made, packages, first.progress),
    (await Environment.of(storage, made)).make("python3", made, packages, second.progress),
  ]);

  assert.equal(await environment.isComplete(), true);
  const steps = [...first.steps, ...second.steps];
  assert.equal(steps.filter((step) => step === "Making an environment").length, 1);
  assert.ok(steps.includes("Another window is installing"));
  assert.ok(steps.includes("Fetching package 2 of 2"), steps.join("\n"));
  assert.equal(versions(environment), "2.0.0 0.1.0\n");
  assert.equal((await left(storage)).length, 1, "no lock is left");

  // Another wheel of the same version is another server.
  wheel(join(folder, "two", "server"), "lacuna_infill", "0.1.0", FAILS);
  assert.equal(await (await Environment.of(storage, made)).isComplete(), false);

  // One that nobody used for long goes when another is in use.
  const old = join(storage, "server", "0.0.9-x");
  await mkdir(old);
  await writeFile(join(old, "lacuna-installed.json"), "{}");
  await environment.tidy(Date.now());
  assert.ok(existsSync(old), "used just now");
  const longAgo = new Date(Date.now() - 15 * 24 * 3_600_000);
  await utimes(join(old, "lacuna-installed.json"), longAgo, longAgo);
  await environment.tidy(Date.now());
  assert.ok(!existsSync(old));
  assert.equal(await environment.isComplete(), true);
});

test("environment: for a GPU it is another one, with the versions pinned for that", async () => {
  const { bundle: made, packages, storage } = await bundle("gpu", RUNS, "cuda");
  const { progress, lines } = watched();
  const environment = await Environment.of(storage, made);
  await environment.make("python3", made, packages, progress);
  assert.ok(
    lines.some((line) => line.endsWith(`${made.wheel}[cuda]`)),
    lines.join("\n"),
  );
  assert.equal(versions(environment), "3.0.0 0.1.0\n");
  assert.equal(await (await Environment.of(storage, { ...made, extra: "cpu" })).isComplete(), false);
});

test("environment: a folder that lacks a package is named with what it lacks", async () => {
  const { bundle: made, packages, storage } = await bundle("lacking", RUNS);
  await rm(join(packages, "tiny-2.0.0-py3-none-any.whl"));
  const environment = await Environment.of(storage, made);
  await assert.rejects(
    environment.make("python3", made, packages, watched().progress),
    (error) => error instanceof InstallError && error.message === `${packages} lacks tiny 2.0.0.`,
  );
  assert.deepEqual(await left(storage), []);
});

test("environment: a server that does not run counts as not installed, and leaves nothing", async () => {
  const { bundle: made, packages, storage } = await bundle("broken", FAILS);
  const environment = await Environment.of(storage, made);
  await assert.rejects(environment.make("python3", made, packages, watched().progress), /does not run/);
  assert.equal(await environment.isComplete(), false);
  assert.deepEqual(await left(storage), []);
});

test("environment: cancelled in the middle, it leaves nothing; a dead window's lock does not hold", async () => {
  const { bundle: made, packages, storage } = await bundle("cancelled", RUNS);
  const environment = await Environment.of(storage, made);
  const gone = execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }).trim();
  await mkdir(join(storage, "server"), { recursive: true });
  const [name] = [environment.python.split("/").at(-3)];
  await writeFile(join(storage, "server", `${name ?? ""}.lock`), gone);

  const abort = new AbortController();
  const { progress } = watched(abort.signal);
  const step = (sentence: string): void => {
    if (sentence === "Making an environment") abort.abort();
  };
  await assert.rejects(environment.make("python3", made, packages, { ...progress, step }), { name: "AbortError" });
  assert.deepEqual(await left(storage), []);
});

test("environment: a build without the wheel says so", async () => {
  await assert.rejects(findBundle(join(folder, "nowhere"), "cpu"), /no server inside.*make vsix/);
});
