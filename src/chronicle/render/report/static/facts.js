// The facts: a row for each value, with the days between which it stands and the days between which it is known.
const data = JSON.parse(document.getElementById("data").textContent);
const asked = { day: 0, known: 0 };

const isKnown = (row, known) => row[6] <= known && (row[7] === null || known < row[7]);
const isPossible = (row, day) => row[2] <= day && (row[5] === null || day < row[5]);
const stands = (row, day, known) => isKnown(row, known) && isPossible(row, day);
const doubts = (row, day) => (row[10] || []).filter((doubt) => doubt[0] <= day && (doubt[1] === null || day < doubt[1]));
const isCertain = (row, day) =>
  row[3] <= day && (row[4] === null || day < row[4]) && !(row[10] && doubts(row, day).length);

const factOf = (row) => data.facts[row[0]];
const cellOf = (row) => data.cells[factOf(row)[0]];
const viewOf = (row) => data.views[cellOf(row)[0]];

// Names: the rows of the view of names, by entity.
const nameRows = new Map();
data.entities.forEach((entity, number) => nameRows.set(number, []));
const NAMES = data.views.findIndex((view) => view.name === "names");
const NAME_AT = NAMES < 0 ? {} : Object.fromEntries(data.views[NAMES].columns.map(([name], at) => [name, at]));
for (const row of data.rows) if (cellOf(row)[0] === NAMES) nameRows.get(factOf(row)[1][0])?.push(row);

// What an entity is called on a day: its short name, else its name, else its id.
function nameOn(entity, day, known) {
  let found = null;
  for (const row of nameRows.get(entity)) if (stands(row, day, known)) found = row;
  if (found === null) return { text: data.entities[entity], lang: "" };
  const column = (name) => (name in NAME_AT ? factOf(found)[1][NAME_AT[name]] : "");
  const name = column("short") || column("name");
  return { text: isCertain(found, day) ? name : `${name} (name possible)`, lang: column("lang") };
}

// Where names stand on the page, so that they change with the day.
const namePlaces = data.entities.map(() => new Set());
// What may be the language of a name, as tags of languages are written (BCP 47).
const isLanguage = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;

const namesNow = data.entities.map((entity) => ({ text: entity, lang: "" }));

function showName(place, entity) {
  const { text, lang } = namesNow[entity];
  place.textContent = text;
  if (isLanguage.test(lang)) place.lang = lang;
  else place.removeAttribute("lang");
}

function namePlace(entity) {
  const place = document.createElement("span");
  place.dir = "auto";
  namePlaces[entity].add(place);
  showName(place, entity);
  return place;
}

function updateNames() {
  namesNow.forEach((before, entity) => {
    const now = nameOn(entity, asked.day, asked.known);
    if (now.text === before.text && now.lang === before.lang) return;
    namesNow[entity] = now;
    for (const place of namePlaces[entity]) showName(place, entity);
  });
}

// A text of the data: pieces that are texts, and numbers of entities.
const textOf = (pieces) => pieces.map((piece) => (typeof piece === "number" ? namesNow[piece].text : piece)).join("");
