// Every number can be asked where it comes from: by click, by tap, or by Enter. Without this script the page reads the same.
(() => {
  const known = JSON.parse(document.getElementById("cohortpress-origins").textContent);
  const words = known.words;
  const card = document.createElement("div");
  card.className = "origin";
  card.setAttribute("role", "dialog");
  card.tabIndex = -1;
  card.hidden = true;
  document.querySelector("main").append(card);
  const FINGER = 22; // half the width of a fingertip on a screen, in pixels
  let asked = null;

  function close() {
    if (!asked) return;
    asked.setAttribute("aria-expanded", "false");
    if (card.contains(document.activeElement)) asked.focus({ preventScroll: true });
    asked = null;
    card.hidden = true;
  }

  function open(number) {
    const origin = known.results[number.dataset.result];
    close();
    asked = number;
    number.setAttribute("aria-expanded", "true");
    card.replaceChildren(...rows(origin));
    card.setAttribute("aria-label", origin.label);
    card.hidden = false;
    card.style.maxHeight = "";
    // Beside the number, on the side with more room; what is longer scrolls inside the card.
    const at = number.getBoundingClientRect();
    const [above, below] = [at.top - 16, document.documentElement.clientHeight - at.bottom - 16];
    const left = Math.min(at.left, document.documentElement.clientWidth - card.offsetWidth - 8);
    const down = below >= card.offsetHeight || below >= above;
    card.style.maxHeight = `${down ? below : above}px`;
    card.style.left = `${Math.max(8, left) + window.scrollX}px`;
    card.style.top = `${window.scrollY + (down ? at.bottom + 8 : at.top - card.offsetHeight - 8)}px`;
    card.focus({ preventScroll: true });
  }

  function rows(origin) {
    const title = document.createElement("p");
    title.className = "origin-title";
    title.textContent = origin.label;
    const list = document.createElement("dl");
    for (const [key, value] of Object.entries(origin)) {
      if (key === "label" || value === null) continue;
      const term = document.createElement("dt");
      const detail = document.createElement("dd");
      term.textContent = words[key] ?? key;
      detail.textContent = value;
      list.append(term, detail);
    }
    return [title, list];
  }

  // Numbers stand closer than fingertips: a finger asks the one whose digits are nearest.
  function nearest(x, y) {
    let [found, least] = [null, FINGER];
    for (const number of numbers) {
      const text = document.createRange();
      text.selectNodeContents(number);
      for (const box of text.getClientRects()) {
        const away = Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
        if (away < least) [found, least] = [number, away];
      }
    }
    return found;
  }

  const numbers = [...document.querySelectorAll("[data-result]")].filter((part) => part.dataset.result in known.results);
  for (const number of numbers) {
    // A picture has no parts that can be asked; a group has.
    number.closest("svg")?.setAttribute("role", "group");
    number.tabIndex = 0;
    number.setAttribute("role", "button");
    number.setAttribute("aria-expanded", "false");
    number.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open(number);
    });
  }
  // A phone of Apple's reports a tap only within what listens itself.
  document.querySelector("main").addEventListener("click", () => {});
  // Not every browser says what made a click: to older ones, as on iPhones, a tap is one of a mouse, or of nothing.
  let pointer = "";
  document.addEventListener("pointerdown", (event) => { pointer = event.pointerType; });
  document.addEventListener("click", (event) => {
    if (card.contains(event.target)) return;
    const touched = pointer === "touch" && event.detail > 0 && !event.target.closest("a");
    const number = touched ? nearest(event.clientX, event.clientY) : event.target.closest("[data-result]");
    number && number !== asked && numbers.includes(number) ? open(number) : close();
  });
  // Tab goes on from the number that was asked.
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" || event.key === "Tab") close(); });
  // A phone that hides its address bar changes the height alone.
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (width !== window.innerWidth) close();
    width = window.innerWidth;
  });
})();
