// The tables: one for each view, whose rows come and go.
const tables = [...document.querySelectorAll("section.view")].map((section) => ({
  section,
  view: +section.dataset.view,
  kept: section.dataset.kept,
  body: section.querySelector("tbody"),
  count: section.querySelector(".count"),
  element: section.querySelector("table"),
  rows: [],
}));

for (const table of tables) table.body.replaceChildren();

const tablesOf = new Map();
for (const table of tables) tablesOf.set(table.kept === undefined ? `${table.view}` : `${table.view}:${table.kept}`, table);
data.rows.forEach((row) => {
  const view = cellOf(row)[0];
  const kept = factOf(row)[4];
  const table = tablesOf.get(`${view}`) || tablesOf.get(`${view}:${kept ? 1 : 0}`);
  table.rows.push({ row, line: null, there: false, certain: true });
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
  entry.maybe = document.createElement("span");
  entry.maybe.className = "maybe";
  entry.maybe.textContent = "possible";
  entry.maybe.hidden = true;
  since.append(" ", entry.maybe);
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

function updateTable(table) {
  let next = null;
  let count = 0;
  for (let at = table.rows.length - 1; at >= 0; at -= 1) {
    const entry = table.rows[at];
    if (stands(entry.row, asked.day, asked.known)) {
      entry.line ||= lineOf(entry);
      const certain = isCertain(entry.row, asked.day);
      if (certain !== entry.certain) {
        entry.certain = certain;
        entry.line.classList.toggle("possible", !certain);
        entry.maybe.hidden = certain;
      }
      if (!entry.there) table.body.insertBefore(entry.line, next);
      entry.there = true;
      next = entry.line;
      count += 1;
    } else if (entry.there) {
      entry.line.remove();
      entry.there = false;
    }
  }
  if (table.shown !== count) {
    table.shown = count;
    table.section.hidden = count === 0;
    table.count.textContent = String(count);
  }
  hideUnused(table);
  return count;
}

// A column without any text in it, such as that of reasons, is left out.
function hideUnused(table) {
  const columns = data.views[table.view].columns;
  const standing = table.rows.filter((entry) => entry.there);
  columns.forEach((_, at) => {
    const used = standing.some((entry) => !isEmpty(factOf(entry.row)[1][at]));
    table.element.classList.toggle(`no-${at + 1}`, !used);
  });
}

const isEmpty = (value) => value === "" || (Array.isArray(value) && value.length === 0);

function updateTables() {
  const counts = tables.map(updateTable);
  document.getElementById("nothing").hidden = counts.some((count) => count > 0);
  const possible = tables.some((table) => table.rows.some((entry) => entry.there && !entry.certain));
  document.getElementById("legend").hidden = !possible;
}
