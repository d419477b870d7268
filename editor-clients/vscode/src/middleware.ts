// What stands between editor and server: silence where it was asked for, settings, and what the walkthrough waits for.

import * as vscode from "vscode";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import { type Alternatives, withFirst } from "./alternatives.ts";
import type { Asked } from "./asked.ts";
import { serverSettings } from "./settings.ts";
import type { Silencer } from "./silencer.ts";

export type Middleware = NonNullable<LanguageClientOptions["middleware"]>;

/** Runs after a completion was accepted: the walkthrough's last step. Of no use to the user, so it is no contributed command. */
const ACCEPTED: vscode.Command = { command: "lacuna.accepted", title: "" };

export function middleware(silencer: Silencer, asked: Asked, alternatives: Alternatives): Middleware {
  let hasOffered = false; // said once, for the walkthrough
  return {
    async provideInlineCompletionItems(document, position, context, token, next) {
      const isAsked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
      if (silencer.isSilent(document, isAsked)) return undefined;
      asked.note(document.uri.toString());
      const place = { document: document.uri.toString(), offset: document.offsetAt(position) };
      const result = await next(document, position, context, token);
      const items = Array.isArray(result) ? result : (result?.items ?? []);
      if (token.isCancellationRequested) return items;
      const preferred = isAsked ? alternatives.preferredAt(place.document, place.offset) : undefined;
      if (preferred !== undefined) putFirst(items, preferred, position);
      for (const item of items) item.command ??= ACCEPTED;
      alternatives.show({ ...place, texts: items.map(({ insertText }) => textOf(insertText)) });
      if (items.length > 0 && !hasOffered) {
        hasOffered = true;
        void vscode.commands.executeCommand("setContext", "lacuna.hasOffered", true);
      }
      return items;
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

function putFirst(items: vscode.InlineCompletionItem[], text: string, position: vscode.Position): void {
  const ranges = new Map(items.map(({ insertText, range }) => [textOf(insertText), range]));
  const here = new vscode.Range(position, position);
  const inOrder = withFirst([...ranges.keys()], text);
  items.splice(0, items.length, ...inOrder.map((one) => new vscode.InlineCompletionItem(one, ranges.get(one) ?? here)));
}

function textOf(inserted: string | vscode.SnippetString): string {
  return typeof inserted === "string" ? inserted : inserted.value;
}

/** That it ran is all: the walkthrough listens. */
export function acceptedCommand(): vscode.Disposable {
  return vscode.commands.registerCommand(ACCEPTED.command, () => undefined);
}
