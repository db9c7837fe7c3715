// Notes topics while a call goes on. Every note lives in this browser first and is sent when it
// can be; notes of other browsers come back with each exchange. Of two versions of a note the one
// changed later holds.

const EVERY = 3000; // milliseconds
const GIVE_UP_AFTER = 10000;
const QUICK = 2000; // an answer that took longer, or a sleep, tells nothing of the site's clock

const call = document.getElementById("call");
const say = call.dataset;
const storage = `call-${say.chat}`;

const state = { skew: 0, began_at: null, beganSent: true, notes: {}, unsent: [] };

function load() {
  try {
    Object.assign(state, JSON.parse(localStorage.getItem(storage) ?? "{}"));
  } catch {
    // What cannot be read is fetched again from the site.
  }
}

function keep() {
  try {
    localStorage.setItem(storage, JSON.stringify(state));
  } catch {
    // A full or forbidden storage: the notes still go to the site.
  }
}

const now = () => Math.round(Date.now() + state.skew);

function change(note, changes) {
  const changed_at = Math.max(now(), (note.changed_at ?? 0) + 1);
  state.notes[note.uid] = { ...note, ...changes, changed_at };
  if (!state.unsent.includes(note.uid)) state.unsent.push(note.uid);
  keep();
  exchange();
}

function newNote(title, stamped_at) {
  const uid = crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, digit =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
  const note = { uid, title, stamped_at, place: now(), is_removed: false };
  change(note, {});
  return uid;
}

let asking = null;
let askAgain = false;

async function exchange() {
  if (asking) {
    askAgain = true;
    return;
  }
  const sent = state.unsent.map(uid => state.notes[uid]);
  const body = { notes: sent };
  const beganSent = state.began_at;
  if (!state.beganSent) body.began_at = beganSent;
  const begun = Date.now();
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), GIVE_UP_AFTER);
  asking = fetch(say.sync, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": say.token },
    body: JSON.stringify(body),
    redirect: "manual",
    signal: ending.signal,
  });
  try {
    const response = await asking;
    if (response.type === "opaqueredirect" || response.status === 403) {
      tell(say.signedOut);
    } else if (!response.ok) {
      tell(say.refused);
    } else {
      take(await response.json(), sent, beganSent, begun);
      tell(say.saved);
    }
  } catch {
    tell(say.waiting);
  } finally {
    clearTimeout(timer);
    asking = null;
  }
  if (askAgain) {
    askAgain = false;
    exchange();
  }
}

function take(known, sent, beganSent, begun) {
  if (Date.now() - begun < QUICK) state.skew = known.now - (begun + Date.now()) / 2;
  if (state.began_at === beganSent) {
    state.beganSent = true;
    state.began_at = known.began_at;
  }
  for (const note of sent) {
    if (state.notes[note.uid].changed_at === note.changed_at) {
      state.unsent = state.unsent.filter(uid => uid !== note.uid);
    }
  }
  for (const note of known.notes) {
    const own = state.notes[note.uid];
    if (!own || own.changed_at < note.changed_at) state.notes[note.uid] = note;
  }
  keep();
  show();
}

function tell(words) {
  const line = call.querySelector(".call-state");
  // Said once, not every few seconds.
  if (line.textContent !== words) line.textContent = words;
  line.classList.toggle("is-waiting", words !== say.saved);
}

function stamp(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const pad = number => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const said = hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
  return milliseconds < 0 ? `−${said}` : said;
}

function line(note) {
  const item = document.createElement("li");
  item.dataset.uid = note.uid;
  const moment = document.createElement("span");
  moment.className = "call-moment";
  const title = document.createElement("input");
  title.type = "text";
  title.maxLength = 500;
  title.addEventListener("input", () => {
    const own = state.notes[note.uid];
    if (own.title !== title.value) change(own, { title: title.value });
  });
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "button button-small button-secondary";
  remove.textContent = say.remove;
  remove.addEventListener("click", () => {
    change(state.notes[note.uid], { is_removed: true });
    show();
    call.querySelector("#call-title").focus();
  });
  item.append(moment, title, remove);
  if (note.stamped_at === null) {
    const ask = document.createElement("button");
    ask.type = "button";
    ask.className = "button button-small";
    ask.textContent = say.now;
    ask.addEventListener("click", () => {
      change(state.notes[note.uid], { stamped_at: now() });
      show();
      call.querySelector(`[data-uid="${note.uid}"] input`)?.focus();
    });
    moment.append(ask);
  }
  return item;
}

function show() {
  const notes = Object.values(state.notes).filter(note => !note.is_removed);
  const lists = {
    stamped: notes.filter(note => note.stamped_at !== null).sort((a, b) => a.stamped_at - b.stamped_at),
    prepared: notes.filter(note => note.stamped_at === null).sort((a, b) => a.place - b.place),
  };
  for (const [name, listed] of Object.entries(lists)) {
    const list = call.querySelector(`[data-list=${name}]`);
    const lines = new Map([...list.children].map(item => [item.dataset.uid, item]));
    const wanted = listed.map(note => lines.get(note.uid) ?? line(note));
    for (const item of [...list.children]) if (!wanted.includes(item)) item.remove();
    wanted.forEach((item, place) => {
      // Moving an element takes the focus from it: only what stands elsewhere is moved.
      if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
      fill(item, listed[place]);
    });
  }
  const empty = call.querySelector("[data-empty=stamped]");
  empty.hidden = lists.stamped.length > 0;
  call.querySelector("[data-act=begin]").textContent = state.began_at === null ? say.began : say.again;
}

function fill(item, note) {
  const title = item.querySelector("input");
  if (document.activeElement !== title && title.value !== note.title) title.value = note.title;
  const at = note.stamped_at !== null && state.began_at !== null ? stamp(note.stamped_at - state.began_at) : "";
  if (note.stamped_at !== null) item.querySelector(".call-moment").textContent = at || "–";
  const name = note.title || say.untitled;
  title.setAttribute("aria-label", at ? `${say.title} ${at}` : say.title);
  item.querySelectorAll("button").forEach(button =>
    button.setAttribute("aria-label", `${button.textContent}: ${name}`));
}

function tick() {
  const time = call.querySelector("output");
  time.textContent = state.began_at === null ? "–:––" : stamp(now() - state.began_at);
}

call.querySelector("[data-act=begin]").addEventListener("click", () => {
  state.began_at = now();
  state.beganSent = false;
  keep();
  show();
  tick();
  exchange();
});

call.querySelector("[data-act=stamp]").addEventListener("submit", event => {
  event.preventDefault();
  const moment = now();
  const box = call.querySelector("#call-title");
  if (state.began_at === null) {
    state.began_at = moment;
    state.beganSent = false;
  }
  const uid = newNote(box.value.trim(), moment);
  const untitled = !box.value.trim();
  box.value = "";
  show();
  if (untitled) call.querySelector(`[data-uid="${uid}"] input`).focus();
});

call.querySelector("[data-act=prepare]").addEventListener("submit", event => {
  event.preventDefault();
  const box = call.querySelector("#call-question");
  if (box.value.trim()) newNote(box.value.trim(), null);
  box.value = "";
  show();
});

addEventListener("online", exchange);
addEventListener("beforeunload", event => {
  if (state.unsent.length && !navigator.onLine) event.preventDefault();
});

load();
call.hidden = false;
show();
tick();
setInterval(tick, 250);
setInterval(exchange, EVERY);
exchange();
