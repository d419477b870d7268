// drive.mjs CHROMIUM PROFILE PAGE DOWNLOADS: does on a page what stdin says, a JSON array of steps, and prints what came
// of each, then what the page asked the network for and complained about.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const [chromium, profile, page, downloads] = process.argv.slice(2);
const steps = JSON.parse(await text(process.stdin));
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run', '--disable-extensions'];
const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank']);
process.on('exit', () => browser.kill('SIGKILL'));

const address = await new Promise((resolve) => {
  let said = '';
  browser.stderr.on('data', (data) => {
    said += data;
    const found = /DevTools listening on (ws:\S+)/.exec(said);
    if (found) resolve(found[1]);
  });
});
const socket = new WebSocket(address);
await new Promise((resolve) => (socket.onopen = resolve));
const waiting = new Map();
const seen = { requests: [], complaints: [] };
let loaded, downloaded;
const events = {
  'Page.loadEventFired': () => loaded?.(),
  'Network.requestWillBeSent': ({ request }) => seen.requests.push(request.url),
  'Log.entryAdded': ({ entry }) => seen.complaints.push(entry.text),
  'Runtime.exceptionThrown': ({ exceptionDetails }) => seen.complaints.push(exceptionDetails.text),
  'Page.javascriptDialogOpening': ({ type }) => seen.complaints.push(type),
  'Browser.downloadProgress': ({ state }) => state === 'completed' && downloaded?.(),
};
socket.onmessage = ({ data }) => {
  const { id, result, error, method, params } = JSON.parse(data);
  if (id) waiting.get(id)(error ? Promise.reject(new Error(error.message)) : result);
  else events[method]?.(params);
};

let number = 0;
let session;
function call(method, params = {}) {
  socket.send(JSON.stringify({ id: ++number, method, params, sessionId: session }));
  return new Promise((resolve) => waiting.set(number, resolve));
}

const { targetInfos } = await call('Target.getTargets');
const { targetId } = targetInfos.find(({ type }) => type === 'page');
await call('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads, eventsEnabled: true });
session = (await call('Target.attachToTarget', { targetId, flatten: true })).sessionId;
for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await call(`${domain}.enable`);
await new Promise((resolve) => {
  loaded = resolve;
  void call('Page.navigate', { url: page });
});

const actions = {
  async keys(keys) {
    for (const key of keys) {
      await call('Input.dispatchKeyEvent', { type: 'keyDown', key, text: key.length === 1 ? key : undefined });
      await call('Input.dispatchKeyEvent', { type: 'keyUp', key });
    }
  },
  async evaluate(expression) {
    const { result, exceptionDetails } = await call('Runtime.evaluate', { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
    return result.value;
  },
  async download(expression) {
    const done = new Promise((resolve) => (downloaded = resolve));
    await actions.evaluate(expression);
    await done;
  },
  async look({ width, height, scheme }) {
    await call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  },
  async shoot(path) {
    // What has just been scrolled to is drawn in the next frame.
    const expression = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
    await call('Runtime.evaluate', { expression, awaitPromise: true });
    const { data } = await call('Page.captureScreenshot');
    writeFileSync(path, Buffer.from(data, 'base64'));
  },
};
const results = [];
for (const step of steps) {
  const [[name, value]] = Object.entries(step);
  results.push((await actions[name](value)) ?? null);
}
console.log(JSON.stringify({ results, ...seen }));
process.exit();
