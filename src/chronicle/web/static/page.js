"use strict";
// Says when the source is another than the one that this page was made of; asks only while somebody looks.
(() => {
  const note = document.getElementById("changed");
  const { state, show } = document.getElementById("bar").dataset;
  // A report has its days in the fragment of its address.
  if (show && !location.hash) location.hash = show;
  const every = 5000;
  async function look() {
    if (document.visibilityState !== "visible" || !note.hidden) return;
    try {
      const answer = await fetch(`/changed?since=${encodeURIComponent(state)}`, { cache: "no-store" });
      if (answer.ok && (await answer.json()).changed) note.hidden = false;
    } catch {
      // The server was stopped: there is nothing to say about the source.
    }
  }
  setInterval(look, every);
  document.addEventListener("visibilitychange", look);
})();
