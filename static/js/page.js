// A page's text and what is said below it: videos of other sites, and the form for a comment.

// Nothing is asked of another site before a reader wants to see what is there.
document.documentElement.classList.add("has-script");
for (const screen of document.querySelectorAll(".recording .screen")) {
  screen.querySelector("[data-load]").addEventListener("click", () => {
    const frame = document.createElement("iframe");
    Object.assign(frame, {
      src: `${screen.dataset.embed}&autoplay=1`,
      title: screen.dataset.title,
      allow: "autoplay; fullscreen; picture-in-picture",
      allowFullscreen: true,
      referrerPolicy: "strict-origin-when-cross-origin",
    });
    screen.replaceChildren(frame);
    frame.focus();
  });
}

function attend(form) {
  // The page is stored and holds neither stamp nor token: both are fetched when somebody begins to
  // write. What is written stays in this tab until it has been sent.
  const say = form.dataset;
  const kept = `comment ${form.action}`;
  const fields = ["text", "name", "email", "library"];
  const parent = form.elements.parent;
  const about = form.elements.about;
  const heading = document.getElementById("comment-form");
  const place = form.previousElementSibling;
  let asked = null;

  async function fetchStamp() {
    const response = await fetch(say.stamp, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const { stamp, token, name } = await response.json();
    form.elements.stamp.value = stamp;
    const hidden = document.createElement("input");
    Object.assign(hidden, { type: "hidden", name: "csrfmiddlewaretoken", value: token });
    form.append(hidden);
    const who = form.querySelector("[data-who]");
    if (name && who) who.replaceWith(line(say.sayStaff.replace("{name}", name)));
  }

  function line(words) {
    const p = document.createElement("p");
    p.textContent = words;
    return p;
  }

  // Without an answer the site shows the comment once more before it is sent: nothing is lost.
  const prepare = () => (asked ??= fetchStamp().catch(() => {}));

  function store(key, value) {
    try {
      if (value) sessionStorage.setItem(key, value);
      else sessionStorage.removeItem(key);
    } catch {
      // A browser that keeps nothing sends as well as any other.
    }
  }

  function restore() {
    try {
      const written = JSON.parse(sessionStorage.getItem(kept) ?? "{}");
      for (const name of fields) {
        const field = form.elements[name];
        if (field && !field.value && typeof written[name] === "string") field.value = written[name];
      }
    } catch {
      store(kept, "");
    }
  }

  function keep() {
    const written = Object.fromEntries(fields.map(name => [name, form.elements[name]?.value ?? ""]));
    store(kept, written.text.trim() ? JSON.stringify(written) : "");
  }

  function answerTo(link) {
    const comment = link.closest(".comment");
    parent.value = link.dataset.reply;
    about.value = link.dataset.about;
    let note = form.querySelector(".replying");
    if (!note) {
      note = document.createElement("p");
      note.className = "replying";
      note.append(document.createElement("span"), " ");
      const stop = document.createElement("button");
      Object.assign(stop, { type: "button", className: "button button-link", textContent: say.sayStop });
      stop.addEventListener("click", standAlone);
      note.append(stop);
      form.prepend(note);
    }
    const name = comment.querySelector(".comment-name").textContent;
    note.firstChild.textContent = say.sayReplying.replace("{name}", name);
    comment.querySelector("article").after(form);
    form.elements.text.focus();
  }

  function standAlone() {
    parent.value = about.value = "";
    form.querySelector(".replying")?.remove();
    place.after(form);
    form.elements.text.focus();
  }

  form.addEventListener("focusin", prepare, { once: true });
  form.addEventListener("input", keep);
  form.addEventListener("submit", async event => {
    if (form.elements.stamp.value) return store(kept, "");
    event.preventDefault();
    await Promise.race([prepare(), new Promise(done => setTimeout(done, 3000))]);
    if (form.elements.stamp.value) store(kept, "");
    HTMLFormElement.prototype.submit.call(form);
  });
  if (heading) {
    document.addEventListener("click", event => {
      const link = event.target.closest("a[data-reply], a[data-question]");
      if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      if (!link.dataset.reply) return;
      event.preventDefault();
      answerTo(link);
    });
  }
  restore();
}

const form = document.querySelector(".comment-form");
if (form) attend(form);
