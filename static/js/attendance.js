/* Attendance at the door: a tap is noted without loading the page anew, and a search narrows the list as one types.
   Without this script both work by the forms themselves. */

const SECONDS = 10;

const door = document.querySelector("[data-door]");
const fault = document.querySelector("[data-fault]");
const count = document.querySelector("[data-count]");
const none = document.querySelector("[data-none]");
const search = document.querySelector("#q");

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function say(kind) {
  fault.textContent = kind ? fault.dataset[kind] : "";
  fault.hidden = !kind;
}

function show(row, here) {
  row.setAttribute("aria-pressed", String(here));
  row.value = `${row.value.split(":")[0]}:${here ? "no" : "yes"}`;
}

async function note(row) {
  const body = new FormData(door);
  body.set("mark", row.value);
  let response;
  try {
    response = await fetch(location.href, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
  } catch {
    return "offline";
  }
  if (response.status === 409) return "gone";
  if (!response.ok) return "refused";
  const said = await response.json().catch(() => null);
  if (!said) return "refused";
  show(row, said.here);
  count.textContent = said.count;
  return "";
}

door?.addEventListener("submit", async (event) => {
  const row = event.submitter;
  if (!row?.matches(".door-row")) return;
  event.preventDefault();
  if (row.getAttribute("aria-busy") === "true") return;
  row.setAttribute("aria-busy", "true");
  const kind = await note(row);
  row.removeAttribute("aria-busy");
  row.classList.toggle("door-failed", Boolean(kind));
  say(kind);
});

search?.addEventListener("input", () => {
  const asked = fold(search.value).split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const line of document.querySelectorAll("[data-words]")) {
    const words = fold(line.dataset.words);
    line.hidden = !asked.every((word) => words.includes(word));
    shown += line.hidden ? 0 : 1;
  }
  if (none) none.hidden = shown > 0;
});
