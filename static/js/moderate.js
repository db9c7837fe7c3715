// Moderators decide by single keys, which can be switched off. Every key presses a button or
// follows a link that is there without script; comments are found anew at each press, since the
// list is replaced by searching and filtering.

const STORED = "moderate-keys";
const PLACE = "moderate-place";

const keys = document.getElementById("keys");
const isOn = document.getElementById("keys-on");
const said = document.getElementById("keys-said");

const entries = () => [...document.querySelectorAll("[data-entry]")];

function stored(storage, name) {
  try {
    return storage.getItem(name);
  } catch {
    return null;
  }
}

function store(storage, name, value) {
  try {
    storage.setItem(name, value);
  } catch {
    // Where nothing can be kept, the choice holds for this page.
  }
}

function current() {
  const [first] = entries();
  if (first?.dataset.entry === "alone") return first;
  return document.activeElement?.closest("[data-entry]") ?? null;
}

function go(entry) {
  if (!entry) return;
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = entries();
  const from = all.indexOf(current());
  const to = from < 0 ? 0 : Math.min(Math.max(from + step, 0), all.length - 1);
  go(all[to]);
}

function press(key) {
  const entry = current();
  const target = entry?.querySelector(`[data-key="${key}"]`);
  if (!target) return;
  // The list comes back without this one: its place is the next one's.
  store(sessionStorage, PLACE, JSON.stringify({ at: location.href, place: entries().indexOf(entry) }));
  target.click();
}

function reply() {
  const entry = current();
  const text = document.getElementById("id_answer-text");
  if (entry?.dataset.entry === "alone") text?.focus();
  else entry?.querySelector('[data-key="r"]')?.click();
}

function tick() {
  current()?.querySelector('input[type="checkbox"]')?.click();
}

const DEEDS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press("a"),
  s: () => press("s"),
  d: () => press("d"),
  r: reply,
  x: tick,
  u: () => document.querySelector("[data-undo]")?.click(),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
};

function isTyping(target) {
  if (target.isContentEditable) return true;
  if (target.tagName === "INPUT") return !["checkbox", "button", "submit"].includes(target.type);
  return ["TEXTAREA", "SELECT"].includes(target.tagName);
}

function isElsewhere(target) {
  return isTyping(target) || target.closest('[role="dialog"], [role="menu"], .w-dropdown__content') !== null;
}

// "?" opens the admin's own list of keys; ours stand in it first.
function list() {
  const table = document.querySelector("#keyboard-shortcuts-dialog table");
  const own = document.getElementById("keys-list");
  if (!table || !own || table.querySelector("[data-own]")) return;
  const copy = own.cloneNode(true);
  copy.removeAttribute("id");
  copy.dataset.own = "";
  table.querySelector("tbody")?.before(copy);
}

document.addEventListener("keydown", event => {
  if (event.key === "?") list();
  // Enter would send the form, and lose what is ticked.
  if (event.key === "Enter" && event.target.name === "ticked") event.preventDefault();
  if (!isOn.checked || event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const deed = DEEDS[event.key];
  if (!deed || isElsewhere(event.target)) return;
  // Arrows scroll, but from comment to comment once one has been reached by key.
  if (event.key.startsWith("Arrow") && !event.target.matches("[data-entry]")) return;
  event.preventDefault();
  // A key held down moves on, and decides once.
  if (!event.repeat || "jk".includes(event.key) || event.key.startsWith("Arrow")) deed();
}, true);

// How many are ticked, said where one chooses what becomes of them.
function count() {
  const option = document.querySelector('#queue-which option[value="ticked"]');
  if (!option) return;
  option.dataset.none ??= option.textContent;
  const n = document.querySelectorAll('.queue input[name="ticked"]:checked').length;
  const many = option.dataset.many.replace("{n}", n);
  option.textContent = n === 0 ? option.dataset.none : n === 1 ? option.dataset.one : many;
}

document.addEventListener("change", event => {
  if (event.target.name === "ticked") count();
});

function takeUp() {
  const stop = JSON.parse(stored(sessionStorage, PLACE) ?? "null");
  sessionStorage.removeItem(PLACE);
  if (stop?.at !== location.href) return;
  const all = entries();
  if (all.length && all[0].dataset.entry !== "alone") go(all[Math.min(stop.place, all.length - 1)]);
}

isOn.checked = stored(localStorage, STORED) !== "off";
isOn.addEventListener("change", () => store(localStorage, STORED, isOn.checked ? "on" : "off"));
keys.hidden = false;
count();
try {
  takeUp();
} catch {
  // Nothing is taken up where nothing can be kept.
}
const own = document.querySelector('[data-entry="alone"] [aria-current="true"]');
// Beneath a long conversation it would lie out of sight.
if (own && own.getBoundingClientRect().bottom > innerHeight) own.scrollIntoView({ block: "center" });
// What stood in the page from the start is not announced: it is said again, once heard.
const told = [...document.querySelectorAll(".messages li")].map(item =>
  item.querySelector("span")?.textContent ?? item.textContent);
setTimeout(() => { said.textContent = told.join(" ").replace(/\s+/g, " ").trim(); }, 300);
