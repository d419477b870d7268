// What client and server said to each other, as `tap.ts` recorded it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Message {
  readonly sender: "client" | "server";
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

export const ASK = "textDocument/inlineCompletion";
export const CHANGE = "textDocument/didChange";

/** Of all servers so far, the oldest first. */
export function messages(folder: string): Message[] {
  return servers(folder).flatMap((pid) =>
    readFileSync(join(folder, `wire-${String(pid)}.jsonl`), "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}")) // the last one may be half written
      .map((line) => {
        const { dir, message } = JSON.parse(line) as { dir: Message["sender"]; message: Omit<Message, "sender"> };
        return { sender: dir, ...message };
      }),
  );
}

/** Process numbers. */
export function servers(folder: string): number[] {
  const found = readdirSync(folder).flatMap((name) => {
    const [, pid] = /^wire-(\d+)\.jsonl$/.exec(name) ?? [];
    return pid === undefined ? [] : [Number(pid)];
  });
  return found.toSorted((one, other) => one - other);
}

/** The answer to the last request of this method, undefined while there is none. */
export function lastAnswer(folder: string, method: string): Message | undefined {
  const all = messages(folder);
  const asked = all.findLast((message) => message.sender === "client" && message.method === method);
  return all.findLast(
    (message) => message.sender === "server" && message.method === undefined && message.id === asked?.id,
  );
}
