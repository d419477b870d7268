// When nothing is asked of the server: the user's wishes, and nothing of the editor.

import { LANGUAGES } from "./languages.ts";

export interface Wishes {
  /** While typing; what is asked for comes all the same. */
  readonly enabled: boolean;
  /** By language identifier; absent means on. */
  readonly languages: Readonly<Record<string, boolean>>;
  /** Milliseconds since the epoch. */
  readonly snoozedUntil: number | undefined;
}

export type Silence = "manual" | "language off" | "other language" | "snoozed";

/** What holds while the user types in a document of this language. */
export function silenceWhileTyping(wishes: Wishes, language: string | undefined, now: number): Silence | undefined {
  const always = silenceWhenAsked(wishes, language);
  if (always !== undefined) return always;
  if (!wishes.enabled) return "manual";
  return wishes.snoozedUntil !== undefined && now < wishes.snoozedUntil ? "snoozed" : undefined;
}

/** What holds even for a completion that the user asks for. */
export function silenceWhenAsked(wishes: Wishes, language: string | undefined): Silence | undefined {
  if (language === undefined) return undefined;
  if (!LANGUAGES.includes(language)) return "other language";
  return wishes.languages[language] === false ? "language off" : undefined;
}
