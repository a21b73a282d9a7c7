// The picture of the structure: everything lies where it always lies, and only comes and goes. A node has a
// group for each of its names, an edge two for each of its labels: one with the line, one with the label.
const picture = document.querySelector("#picture svg");
const grouped = (selector, keyOf) => {
  const found = new Map();
  for (const group of picture ? picture.querySelectorAll(selector) : []) {
    const key = keyOf(group.dataset);
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(group);
  }
  return found;
};
const pictureNodes = grouped("[data-node]", ({ node }) => node);
const pictureEdges = grouped("[data-source]", ({ source, target, right }) => [source, target, right].join("\n"));
const EDGES = ["holdings", "control", "units"];
const edgeRows = data.rows.filter((row) => EDGES.includes(viewOf(row).name)).map((row) => ({ row, ...edgeOf(row) }));
const entityNumbers = new Map(data.entities.map((entity, number) => [entity, number]));

function edgeOf(row) {
  const [, first, second, third] = cellOf(row);
  const [one, other] = [data.entities[first], data.entities[second]];
  const name = viewOf(row).name;
  if (name === "units") return { key: [other, one, "unit"].join("\n"), ends: [one, other], label: "" };
  if (name === "control") return { key: [one, other, `control: ${third}`].join("\n"), ends: [one, other], label: third };
  const share = factOf(row)[1][viewOf(row).columns.findIndex(([column]) => column === "share")];
  return { key: [one, other, third].join("\n"), ends: [one, other], label: third === "equity" ? share : `${share} ${third}` };
}

// The effective share of each arrow of equity on the day, where shares are looked through.
const effectiveRows = data.rows.filter((row) => viewOf(row).name === "through");

function effectiveLabels() {
  const found = new Map();
  if (look !== "through") return found;
  for (const row of effectiveRows) {
    if (!stands(row, asked.day, asked.known)) continue;
    const [, one, other] = cellOf(row);
    found.set([data.entities[one], data.entities[other], "equity"].join("\n"), factOf(row)[1][2]);
  }
  return found;
}

// What each node and edge was drawn as last: what is as before is left alone.
const drawnAs = new Map();

function differs(groups, now) {
  if (drawnAs.get(groups) === now) return false;
  drawnAs.set(groups, now);
  return true;
}

function updatePicture() {
  if (!picture) return;
  const edges = new Map();
  const nodes = new Set();
  for (const { row, key, ends, label } of edgeRows) {
    if (!pictureEdges.has(key) || !stands(row, asked.day, asked.known)) continue;
    const before = edges.get(key);
    edges.set(key, {
      certain: isCertain(row, asked.day),
      label: before && before.label !== label ? `${before.label} or ${label}` : label,
    });
    ends.forEach((end) => nodes.add(end));
  }
  for (const [key, label] of effectiveLabels()) if (edges.has(key)) edges.get(key).label = label;
  for (const [key, groups] of pictureEdges) {
    const edge = edges.get(key);
    if (differs(groups, edge ? `${edge.certain} ${edge.label}` : "")) showEdge(groups, edge);
  }
  for (const [entity, groups] of pictureNodes) {
    const names = namesNow[entityNumbers.get(entity)];
    const name = names ? names.text.replace(/ \(name possible\)$/, "") : entity;
    if (!differs(groups, nodes.has(entity) ? name : "")) continue;
    const called = groups.find((group) => group.querySelector("title").textContent === name) || groups[0];
    for (const group of groups) group.classList.toggle("absent", group !== called || !nodes.has(entity));
  }
}

function showEdge(groups, edge) {
  const labelled = groups.filter((group) => group.querySelector("text.label"));
  const line = groups.find((group) => group.querySelector("path.line"));
  const label = edge && (labelled.find((group) => group.textContent === edge.label) || labelled[0]);
  const text = label && edge.label && label.querySelector("text.label");
  if (text && text.textContent !== edge.label) text.textContent = edge.label;
  for (const group of groups) {
    group.classList.toggle("absent", !edge || (group !== line && group !== label));
    if (edge) group.classList.toggle("possible", !edge.certain);
    if (edge) group.classList.toggle("certain", edge.certain);
  }
}
