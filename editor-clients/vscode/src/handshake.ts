// Client and server of one version belong together; another server runs, but the user is told.

/** A sentence if they differ. */
export function mismatch(expected: string, server: { name: string; version?: string } | undefined): string | undefined {
  if (server?.name !== "lacuna")
    return "This server does not say that it is Lacuna's; its answers may not be understood.";
  if (server.version === expected) return undefined;
  const actual = server.version ?? "of an unknown version";
  return `The server is Lacuna ${actual}, the extension ${expected}. Use the same version of both.`;
}
