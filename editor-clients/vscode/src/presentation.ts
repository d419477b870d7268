// What the status item says, and how, in any state.

import { ONLY } from "./languages.ts";
import type { Silence } from "./silence.ts";
import type { Reason, ServerStatus } from "./status.ts";

/** Where the server stands, as far as this client knows. */
export type Phase =
  | { readonly kind: "absent" }
  | { readonly kind: "installing" }
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly version: string; readonly status: ServerStatus | undefined }
  | { readonly kind: "stopped"; readonly why: string };

export interface Presentation {
  readonly icon: string;
  readonly text: string;
  readonly isError: boolean;
  /** Sentences, the most important one first. */
  readonly lines: readonly string[];
}

/** For when the server does not say it better. */
const REASONS: Record<Reason, string> = {
  "below-threshold": "the answer was less certain than lacuna.threshold demands",
  ignored: "this file is ignored",
  "no-parse": "no answer would parse",
  nothing: "there was nothing to add",
  complete: "nothing was missing at the cursor",
  "known-wrong": "what was found would be wrong",
  conflict: "a conflict is to be resolved first",
  "no-replacement": "what was found may not take the place of what is selected",
  stale: "the document had changed",
  cancelled: "the request was cancelled",
  loading: "the model was still loading",
  warming: "the file was still being read",
  "out-of-budget": "the answer would have come too late",
  disabled: "it is switched off in the settings",
  failed: "the request failed; the log says more",
};

export const SILENT: Record<Silence, { icon: string; text: string; line: string }> = {
  "other language": {
    icon: "circle-slash",
    text: `Lacuna: ${ONLY}`,
    line: `${ONLY}: nothing is offered in this file.`,
  },
  "language off": { icon: "circle-slash", text: "Lacuna: off", line: "Completions are off for this language." },
  snoozed: { icon: "bell-slash", text: "Lacuna: snoozed", line: "Completions are snoozed; ask for one and it comes." },
  manual: { icon: "circle-slash", text: "Lacuna: manual", line: "Completions come only when asked for." },
};

export function present(phase: Phase, silence: Silence | undefined): Presentation {
  switch (phase.kind) {
    case "absent":
      return calm("cloud-download", "Lacuna: install", ["The server is not installed."]);
    case "installing":
      return calm("loading~spin", "Lacuna: installing", ["The server is being installed."]);
    case "starting":
      return calm("loading~spin", "Lacuna: starting", ["The server is starting."]);
    case "stopped":
      return { icon: "error", text: "Lacuna: stopped", isError: true, lines: [phase.why] };
    case "running":
      return running(phase.version, phase.status, silence);
  }
}

/** The phase without what was said of the last answer: that was about another document. */
export function withoutReason(phase: Phase): Phase {
  if (phase.kind !== "running" || phase.status === undefined || phase.status.state === "failed") return phase;
  return { ...phase, status: { ...phase.status, reason: null, message: null } };
}

function running(version: string, status: ServerStatus | undefined, silence: Silence | undefined): Presentation {
  if (status?.state === "failed") {
    const why = status.message ?? "The model cannot run; the log says why.";
    return { icon: "error", text: "Lacuna: failed", isError: true, lines: [why, `Server ${version}.`] };
  }
  const details = status === undefined ? [] : [...described(status)];
  if (silence !== undefined) {
    const { icon, text, line } = SILENT[silence];
    return calm(icon, text, [line, ...details, `Server ${version}.`]);
  }
  if (status?.state === "loading") {
    return calm("loading~spin", "Lacuna: loading", ["The model is loading.", ...details, `Server ${version}.`]);
  }
  const isAtWork = status?.busy === "explicit" || status?.busy === "automatic";
  return calm(isAtWork ? "loading~spin" : "sparkle", "Lacuna", ["Ready.", ...details, `Server ${version}.`]);
}

function* described(status: ServerStatus): Generator<string> {
  if (status.state === "unloaded") yield "The model left memory after idleness; the next request loads it.";
  if (status.model !== null) yield `Model ${status.model}${status.provider === null ? "" : ` on ${status.provider}`}.`;
  if (status.files !== null && status.files > 0)
    yield `Hints from ${status.files} ${status.files === 1 ? "file" : "files"} of the workspace.`;
  if (status.busy === "background") yield "Reading the file ahead.";
  if (status.latency !== null) {
    const { median, p95, parts } = status.latency;
    const shares = [...parts].map(([part, time]) => `${part} ${milliseconds(time)}`).join(", ");
    const breakdown = shares === "" ? "" : ` (${shares})`;
    yield `Half of the answers within ${milliseconds(median)}${breakdown}, 95 % within ${milliseconds(p95)}.`;
  }
  if (status.reason !== null) {
    yield `Nothing was shown last time: ${status.message ?? `${REASONS[status.reason]}.`}`;
  } else if (status.message !== null) {
    yield status.message;
  }
}

function calm(icon: string, text: string, lines: readonly string[]): Presentation {
  return { icon, text, isError: false, lines };
}

function milliseconds(time: number): string {
  return `${time < 10 ? time.toFixed(1) : time.toFixed(0)} ms`;
}
