// Drafts of what the server fills, as it sends them.

/** As on the wire: both from 0, characters in UTF-16. */
interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Hole {
  readonly range: { readonly start: Position; readonly end: Position };
  /** The text so far, piece by piece; null where none is known yet. Empty if the hole is left as it is. */
  readonly slots: readonly (string | null)[];
  /** Code stands there. */
  readonly needsConfirmation: boolean;
}

/** All holes of a request, in the order of the document with this version. */
export interface Draft {
  readonly version: number;
  readonly holes: readonly Hole[];
}

const SHOWN = 160; // characters of a hole

/** On one line, which is all that a decoration has. */
export function shownOf({ slots }: Hole): string {
  const line = slots
    .map((slot) => slot ?? "░")
    .join("")
    .replaceAll(/\s*\n\s*/g, " ⏎ ");
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

/** What taking a draft writes into this hole; "" leaves it as it is. */
export function textOf({ slots }: Hole): string {
  const end = slots.indexOf(null);
  return slots.slice(0, end === -1 ? undefined : end).join("");
}
