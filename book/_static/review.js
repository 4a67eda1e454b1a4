/* What a page does beyond being read. Without this script everything can still be read and every
   link leads somewhere. Loaded in the head, so that a dark page never flashes white. */
(function () {
  "use strict";
  const page = document.documentElement;
  const data = page.dataset;
  const known = window.REVIEW_EDITIONS || { portal: 0, editions: [] };

  // Browsers that keep nothing on file:// or in private windows throw here.
  const kept = {
    get(name) { try { return localStorage.getItem(name); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(name, value); } catch { /* not kept, then */ } },
  };

  const chosen = kept.get("review-theme");
  if (chosen === "dark" || chosen === "light") data.theme = chosen;

  /* The first page: go on to the newest home page in the reader's language. */
  if (data.start) {
    const offered = data.start.split(" ");
    const wanted = [kept.get("review-language"), ...(navigator.languages || [])];
    const language = wanted.map((one) => (one || "").slice(0, 2)).find((one) => offered.includes(one));
    if (known.portal) location.replace(`portal/${known.portal}/${language || offered[0]}/index.html`);
    return;
  }
  kept.set("review-language", data.language);

  function switchTheme() {
    const dark = data.theme
      ? data.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    data.theme = dark ? "light" : "dark";
    kept.set("review-theme", data.theme);
  }

  function openMenu(event) {
    event.preventDefault();
    document.body.classList.add("menu-open");
    document.querySelector("#menu a[aria-current], #menu a").focus();
  }

  function closeMenu(event) {
    if (event) event.preventDefault();
    document.body.classList.remove("menu-open");
    document.getElementById("menu-button").focus();
  }

  /* Pages never change; this list does. It tells an old edition about the newer ones. */
  function linkEditions() {
    const root = data.root;
    if (known.portal) {
      for (const link of document.querySelectorAll("a[data-portal]")) {
        if (!document.body.classList.contains("portal")) {
          link.href = `${root}portal/${known.portal}/${data.language}/${link.dataset.portal}`;
        }
      }
    }
    const taken = (known.withdrawn || [])
      .find((one) => one.folder === `${data.review}/${data.period}/r${data.number}`);
    const own = known.editions.filter((one) => one.review === data.review);
    // An edition may have been made in one language only: its readers' own, or the one there is.
    const spoken = (one) => (one.label[data.language] ? data.language : Object.keys(one.label)[0]);
    const address = (one) => `${root}${one.folder}/${spoken(one)}/index.html`;
    const newer = own.filter((one) => one.period === data.period && one.number > +data.number).pop();
    if (newer) {
      const notice = document.getElementById("newer");
      const link = notice.querySelector("a");
      link.href = address(newer);
      link.textContent = link.textContent.replace("{number}", newer.number);
      notice.hidden = false;
    }
    const mine = own.find((one) => one.period === data.period);
    const withdrawn = document.getElementById("withdrawn");
    if (taken && mine && withdrawn) {
      const [said, link] = [withdrawn.querySelector("span"), withdrawn.querySelector("a")];
      said.textContent = said.textContent
        .replace("{day}", taken.day[data.language]).replace("{because}", () => taken.because);
      link.href = address(mine);
      link.textContent = link.textContent.replace("{number}", mine.number);
      withdrawn.hidden = false;
      document.getElementById("newer").hidden = true;
    }
    const later = mine && own.filter((one) => one.start > mine.start)
      .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : b.number - a.number))[0];
    const place = document.getElementById("later");
    if (later && place) {
      const link = place.querySelector("a");
      link.href = address(later);
      link.textContent = place.dataset.label.replace("{period}", later.label[spoken(later)]);
      place.hidden = false;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const theme = document.getElementById("theme");
    const print = document.getElementById("print");
    if (theme) { theme.hidden = false; theme.addEventListener("click", switchTheme); }
    if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
    const menu = document.getElementById("menu-button");
    if (menu) {
      page.classList.add("scripted");
      menu.addEventListener("click", openMenu);
      document.getElementById("menu-close").addEventListener("click", closeMenu);
      document.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && document.body.classList.contains("menu-open")) closeMenu();
      });
      document.getElementById("menu").addEventListener("click", (event) => {
        if (event.target.closest("a") && event.target.id !== "menu-close") {
          document.body.classList.remove("menu-open");
        }
      });
    }
    // A wide table scrolls inside its box; the keyboard must be able to reach that box.
    for (const box of document.querySelectorAll(".output.text_html, .wide")) {
      if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    }
    linkEditions();
  });
})();
