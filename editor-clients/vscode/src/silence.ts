// When nothing is asked of the server: the user's wishes, and nothing of the editor.

export interface Wishes {
  readonly enabled: boolean;
  readonly manualOnly: boolean;
  /** By language identifier; absent means on. */
  readonly languages: Readonly<Record<string, boolean>>;
  /** Milliseconds since the epoch. */
  readonly snoozedUntil: number | undefined;
}

export type Silence = "off" | "language off" | "snoozed" | "manual";

/** What holds while the user types in a document of this language. */
export function silenceWhileTyping(wishes: Wishes, language: string | undefined, now: number): Silence | undefined {
  const always = silenceWhenAsked(wishes, language);
  if (always !== undefined) return always;
  if (wishes.snoozedUntil !== undefined && now < wishes.snoozedUntil) return "snoozed";
  return wishes.manualOnly ? "manual" : undefined;
}

/** What holds even for a completion that the user asks for. */
export function silenceWhenAsked(wishes: Wishes, language: string | undefined): Silence | undefined {
  if (!wishes.enabled) return "off";
  if (language !== undefined && wishes.languages[language] === false) return "language off";
  return undefined;
}
