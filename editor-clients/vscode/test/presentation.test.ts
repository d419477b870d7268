import assert from "node:assert/strict";
import { test } from "node:test";
import { type Phase, present, withoutReason } from "../src/presentation.ts";
import type { ServerStatus } from "../src/status.ts";

const READY: ServerStatus = {
  state: "ready",
  busy: null,
  model: "embedded",
  provider: "CPUExecutionProvider",
  files: null,
  latency: null,
  reason: null,
  message: null,
};

function running(status?: Partial<ServerStatus>): Phase {
  return { kind: "running", version: "1.2.3", status: status && { ...READY, ...status } };
}

const TEXTS = [
  { phase: { kind: "absent" }, silence: undefined, text: "Lacuna: install", icon: "cloud-download" },
  { phase: { kind: "installing" }, silence: undefined, text: "Lacuna: installing", icon: "loading~spin" },
  { phase: { kind: "starting" }, silence: "manual", text: "Lacuna: starting", icon: "loading~spin" },
  { phase: { kind: "stopped", why: "It fell." }, silence: undefined, text: "Lacuna: stopped", icon: "error" },
  { phase: running(), silence: undefined, text: "Lacuna", icon: "sparkle" },
  { phase: running({ state: "loading" }), silence: undefined, text: "Lacuna: loading", icon: "loading~spin" },
  { phase: running({ state: "unloaded" }), silence: undefined, text: "Lacuna", icon: "sparkle" },
  { phase: running({ busy: "automatic" }), silence: undefined, text: "Lacuna", icon: "loading~spin" },
  { phase: running({ busy: "explicit" }), silence: undefined, text: "Lacuna", icon: "loading~spin" },
  { phase: running({ busy: "background" }), silence: undefined, text: "Lacuna", icon: "sparkle" },
  { phase: running({}), silence: "language off", text: "Lacuna: off", icon: "circle-slash" },
  { phase: running({}), silence: "other language", text: "Lacuna: Python only", icon: "circle-slash" },
  { phase: running({}), silence: "snoozed", text: "Lacuna: snoozed", icon: "bell-slash" },
  { phase: running({}), silence: "manual", text: "Lacuna: manual", icon: "circle-slash" },
  { phase: running({ state: "failed" }), silence: "snoozed", text: "Lacuna: failed", icon: "error" },
] as const;

for (const { phase, silence, text, icon } of TEXTS) {
  test(`item: ${JSON.stringify(phase)}, ${silence ?? "not silent"}`, () => {
    const presentation = present(phase, silence);
    assert.equal(presentation.text, text);
    assert.equal(presentation.icon, icon);
    assert.equal(presentation.isError, icon === "error");
    assert.ok(presentation.lines.length > 0);
  });
}

test("item: why nothing was shown, in the server's words or else in ours", () => {
  const told = present(running({ reason: "ignored", message: ".gitignore names this file." }), undefined).lines;
  assert.ok(told.includes("Nothing was shown last time: .gitignore names this file."));
  const untold = present(running({ reason: "no-parse" }), undefined).lines;
  assert.ok(untold.includes("Nothing was shown last time: no answer would parse."));
});

test("item: model, provider, version, files that are known and how long answers take", () => {
  const latency = { median: 38.4, p95: 90.6, parts: new Map([["parse", 3.25], ["steps", 15]]) }; // prettier-ignore
  assert.deepEqual(present(running({ latency, files: 214 }), undefined).lines, [
    "Ready.",
    "Model embedded on CPUExecutionProvider.",
    "Hints from 214 files of the workspace.",
    "Half of the answers within 38 ms (parse 3.3 ms, steps 15 ms), 95 % within 91 ms.",
    "Server 1.2.3.",
  ]);
});

test("item: in another document than the last answer was for, nothing is said of it, though a failure is", () => {
  const told = running({ reason: "no-parse", message: "It does not parse." });
  assert.deepEqual(present(withoutReason(told), undefined), present(running({}), undefined));
  const failed = running({ state: "failed", reason: "failed", message: "The model's folder is gone." });
  assert.equal(withoutReason(failed), failed);
  assert.deepEqual(withoutReason({ kind: "absent" }), { kind: "absent" });
});

test("item: one file is one file", () => {
  assert.ok(present(running({ files: 1 }), undefined).lines.includes("Hints from 1 file of the workspace."));
});

test("item: a failure says the server's sentence first", () => {
  const { lines } = present(running({ state: "failed", message: "The model's folder is gone." }), undefined);
  assert.equal(lines[0], "The model's folder is gone.");
});
