// The whole script of the shop. Without it every page is complete; with it, prices and stock are as fresh as the last
// poll even on a page that came from a cache, and pictures change without the page moving.
(function () {
  "use strict";

  // <… data-partial="URL">: fetch the fragment and put it in place if it says something else than the page.
  function refresh(block) {
    fetch(block.dataset.partial, { headers: { Accept: "text/html" } })
      .then(function (response) {
        return response.ok && !response.redirected ? response.text() : null;
      })
      .then(function (html) {
        if (html === null) return;
        var fresh = document.createElement("div");
        fresh.innerHTML = html;
        if (fresh.textContent.trim() !== block.textContent.trim()) block.replaceChildren.apply(block, fresh.childNodes);
      })
      .catch(function () {}); // Offline or refused: what the page says stands.
  }
  function refreshAll() {
    document.querySelectorAll("[data-partial]").forEach(function (block) {
      // A cart that nobody has filled need not be asked about.
      if (!block.dataset.if || document.cookie.includes(block.dataset.if)) refresh(block);
    });
  }
  refreshAll();
  addEventListener("pageshow", function (event) {
    if (event.persisted) refreshAll();
  });

  // <form data-partial-form>: send it without leaving the page, and say what came of it. What fails goes the usual way.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("[data-partial-form]") || event.defaultPrevented) return;
    event.preventDefault();
    var fields = new URLSearchParams(new FormData(form));
    fields.append("partial", "1");
    fetch(form.action, { method: "POST", body: fields })
      .then(function (response) {
        if (!response.ok || response.redirected) throw 0;
        return response.text();
      })
      .then(function (html) {
        form.querySelector("output").innerHTML = html;
        refreshAll();
      })
      .catch(function () { form.submit(); });
  });

  // Thumbnails: bring the picture into its frame instead of jumping to it.
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".thumbs a");
    var frame = link && document.querySelector(link.hash);
    if (!frame || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    frame.parentNode.scrollTo({ left: frame.offsetLeft - frame.parentNode.offsetLeft });
  });

  // A picture that cannot be loaded leaves its tile empty instead of showing that it is broken.
  function hideLost(image) {
    if (image.tagName === "IMG" && !image.alt) image.classList.add("lost");
  }
  addEventListener("error", function (event) { hideLost(event.target); }, true);
  document.querySelectorAll("img").forEach(function (image) {
    if (image.complete && !image.naturalWidth && image.currentSrc) hideLost(image);
  });

  // Empty fields of a GET form say nothing; leaving them out gives the canonical address without a redirect.
  document.addEventListener("submit", function (event) {
    if (event.target.method !== "get") return;
    event.target.querySelectorAll("input:not([type=checkbox])").forEach(function (input) {
      if (!input.value) input.disabled = true;
    });
    setTimeout(function () {
      event.target.querySelectorAll("input:not([type=checkbox])").forEach(function (input) {
        input.disabled = false;
      });
    });
  });
})();
