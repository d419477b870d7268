// tap.ts FOLDER COMMAND ARGUMENT...: runs a language server and records what it and its client say, a message a line, in
// FOLDER/wire-PID.jsonl, PID being the server's. What passes through is not changed.

import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

const [folder = "", command = "", ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
const record = join(folder, `wire-${server.pid ?? 0}.jsonl`);

function pass(from: Readable, to: Writable, sender: "client" | "server"): void {
  let rest = Buffer.alloc(0);
  from.on("data", (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const end = rest.indexOf("\r\n\r\n");
      const [, length] = /Content-Length: (\d+)/i.exec(rest.subarray(0, Math.max(end, 0)).toString()) ?? [];
      if (length === undefined || rest.length < end + 4 + Number(length)) break;
      const message: unknown = JSON.parse(rest.subarray(end + 4, end + 4 + Number(length)).toString());
      appendFileSync(record, `${JSON.stringify({ dir: sender, message })}\n`); // before it is passed on: in order
      rest = rest.subarray(end + 4 + Number(length));
    }
    to.write(data);
  });
  from.on("end", () => to.end());
  to.on("error", () => undefined); // the other side has gone; its own end is what counts
}

pass(process.stdin, server.stdin, "client");
pass(server.stdout, process.stdout, "server");
server.on("close", (code, signal) => {
  process.exit(signal === null ? (code ?? 1) : 1);
});
