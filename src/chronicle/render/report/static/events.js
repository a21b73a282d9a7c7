// The timeline, the conflicts and the stages of deals: what was not known yet is not shown.
const eventLines = [...document.querySelectorAll("ol.events > li.event")];
const byKnowledge = [...document.querySelectorAll("[data-from]")].map((element) => ({
  element,
  from: +element.dataset.from,
  until: element.dataset.until ? +element.dataset.until : Infinity,
  event: element.classList.contains("wording") ? +element.parentElement.dataset.event : -1,
}));
const eventMarks = data.events.map(() => []);
for (const mark of document.querySelectorAll(".lanes [data-event]")) eventMarks[+mark.dataset.event].push(mark);
const lanes = [...document.querySelectorAll(".lanes .lane")];
const conflicts = document.getElementById("conflicts");

const eventKnown = data.events.map(() => null);
const eventPlace = data.events.map(() => "");

function updateEvents() {
  const known = data.events.map(() => false);
  let changed = false;
  for (const each of byKnowledge) {
    const shown = each.from <= asked.known && asked.known < each.until;
    if (each.element.hidden === shown) each.element.hidden = !shown;
    if (shown && each.event >= 0) known[each.event] = true;
  }
  known.forEach((now, event) => {
    if (now !== eventKnown[event]) {
      eventKnown[event] = now;
      changed = true;
      const line = eventLines[event];
      line.hidden = !now || line.classList.contains("unlisted");
      for (const mark of eventMarks[event]) mark.toggleAttribute("hidden", !now);
    }
    const [first, last] = data.events[event];
    const place = last <= asked.day ? "past" : first <= asked.day ? "around" : "later";
    if (place !== eventPlace[event]) {
      if (eventPlace[event]) eventLines[event].classList.remove(eventPlace[event]);
      eventPlace[event] = place;
      eventLines[event].classList.add(place);
    }
  });
  if (changed) for (const lane of lanes) lane.hidden = !lane.querySelector(".stages li:not([hidden])");
  if (changed && conflicts) conflicts.hidden = !conflicts.querySelector("li:not([hidden])");
}

// The words of an event, by what is known.
function eventWords(event) {
  const line = eventLines[event];
  const told = line.querySelector(".wording:not([hidden]) .said") || line.querySelector(".said");
  const parts = [...told.querySelectorAll(".sentence, .figure")].map((part) => part.textContent.trim());
  return parts.join("  ").replace(/\s+/g, " ");
}
