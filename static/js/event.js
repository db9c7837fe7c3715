// An event's page and its form: the reader's own time, and what a stored page cannot hold.

const DAY = { weekday: "long", month: "long", day: "numeric" };
const TIME = { hour: "numeric", minute: "2-digit", timeZoneName: "short" };

function offsetThere(time) {
  // Minutes ahead of UTC, as the page says: 2026-12-02T14:00:00-05:00.
  const [, sign, hours, minutes] = time.dateTime.match(/([+-])(\d\d):?(\d\d)$/) ?? [];
  return sign ? (sign === "-" ? -1 : 1) * (hours * 60 + Number(minutes)) : 0;
}

function sayLocal(place) {
  const times = place.matches("time") ? [place] : [...place.querySelectorAll("time")];
  const moments = times.map(time => new Date(time.dateTime));
  if (!moments.length || moments.some(Number.isNaN)) return;
  if (moments.every((moment, n) => -moment.getTimezoneOffset() === offsetThere(times[n]))) return;
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { ...DAY, ...TIME });
  const said = document.createElement("span");
  said.className = "local-time";
  said.textContent = place.dataset.local.replace(
    "{time}",
    format.formatRange(moments[0], moments.at(-1)),
  );
  place.parentElement.append(said);
}

function attend(form) {
  // The page is stored and holds neither stamp nor token: both are fetched when somebody begins to
  // write. What is written stays in this tab until it has been sent.
  const kept = `registration ${form.action}`;
  const isTick = field => ["checkbox", "radio"].includes(field.type);
  const fields = [...form.elements].filter(
    field => field.name && !["hidden", "submit"].includes(field.type) && !field.closest(".trap"),
  );
  let asked = null;
  let isReady = false;

  async function fetchStamp() {
    const response = await fetch(form.dataset.stamp, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const { stamp, token } = await response.json();
    form.elements.stamp.value = stamp;
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name: "csrfmiddlewaretoken", value: token });
    form.append(hidden);
  }

  // Without an answer the site shows the registration once more before it is sent: nothing is lost.
  const prepare = () => (asked ??= fetchStamp().catch(() => {}));

  function store(written) {
    try {
      if (written.length) sessionStorage.setItem(kept, JSON.stringify(written));
      else sessionStorage.removeItem(kept);
    } catch {
      // A browser that keeps nothing sends as well as any other.
    }
  }

  function keep() {
    const isWritten = field => (isTick(field) ? field.checked : field.value);
    store(fields.filter(isWritten).map(({ name, value }) => [name, value]));
  }

  function restore() {
    let written = [];
    try {
      written = JSON.parse(sessionStorage.getItem(kept) ?? "[]");
    } catch {
      store([]);
    }
    for (const [name, value] of written) {
      const field = fields.find(
        field => field.name === name && (!isTick(field) || field.value === value),
      );
      if (!field) continue;
      if (isTick(field)) field.checked = true;
      else field.value ||= value;
      const fold = field.closest("details");
      if (fold) fold.open = true;
    }
  }

  const people = [...form.querySelectorAll(".person-fields")];

  function showPeople() {
    // Of the places for colleagues, those that are filled in, and one more.
    let blank = 0;
    for (const place of people) {
      const isFilled = fields.some(
        field => place.contains(field) && (isTick(field) ? field.checked : field.value),
      );
      if (!isFilled) blank += 1;
      place.hidden = blank > 1;
    }
  }

  form.addEventListener("focusin", prepare, { once: true });
  form.addEventListener("input", keep);
  form.addEventListener("input", showPeople);
  form.addEventListener("submit", async event => {
    if (isReady || form.elements.stamp.value) return store([]);
    event.preventDefault();
    await Promise.race([prepare(), new Promise(done => setTimeout(done, 3000))]);
    isReady = true;
    // Not before this event is over: within it a form is not sent again.
    setTimeout(() => form.requestSubmit(event.submitter));
  });
  restore();
  showPeople();
}

function suggestLibraries(input) {
  const list = document.createElement("datalist");
  list.id = `${input.id}-libraries`;
  input.after(list);
  input.setAttribute("list", list.id);
  let waiting = 0;
  let asked = "";

  async function ask() {
    const words = input.value.trim();
    if (words.length < 2 || words === asked) return;
    asked = words;
    const response = await fetch(`${input.dataset.libraries}?q=${encodeURIComponent(words)}`);
    if (!response.ok || words !== asked) return;
    const { libraries } = await response.json();
    list.replaceChildren(...libraries.map(name => new Option("", name)));
  }

  // Without an answer one types the name: nothing else hangs on it.
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => ask().catch(() => {}), 150);
  });
}

for (const place of document.querySelectorAll("[data-local]")) sayLocal(place);
for (const input of document.querySelectorAll("input[data-libraries]")) suggestLibraries(input);
const form = document.querySelector(".registration-form");
if (form) attend(form);
