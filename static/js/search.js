// Completes words in a search box: a combobox with a list, as in WAI-ARIA 1.2. What the reader
// types is theirs: nothing is filled in until a suggestion is chosen.

const QUIET = 150; // milliseconds
const SHORTEST = 2;

class SuggestingBox {
  constructor(form, number) {
    const { suggestions, suggestionsLabel, suggestionsTold } = form.dataset;
    this.form = form;
    this.input = form.querySelector("input[type=search]");
    this.address = new URL(suggestions, location.href);
    this.told = suggestionsTold.split("|");
    this.list = document.createElement("ul");
    this.list.id = `suggestions-${number}`;
    this.list.className = "plain suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", suggestionsLabel);
    this.status = document.createElement("p");
    this.status.className = "unseen";
    this.status.setAttribute("role", "status");
    this.input.after(this.list, this.status);
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-controls", this.list.id);
    this.input.setAttribute("aria-expanded", "false");
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", event => event.isComposing || this.typed());
    this.input.addEventListener("compositionend", () => this.typed());
    this.input.addEventListener("keydown", event => this.pressed(event));
    this.input.addEventListener("blur", () => this.close());
    this.form.addEventListener("submit", () => this.close());
    // A press on the list, be it on its scroll bar, leaves the focus where it is.
    this.list.addEventListener("mousedown", event => event.preventDefault());
    this.list.addEventListener("click", event => this.choose(event.target.closest("li")));
  }

  get isOpen() {
    return !this.list.hidden;
  }

  get options() {
    return [...this.list.children];
  }

  typed() {
    this.close();
    if (this.input.value.trim().length >= SHORTEST) {
      this.waiting = setTimeout(() => this.ask(), QUIET);
    }
  }

  async ask(active) {
    this.forget();
    const asking = (this.asking = new AbortController());
    this.address.searchParams.set("q", this.input.value);
    try {
      const response = await fetch(this.address, { signal: asking.signal });
      const { suggestions } = await response.json();
      if (!asking.signal.aborted) {
        this.show(suggestions.map(({ words }) => words));
        if (this.isOpen && active !== undefined) this.activate(this.options.at(active));
      }
    } catch {
      // Without suggestions the box searches all the same.
    }
  }

  forget() {
    clearTimeout(this.waiting);
    this.asking?.abort();
  }

  show(suggestions) {
    if (!suggestions.length) return;
    this.list.replaceChildren(...suggestions.map((words, place) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${place}`;
      option.textContent = words;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      return option;
    }));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.status.textContent = this.told[Math.min(suggestions.length, this.told.length) - 1];
  }

  close() {
    this.forget();
    this.activate(null);
    this.list.hidden = true;
    this.list.replaceChildren();
    this.input.setAttribute("aria-expanded", "false");
    this.status.textContent = "";
  }

  activate(option) {
    this.active?.setAttribute("aria-selected", "false");
    this.active = option;
    if (option) {
      option.setAttribute("aria-selected", "true");
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  choose(option) {
    if (!option) return;
    this.input.value = option.textContent;
    this.close();
    this.form.requestSubmit();
  }

  pressed(event) {
    // Enter and the arrows belong to an input method while it composes.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        event.preventDefault();
        this.move(event.key === "ArrowDown" ? 1 : -1, event.altKey);
        break;
      case "Enter":
        if (this.active) {
          event.preventDefault();
          this.choose(this.active);
        }
        break;
      case "Escape":
        // A second one empties the field, as browsers do by themselves.
        if (this.isOpen) {
          event.preventDefault();
          this.close();
        }
        break;
      case "Home":
      case "End":
      case "ArrowLeft":
      case "ArrowRight":
        this.activate(null);
        break;
      case "Tab":
        this.close();
    }
  }

  // The field itself lies between the last suggestion and the first.
  move(step, isAlt) {
    if (!this.isOpen) {
      if (this.input.value.trim().length >= SHORTEST) this.ask(isAlt ? undefined : step > 0 ? 0 : -1);
    } else if (isAlt) {
      if (step < 0) this.close();
    } else {
      const stops = [...this.options, null];
      const place = stops.indexOf(this.active ?? null);
      this.activate(stops.at((place + step + stops.length) % stops.length));
    }
  }
}

document.querySelectorAll("form[data-suggestions]").forEach((form, place) => {
  new SuggestingBox(form, place);
});
