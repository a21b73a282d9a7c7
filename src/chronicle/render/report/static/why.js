// Why something is so: its events, their sources, and a citation of the whole.
const dialog = document.getElementById("why");
const citation = document.getElementById("citation");
const cited = document.getElementById("cited");

// The event that announced what the completion of a deal did, by what is known.
function announcedBy(event) {
  for (const [from, until, by] of data.announced[event] || []) {
    if (from <= asked.known && (until === null || asked.known < until)) return [by];
  }
  return [];
}

const behind = (events, view) =>
  [...new Set(events.flatMap((event) => (view.name === "deals" ? [event] : [...announcedBy(event), event])))];

function eventCopy(event, label) {
  const line = eventLines[event].cloneNode(true);
  line.removeAttribute("id");
  line.hidden = false;
  line.className = "event past";
  for (const gone of line.querySelectorAll("[hidden], svg")) gone.remove();
  for (const part of line.querySelectorAll("details")) part.open = true;
  if (label) {
    const said = document.createElement("span");
    said.className = "tag";
    said.textContent = label;
    line.querySelector(".said")?.prepend(said, " ");
  }
  return line;
}

const when = () => `as of ${dayWords(asked.day)}, as known on ${dayWords(asked.known)}`;

function showWhy(row) {
  const view = viewOf(row);
  const [, , about, says] = factOf(row);
  const certain = isCertain(row, asked.day);
  const title = `${view.what} of ${textOf(about)}`;
  const since = row[1] && row[1] !== "always" ? `, since ${row[1]}` : "";
  const statement = `${textOf(says)}, ${certain ? "certain" : "possible"}${since}`;
  document.getElementById("why-title").textContent = `Why: ${title}`;
  document.getElementById("why-statement").textContent = `${statement}; ${when()}.`;
  const made = behind(data.proofs[row[8]], view);
  const over = !certain && row[4] !== null && row[4] <= asked.day ? behind(data.proofs[row[9]], view) : [];
  const doubted = doubts(row, asked.day).map((doubt) => doubt[2]);
  const lines = [
    ...made.map((event) => eventCopy(event, "")),
    ...over.map((event) => eventCopy(event, "may be over:")),
    ...doubted.map((event) => eventCopy(event, "in doubt since:")),
  ];
  document.getElementById("why-events").replaceChildren(...lines);
  citation.value = citationOf(title, statement, lines);
  cited.textContent = "";
  dialog.showModal();
  dialog.scrollTop = 0;
}

function citationOf(title, statement, lines) {
  const sources = new Map();
  for (const line of lines) {
    for (const source of line.querySelectorAll(".cited li")) {
      const link = source.querySelector("a:not(.number)");
      const words = source.textContent.replace(/^\s*\d+\s*/, "").replace(/\s+/g, " ").trim();
      sources.set(words, link ? `${words}, ${link.href}` : words);
    }
  }
  const named = [...sources.values()].map((source, at) => `[${at + 1}] ${source}`).join("; ");
  const first = `${title.charAt(0).toUpperCase()}${title.slice(1)}: ${statement} (${when()}).`;
  return `${first} ${named ? `Sources: ${named}.` : "No source."} ${document.title}, ${fragment()}`;
}

async function copyCitation() {
  try {
    await navigator.clipboard.writeText(citation.value);
    cited.textContent = "Copied.";
  } catch {
    citation.focus();
    citation.select();
    cited.textContent = document.execCommand("copy") ? "Copied." : "Press Ctrl+C to copy.";
  }
}

document.getElementById("cite").addEventListener("click", copyCitation);
document.getElementById("why-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
  else if (event.target.closest('a[href^="#"]')) dialog.close();
});
