import assert from "node:assert/strict";
import { test } from "node:test";
import { isWithin, searched } from "../src/install/folders.ts";

test("folders: PATH comes first, then where package managers put programs though PATH lacks it", () => {
  const found = searched(["/a", "/usr/bin", "/a"], "darwin", []);
  assert.deepEqual(found, ["/a", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]);
});

const NOWHERE = [".", "", "bin", "/work/project/.venv/bin", "/work/project"];
for (const folder of NOWHERE) {
  test(`folders: ${JSON.stringify(folder)} on PATH is not looked into`, () => {
    assert.deepEqual(searched([folder], "linux", ["/work/project"]), searched([], "linux", []));
  });
}

test("folders: a folder beside the workspace with a like name is no part of it", () => {
  assert.equal(isWithin("/work/project2/bin", "/work/project"), false);
  assert.equal(isWithin("/work/..project", "/work"), true);
});
