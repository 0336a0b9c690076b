// Keyboard, printing, links out of Airflow's frame, and questions before what cannot be taken back.
"use strict";
(() => {
  const typing = (target) =>
    target instanceof HTMLElement && target.closest("input, textarea, select, dialog[open]");

  document.querySelector(".bar [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  let going = 0; // until when a letter after `g` counts
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (going > Date.now()) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    if (event.key === "g") going = Date.now() + 1500;
    else if (event.key === "/") focusOn(event, document.getElementById("find"));
    else if (event.key === "?") showKeys();
    else if (event.key === "j" || event.key === "k") step(event, event.key === "j" ? 1 : -1);
  });

  const focusOn = (event, element) => {
    if (!element) return;
    event.preventDefault();
    element.focus();
    if (element.select) element.select();
  };
  const step = (event, by) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by;
    focusOn(event, rows[Math.max(0, Math.min(rows.length - 1, next))]);
  };
  const showKeys = () => document.getElementById("keys")?.showModal();

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest("[data-print]")) window.print();
    else if (target.closest("[data-put]")) put(target.closest("[data-put]"));
    else if (target.closest("[data-keys]")) showKeys();
    else if (target.closest("[data-all]")) tickAll(target.closest("[data-all]"));
    const out = target.closest("a[data-airflow]");
    if (out && window.parent !== window) {
      event.preventDefault();
      leave(out.href);
    }
  });

  // Airflow's frame lets no link of ours move the window around it; one that stands in it may.
  const leave = (address) => {
    const link = window.parent.document.createElement("a");
    link.href = address;
    window.parent.document.body.append(link);
    link.click();
    link.remove();
  };
  // A value of a list goes into its field, where it can still be changed.
  const put = (button) => {
    const field = document.getElementById(button.dataset.put);
    if (!field) return;
    field.value = button.value;
    field.focus();
  };
  const tickAll = (box) => {
    for (const one of document.querySelectorAll(`input[name="${CSS.escape(box.dataset.all)}"]`))
      one.checked = box.checked;
  };

  // A second click would send the same decision twice; the second would only be told so.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 4000);
  });

  // A part of a page that answers with a whole one (signed out, hub away) shows it as a page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const text = event.detail.xhr.responseText;
    if (/^\s*<!doctype html>/i.test(text)) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
})();
