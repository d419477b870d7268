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

/** As on the wire: both from 0, characters in UTF-16. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export const ASK = "textDocument/inlineCompletion";
export const CHANGE = "textDocument/didChange";

/** Of all servers so far, the oldest first. */
export function messages(folder: string): Message[] {
  return servers(folder).flatMap((pid) => lines(folder, pid).map(parse));
}

/** A server's record without requests of our own, and their answers: the specification's checker knows none of them. */
export function standardLines(folder: string, pid: number): string[] {
  const all = lines(folder, pid);
  const isOwn = ({ method, id }: Message): boolean => id !== undefined && method?.startsWith("lacuna/") === true;
  const own = new Set(all.map(parse).flatMap((message) => (isOwn(message) ? [message.id] : [])));
  return all.filter((line) => {
    const message = parse(line);
    return !isOwn(message) && !(message.sender === "server" && message.method === undefined && own.has(message.id));
  });
}

function lines(folder: string, pid: number): string[] {
  const text = readFileSync(join(folder, `wire-${String(pid)}.jsonl`), "utf8");
  return text.split("\n").filter((line) => line.endsWith("}")); // the last one may be half written
}

function parse(line: string): Message {
  const { dir, message } = JSON.parse(line) as { dir: Message["sender"]; message: Omit<Message, "sender"> };
  return { sender: dir, ...message };
}

/** Process numbers. */
export function servers(folder: string): number[] {
  const found = readdirSync(folder).flatMap((name) => {
    const [, pid] = /^wire-(\d+)\.jsonl$/.exec(name) ?? [];
    return pid === undefined ? [] : [Number(pid)];
  });
  return found.toSorted((one, other) => one - other);
}

/** What the server answered to the last completion asked for at a position, of messages from `mark` on; undefined before. */
export function answerAt(folder: string, position: Position, mark: number): Message | undefined {
  const all = messages(folder).slice(mark);
  const asked = all.findLast(({ method, params }) => method === ASK && isAt(params, position));
  if (asked === undefined) return undefined;
  return all.find(({ sender, method, id }) => sender === "server" && method === undefined && id === asked.id);
}

function isAt(params: unknown, { line, character }: Position): boolean {
  const { position } = params as { position: Position };
  return position.line === line && position.character === character;
}
