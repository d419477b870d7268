const $ = (selector) => document.querySelector(selector);
const filters = $("#filters");
const fields = filters.elements;
const files = [...document.querySelectorAll("details.file")];
const cards = files.flatMap((file) => [...file.querySelectorAll("article")].map((element) => ({
  element,
  file,
  box: element.querySelector("input"),
  path: file.dataset.path.toLowerCase(),
  confidence: Number(element.dataset.confidence),
  gates: element.dataset.gates.split("\n"),
  ...element.dataset,
  text: null, // read when it is first searched
})));
const GATE = "gate ";
let shown = cards;
let current = -1;
let isExported = true;

// 1. Filters

function options(select, values) {
  for (const [value, label, amount] of values) select.append(new Option(`${label} (${amount})`, value));
}

function counts(values) {
  const found = new Map();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return [...found];
}

function fits(card, wanted) {
  if (wanted.rule && card.rule !== wanted.rule) return false;
  if (wanted.gate ? !card.gates.includes(wanted.gate) : wanted.outcome && card.outcome !== wanted.outcome) return false;
  if (card.confidence < wanted.from || card.confidence > wanted.to) return false;
  if (!card.path.includes(wanted.file)) return false;
  if (!wanted.text) return true;
  card.text ??= card.element.textContent.toLowerCase();
  return card.text.includes(wanted.text);
}

function filter() {
  const outcome = fields.outcome.value;
  const wanted = {
    rule: fields.rule.value,
    gate: outcome.startsWith(GATE) ? outcome.slice(GATE.length) : "",
    outcome,
    from: Number(fields.from.value || 0),
    to: Number(fields.to.value || 1),
    file: fields.file.value.trim().toLowerCase(),
    text: fields.text.value.trim().toLowerCase(),
  };
  const at = shown[current];
  shown = cards.filter((card) => fits(card, wanted));
  const isShown = new Set(shown);
  for (const card of cards) card.element.hidden = !isShown.has(card);
  const filesShown = new Set(shown.map((card) => card.file));
  for (const file of files) file.hidden = !filesShown.has(file);
  $("#none").hidden = shown.length > 0;
  current = at ? shown.indexOf(at) : -1;
  count();
}

function count() {
  const ticked = cards.filter((card) => card.box.checked).length;
  const kept = cards.filter((card) => !card.box.disabled).length;
  $("#count").textContent = `${shown.length} of ${cards.length} shown, ${ticked} of ${kept} ticked`;
}

// 2. Ticking and exporting

function tick(some, isTicked) {
  for (const card of some) if (!card.box.disabled) card.box.checked = isTicked;
  changed();
}

function changed() {
  isExported = false;
  count();
}

function exportPlan() {
  const unticked = new Map();
  for (const card of cards) {
    if (card.box.disabled || card.box.checked) continue;
    const line = Number(card.file.dataset.line);
    unticked.set(line, [...(unticked.get(line) ?? []), Number(card.site)]);
  }
  const lines = [...document.querySelectorAll("script.plan")].map((element) => element.textContent);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([reduced(lines, unticked)], { type: "application/jsonl" }));
  link.download = "reviewed.jsonl";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  isExported = true;
}

// 3. Moving

function go(step) {
  if (!shown.length) return;
  shown[current]?.element.classList.remove("current");
  current = current < 0 && step < 0 ? shown.length - 1 : Math.min(Math.max(current + step, 0), shown.length - 1);
  const { element, file } = shown[current];
  file.open = true;
  element.classList.add("current");
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "center" });
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches("input:not([type=checkbox]), select");
  if (isTyping) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const keys = {
    j: () => go(1),
    k: () => go(-1),
    x: () => shown[current] && tick([shown[current]], !shown[current].box.checked),
    e: exportPlan,
    "/": () => fields.text.focus(),
  };
  if (!Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
}

function fold() {
  const isOpen = files.some((file) => file.open);
  for (const file of files) file.open = !isOpen;
  $("#fold").textContent = isOpen ? "Unfold files" : "Fold files";
}

for (const card of cards) card.box.disabled = card.outcome !== "kept";
options(fields.rule, counts(cards.map((card) => card.rule)).map(([name, amount]) => [name, name, amount]));
options(fields.outcome, counts(cards.map((card) => card.outcome)).map(([name, amount]) => [name, name, amount]));
options(fields.outcome, counts(cards.flatMap((card) => card.gates).filter(Boolean))
  .map(([gate, amount]) => [GATE + gate, `failed ${gate}`, amount]));
filters.addEventListener("input", filter);
filters.addEventListener("submit", (event) => event.preventDefault());
$("main").addEventListener("change", changed);
$("main").addEventListener("focusin", (event) => {
  const found = shown.findIndex((card) => card.element.contains(event.target));
  if (found < 0 || found === current) return;
  shown[current]?.element.classList.remove("current");
  current = found;
  shown[current].element.classList.add("current");
});
$("#tick").addEventListener("click", () => tick(shown, true));
$("#untick").addEventListener("click", () => tick(shown, false));
$("#fold").addEventListener("click", fold);
$("#export").addEventListener("click", exportPlan);
document.addEventListener("keydown", press);
addEventListener("beforeunload", (event) => {
  if (!isExported) event.preventDefault();
});
filters.hidden = false;
$("#actions").hidden = false;
filter();
