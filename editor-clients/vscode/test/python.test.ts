import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { candidates, fault, noneFits, parseProbe, PROBE } from "../src/install/python.ts";

const GOOD = { executable: "/usr/bin/python3", version: [3, 12, 1], missing: [] } as const;

test("python: the system's own name comes first, folder by folder", () => {
  const found = candidates(["/a", "/b"], "linux");
  assert.deepEqual(found.slice(0, 2), ["/a/python3", "/b/python3"]);
  assert.ok(found.includes("/b/python3.11"));
});

const VERSIONS = [
  { version: [3, 10, 9], missing: [], said: /3\.10\.9.*3\.11/ },
  { version: [2, 7, 18], missing: [], said: /2\.7\.18/ },
  { version: [4, 0, 0], missing: [], said: /4\.0\.0/ },
  { version: [3, 11, 0], missing: ["ensurepip"], said: /ensurepip.*apt install python3\.11-venv/ },
  { version: [3, 11, 0], missing: [], said: undefined },
  { version: [3, 15, 2], missing: [], said: undefined },
] as const;
for (const { version, missing, said } of VERSIONS) {
  test(`python: ${version.join(".")} without ${missing.join() || "nothing"}`, () => {
    const found = fault({ ...GOOD, version, missing });
    if (said === undefined) assert.equal(found, undefined);
    else assert.match(found ?? "", said);
  });
}

test("python: the user is told what was found and what is wrong with each", () => {
  const old = { ...GOOD, version: [3, 9, 2] } as const;
  assert.match(noneFits([old]), /needs Python 3\.11.*\/usr\/bin\/python3: it is 3\.9\.2/);
  assert.match(noneFits([]), /none was found on PATH/);
});

test("python: the probe's answer is read back, from a real one", () => {
  const output = execFileSync("python3", ["-I", "-c", PROBE], { encoding: "utf8" });
  const found = parseProbe(output);
  assert.ok(found !== undefined);
  assert.match(found.executable, /^\/.*python3/);
  assert.equal(found.version[0], 3);
});

for (const output of ["", "Python was not found; run without arguments to install", "null"]) {
  test(`python: ${JSON.stringify(output)} is no answer of a Python`, () => {
    assert.equal(parseProbe(output), undefined);
  });
}
