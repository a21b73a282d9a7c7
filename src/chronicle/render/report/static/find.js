// Find: only what has the words that are written, in any name of any day, is shown.
const findBox = document.getElementById("find");
const findSaid = document.getElementById("find-said");
let sought = [];

const plainText = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const hasSought = (text) => sought.every((word) => text.includes(word));

// The texts by which an entity is found: its id and all of its names.
const entityTexts = data.entities.map((entity, number) =>
  plainText([entity, ...nameRows.get(number).flatMap((row) => factOf(row)[1].filter((value) => typeof value === "string"))].join(" "))
);
const factTexts = new Map();

function isSought(row) {
  if (!sought.length || everyRow) return true;
  if (!factTexts.has(row[0])) {
    const values = factOf(row)[1].flat();
    factTexts.set(row[0], values.map((value) => (typeof value === "string" ? plainText(value) : entityTexts[value])).join(" "));
  }
  return hasSought(factTexts.get(row[0]));
}

const eventTexts = [];

function isEventSought(event) {
  if (!sought.length || everyEvent === "paper") return true;
  const [, , ...entities] = data.events[event];
  const named = () => entities.map((entity) => entityTexts[entity]).join(" ");
  return hasSought((eventTexts[event] ||= `${plainText(eventLines[event].textContent)} ${named()}`));
}

function find() {
  sought = plainText(findBox.value).split(/\s+/).filter(Boolean);
  listEvents();
  placeEvents();
  updateTables();
  const about = document.querySelector("details.entities");
  if (about && sought.length) about.open = tables.some((table) => about.contains(table.section) && table.shown);
  sayFound();
}

function sayFound() {
  const rows = tables.reduce((sum, table) => sum + (isLooked(table.view) ? table.shown : 0), 0);
  const many = (count, word) => `${counted(count)} ${word}${count === 1 ? "" : "s"}`;
  const words = sought.length ? `${many(rows, "row")}, ${many(shownEvents.length, "event")}` : "";
  if (findSaid.textContent !== words) findSaid.textContent = words;
}

findBox.addEventListener("input", find);
