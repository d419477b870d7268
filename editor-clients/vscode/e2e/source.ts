// A file of the standard library, and places in it where something can be filled.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const FIND = "import textwrap; print(textwrap.__file__)";
export const SOURCE = readFileSync(execFileSync("python3", ["-I", "-c", FIND], { encoding: "utf8" }).trim(), "utf8");

/** At so many places a model may have nothing to offer; at one of them it must. */
const PLACES = 12;

export const AT_THE_END = /^ +(?:return|[\w.]+ =) (?<hole>[^\n[({]+)$/dgm;
export const AFTER_A_WORD = /^ +(?:self\.|return |if |for )(?<hole>\w+[^\n\w]+\w[^\n]*)$/dgm;
export const IN_THE_MIDDLE = /^ +[^\n#]*\w\((?<hole>[\w.]+)\)[^\n]*$/dgm;

export interface Place {
  readonly before: string;
  readonly after: string;
}

export function places(pattern: RegExp, source = SOURCE): Place[] {
  return [...source.matchAll(pattern)].slice(0, PLACES).map((match) => {
    const [start, end] = match.indices?.groups?.["hole"] ?? [0, 0];
    return { before: source.slice(0, start), after: source.slice(end) };
  });
}

const CLASS = `class Scheduler:
    def __init__(self):
        self.jobs = []
        self.names = {}

    def with_tag(self, tag):
        return [job for job in self.jobs if tag in job.tags]

    def clear(self):
        self.jobs.clear()
        self.names.clear()

`;

/** Where what may follow begins with the same word again and again. */
export const ALIKE: readonly Place[] = [
  "    def add(self, job):\n        self.",
  "    def find(self, name):\n        return ",
  "    def cancel(self, job):\n        self.",
  "    def count(self):\n        return ",
  "    def last(self, job):\n        job = ",
  "    def first(self):\n        return ",
].map((begun) => ({ before: CLASS + begun, after: "\n\n    def is_idle(self):\n        return not self.jobs\n" }));
