// The packages that the server needs, and what pip means when it fails.

export interface Package {
  readonly name: string;
  readonly version: string;
}

/** Lines of `name==version`, as the extension ships them. */
export function parsePins(text: string): Package[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, version] = /^([A-Za-z0-9._-]+)==([^\s;#]+)/.exec(line) ?? [];
    return name === undefined || version === undefined ? [] : [{ name, version }];
  });
}

/** Those that no wheel among these file names holds. */
export function missingFrom(files: readonly string[], packages: readonly Package[]): Package[] {
  const held = new Set(
    files.flatMap((file) => {
      const [, name, version] = /^([^-]+)-([^-]+)-.*\.whl$/.exec(file) ?? [];
      return name === undefined || version === undefined ? [] : [key({ name, version })];
    }),
  );
  return packages.filter((needed) => !held.has(key(needed)));
}

export function listed(packages: readonly Package[]): string {
  return packages.map(({ name, version }) => `${name} ${version}`).join(", ");
}

/** How far pip is, in numbers: a toast is no place for the names of packages. */
export class Count {
  readonly #all: number;
  #begun = 0;

  constructor(all: number) {
    this.#all = all;
  }

  /** A short sentence for the user, if a line of pip's tells something new. */
  heard(line: string): string | undefined {
    if (line.startsWith("Installing collected packages")) return "Unpacking the packages";
    if (!/^(?:Collecting|Processing) /.test(line)) return undefined;
    this.#begun = Math.min(this.#begun + 1, this.#all);
    return `Fetching package ${this.#begun} of ${this.#all}`;
  }
}

/** One sentence or two for the user, from what pip wrote. */
export function explain(output: string, packages: readonly Package[]): string {
  if (/No space left on device|Errno 28/.test(output)) return "The disk is full.";
  if (/CERTIFICATE_VERIFY_FAILED|SSLError/.test(output)) {
    return "The package index has a certificate that Python does not trust; pip's setting `cert` names one that it should.";
  }
  const [, requirement] = /No matching distribution found for ([^\n]+)/.exec(output) ?? [];
  if (/after connection broken|ConnectionError|ProxyError|Temporary failure in name resolution/.test(output)) {
    return `The package index cannot be reached. These packages are needed: ${listed(packages)}.`;
  }
  if (requirement !== undefined) {
    const tried = output.includes("from versions: none")
      ? "has none at all of"
      : "has no wheel for this Python and system of";
    return `The package index ${tried} ${requirement.trim()}. These packages are needed: ${listed(packages)}.`;
  }
  if (output.includes("ResolutionImpossible")) {
    return `Where pip looks, there are some of these packages, but not all in these versions: ${listed(packages)}.`;
  }
  const last = output.split(/\r?\n/).findLast((line) => line.startsWith("ERROR: "));
  return last === undefined ? "pip failed; the log has what it said." : `pip says: ${last.slice("ERROR: ".length)}`;
}

/** Names are equal whatever their case and however their words are joined (PEP 503); `+local` versions count as their release. */
function key({ name, version }: Package): string {
  return `${name.toLowerCase().replaceAll(/[-_.]+/g, "-")} ${version.replace(/\+.*/, "")}`;
}
