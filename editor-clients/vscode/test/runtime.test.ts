// A scripted `nvidia-smi` is on PATH, or none is.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseExtra, seesGpu } from "../src/install/runtime.ts";
import { SettingError } from "../src/serverCommand.ts";

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "lacuna-runtime-"));
});
after(async () => {
  await rm(folder, { recursive: true });
});

const LISTED = "if [ \"$*\" = -L ]; then echo 'GPU 0: NVIDIA (UUID: GPU-0)'; fi";
const TOOLS = [
  { name: "lists a GPU", script: LISTED, mode: 0o755, isSeen: true },
  { name: "finds none", script: "echo 'No devices were found'; exit 6", mode: 0o755, isSeen: false },
  { name: "finds no driver", script: "echo 'GPU access blocked' >&2; exit 9", mode: 0o755, isSeen: false },
  { name: "is no program", script: LISTED, mode: 0o644, isSeen: false },
];
for (const { name, script, mode, isSeen } of TOOLS) {
  test(`runtime: an nvidia-smi that ${name}`, async () => {
    const path = await mkdtemp(join(folder, "path-"));
    await writeFile(join(path, "nvidia-smi"), `#!/bin/sh\n${script}\n`, { mode });
    assert.equal(await seesGpu([folder, path], "linux", { cwd: folder }), isSeen);
  });
}

test("runtime: without an nvidia-smi there is no GPU", async () => {
  assert.equal(await seesGpu([folder], "linux", { cwd: folder }), false);
});

for (const [set, extra] of [
  ["auto", undefined],
  ["cpu", "cpu"],
  ["cuda", "cuda"],
]) {
  test(`runtime: the setting ${set ?? ""}`, () => {
    assert.equal(parseExtra(set), extra);
  });
}

test("runtime: another value of the setting is said to be wrong", () => {
  assert.throws(() => parseExtra("gpu"), new SettingError("lacuna.server.extra should be auto, cpu or cuda, not gpu."));
});
