// Keeps the part "Now" of the first page current. Without it the page is complete, as of when it was loaded.
(() => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const look = async () => {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(part.dataset.live, { credentials: "same-origin", redirect: "error" });
        const html = answer.ok ? await answer.text() : "";
        // A session that ended answers with a whole page, which is not what belongs here.
        if (html && !html.includes("<!DOCTYPE") && html !== part.innerHTML) part.innerHTML = html;
      } catch {
        // The daemon restarts; the next look tells.
      }
    }
    setTimeout(look, 1500);
  };
  setTimeout(look, 1500);
})();
