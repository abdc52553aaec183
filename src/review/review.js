"use strict";
// Two things that a page cannot do alone: check a row while it is typed, and follow a run. Everything works without this
// file too; what it puts into a page was made on the other side, by the same code as the page itself.

(() => {
  const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";

  // A row is checked at each change, a moment after the last key.
  const WAIT_MS = 250;
  for (const form of document.querySelectorAll("form[data-check]")) {
    const findings = form.querySelector("#findings");
    let timer = 0;
    let asked = 0;
    const check = async () => {
      const mine = ++asked;
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.check, { method: "POST", body, headers: { "x-turnup-csrf": csrf } });
      const text = await answer.text();
      // A later question has a later answer.
      if (mine !== asked || !answer.ok) return;
      findings.innerHTML = text;
      const wrong = new Set([...findings.querySelectorAll("[data-wrong]")].map((one) => one.dataset.wrong));
      for (const input of form.querySelectorAll("input[data-column]")) {
        if (wrong.has(input.dataset.column)) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => check().catch(() => {}), WAIT_MS);
    });
  }

  // A run is followed until it is over; then the page shows what came of it.
  for (const live of document.querySelectorAll("[data-live]")) {
    const events = new EventSource(live.dataset.live);
    const status = live.querySelector('[role="status"]');
    events.addEventListener("progress", (event) => {
      const place = live.querySelector("[data-progress]");
      if (place) place.innerHTML = event.data;
      else location.reload();
    });
    events.addEventListener("trouble", (event) => {
      if (status) status.textContent = event.data;
    });
    events.addEventListener("over", () => {
      events.close();
      if (status && live.dataset.over) status.textContent = live.dataset.over;
      location.reload();
    });
    addEventListener("pagehide", () => events.close());
  }
})();
