// What differs between a marked day and the one that is shown.
let marked = null;
const markButton = document.getElementById("mark");
const markedWords = document.getElementById("marked");
const changesPart = document.getElementById("changes");
const markWords = ({ day, known }) => `${dayWords(day)}, as known on ${dayWords(known)}`;

markButton.addEventListener("click", () => {
  marked = marked ? null : { ...asked };
  markButton.textContent = marked ? "Remove the mark" : "Mark this day";
  markedWords.textContent = marked ? `Marked: ${markWords(marked)}. Choose another day to see what differs.` : "";
  updateChanges();
});

// What stands in each cell: a text for each value, certain or not.
function standing({ day, known }) {
  const cells = new Map();
  for (const row of data.rows) {
    if (!stands(row, day, known)) continue;
    const [cell, , , says] = factOf(row);
    if (!isLooked(data.cells[cell][0])) continue;
    if (!cells.has(cell)) cells.set(cell, { row, said: [] });
    cells.get(cell).said.push(textOf(says) + (isCertain(row, day) ? "" : " (possible)"));
  }
  return cells;
}

function differences(before, after) {
  const found = [];
  for (const cell of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(cell), after.get(cell)];
    const [was, is] = [old ? old.said.join(" or ") : "", now ? now.said.join(" or ") : ""];
    if (was !== is) found.push({ row: (now || old).row, was, is });
  }
  return found.sort((one, other) => cellOf(one.row)[0] - cellOf(other.row)[0]);
}

function updateChanges() {
  const differs = marked && (marked.day !== asked.day || marked.known !== asked.known);
  changesPart.hidden = !differs;
  if (!differs) return;
  const found = differences(standing(marked), standing(asked));
  document.getElementById("changes-between").textContent =
    `From ${markWords(marked)}, to ${markWords(asked)}: ${found.length === 1 ? "1 difference" : `${found.length} differences`}.`;
  document.getElementById("changes-list").replaceChildren(...found.length ? [changesTable(found)] : []);
}

function changesTable(found) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const title of ["What", "Of", "Before", "After"]) {
    const cell = head.appendChild(document.createElement("th"));
    cell.scope = "col";
    cell.textContent = title;
  }
  const body = table.createTBody();
  for (const { row, was, is } of found) {
    const line = body.insertRow();
    line.className = was && is ? "changed" : is ? "began" : "ended";
    const what = viewOf(row).what;
    const texts = [what, textOf(factOf(row)[2]), was || "nothing", is || "nothing"];
    texts.forEach((text, at) => {
      const cell = line.insertCell();
      cell.dataset.title = ["What", "Of", "Before", "After"][at];
      const inside = at === 3 && is ? cell.appendChild(whyButton(row)) : cell;
      inside.textContent = text;
      if (at > 1 && text === "nothing") cell.className = "none";
    });
  }
  return table;
}
