// Which of several alternatives is on the screen. VS Code does not tell, and goes back to the first one when a part of another
// was accepted.

/** Offers for one place of a document. */
export interface Offered {
  /** The document's URI. */
  readonly document: string;
  /** In UTF-16, from the document's beginning. */
  readonly offset: number;
  /** In the order in which VS Code has them. */
  readonly texts: readonly string[];
}

export class Alternatives {
  #offered: Offered | undefined;
  #steps = 0;
  #preferred: { readonly document: string; readonly offset: number; readonly text: string } | undefined;

  /**
   * These are shown from now on. Asked again at the same place, VS Code keeps the one that it shows, as the first. If that was the
   * only one, it asks because the user turns to another, and turns when it has the answer.
   */
  show({ document, offset, texts }: Offered): void {
    const before = this.#offered;
    const kept = before?.document === document && before.offset === offset ? this.shown : undefined;
    if (kept === undefined || before?.texts.length !== 1) this.#steps = 0;
    this.#offered = { document, offset, texts: kept === undefined ? texts : withFirst(texts, kept) };
  }

  /** The user turns to the next one, or by -1 to the one before. */
  turn(step: 1 | -1): void {
    this.#steps += step;
  }

  get shown(): string | undefined {
    return this.#offered?.texts[this.#index];
  }

  /** The one that is shown, if it is another than the first. */
  get turnedTo(): string | undefined {
    return this.#index === 0 ? undefined : this.shown;
  }

  get #index(): number {
    const count = this.#offered?.texts.length ?? 0;
    return count === 0 ? 0 : ((this.#steps % count) + count) % count;
  }

  /** Nothing is shown any more; once asked for at this place, this text is to be the first. */
  prefer(document: string, offset: number, text: string): void {
    this.#offered = undefined;
    this.#preferred = { document, offset, text };
  }

  /** What is to be the first at a place; said once. */
  preferredAt(document: string, offset: number): string | undefined {
    const preferred = this.#preferred;
    this.#preferred = undefined;
    return preferred?.document === document && preferred.offset === offset ? preferred.text : undefined;
  }
}

export function withFirst(texts: readonly string[], first: string): string[] {
  return [first, ...texts.filter((text) => text !== first)];
}

/** What is left of a text once its beginning was accepted; undefined if it was not, or nothing is left. */
export function leftOf(text: string, taken: string): string | undefined {
  return taken !== "" && taken !== text && text.startsWith(taken) ? text.slice(taken.length) : undefined;
}
