import assert from "node:assert/strict";
import { test } from "node:test";
import { shownOf, textOf } from "../src/draft.ts";

const LONG = "x".repeat(200);
const HOLES = [
  { name: "not begun", slots: [null], shown: "░", text: "" },
  { name: "left as it is", slots: [], shown: "", text: "" },
  { name: "begun", slots: ["return ", "sum(", null, null], shown: "return sum(░░", text: "return sum(" },
  { name: "with a gap", slots: ["return ", null, ")"], shown: "return ░)", text: "return " },
  { name: "whole", slots: ["return ", "0"], shown: "return 0", text: "return 0" },
  {
    name: "of several lines",
    slots: ["if one:\n    ", "two()\n", "\n", "three()"],
    shown: "if one: ⏎ two() ⏎ three()",
    text: "if one:\n    two()\n\nthree()",
  },
  { name: "too long for a line", slots: [LONG], shown: `${LONG.slice(0, 160)}…`, text: LONG },
];
for (const { name, slots, shown, text } of HOLES) {
  test(`draft: a hole that is ${name}`, () => {
    const start = { line: 0, character: 4 };
    const hole = { range: { start, end: start }, slots, needsConfirmation: false };
    assert.deepEqual([shownOf(hole), textOf(hole)], [shown, text]);
  });
}
