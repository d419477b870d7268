// What of the configuration the server is told, and the names it knows. Paths and commands are not among them.

/** In package.json each stands as `lacuna.NAME`; so it is on the wire. */
export const SERVER_SETTINGS = [
  "enabled",
  "threshold",
  "exclude",
  "scope",
  "inComments",
  "inStrings",
  "languages",
  "completionItems",
  "alternatives",
  "workspace",
  "unloadAfter",
] as const;

/** The part of `vscode.WorkspaceConfiguration` that is read here. */
export interface Configuration {
  get(name: string): unknown;
  inspect(name: string): Inspected | undefined;
}

interface Inspected {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** What someone set; where nobody did, the server's own default holds. */
export function serverSettings(configuration: Configuration): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const name of SERVER_SETTINGS) {
    const layers = layersOf(configuration.inspect(name));
    if (layers.length > 0) settings[name] = name === "exclude" ? layers.flat() : configuration.get(name);
  }
  return settings;
}

/** From folder to user: of patterns as in .gitignore the last that matches decides, so the user's own have the last word. */
function layersOf(inspected: Inspected | undefined): unknown[] {
  const layers = [inspected?.workspaceFolderValue, inspected?.workspaceValue, inspected?.globalValue];
  return layers.filter((layer) => layer !== undefined);
}
