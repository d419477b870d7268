// The notification `lacuna/status`: parsed once, where it enters.

export const STATUS_NOTIFICATION = "lacuna/status";

const STATES = ["loading", "ready", "failed", "unloaded"] as const;
const KINDS = ["explicit", "automatic", "background"] as const;
const REASONS = [
  "below-threshold",
  "ignored",
  "no-parse",
  "nothing",
  "complete",
  "known-wrong",
  "conflict",
  "no-replacement",
  "stale",
  "cancelled",
  "loading",
  "warming",
  "out-of-budget",
  "disabled",
  "failed",
] as const;

export type Reason = (typeof REASONS)[number];

/** Milliseconds over the last 100 answers; `parts` are medians. */
export interface Latency {
  readonly median: number;
  readonly p95: number;
  readonly parts: ReadonlyMap<string, number>;
}

export interface ServerStatus {
  readonly state: (typeof STATES)[number];
  /** The kind of what runs now. */
  readonly busy: (typeof KINDS)[number] | null;
  readonly model: string | null;
  readonly provider: string | null;
  /** Other files that give hints; null from a server that does not say. */
  readonly files: number | null;
  readonly latency: Latency | null;
  /** Why the last request showed nothing; null after one that did. */
  readonly reason: Reason | null;
  readonly message: string | null;
}

/** Undefined for what is no status: the server is of another version. */
export function parseStatus(sent: unknown): ServerStatus | undefined {
  if (!isRecord(sent)) return undefined;
  const state = oneOf(STATES, sent["state"]);
  if (state === null) return undefined;
  return {
    state,
    busy: oneOf(KINDS, sent["busy"]),
    model: text(sent["model"]),
    provider: text(sent["provider"]),
    files: count(sent["files"]),
    latency: latency(sent["latency"]),
    reason: oneOf(REASONS, sent["reason"]),
    message: text(sent["message"]),
  };
}

function latency(sent: unknown): Latency | null {
  if (!isRecord(sent)) return null;
  const { median, p95, parts } = sent;
  if (typeof median !== "number" || typeof p95 !== "number") return null;
  const measured = Object.entries(isRecord(parts) ? parts : {}).filter(
    (part): part is [string, number] => typeof part[1] === "number",
  );
  return { median, p95, parts: new Map(measured) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function oneOf<Value extends string>(values: readonly Value[], sent: unknown): Value | null {
  return values.find((value) => value === sent) ?? null;
}

function count(sent: unknown): number | null {
  return typeof sent === "number" && Number.isInteger(sent) && sent >= 0 ? sent : null;
}

function text(sent: unknown): string | null {
  return typeof sent === "string" && sent !== "" ? sent : null;
}
