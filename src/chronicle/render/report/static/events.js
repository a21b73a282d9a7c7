// The timeline, the conflicts and the stages of deals: what was not known yet is not shown.
const eventLines = [...document.querySelectorAll("ol.events > li.event")];
const byKnowledge = [...document.querySelectorAll("[data-from]")].map((element) => ({
  element,
  from: +element.dataset.from,
  until: element.dataset.until ? +element.dataset.until : Infinity,
  event: element.classList.contains("wording") ? +element.parentElement.dataset.event : -1,
}));
const unlisted = eventLines.map((line) => line.classList.contains("unlisted"));
const eventMarks = data.events.map(() => []);
for (const mark of document.querySelectorAll(".lanes [data-event]")) eventMarks[+mark.dataset.event].push(mark);
const lanes = [...document.querySelectorAll(".lanes .lane")];
const conflicts = document.getElementById("conflicts");

const eventKnown = data.events.map(() => null);
const eventPlace = data.events.map(() => "");

// Of a long timeline a page of events is shown, the one of the day, until others or all are asked for.
const PAGE_OF_EVENTS = 100;
const eventList = document.querySelector("#events ol.events");
const eventPages = [...document.querySelectorAll("#events .pages")];
let everyEvent = false;
let eventPage = 0;
let pageDay = null;
let placedEvents = eventLines;

// The numbers of the events that are listed, by what is known.
let shownEvents = [];

// The page on which the last event is that is not after the day; events without a date stand at the end.
function pageOfDay() {
  const place = shownEvents.findLastIndex((event) => data.events[event][0] <= asked.day);
  return Math.floor(Math.max(place, 0) / PAGE_OF_EVENTS);
}

function placeEvents() {
  const count = shownEvents.length;
  const long = count > 2 * PAGE_OF_EVENTS;
  if (pageDay !== asked.day) eventPage = pageOfDay();
  pageDay = asked.day;
  eventPage = Math.max(0, Math.min(eventPage, Math.ceil(count / PAGE_OF_EVENTS) - 1));
  const first = eventPage * PAGE_OF_EVENTS;
  const paged = long && !everyEvent;
  const lines = paged ? shownEvents.slice(first, first + PAGE_OF_EVENTS).map((event) => eventLines[event]) : eventLines;
  if (lines.length !== placedEvents.length || lines.some((line, at) => line !== placedEvents[at])) {
    placedEvents = lines;
    eventList.replaceChildren(...lines);
  }
  const words = paged ? `${counted(first + 1)} to ${counted(first + lines.length)} of ${counted(count)}` : `All ${counted(count)}`;
  for (const part of eventPages) {
    part.hidden = !long;
    if (part.firstElementChild.textContent !== words) showPages(part, words, first === 0, first + lines.length >= count, paged);
  }
}

function showPages(part, words, atFirst, atLast, paged) {
  const [range, earlier, later, all] = part.children;
  range.textContent = words;
  earlier.hidden = later.hidden = !paged;
  earlier.disabled = atFirst;
  later.disabled = atLast;
  all.textContent = paged ? "Show all" : `Show ${PAGE_OF_EVENTS} at a time`;
}

for (const part of eventPages) {
  const [, earlier, later, all] = part.children;
  const turn = (pages) => {
    eventPage += pages;
    placeEvents();
    document.getElementById("events").scrollIntoView();
  };
  earlier.addEventListener("click", () => turn(-1));
  later.addEventListener("click", () => turn(1));
  all.addEventListener("click", () => {
    everyEvent = !everyEvent;
    placeEvents();
  });
}

// Turn to the page of an event to which a link or an address leads. True where it was on another page.
function turnTo(fragment) {
  const found = /^#event-(\d+)$/.exec(fragment);
  const line = found && eventLines[+found[1]];
  if (!line || line.isConnected) return false;
  const place = shownEvents.indexOf(+found[1]);
  if (place < 0) return false;
  eventPage = Math.floor(place / PAGE_OF_EVENTS);
  placeEvents();
  return true;
}

document.addEventListener("click", (event) => turnTo(event.target.closest?.('a[href^="#event-"]')?.hash || ""), true);

let knownBefore = null;

function updateEvents() {
  if (knownBefore !== asked.known) updateKnown();
  knownBefore = asked.known;
  data.events.forEach(([first, last], event) => {
    const place = last <= asked.day ? "past" : first <= asked.day ? "around" : "later";
    if (place === eventPlace[event]) return;
    if (eventPlace[event]) eventLines[event].classList.remove(eventPlace[event]);
    eventPlace[event] = place;
    eventLines[event].classList.add(place);
  });
  placeEvents();
}

// The events that are listed: those that are known, and have the words that are looked for.
function listEvents() {
  shownEvents = [...eventKnown.keys()].filter((event) => eventKnown[event] && !unlisted[event] && isEventSought(event));
  const listed = new Set(shownEvents);
  eventLines.forEach((line, event) => {
    if (line.hidden === listed.has(event)) line.hidden = !line.hidden;
  });
}

// What was not known yet is hidden: events, wordings, conflicts, marks and lanes of deals.
function updateKnown() {
  const known = data.events.map(() => false);
  for (const { element, from, until, event } of byKnowledge) {
    const shown = from <= asked.known && asked.known < until;
    if (element.hidden === shown) element.hidden = !shown;
    if (shown && event >= 0) known[event] = true;
  }
  known.forEach((now, event) => {
    if (now === eventKnown[event]) return;
    eventKnown[event] = now;
    for (const mark of eventMarks[event]) mark.toggleAttribute("hidden", !now);
  });
  listEvents();
  for (const lane of lanes) lane.hidden = !lane.querySelector(".stages li:not([hidden])");
  if (conflicts) conflicts.hidden = !conflicts.querySelector("li:not([hidden])");
}

// The words of an event, by what is known.
function eventWords(event) {
  const line = eventLines[event];
  const told = line.querySelector(".wording:not([hidden]) .said") || line.querySelector(".said");
  const parts = [...told.querySelectorAll(".sentence, .figure")].map((part) => part.textContent.trim());
  return parts.join("  ").replace(/\s+/g, " ");
}
