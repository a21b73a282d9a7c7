// The day and the knowledge: two sliders, a box of text beside each, and the address of the page.
const controls = [
  { name: "day", id: "as-of", days: data.days },
  { name: "known", id: "known", days: data.known },
].map((control) => ({
  ...control,
  slider: document.getElementById(control.id),
  text: document.getElementById(`${control.id}-text`),
  said: document.getElementById(`${control.id}-said`),
}));

const stateTitle = document.getElementById("state-title");
const stateKnown = document.getElementById("state-known");
const lastKnown = data.known.length ? data.known[data.known.length - 1][0] : 1;

// The last of the days of a slider that is not after a day; the first where all are.
function placeOf(days, day) {
  let [low, high] = [0, days.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (days[middle][0] <= day) low = middle;
    else high = middle - 1;
  }
  return low;
}

const fragment = () =>
  `#as_of=${isoOf(asked.day)}&known=${isoOf(asked.known)}${look === "through" ? "&look=through" : ""}`;

function show(day, known) {
  asked.day = day;
  asked.known = known;
  updateEvents();
  updateNames();
  updateTables();
  updatePicture();
  updateChanges();
  sayFound();
  stateTitle.textContent = `As of ${dayWords(day)}`;
  stateKnown.textContent = known >= lastKnown ? "by all that is known" : `as known on ${dayWords(known)}`;
  for (const control of controls) showControl(control);
}

function showControl(control) {
  const day = asked[control.name];
  const at = placeOf(control.days, day);
  const [exact, event] = control.days[at] || [day, -1];
  control.slider.value = at;
  control.text.value = isoOf(day);
  control.text.removeAttribute("aria-invalid");
  control.said.classList.remove("wrong");
  const words = exact === day && event >= 0 && eventKnown[event] ? eventWords(event) : "";
  control.said.textContent = words;
  control.slider.setAttribute("aria-valuetext", words ? `${dayWords(day)}: ${words}` : dayWords(day));
}

let waiting = 0;

// The address changes when the slider rests: browsers refuse too many changes in a row.
function noteAddress() {
  clearTimeout(waiting);
  waiting = setTimeout(() => history.replaceState(null, "", fragment()), 200);
}

function choose(name, day) {
  show(name === "day" ? day : asked.day, name === "known" ? day : asked.known);
  noteAddress();
}

for (const control of controls) {
  control.slider.max = Math.max(control.days.length - 1, 0);
  control.slider.disabled = control.days.length < 2;
  control.slider.addEventListener("input", () => choose(control.name, control.days[+control.slider.value][0]));
  control.text.addEventListener("change", () => {
    try {
      choose(control.name, dayOf(control.text.value));
    } catch (error) {
      control.text.setAttribute("aria-invalid", "true");
      control.said.textContent = error.message;
      control.said.classList.add("wrong");
    }
  });
}

// What an address asks for; the last day, by all that is known, where it asks for nothing.
function fromAddress(otherwise) {
  const terms = new URLSearchParams(location.hash.slice(1));
  if (!["as_of", "known", "look"].some((name) => terms.has(name)) && !otherwise) return;
  const day = (name, given) => {
    try {
      return terms.has(name) ? dayOf(terms.get(name)) : given;
    } catch {
      return given;
    }
  };
  setLook(terms.get("look"));
  show(day("as_of", otherwise ? data.last : asked.day), day("known", otherwise ? lastKnown : asked.known));
}

// All rows and all events, as they are printed; or the first and those of the day again.
let unprinted = null;

function showWhole(whole) {
  if (whole === (unprinted !== null)) return;
  if (whole) {
    unprinted = { everyEvent, parts: [...document.querySelectorAll("main details:not([open])")] };
    everyRow = true;
    everyEvent = "paper";
  } else {
    everyRow = false;
    everyEvent = unprinted.everyEvent;
    for (const part of unprinted.parts) part.open = false;
    unprinted = null;
  }
  listEvents();
  placeEvents();
  updateTables();
  if (whole) for (const part of document.querySelectorAll("main details")) part.open = true;
}

const onPaper = matchMedia("print");
onPaper.addEventListener("change", () => showWhole(onPaper.matches));
addEventListener("beforeprint", () => showWhole(true));
addEventListener("afterprint", () => showWhole(false));
addEventListener("hashchange", () => {
  if (turnTo(location.hash)) location.replace(location.hash);
  else fromAddress(false);
});
document.getElementById("controls").hidden = data.days.length === 0;
if (picture) document.getElementById("picture").hidden = false;
if (lookPart) lookPart.hidden = false;
fromAddress(true);
if (turnTo(location.hash)) location.replace(location.hash);
window.chronicle = { show: (day, known) => show(dayOf(day), dayOf(known)), whole: showWhole };
