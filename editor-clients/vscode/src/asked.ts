// For which document the server was asked last: what it says of its last answer is about that one.

export class Asked {
  #uri: string | undefined;

  note(uri: string): void {
    this.#uri = uri;
  }

  wasFor(uri: string | undefined): boolean {
    return uri !== undefined && uri === this.#uri;
  }
}
