// The watch page: steers the recording, marks where it is, keeps the address at that second.
// Times are seconds from the start of the recording.

const STEP = 15;
const NEAR = 0.5; // hosts land a little beside the second they were asked for
const SETTLING = 1500; // milliseconds in which a frame may still tell its old time
const GREETING = 250; // milliseconds between greetings, until a frame answers
const STAMP = /^(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d(?:\.\d*)?)$/;

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);

// The seconds of "11:28", "76:20" or "1:02:03"; null for anything else.
function readStamp(text) {
  const match = STAMP.exec(text.trim());
  if (!match || (match[1] && Number(match[2]) > 59)) return null;
  return Number(match[1] ?? 0) * 3600 + Number(match[2]) * 60 + Number(match[3]);
}

function writeStamp(seconds) {
  const whole = Math.floor(seconds);
  const two = number => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

// "1 hour 2 minutes 3 seconds", in the language of the page.
function sayTime(seconds) {
  const whole = Math.floor(seconds);
  const parts = [
    [Math.floor(whole / 3600), "hour"],
    [Math.floor(whole / 60) % 60, "minute"],
    [whole % 60, "second"],
  ];
  const told = parts.filter(([number]) => number);
  return (told.length ? told : parts.slice(-1)).map(([number, unit]) =>
    new Intl.NumberFormat(document.documentElement.lang, {
      style: "unit", unit, unitDisplay: "long",
    }).format(number)).join(" ");
}

// The start that a fragment names, after W3C Media Fragments 1.0 (4.2.1, npt); null for none.
// An end is allowed and passed over: nobody who shares a second wants the rest cut off.
function readFragment(hash) {
  const time = new URLSearchParams(hash.slice(1)).getAll("t").at(-1);
  if (time === undefined) return null;
  const [start, end] = time.replace(/^npt:/, "").split(",");
  if (start === "" && end) return 0;
  return /^\d+(\.\d*)?s?$/.test(start) ? parseFloat(start) : readStamp(start);
}

function elementOf(hash) {
  try {
    return document.getElementById(decodeURIComponent(hash.slice(1)));
  } catch {
    return null;
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard but the one of old.
    document.addEventListener("copy", event => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
    }, { once: true });
    document.execCommand("copy");
  }
}

// What can be steered. Each tells its page: ready, moved, started, stopped, arrived, sought.

class KeptFile {
  constructor(element, page) {
    this.element = element;
    this.wanted = null;
    element.addEventListener("loadedmetadata", () => {
      page.ready(this);
      this.arrive(page);
    });
    element.addEventListener("timeupdate", () => page.moved(this));
    element.addEventListener("play", () => page.started(this));
    element.addEventListener("pause", () => page.stopped(this));
    element.addEventListener("seeked", () => page.sought(this));
    this.page = page;
  }

  get isLoaded() {
    return true;
  }

  get isPlaying() {
    return !this.element.paused;
  }

  get length() {
    return Number.isFinite(this.element.duration) ? this.element.duration : null;
  }

  get position() {
    return this.wanted ?? this.element.currentTime;
  }

  // Once it is known how long the file is; of several wishes before that, the last.
  seek(seconds) {
    this.wanted = seconds;
    if (this.element.readyState >= HTMLMediaElement.HAVE_METADATA) this.arrive(this.page);
    else this.element.preload = "metadata";
  }

  arrive(page) {
    if (this.wanted === null) return;
    this.element.currentTime = Math.min(this.wanted, this.length ?? Infinity);
    this.wanted = null;
    page.arrived(this);
  }

  play() {
    return this.element.play().catch(() => {});
  }

  pause() {
    this.element.pause();
  }

  setRate(rate) {
    this.element.playbackRate = rate;
  }
}

// A player of another origin: a frame that comes when the reader presses play, steered by messages.
class Frame {
  constructor(screen, page) {
    this.screen = screen;
    this.page = page;
    this.address = new URL(screen.dataset.embed);
    this.told = 0;
    this.toldAt = 0;
    this.start = 0;
    this.wanted = null;
    this.rate = 1;
    this.length = null;
    this.isLoaded = false;
    this.isReady = false;
    this.isPlaying = false;
  }

  get position() {
    return this.wanted ?? (this.isReady ? this.told : this.start);
  }

  seek(seconds) {
    if (!this.isLoaded) {
      this.start = seconds;
      return;
    }
    this.wanted = seconds;
    if (this.isReady) this.arrive();
  }

  arrive() {
    this.told = this.wanted;
    this.toldAt = Date.now();
    this.wanted = null;
    this.sendSeek(this.told);
    this.page.arrived(this);
  }

  play() {
    if (this.isLoaded) this.send(...this.PLAY);
    else this.load();
  }

  pause() {
    if (this.isLoaded) this.send(...this.PAUSE);
  }

  setRate(rate) {
    this.rate = rate;
    if (this.isReady) this.sendRate(rate);
  }

  load() {
    this.isLoaded = true;
    this.prepare(this.address, Math.floor(this.start));
    this.frame = document.createElement("iframe");
    this.frame.title = this.screen.dataset.title;
    this.frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
    this.frame.allowFullscreen = true;
    this.frame.referrerPolicy = "strict-origin-when-cross-origin";
    window.addEventListener("message", event => this.receive(event));
    this.frame.addEventListener("load", () => this.greet());
    this.frame.src = this.address;
    this.screen.replaceChildren(this.frame);
  }

  receive(event) {
    if (event.origin !== this.address.origin || event.source !== this.frame.contentWindow) return;
    try {
      this.hear(typeof event.data === "string" ? JSON.parse(event.data) : event.data);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }

  post(message) {
    this.frame.contentWindow?.postMessage(JSON.stringify(message), this.address.origin);
  }

  becameReady() {
    if (this.isReady) return;
    this.isReady = true;
    this.told = this.start;
    this.toldAt = Date.now();
    if (this.rate !== 1) this.sendRate(this.rate);
    this.page.ready(this);
    if (this.wanted !== null) this.arrive();
  }

  heardTime(seconds) {
    const isOld = Date.now() - this.toldAt < SETTLING && Math.abs(seconds - this.told) > 2;
    if (isOld) return;
    this.told = seconds;
    this.page.moved(this);
  }

  heardPlaying(isPlaying) {
    if (isPlaying === this.isPlaying) return;
    this.isPlaying = isPlaying;
    if (isPlaying) this.page.started(this);
    else this.page.stopped(this);
  }
}

class YouTubeFrame extends Frame {
  PLAY = ["playVideo"];
  PAUSE = ["pauseVideo"];

  prepare(address, start) {
    address.searchParams.set("autoplay", 1);
    address.searchParams.set("origin", location.origin);
    if (start) address.searchParams.set("start", start);
  }

  greet() {
    clearInterval(this.greeting);
    const hello = () => this.post({ event: "listening", id: 1, channel: "widget" });
    this.greeting = setInterval(hello, GREETING);
    hello();
  }

  send(func, args = []) {
    this.post({ event: "command", func, args });
  }

  sendSeek(seconds) {
    this.send("seekTo", [seconds, true]);
  }

  sendRate(rate) {
    this.send("setPlaybackRate", [rate]);
  }

  hear({ event, info }) {
    clearInterval(this.greeting);
    if (event === "onStateChange") return this.heardState(info);
    if (!["initialDelivery", "onReady", "infoDelivery"].includes(event)) return;
    this.becameReady();
    if (info?.duration) this.length = info.duration;
    if (typeof info?.currentTime === "number") this.heardTime(info.currentTime);
    if (typeof info?.playerState === "number") this.heardState(info.playerState);
  }

  // 1 plays; 3 fetches, and goes on to do what it did.
  heardState(state) {
    if (state !== 3) this.heardPlaying(state === 1);
  }
}

class VimeoFrame extends Frame {
  PLAY = ["play"];
  PAUSE = ["pause"];

  prepare(address, start) {
    address.searchParams.set("autoplay", 1);
    if (start) address.hash = `t=${start}s`;
  }

  greet() {
    this.send("ping");
  }

  send(method, value) {
    this.post(value === undefined ? { method } : { method, value });
  }

  sendSeek(seconds) {
    this.send("setCurrentTime", seconds);
  }

  sendRate(rate) {
    this.send("setPlaybackRate", rate);
  }

  becameReady() {
    if (this.isReady) return;
    for (const event of ["timeupdate", "play", "pause", "ended"]) this.send("addEventListener", event);
    this.send("getDuration");
    super.becameReady();
  }

  hear({ event, method, data, value }) {
    if (event === "ready" || method === "ping") this.becameReady();
    else if (method === "getDuration") this.length = value;
    else if (event === "play") this.heardPlaying(true);
    else if (event === "pause" || event === "ended") this.heardPlaying(false);
    else if (event === "timeupdate") {
      this.length = data.duration;
      this.heardTime(data.seconds);
    }
  }
}

const FRAMES = { youtube: YouTubeFrame, vimeo: VimeoFrame };

// The page around it.

class WatchPage {
  constructor(player) {
    this.player = player;
    this.controls = player.querySelector(".controls");
    this.say = this.controls.dataset;
    this.status = this.controls.querySelector("[role=status]");
    this.where = this.controls.querySelector("[data-where]");
    this.playButton = this.controls.querySelector("[data-do=play]");
    this.knownLength = Number(player.dataset.duration) || null;
    this.follows = document.querySelector("[data-follow]");
    this.hasBegun = false;
    this.topics = [...document.querySelectorAll(".topics > li[data-start]:not([data-written])")]
      .map(item => ({ item, link: item.querySelector(".stamped"), at: Number(item.dataset.start) }))
      .sort((one, other) => one.at - other.at);
    this.lines = [...document.querySelectorAll(".transcript:not(.of-text-chat) [data-at]")]
      .map(element => ({ element, at: Number(element.dataset.at) }));
    this.media = this.findMedia();
    this.medium = this.media[0];
    this.listen();
    this.goToAddress();
    this.showWhere();
  }

  findMedia() {
    const screens = [...this.player.querySelectorAll("[data-embed]")]
      .map(screen => new FRAMES[screen.dataset.kind](screen, this));
    const files = [...this.player.querySelectorAll("video, audio")]
      .map(element => new KeptFile(element, this));
    return [...screens, ...files];
  }

  listen() {
    document.addEventListener("click", event => this.clicked(event));
    window.addEventListener("popstate", event => this.traversed(event));
    this.controls.querySelector("[data-speed]").addEventListener("change", event => {
      this.media.forEach(medium => medium.setRate(Number(event.target.value)));
    });
    const form = this.controls.querySelector(".go-to");
    form.addEventListener("submit", event => {
      event.preventDefault();
      this.goToTyped(form);
    });
  }

  // What a medium tells.

  ready(medium) {
    if (medium === this.medium) this.showWhere();
  }

  moved(medium) {
    if (medium === this.medium) this.mark();
  }

  started(medium) {
    if (medium !== this.medium) this.changeTo(medium);
    this.hasBegun = true;
    this.showPlaying();
    this.mark();
  }

  stopped(medium) {
    if (medium !== this.medium) return;
    this.showPlaying();
    this.noteAddress();
  }

  // The reader moved the file's own slider, be it by many small steps; or we did.
  sought(medium) {
    if (medium !== this.medium || !this.hasBegun) return;
    this.mark();
    clearTimeout(this.noting);
    this.noting = setTimeout(() => this.noteAddress(), 250);
  }

  arrived(medium) {
    if (medium !== this.medium) return;
    this.mark();
    this.tell(this.topic ? this.say.sayTopic : this.say.sayAt);
  }

  // The sound alone takes up where the picture was, and the other way round.
  changeTo(medium) {
    const { position } = this.medium;
    this.medium.pause();
    this.medium = medium;
    if (this.hasBegun && Math.abs(position - medium.position) > NEAR) medium.seek(position);
  }

  // Where it is, and what the reader is told of it.

  get length() {
    return this.medium.length ?? this.knownLength;
  }

  // Move the medium to a second, as far as it has one.
  go(seconds) {
    this.hasBegun = true;
    this.medium.seek(Math.min(Math.max(seconds, 0), this.length ?? Infinity));
    this.mark();
    if (!this.medium.isLoaded) this.tell(this.say.sayStart);
  }

  tell(words) {
    const time = sayTime(this.medium.position + 0.001);
    this.status.textContent = fill(words, {
      time, topic: this.topic?.link.querySelector(":scope > :last-child").textContent,
    });
  }

  mark() {
    if (!this.hasBegun) return;
    const at = this.medium.position + NEAR;
    const topic = this.topics.findLast(one => one.at <= at);
    if (topic !== this.topic) {
      this.topic?.link.removeAttribute("aria-current");
      topic?.link.setAttribute("aria-current", "true");
      this.topic = topic;
    }
    const line = this.lines.findLast(one => one.at <= at);
    if (line !== this.line) {
      this.line?.element.classList.remove("is-said");
      line?.element.classList.add("is-said");
      this.line = line;
      if (line && this.follows?.checked) this.bringIntoView(line.element);
    }
    this.showWhere();
  }

  bringIntoView(element) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
  }

  showWhere() {
    const time = writeStamp(this.medium.position + 0.001);
    const words = !this.medium.isLoaded && this.medium.position
      ? fill(this.say.sayStart, { time })
      : this.length ? fill(this.say.sayOf, { time, length: writeStamp(this.length) }) : time;
    if (this.where.textContent !== words) this.where.textContent = words;
  }

  showPlaying() {
    const { isPlaying } = this.medium;
    const { sayPlay, sayPause } = this.playButton.dataset;
    this.playButton.classList.toggle("is-playing", isPlaying);
    this.playButton.querySelector("[data-label]").textContent = isPlaying ? sayPause : sayPlay;
  }

  // The address, and the history of the tab.

  // The second that an address leads to; null for one that is none of ours.
  secondOf(hash) {
    const named = elementOf(hash)?.dataset.start;
    return named === undefined ? readFragment(hash) : Number(named);
  }

  noteAddress() {
    clearTimeout(this.noting);
    const at = Math.floor(this.medium.position + 0.001);
    const known = this.secondOf(location.hash);
    const isKnown = known !== null && Math.floor(known) === at;
    history.replaceState({ at }, "", isKnown ? location.hash : `#t=${at}`);
  }

  goToAddress() {
    const at = this.secondOf(location.hash);
    if (at === null) return;
    this.go(at);
    this.noteIfClamped(at);
    if (!elementOf(location.hash)?.dataset.start) this.showTopic();
  }

  noteIfClamped(wanted) {
    if (this.medium.position < wanted - 1) this.noteAddress();
  }

  // Browsers go to the element an address names until all is loaded, and so this comes after.
  async showTopic() {
    if (!this.topic) return;
    if (document.readyState !== "complete") {
      await new Promise(resolve => window.addEventListener("load", resolve, { once: true }));
    }
    const { item } = this.topic;
    const fold = item.closest("details");
    if (fold) fold.open = true;
    const isAlwaysThere = getComputedStyle(this.player).position === "sticky";
    const { top } = this.player.getBoundingClientRect();
    const fitsBelow = item.getBoundingClientRect().bottom - top < window.innerHeight;
    if (fitsBelow && !isAlwaysThere) this.player.scrollIntoView({ block: "start" });
    else item.scrollIntoView({ block: "center" });
  }

  // A chosen moment is a step of its own: "back" leads to where the reader was before it.
  visit(seconds, hash) {
    if (this.hasBegun) this.noteAddress();
    else history.replaceState({ at: 0 }, "");
    if (location.hash !== hash) history.pushState(null, "", hash);
    this.go(seconds);
    history.replaceState({ at: Math.floor(this.medium.position + 0.001) }, "");
  }

  traversed(event) {
    const at = event.state?.at ?? this.secondOf(location.hash);
    if (at === null || at === undefined) return;
    clearTimeout(this.noting);
    this.go(at);
  }

  // What the reader presses.

  clicked(event) {
    const button = event.target.closest("[data-do]");
    if (button) return this.act(button.dataset.do);
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const topic = event.target.closest(".topics > li[data-start] > a.stamped");
    const passage = event.target.closest(".passage > a.stamp");
    const line = event.target.closest(".passage [data-at]");
    if (topic) {
      event.preventDefault();
      const { id, dataset } = topic.parentElement;
      this.visit(Number(dataset.start), `#${id}`);
    } else if (passage) {
      event.preventDefault();
      const at = Number(/\d+$/.exec(passage.parentElement.id)[0]);
      this.visit(at, `#t=${at}`);
    } else if (line && getSelection().isCollapsed) {
      const at = Number(line.dataset.at);
      this.visit(at, `#t=${Math.floor(at)}`);
    }
  }

  act(what) {
    const { position } = this.medium;
    if (what === "play") this.turn();
    else if (what === "back") this.step(position - STEP);
    else if (what === "forward") this.step(position + STEP);
    else if (what === "previous") this.step(this.topics.findLast(one => one.at < position - 3)?.at ?? 0);
    else if (what === "next") {
      this.step(this.topics.find(one => one.at > position + NEAR)?.at ?? this.length ?? position);
    }
  }

  turn() {
    if (this.medium.isPlaying) this.medium.pause();
    else this.medium.play();
  }

  step(seconds) {
    this.go(seconds);
    this.noteAddress();
  }

  goToTyped(form) {
    const field = form.querySelector("input");
    const error = form.querySelector(".error");
    const at = readStamp(field.value);
    field.setAttribute("aria-invalid", String(at === null));
    error.textContent = at === null ? form.dataset.sayWrong : "";
    if (at === null) {
      field.setAttribute("aria-describedby", error.id);
      field.focus();
    } else {
      field.removeAttribute("aria-describedby");
      this.step(at);
    }
  }
}

// Finding words in what was noted and said.

// As many signs as before, so that places in the one are places in the other.
const plain = text => /^[\x00-\x7f]*$/.test(text)
  ? text.toLowerCase()
  : Array.from({ length: text.length }, (_none, at) =>
    text[at].normalize("NFD")[0].toLowerCase()[0]).join("");

class Finder {
  constructor(form) {
    this.form = form;
    this.say = form.dataset;
    this.field = form.querySelector("input");
    this.count = form.querySelector("[data-count]");
    this.status = form.querySelector("[role=status]");
    this.hits = [];
    this.place = -1;
    form.addEventListener("submit", event => {
      event.preventDefault();
      this.move(1);
    });
    form.querySelector("[data-find-previous]").addEventListener("click", () => this.move(-1));
    this.go = form.querySelector("[data-find-go]");
    this.go.addEventListener("click", () => this.goThere());
    this.field.addEventListener("input", () => this.field.value.trim() || this.find(""));
  }

  get texts() {
    const all = document.querySelectorAll(
      ".topics .stamped > span:last-child, .answer > p:first-child, .passage [data-at]"
    );
    this.known ??= [...all].map(element => ({ element, text: plain(element.textContent) }));
    return this.known;
  }

  find(words) {
    this.words = words;
    this.place = -1;
    this.hits = words ? this.texts.flatMap(({ element, text }) => {
      const found = [];
      for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
        found.push(this.range(element, at, words.length));
      }
      return found;
    }) : [];
    this.show();
  }

  range(element, at, length) {
    const range = new Range();
    const [text] = element.childNodes;
    range.setStart(text, at);
    range.setEnd(text, at + length);
    return range;
  }

  move(step) {
    const words = plain(this.field.value.trim());
    if (words !== (this.words ?? "")) this.find(words);
    if (!words) return;
    const { length } = this.hits;
    if (length) {
      this.place = this.place < 0 && step < 0 ? length - 1 : (this.place + step + length) % length;
      const { parentElement } = this.hit.startContainer;
      for (let fold = parentElement.closest("details"); fold; fold = fold.parentElement.closest("details")) {
        fold.open = true;
      }
      parentElement.scrollIntoView({ block: "center" });
    }
    this.show();
    this.status.textContent = length ? this.counted(this.say.sayHit) : this.say.sayNone;
  }

  get hit() {
    return this.hits[this.place];
  }

  counted(words) {
    return fill(words, {
      n: this.place + 1,
      count: this.hits.length,
      text: this.hit.startContainer.textContent,
    });
  }

  show() {
    this.count.textContent = this.hit ? this.counted(this.say.sayCount)
      : this.words && !this.hits.length ? this.say.sayNone : "";
    if (!this.words) this.status.textContent = "";
    this.go.hidden = !this.hit;
    if (window.Highlight) {
      const others = this.hits.filter(hit => hit !== this.hit);
      CSS.highlights.set("found", new Highlight(...others));
      CSS.highlights.set("found-here", new Highlight(...(this.hit ? [this.hit] : [])));
    } else if (this.hit) {
      getSelection().removeAllRanges();
      getSelection().addRange(this.hit);
    }
  }

  // The link that stands before the words takes the focus.
  goThere() {
    if (!this.hit) return;
    const { parentElement } = this.hit.startContainer;
    const place = parentElement.closest(".passage, li");
    place.querySelector("a").focus({ preventScroll: true });
  }
}

// Passing a moment on.

class Share {
  constructor(form, page) {
    this.form = form;
    this.page = page;
    this.address = form.querySelector("[readonly]");
    this.isOn = form.querySelector("[data-start-on]");
    this.at = form.querySelector("[data-start-at]");
    this.error = form.querySelector(".error");
    form.parentElement.addEventListener("toggle", () => this.opened());
    this.isOn?.addEventListener("change", () => this.write());
    this.at?.addEventListener("input", () => {
      this.isOn.checked = true;
      this.write();
    });
    form.addEventListener("submit", event => {
      event.preventDefault();
      this.pass();
    });
  }

  opened() {
    if (!this.at || !this.form.parentElement.open) return;
    this.at.value = writeStamp(this.page.medium.position + 0.001);
    this.write();
  }

  // Whether there is an address to be passed on.
  write() {
    const { origin, pathname } = location;
    const at = this.isOn?.checked ? readStamp(this.at.value) : null;
    const isWrong = Boolean(this.isOn?.checked) && at === null;
    this.address.value = origin + pathname + (at === null ? "" : `#t=${at}`);
    this.at?.setAttribute("aria-invalid", String(isWrong));
    return !isWrong;
  }

  async pass() {
    const isRight = this.write();
    this.error.textContent = isRight ? "" : this.form.dataset.sayWrong;
    if (!isRight) return this.at.focus();
    await copy(this.address.value);
    this.form.querySelector("[data-copied]").textContent = this.form.dataset.sayCopied;
  }
}

// A topic's own address: with script it is copied, without it is a link to be followed.
function makeCopyButton(link, rail) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = link.className;
  button.append(...link.childNodes);
  const title = link.parentElement.querySelector(".stamped > :last-child").textContent;
  button.querySelector(".unseen").textContent = fill(rail.dataset.sayCopy, { title });
  button.addEventListener("click", async () => {
    await copy(link.href);
    rail.querySelector("[role=status]").textContent = fill(rail.dataset.sayCopied, { title });
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 2000);
  });
  link.replaceWith(button);
}

const player = document.querySelector("[data-player]");
const page = player && new WatchPage(player);
document.querySelectorAll("[data-find]").forEach(form => new Finder(form));
document.querySelectorAll("[data-share]").forEach(form => new Share(form, page));
document.querySelectorAll(".rail").forEach(rail =>
  rail.querySelectorAll("a.permalink").forEach(link => makeCopyButton(link, rail)));
document.documentElement.classList.add("has-script");
if (page) document.documentElement.classList.add("is-steered");
