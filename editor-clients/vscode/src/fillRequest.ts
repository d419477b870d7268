// `lacuna/fill`: how the client asks for it, and that it does.

import { randomUUID } from "node:crypto";
import type * as vscode from "vscode";
import {
  type BaseLanguageClient,
  ErrorCodes,
  LSPErrorCodes,
  ProgressType,
  ResponseError,
  type StaticFeature,
  type WorkspaceEdit,
} from "vscode-languageclient/node";
import type { Draft } from "./draft.ts";

const METHOD = "lacuna/fill";
const TOLD = new Set<number>([LSPErrorCodes.RequestFailed, ErrorCodes.InternalError]);
const DRAFTS = new ProgressType<Draft>();

/** What the holes get, ready to be applied. */
export interface Filled {
  readonly edit: vscode.WorkspaceEdit;
  /** A sentence for the user, if holes stay open. */
  readonly message: string | null;
}

interface Answer {
  readonly edit: WorkspaceEdit;
  readonly filled: number;
  readonly message: string | null;
}

/** It lets the server know that the command `lacuna.fill` is there, and that replaced code is shown first. */
export const FILLS: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    capabilities.experimental = { lacuna: { fill: true } };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

/** Rejects if nothing is filled; `sentenceOf` has what to tell then. */
export async function requestFill(
  client: BaseLanguageClient,
  target: unknown,
  show: (draft: Draft) => void,
  token: vscode.CancellationToken,
): Promise<Filled> {
  const partialResultToken = randomUUID();
  const drafts = client.onProgress(DRAFTS, partialResultToken, show);
  try {
    const { edit, filled, message } = await client.sendRequest<Answer>(METHOD, { target, partialResultToken }, token);
    // Of several, each may be left out: VS Code shows none for choice unless one is to be confirmed.
    if (filled > 1) for (const of of Object.values(edit.changeAnnotations ?? {})) of.needsConfirmation = true;
    return { edit: await client.protocol2CodeConverter.asWorkspaceEdit(edit), message };
  } finally {
    drafts.dispose();
  }
}

/** Undefined if the user knows: the document changed, the request was taken back, the server has stopped. */
export function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof ResponseError)) throw error;
  return TOLD.has(error.code) ? error.message : undefined;
}
