import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStatus } from "../src/status.ts";

const QUIET = {
  state: "ready",
  busy: null,
  model: null,
  provider: null,
  files: null,
  latency: null,
  reason: null,
  message: null,
};

test("status: all of it is read", () => {
  const sent = {
    state: "ready",
    busy: "automatic",
    model: "embedded",
    provider: "CPUExecutionProvider",
    files: 214,
    latency: { median: 38.5, p95: 90, parts: { parse: 3, encode: 20, steps: 15 } },
    reason: "below-threshold",
    message: "The best answer had a confidence of 0.21.",
  };
  const parts = new Map([["parse", 3], ["encode", 20], ["steps", 15]]); // prettier-ignore
  assert.deepEqual(parseStatus(sent), { ...sent, latency: { median: 38.5, p95: 90, parts } });
});

const UNREADABLE = [null, undefined, "ready", [], {}, { state: "dreaming" }, { state: 1 }];
for (const sent of UNREADABLE) {
  test(`status: ${JSON.stringify(sent)} is none`, () => {
    assert.equal(parseStatus(sent), undefined);
  });
}

const PARTLY = [
  { name: "an unknown kind", sent: { busy: "dreaming" }, read: {} },
  { name: "an unknown reason", sent: { reason: "mood" }, read: {} },
  { name: "no number of files", sent: { files: "many" }, read: {} },
  { name: "half a file", sent: { files: 0.5 }, read: {} },
  { name: "an empty message", sent: { message: "" }, read: {} },
  { name: "latency without figures", sent: { latency: {} }, read: {} },
  {
    name: "latency without parts",
    sent: { latency: { median: 1, p95: 2 } },
    read: { latency: { median: 1, p95: 2, parts: new Map() } },
  },
  { name: "something new", sent: { mood: "fine" }, read: {} },
];
for (const { name, sent, read } of PARTLY) {
  test(`status: ${name} leaves the rest readable`, () => {
    assert.deepEqual(parseStatus({ ...QUIET, ...sent }), { ...QUIET, ...read });
  });
}
