// The picture of the structure: everything lies where it always lies, and only comes and goes.
const picture = document.querySelector(".picture svg");
const pictureNodes = new Map();
const pictureEdges = new Map();
if (picture) {
  for (const node of picture.querySelectorAll("[data-node]")) pictureNodes.set(node.dataset.node, node);
  for (const edge of picture.querySelectorAll("[data-source]")) {
    const key = [edge.dataset.source, edge.dataset.target, edge.dataset.right].join("\n");
    if (!pictureEdges.has(key)) pictureEdges.set(key, []);
    pictureEdges.get(key).push(edge);
  }
}
// The rows that are an edge each: those of holdings, control and units.
const edgeRows = data.rows.filter((row) => ["holdings", "control", "units"].includes(viewOf(row).name));

function edgeOf(row) {
  const [, one, other, third] = cellOf(row);
  const name = viewOf(row).name;
  if (name === "units") return { key: [other, one, "unit"].join("\n"), ends: [other, one], label: null };
  const at = viewOf(row).columns.findIndex(([column]) => column === "share");
  const share = at < 0 ? "" : factOf(row)[1][at];
  if (name === "control") return { key: [one, other, `control: ${third}`].join("\n"), ends: [one, other], label: null };
  return { key: [one, other, third].join("\n"), ends: [one, other], label: third === "equity" ? share : `${share} ${third}` };
}

function updatePicture(changedNames) {
  if (!picture) return;
  const edges = new Map();
  const nodes = new Set();
  for (const row of edgeRows) {
    if (!stands(row, asked.day, asked.known)) continue;
    const edge = edgeOf(row);
    if (!pictureEdges.has(edge.key)) continue;
    const certain = isCertain(row, asked.day);
    const before = edges.get(edge.key);
    edges.set(edge.key, { certain, label: before && edge.label ? `${before.label} or ${edge.label}` : edge.label });
    edge.ends.forEach((end) => nodes.add(end));
  }
  for (const [key, groups] of pictureEdges) {
    const edge = edges.get(key);
    for (const group of groups) {
      group.classList.toggle("absent", !edge);
      if (!edge) continue;
      group.classList.toggle("possible", !edge.certain);
      group.classList.toggle("certain", edge.certain);
      const label = edge.label !== null && group.querySelector("text.label");
      if (label && label.textContent !== edge.label) label.textContent = edge.label;
    }
  }
  for (const [id, node] of pictureNodes) node.classList.toggle("absent", !nodes.has(id));
  for (const entity of changedNames) renameNode(entity);
}

function renameNode(entity) {
  const node = pictureNodes.get(data.entities[entity]);
  if (!node) return;
  const name = namesNow[entity].text;
  node.querySelector("title").textContent = name;
  const lines = [...node.querySelectorAll("tspan")];
  const drawn = (node.dataset.drawn ||= lines.map((line) => line.textContent).join("\n"));
  const first = drawn.split("\n");
  if (first.join(" ") === name) lines.forEach((line, at) => (line.textContent = first[at]));
  else lines.forEach((line, at) => (line.textContent = at ? "" : name.length > 22 ? `${name.slice(0, 21)}…` : name));
}
