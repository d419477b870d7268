import assert from "node:assert/strict";
import { test } from "node:test";
import { mismatch } from "../src/handshake.ts";
import { ownCommand, privateCommand, SettingError } from "../src/serverCommand.ts";

const NOTHING = { path: "", model: "", provider: "auto", threads: 0 };

test("command: the private environment runs isolated", () => {
  assert.deepEqual(privateCommand("/env/bin/python", NOTHING, "/home/ada"), {
    path: "/env/bin/python",
    prefix: ["-I", "-m", "lacuna.cli"],
    options: [],
  });
});

test("command: a server of the user's own, with all its options", () => {
  const settings = { path: "~/venv/bin/lacuna", model: "/models/big", provider: "cuda", threads: 4 };
  assert.deepEqual(ownCommand(settings, "/home/ada"), {
    path: "/home/ada/venv/bin/lacuna",
    prefix: [],
    options: ["--model", "/models/big", "--provider", "cuda", "--threads", "4"],
  });
});

const RELATIVE = [{ path: "lacuna" }, { path: "./venv/bin/lacuna" }, { path: "/bin/lacuna", model: "models/big" }];
for (const settings of RELATIVE) {
  test(`command: ${JSON.stringify(settings)} is refused`, () => {
    assert.throws(() => ownCommand({ ...NOTHING, ...settings }, "/home/ada"), SettingError);
  });
}

const SERVERS = [
  { server: { name: "lacuna", version: "1.2.3" }, told: undefined },
  { server: { name: "lacuna", version: "1.2.4" }, told: /1\.2\.4.*1\.2\.3/ },
  { server: { name: "lacuna" }, told: /unknown version/ },
  { server: { name: "other", version: "1.2.3" }, told: /does not say that it is Lacuna/ },
  { server: undefined, told: /does not say that it is Lacuna/ },
];
for (const { server, told } of SERVERS) {
  test(`handshake: ${JSON.stringify(server)}`, () => {
    const sentence = mismatch("1.2.3", server);
    if (told === undefined) assert.equal(sentence, undefined);
    else assert.match(sentence ?? "", told);
  });
}
