// The tables: one for each view, whose rows come and go. A long one shows its first rows until all are asked for.
const FIRST_ROWS = 100;
let everyRow = false;

const tables = [...document.querySelectorAll("section.view")].map((section) => ({
  section,
  view: +section.dataset.view,
  kept: section.dataset.kept,
  body: section.querySelector("tbody"),
  count: section.querySelector(".count"),
  element: section.querySelector("table"),
  used: -1,
  rows: [],
  standing: [],
  placed: [],
  whole: false,
  more: null,
}));

for (const table of tables) {
  table.body.replaceChildren();
  table.element.className = "";
}

const tablesOf = new Map();
for (const table of tables) tablesOf.set(table.kept === undefined ? `${table.view}` : `${table.view}:${table.kept}`, table);
data.rows.forEach((row) => {
  const view = cellOf(row)[0];
  const kept = factOf(row)[4];
  const table = tablesOf.get(`${view}`) || tablesOf.get(`${view}:${kept ? 1 : 0}`);
  table.rows.push({ row, line: null, certain: true, used: usedColumns(factOf(row)[1]) });
});

function lineOf(entry) {
  const view = viewOf(entry.row);
  const line = document.createElement("tr");
  const figure = view.columns.findIndex(([, , sort], at) => sort === "figure" && factOf(entry.row)[1][at] !== "");
  view.columns.forEach(([, title, sort], at) => {
    const cell = line.insertCell();
    cell.className = sort;
    cell.dataset.title = title;
    const value = factOf(entry.row)[1][at];
    const inside = at === figure ? cell.appendChild(whyButton(entry.row)) : cell;
    if (typeof value === "string") inside.append(value);
    else [value].flat().forEach((entity, place) => inside.append(place ? ", " : "", namePlace(entity)));
  });
  const since = line.insertCell();
  since.className = "since";
  since.dataset.title = "Since";
  const words = entry.row[1] || "always";
  if (figure < 0) since.appendChild(whyButton(entry.row)).append(words);
  else since.append(words);
  entry.line = line;
  entry.certain = true;
  entry.maybe = document.createElement("span");
  entry.maybe.className = "maybe";
  entry.maybe.textContent = "possible";
  entry.maybe.hidden = true;
  since.append(" ", entry.maybe);
  showCertain(entry);
  return line;
}

function whyButton(row) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "why";
  button.title = "Why? Events and sources";
  button.addEventListener("click", () => showWhy(row));
  return button;
}

// The columns in which a fact has a text, as bits.
function usedColumns(values) {
  return values.reduce((found, value, at) => (isEmpty(value) ? found : found | (1 << at)), 0);
}

function updateTable(table) {
  table.standing = table.rows.filter(({ row }) => stands(row, asked.day, asked.known) && isSought(row));
  const count = table.standing.length;
  if (table.shown !== count) {
    table.shown = count;
    table.section.hidden = count === 0;
    table.count.textContent = counted(count);
  }
  hideUnused(table);
  if (everyRow || isLooked(table.view)) showRows(table);
}

// Lines that stand already stay where they are; only what comes or goes is touched.
function showRows(table) {
  const shown = everyRow || table.whole ? table.standing : table.standing.slice(0, FIRST_ROWS);
  for (const entry of shown) if (entry.line) showCertain(entry);
  if (shown.length === table.placed.length && shown.every((entry, at) => entry === table.placed[at])) {
    showMore(table);
    return;
  }
  table.placed = shown;
  const lines = new Set(shown.map((entry) => entry.line || lineOf(entry)));
  let next = table.body.firstElementChild;
  const pass = () => {
    while (next && !lines.has(next)) {
      const gone = next;
      next = next.nextElementSibling;
      gone.remove();
    }
  };
  for (const entry of shown) {
    pass();
    if (entry.line === next) next = next.nextElementSibling;
    else table.body.insertBefore(entry.line, next);
  }
  pass();
  showMore(table);
}

function showCertain(entry) {
  const certain = isCertain(entry.row, asked.day);
  if (certain === entry.certain) return;
  entry.certain = certain;
  entry.line.classList.toggle("possible", !certain);
  entry.maybe.hidden = certain;
}

// The button below a long table.
function showMore(table) {
  const long = table.standing.length > FIRST_ROWS;
  if (!long && !table.more) return;
  table.more ||= moreButton(table);
  table.more.parentElement.hidden = !long;
  const words = table.whole ? `Show the first ${FIRST_ROWS}` : `Show all ${counted(table.standing.length)}`;
  if (table.more.textContent !== words) table.more.textContent = words;
}

function moreButton(table) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-describedby", table.section.getAttribute("aria-labelledby"));
  button.addEventListener("click", () => {
    table.whole = !table.whole;
    showRows(table);
  });
  const place = document.createElement("p");
  place.className = "more-rows";
  place.append(button);
  table.section.append(place);
  return button;
}

// A column without any text in it, such as that of reasons, is left out.
function hideUnused(table) {
  const used = table.standing.reduce((found, entry) => found | entry.used, 0);
  if (used === table.used) return;
  table.used = used;
  data.views[table.view].columns.forEach((_, at) => table.element.classList.toggle(`no-${at + 1}`, !(used & (1 << at))));
}

function isEmpty(value) {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

function updateTables() {
  for (const table of tables) updateTable(table);
  const nothing = document.getElementById("nothing");
  nothing.hidden = tables.some((table) => table.shown > 0);
  nothing.textContent = sought.length ? "Nothing that is so on this day has these words." : "Nothing is known of this day.";
  const possible = tables.some((table) => isLooked(table.view) && table.standing.some(({ row }) => !isCertain(row, asked.day)));
  document.getElementById("legend").hidden = !possible;
}
