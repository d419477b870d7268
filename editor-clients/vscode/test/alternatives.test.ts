import assert from "node:assert/strict";
import { test } from "node:test";
import { Alternatives, leftOf } from "../src/alternatives.ts";

const HERE = "file:///module.py";
const THREE = ["self.remove(job)", "self.pop(job)", "self"];

function shown(texts = THREE): Alternatives {
  const alternatives = new Alternatives();
  alternatives.show({ document: HERE, offset: 10, texts });
  return alternatives;
}

test("alternatives: the first is shown, then the next, and round", () => {
  const alternatives = shown();
  const seen = [alternatives.shown];
  for (const step of [1, 1, 1, -1] as const) {
    alternatives.turn(step);
    seen.push(alternatives.shown);
  }
  assert.deepEqual(seen, ["self.remove(job)", "self.pop(job)", "self", "self.remove(job)", "self"]);
});

test("alternatives: before anything is shown there is none", () => {
  const alternatives = new Alternatives();
  alternatives.turn(1);
  assert.deepEqual([alternatives.shown, alternatives.turnedTo], [undefined, undefined]);
});

test("alternatives: the user turned to another than the first, or back", () => {
  const alternatives = shown();
  assert.equal(alternatives.turnedTo, undefined);
  alternatives.turn(1);
  assert.equal(alternatives.turnedTo, "self.pop(job)");
  alternatives.turn(-1);
  assert.equal(alternatives.turnedTo, undefined);
});

test("alternatives: what is preferred at a place is said there, once", () => {
  const alternatives = shown();
  alternatives.prefer(HERE, 14, ".pop(job)");
  assert.equal(alternatives.shown, undefined);
  assert.equal(alternatives.preferredAt(HERE, 14), ".pop(job)");
  assert.equal(alternatives.preferredAt(HERE, 14), undefined);
});

const ELSEWHERE = [
  { document: HERE, offset: 10 },
  { document: "file:///other.py", offset: 14 },
];
for (const { document, offset } of ELSEWHERE) {
  test(`alternatives: what is preferred elsewhere counts for nothing at ${document}:${offset}`, () => {
    const alternatives = new Alternatives();
    alternatives.prefer(HERE, 14, ".pop(job)");
    assert.equal(alternatives.preferredAt(document, offset), undefined);
  });
}

const TAKEN = [
  { taken: "self", left: ".pop(job)" },
  { taken: "", left: undefined },
  { taken: "self.pop(job)", left: undefined },
  { taken: "other", left: undefined },
];
for (const { taken, left } of TAKEN) {
  test(`alternatives: of self.pop(job), after ${JSON.stringify(taken)}, ${left ?? "nothing"} is left`, () => {
    assert.equal(leftOf("self.pop(job)", taken), left);
  });
}

const ASKED_AGAIN = [
  { name: "the answer comes before the turn", turns: [], later: [1] },
  { name: "the turn comes before the answer", turns: [1], later: [] },
  { name: "two turns come before it", turns: [1, 1], later: [-1] },
] as const;
for (const { name, turns, later } of ASKED_AGAIN) {
  test(`alternatives: asked for others, VS Code keeps the one that it shows, as the first: ${name}`, () => {
    const alternatives = shown(["self.pop(job)"]);
    for (const step of turns) alternatives.turn(step);
    alternatives.show({ document: HERE, offset: 10, texts: THREE });
    for (const step of later) alternatives.turn(step);
    assert.equal(alternatives.turnedTo, "self.remove(job)");
  });
}

test("alternatives: asked again when there were several, the one that is shown is the first", () => {
  const alternatives = shown();
  alternatives.turn(1);
  alternatives.show({ document: HERE, offset: 10, texts: THREE });
  assert.deepEqual([alternatives.shown, alternatives.turnedTo], ["self.pop(job)", undefined]);
});

test("alternatives: at another place the first is shown", () => {
  const alternatives = shown();
  alternatives.turn(1);
  alternatives.show({ document: HERE, offset: 11, texts: THREE });
  assert.equal(alternatives.shown, "self.remove(job)");
});
