import assert from "node:assert/strict";
import { test } from "node:test";
import { Asked } from "../src/asked.ts";

test("asked: for the last document alone", () => {
  const asked = new Asked();
  assert.equal(asked.wasFor(undefined), false);
  asked.note("file:///one.py");
  asked.note("file:///two.py");
  assert.deepEqual(
    ["file:///one.py", "file:///two.py", undefined].map((uri) => asked.wasFor(uri)),
    [false, true, false],
  );
});
