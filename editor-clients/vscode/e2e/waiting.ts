// Waits are for states, never for a time.

import { setTimeout as pause } from "node:timers/promises";

export const PATIENCE = 180_000; // until a test gives up; none waits that long when all is well

/** What `look` finds, once it finds something. */
export async function until<Found>(
  what: string,
  look: () => Found | Promise<Found>,
  patience = PATIENCE,
): Promise<NonNullable<Exclude<Found, false | "">>> {
  const end = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false && found !== "") {
      return found as NonNullable<Exclude<Found, false | "">>;
    }
    if (Date.now() > end) throw new Error(`Waited in vain until ${what}.`);
    await pause(50);
  }
}
