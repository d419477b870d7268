import assert from "node:assert/strict";
import { test } from "node:test";
import { silenceWhenAsked, silenceWhileTyping, type Wishes } from "../src/silence.ts";

const DEFAULT: Wishes = { enabled: true, languages: {}, snoozedUntil: undefined };
const NOW = 1000;

const CASES = [
  { name: "by default", wishes: {}, typing: undefined, asked: undefined },
  { name: "off while typing", wishes: { enabled: false }, typing: "manual", asked: undefined },
  {
    name: "off for this language",
    wishes: { languages: { python: false } },
    typing: "language off",
    asked: "language off",
  },
  { name: "off for another language", wishes: { languages: { rust: false } }, typing: undefined, asked: undefined },
  {
    name: "on for this language in so many words",
    wishes: { languages: { python: true } },
    typing: undefined,
    asked: undefined,
  },
  { name: "snoozed", wishes: { snoozedUntil: NOW + 1 }, typing: "snoozed", asked: undefined },
  { name: "a snooze that has ended", wishes: { snoozedUntil: NOW }, typing: undefined, asked: undefined },
  {
    name: "off weighs more than snoozed",
    wishes: { enabled: false, snoozedUntil: NOW + 1 },
    typing: "manual",
    asked: undefined,
  },
] as const;

test("silence: another language than the server knows", () => {
  assert.equal(silenceWhileTyping(DEFAULT, "typescript", NOW), "other language");
  assert.equal(silenceWhenAsked({ ...DEFAULT, languages: { typescript: false } }, "typescript"), "other language");
});

test("silence: nowhere", () => {
  assert.equal(silenceWhileTyping({ ...DEFAULT, languages: { python: false } }, undefined, NOW), undefined);
});

for (const { name, wishes, typing, asked } of CASES) {
  test(`silence: ${name}`, () => {
    assert.equal(silenceWhileTyping({ ...DEFAULT, ...wishes }, "python", NOW), typing);
    assert.equal(silenceWhenAsked({ ...DEFAULT, ...wishes }, "python"), asked);
  });
}
