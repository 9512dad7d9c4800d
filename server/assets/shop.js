// The whole script of the shop. Without it every page is complete; with it, pages from a cache have fresh prices.
(function () {
  "use strict";

  // What cannot be had is left as it is.
  function load(url, use) {
    fetch(url)
      .then(function (response) { return response.ok && !response.redirected && response.text(); })
      .then(function (html) { if (html) use(html); })
      .catch(function () {});
  }

  // <… data-partial="URL">: put the fragment in place if it says something else than the page.
  function refresh(block) {
    load(block.dataset.partial, function (html) {
      var fresh = document.createElement("div");
      fresh.innerHTML = html;
      if (fresh.textContent.trim() !== block.textContent.trim()) block.replaceChildren.apply(block, fresh.childNodes);
    });
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

  // <form data-partial-form>: send it without leaving the page. What fails goes the usual way.
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

  // Thumbnails bring the picture into its frame.
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".thumbs a");
    var frame = link && document.querySelector(link.hash);
    if (!frame || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    frame.parentNode.scrollTo({ left: frame.offsetLeft - frame.parentNode.offsetLeft });
  });

  // A picture that cannot be loaded leaves its tile as one without a picture.
  function hideLost(image) {
    if (image.tagName === "IMG" && image.closest(".tile")) image.classList.add("lost");
  }
  addEventListener("error", function (event) { hideLost(event.target); }, true);
  document.querySelectorAll("img").forEach(function (image) {
    if (image.complete && !image.naturalWidth && image.currentSrc) hideLost(image);
  });

  // Empty fields of a GET form are left out, which saves a redirect.
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

  // Suggestions: links that typing brings, arrow keys walk through and Escape closes.
  var list = document.querySelector("[data-suggest]");
  if (list) {
    var search = list.parentNode, turn = 0, timer;
    var show = function (html) {
      turn++;
      list.innerHTML = html;
      list.hidden = !list.querySelector("a");
      list.nextElementSibling.textContent = html && list.firstElementChild.dataset.said;
    };
    search.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(function () {
        var words = search.q.value.trim().replace(/\s+/g, " "), mine = turn;
        if (!words[1]) return show("");
        load(list.dataset.suggest + "?q=" + encodeURIComponent(words), function (html) {
          if (mine === turn) show(html);
        });
      }, 150);
      turn++;
    });
    search.addEventListener("keydown", function (event) {
      var links = [...list.querySelectorAll("a")], step = { ArrowDown: 1, ArrowUp: -1, Escape: 0 }[event.key];
      if (!links[0] || !(step < 2)) return;
      event.preventDefault();
      (step && links[links.indexOf(event.target) + step] || search.q).focus();
      if (!step) show("");
    });
    search.addEventListener("focusout", function (event) {
      if (!search.contains(event.relatedTarget)) show("");
    });
  }

  // What was looked at is kept here only. The browser's store may be slow to open, so that waits for a quiet moment.
  (window.requestIdleCallback || setTimeout)(function () {
    var recent = document.querySelector("[data-recent]");
    try {
      var here = recent.dataset.slug, seen = JSON.parse(localStorage.recent || "[]");
      seen = seen.filter(function (slug) { return slug !== here; });
      if (here) localStorage.recent = JSON.stringify([here, ...seen].slice(0, 12));
      if (seen[0]) load(recent.dataset.recent + "?p=" + seen.map(encodeURIComponent).join("&p="), function (html) {
        recent.innerHTML = html;
        recent.hidden = false;
      });
    } catch (none) {} // No place for it, or nothing may be kept.
  });
})();
