import assert from "node:assert/strict";
import { test } from "node:test";
import { Count, explain, missingFrom, parsePins } from "../src/install/packages.ts";

const PINS = parsePins("click==8.5.1\ntyping_extensions==4.16.0\n# a comment\n\nnumpy==2.4.6\r\n");

test("packages: pins are lines of name and version", () => {
  assert.deepEqual(PINS, [
    { name: "click", version: "8.5.1" },
    { name: "typing_extensions", version: "4.16.0" },
    { name: "numpy", version: "2.4.6" },
  ]);
});

const FOLDERS = [
  {
    name: "a folder with all of them, whatever their spelling",
    files: [
      "click-8.5.1-py3-none-any.whl",
      "Typing.Extensions-4.16.0-py3-none-any.whl",
      "numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl",
    ],
    missing: [],
  },
  { name: "an empty folder", files: [], missing: ["click", "typing_extensions", "numpy"] },
  {
    name: "another version and a source distribution",
    files: ["click-8.5.0-py3-none-any.whl", "typing_extensions-4.16.0-py3-none-any.whl", "numpy-2.4.6.tar.gz"],
    missing: ["click", "numpy"],
  },
];
for (const { name, files, missing } of FOLDERS) {
  test(`packages: ${name}`, () => {
    assert.deepEqual(
      missingFrom(files, PINS).map((needed) => needed.name),
      missing,
    );
  });
}

// As pip 26 writes them.
const FAILURES = [
  {
    name: "no network",
    output:
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError': /simple/click/\nERROR: Could not find a version that satisfies the requirement click>=8.1 (from lacuna-infill) (from versions: none)\nERROR: No matching distribution found for click>=8.1",
    said: /^The package index cannot be reached\. These packages are needed: click 8\.5\.1, typing_extensions 4\.16\.0, numpy 2\.4\.6\.$/,
  },
  {
    name: "an index without the package",
    output:
      "ERROR: Could not find a version that satisfies the requirement click>=8.1 (from versions: none)\nERROR: No matching distribution found for click>=8.1",
    said: /has none at all of click>=8\.1\. These packages are needed: click 8\.5\.1,/,
  },
  {
    name: "no wheel for this machine",
    output:
      "ERROR: Could not find a version that satisfies the requirement numpy==2.4.6 (from versions: 1.0, 2.0)\nERROR: No matching distribution found for numpy==2.4.6",
    said: /has no wheel for this Python and system of numpy==2\.4\.6/,
  },
  {
    name: "other versions only",
    output: "ERROR: Cannot install tiny because of conflicts.\nERROR: ResolutionImpossible: for help visit a page",
    said: /not all in these versions: click 8\.5\.1, /,
  },
  { name: "a full disk", output: "ERROR: [Errno 28] No space left on device", said: /^The disk is full\.$/ },
  {
    name: "a proxy's certificate",
    output: "WARNING: Retrying after connection broken by 'SSLError(SSLCertVerificationError'\nERROR: No matching",
    said: /certificate/,
  },
  { name: "anything else", output: "WARNING: x\nERROR: first\nERROR: It broke.", said: /^pip says: It broke\.$/ },
  { name: "nothing", output: "", said: /the log/ },
];
for (const { name, output, said } of FAILURES) {
  test(`packages: pip fails for ${name}`, () => {
    assert.match(explain(output, PINS), said);
  });
}

test("packages: how far pip is, is told in numbers, without names", () => {
  const count = new Count(3);
  const lines = [
    "Processing /storage/lacuna_infill-0.1.0-py3-none-any.whl (from lacuna-infill[cpu])",
    "Collecting huggingface-hub<2 (from tokenizers)",
    "  Downloading huggingface_hub-1.2.3-py3-none-any.whl (0.5 MB)",
    "Collecting numpy",
    "Collecting numpy>=2",
    "Installing collected packages: numpy, huggingface-hub, lacuna-infill",
  ];
  assert.deepEqual(
    lines.map((line) => count.heard(line)),
    [
      "Fetching package 1 of 3",
      "Fetching package 2 of 3",
      undefined,
      "Fetching package 3 of 3",
      "Fetching package 3 of 3",
      "Unpacking the packages",
    ],
  );
});
