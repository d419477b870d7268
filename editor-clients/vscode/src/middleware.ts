// What stands between editor and server: silence where it was asked for, settings, and what the walkthrough waits for.

import * as vscode from "vscode";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import { serverSettings } from "./settings.ts";
import type { Silencer } from "./silencer.ts";

export type Middleware = NonNullable<LanguageClientOptions["middleware"]>;

/** Runs after a completion was accepted: the walkthrough's last step. Of no use to the user, so it is no contributed command. */
const ACCEPTED: vscode.Command = { command: "lacuna.accepted", title: "" };

export function middleware(silencer: Silencer): Middleware {
  let hasOffered = false; // said once, for the walkthrough
  return {
    async provideInlineCompletionItems(document, position, context, token, next) {
      const isAsked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
      if (silencer.isSilent(document, isAsked)) return undefined;
      const result = await next(document, position, context, token);
      const items = Array.isArray(result) ? result : (result?.items ?? []);
      for (const item of items) item.command ??= ACCEPTED;
      if (items.length > 0 && !hasOffered) {
        hasOffered = true;
        void vscode.commands.executeCommand("setContext", "lacuna.hasOffered", true);
      }
      return result;
    },
    workspace: {
      configuration: (params) =>
        params.items.map(({ section, scopeUri }) => {
          if (section !== "lacuna") return null;
          const scope = typeof scopeUri === "string" ? vscode.Uri.parse(scopeUri) : undefined;
          return serverSettings(vscode.workspace.getConfiguration("lacuna", scope));
        }),
      // Without the settings: the server asks for those that are its own.
      didChangeConfiguration: async (_sections, next) => next(undefined),
    },
  };
}

/** That it ran is all: the walkthrough listens. */
export function acceptedCommand(): vscode.Disposable {
  return vscode.commands.registerCommand(ACCEPTED.command, () => undefined);
}
