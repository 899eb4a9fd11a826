// Every number can be asked where it comes from: by click, by tap, or by Enter. Without this script the page reads the same.
(() => {
  const known = JSON.parse(document.getElementById("cohortpress-origins").textContent);
  const words = known.words;
  const card = document.createElement("div");
  card.className = "origin";
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-live", "polite");
  card.hidden = true;
  document.querySelector("main").append(card);
  let asked = null;

  function close() {
    if (!asked) return;
    asked.setAttribute("aria-expanded", "false");
    if (card.contains(document.activeElement)) asked.focus();
    asked = null;
    card.hidden = true;
  }

  function open(number) {
    const origin = known.results[number.dataset.result];
    close();
    if (!origin) return;
    asked = number;
    number.setAttribute("aria-expanded", "true");
    card.replaceChildren(...rows(origin));
    card.setAttribute("aria-label", origin.label);
    card.hidden = false;
    const at = number.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - card.offsetWidth - 8));
    const below = at.bottom + 8 + card.offsetHeight < window.innerHeight || at.top < card.offsetHeight + 8;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${window.scrollY + (below ? at.bottom + 8 : at.top - card.offsetHeight - 8)}px`;
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

  for (const number of document.querySelectorAll("span.result[data-result]")) {
    if (!(number.dataset.result in known.results)) continue;
    number.tabIndex = 0;
    number.setAttribute("role", "button");
    number.setAttribute("aria-expanded", "false");
    number.addEventListener("click", (event) => {
      event.stopPropagation();
      asked === number ? close() : open(number);
    });
    number.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      asked === number ? close() : open(number);
    });
  }
  document.addEventListener("click", (event) => { if (!card.contains(event.target)) close(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  window.addEventListener("resize", close);
})();
