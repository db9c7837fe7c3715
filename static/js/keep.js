// Uploads a recording in parts and goes on where it was cut off, be it by the network, a closed
// page or a restart: the site tells how far it is, the file itself is chosen again.

const PART = 4 * 1024 * 1024;
const WAITS = [1, 2, 5, 10, 20]; // seconds

const form = document.getElementById("keep");
const say = form.dataset;
const input = form.querySelector("input[type=file]");
const bar = form.querySelector("progress");
const start = form.querySelector("button[type=submit]");
const stop = form.querySelector("[data-act=stop]");
let stopping = null;

class Refused extends Error {}

function tell(words, problem = false) {
  const line = form.querySelector(".keep-state");
  if (line.textContent !== words) line.textContent = words;
  line.classList.toggle("error-message", problem);
}

const sleep = seconds => new Promise(done => setTimeout(done, seconds * 1000));

async function ask(method, url, options = {}) {
  const response = await fetch(url, {
    ...options,
    method,
    redirect: "manual",
    signal: stopping.signal,
    headers: { "X-CSRFToken": say.token, ...options.headers },
  });
  if (response.type === "opaqueredirect" || response.status === 403) throw new Error(say.signedOut);
  if (response.status === 422) throw new Refused((await response.json()).error);
  return response;
}

// How long it is, where this browser can tell; the site keeps no program that could.
function secondsOf(file) {
  return new Promise(done => {
    const player = document.createElement(file.type.startsWith("audio") ? "audio" : "video");
    const end = seconds => {
      URL.revokeObjectURL(player.src);
      done(Number.isFinite(seconds) ? seconds : 0);
    };
    player.preload = "metadata";
    player.onloadedmetadata = () => end(player.duration);
    player.onerror = () => end(0);
    setTimeout(() => end(0), 5000);
    player.src = URL.createObjectURL(file);
  });
}

const remembered = file => `keep-${say.chat}-${file.name}-${file.size}-${file.lastModified}`;

function remember(file, url) {
  try {
    if (url) localStorage.setItem(remembered(file), url);
    else localStorage.removeItem(remembered(file));
  } catch {
    // Without storage it goes on through cuts, not through a closed page.
  }
}

async function placeOf(file) {
  let url = null;
  try {
    url = localStorage.getItem(remembered(file));
  } catch {
    // As above.
  }
  if (url) {
    const response = await ask("HEAD", url);
    if (response.ok) return [url, Number(response.headers.get("Upload-Offset"))];
  }
  const body = JSON.stringify({ name: file.name, size: file.size, seconds: await secondsOf(file) });
  const response = await ask("POST", say.begin, { body });
  if (!response.ok) throw new Error(say.waiting);
  url = (await response.json()).url;
  remember(file, url);
  return [url, 0];
}

async function send(file, url, from) {
  let offset = from;
  while (offset < file.size) {
    bar.value = (offset / file.size) * 100;
    const response = await ask("PATCH", url, {
      body: file.slice(offset, offset + PART),
      headers: { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" },
    });
    if (!response.ok && response.status !== 409) throw new Error(say.waiting);
    offset = Number(response.headers.get("Upload-Offset"));
    tell(say.going);
  }
  bar.value = 100;
  tell(say.keeping);
  const response = await ask("POST", url);
  if (!response.ok) throw new Error(say.waiting);
  remember(file, null);
  location.assign((await response.json()).url);
}

async function upload(file) {
  if (file.size > Number(say.free)) {
    tell(say.tooLarge, true);
    return;
  }
  stopping = new AbortController();
  start.hidden = true;
  stop.hidden = bar.hidden = false;
  input.disabled = true;
  tell(say.looking);
  try {
    for (let failed = 0; ; failed += 1) {
      try {
        const [url, offset] = await placeOf(file);
        await send(file, url, offset);
        return;
      } catch (error) {
        if (error instanceof Refused || stopping.signal.aborted) throw error;
        tell(error.message === say.signedOut ? say.signedOut : say.waiting);
        await sleep(WAITS[Math.min(failed, WAITS.length - 1)]);
        if (stopping.signal.aborted) throw error;
      }
    }
  } catch (error) {
    if (error instanceof Refused) remember(file, null);
    tell(error instanceof Refused ? error.message : say.stopped, error instanceof Refused);
    start.hidden = false;
    stop.hidden = true;
    input.disabled = false;
    input.focus();
  }
}

form.addEventListener("submit", event => {
  event.preventDefault();
  if (input.files[0]) upload(input.files[0]);
  else input.focus();
});
stop.addEventListener("click", () => stopping.abort());
form.hidden = false;
