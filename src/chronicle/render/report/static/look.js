// Whether shares are those held directly, or effective ones: tables, the picture and what differs go by it.
const lookPart = document.getElementById("look");
const LOOKED = ["through", "groups"];
const viewsLooked = data.views.map(({ name }) => (LOOKED.includes(name) ? "through" : name === "holdings" ? "direct" : "both"));
let look = "direct";

// Whether rows of a view are looked at; on paper all are.
const isLooked = (view) => !lookPart || viewsLooked[view] === "both" || viewsLooked[view] === look;

function setLook(now) {
  look = lookPart && now === "through" ? "through" : "direct";
  if (!lookPart) return;
  stateSection.dataset.look = look;
  for (const choice of lookPart.querySelectorAll("input")) choice.checked = choice.value === look;
}

const stateSection = document.getElementById("state");

lookPart?.addEventListener("change", (event) => {
  setLook(event.target.value);
  show(asked.day, asked.known);
  noteAddress();
});
