// Light or dark as Airflow around us, before anything is painted; else as the reader's system says.
"use strict";
(() => {
  const themeOf = (root) =>
    root.classList.contains("dark") ? "dark" : root.classList.contains("light") ? "light" : "";
  const chosen = () => {
    try {
      if (window.parent !== window) {
        const around = themeOf(window.parent.document.documentElement);
        if (around) return around;
      }
      const stored = window.localStorage.getItem("theme");
      return stored === "dark" || stored === "light" ? stored : "";
    } catch {
      return ""; // framed by another origin, or storage is closed to us
    }
  };
  const apply = () => {
    const theme = chosen();
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  };
  apply();
  window.addEventListener("storage", apply);
  try {
    if (window.parent !== window) {
      document.documentElement.dataset.framed = "";
      new MutationObserver(apply).observe(window.parent.document.documentElement, {
        attributes: true,
        attributeFilter: ["class"],
      });
    }
  } catch {
    // framed by another origin: its theme is not ours to know
  }
})();
