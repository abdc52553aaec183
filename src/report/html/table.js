// The table of a report: filter, search, sort and pages over rows that are held as data. Text only ever becomes text.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("rows").textContent);
  const { words, outcomes, sheets, texts, rows } = data;
  const PAGE = 50;
  const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
  const $ = (id) => document.getElementById(id);
  const el = (name, attributes, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  // Characters that nobody sees, or that turn the line around, are shown by their number.
  const shown = (text) => {
    const node = el("bdi", { dir: "auto" });
    let from = 0;
    for (const match of text.matchAll(INVISIBLE)) {
      node.append(text.slice(from, match.index));
      const code = "U+" + match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      node.append(el("span", { class: "inv" }, code));
      from = match.index + match[0].length;
    }
    node.append(text.slice(from));
    return node;
  };
  // A sentence of ours with names in backticks, which become code.
  const ticked = (text) => {
    const parts = text.split("`");
    const pieces = parts.map((part, at) => (at % 2 === 1 && at + 1 < parts.length ? el("code", {}, shown(part)) : shown(part)));
    return el("span", {}, ...pieces);
  };
  // sheet, number, customer, name, outcome, codes, reason, cure, blocked by, tracking id, causes, cells
  const [SHEET, ROW, CUSTOMER, NAME, OUTCOME, CODES, REASON, CURE, BY, TRACKING, CAUSES, CELLS] = [...Array(12).keys()];
  const place = (row) => sheets[row[SHEET]].file + ":" + row[ROW];
  let searched = null;
  const searchable = () => {
    if (!searched) {
      searched = rows.map((row) => [place(row), texts[row[CUSTOMER]], row[NAME], texts[row[CODES]], texts[row[REASON]],
        texts[row[BY]], row[TRACKING], ...(row[CELLS] || [])].join("\n").toLowerCase());
    }
    return searched;
  };
  // What needs a person stands first.
  const state = { found: [], page: 0, sort: "result", down: true };
  const KEYS = {
    place: (row) => row[SHEET] * 1e8 + row[ROW],
    customer: (row) => texts[row[CUSTOMER]].toLowerCase(),
    name: (row) => row[NAME].toLowerCase(),
    result: (row) => outcomes[row[OUTCOME]].order,
    reason: (row) => texts[row[REASON]],
  };
  const find = () => {
    const parts = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [sheet, group, cause] = [$("sheet").value, $("group").value, $("cause").value];
    const text = parts.length ? searchable() : null;
    const found = [];
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at];
      if (sheet !== "" && row[SHEET] !== Number(sheet)) continue;
      if (group !== "" && outcomes[row[OUTCOME]].group !== group) continue;
      if (cause !== "" && !(row[CAUSES] || []).includes(Number(cause))) continue;
      if (text && !parts.every((part) => text[at].includes(part))) continue;
      found.push(at);
    }
    if (state.sort) {
      const keys = new Array(rows.length);
      for (const at of found) keys[at] = KEYS[state.sort](rows[at]);
      const sign = state.down ? -1 : 1;
      found.sort((a, b) => (keys[a] < keys[b] ? -sign : keys[a] > keys[b] ? sign : a - b));
    }
    state.found = found;
    state.page = 0;
    draw();
  };
  const cells = (row) => {
    const list = el("dl", { class: "cells" });
    row[CELLS].forEach((cell, at) => {
      if (cell !== "") list.append(el("dt", {}, shown(sheets[row[SHEET]].columns[at] || "")), el("dd", {}, shown(cell)));
    });
    return el("details", {}, el("summary", {}, words.cells), list);
  };
  const line = (row) => {
    const outcome = outcomes[row[OUTCOME]];
    const result = el("span", { class: "state " + outcome.group }, el("span", { class: "dot", "aria-hidden": "true" }), outcome.word);
    const reason = el("td", { class: "reason" });
    if (texts[row[REASON]]) reason.append(el("p", {}, ticked(texts[row[REASON]])));
    if (texts[row[CURE]]) reason.append(el("p", {}, words.cure + ": ", ticked(texts[row[CURE]])));
    if (row[TRACKING]) reason.append(el("p", { class: "soft" }, words.tracking + ": ", el("span", { class: "mono" }, shown(row[TRACKING]))));
    if (row[CELLS]) reason.append(cells(row));
    return el("tr", {},
      el("th", { scope: "row", class: "place mono" }, shown(place(row))),
      el("td", { "data-label": words.customer }, shown(texts[row[CUSTOMER]])),
      el("td", { "data-label": words.name }, shown(row[NAME])),
      el("td", {}, result, texts[row[CODES]] ? el("div", { class: "soft mono" }, shown(texts[row[CODES]])) : ""),
      reason);
  };
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const draw = () => {
    const pages = Math.max(1, Math.ceil(state.found.length / PAGE));
    const from = state.page * PAGE;
    const part = state.found.slice(from, from + PAGE);
    $("body").replaceChildren(...part.map((at) => line(rows[at])));
    const gaps = { from: part.length ? from + 1 : 0, to: from + part.length, count: state.found.length };
    $("told").textContent = words.showing.replace(/\{(\w+)\}/g, (_, gap) => number.format(gaps[gap]));
    $("page").textContent = words.page.replace("{page}", number.format(state.page + 1)).replace("{pages}", number.format(pages));
    $("before").disabled = state.page === 0;
    $("after").disabled = state.page + 1 >= pages;
    document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn || 0) + 1);
  };
  let waiting = 0;
  $("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(find, 80); });
  for (const id of ["sheet", "group", "cause"]) $(id).addEventListener("change", find);
  $("before").addEventListener("click", () => { state.page -= 1; draw(); });
  $("after").addEventListener("click", () => { state.page += 1; draw(); });
  $("clear").addEventListener("click", () => {
    for (const id of ["search", "sheet", "group", "cause"]) $(id).value = "";
    find();
  });
  for (const button of document.querySelectorAll("thead button[data-sort]")) {
    button.addEventListener("click", () => {
      state.down = state.sort === button.dataset.sort && !state.down;
      state.sort = button.dataset.sort;
      for (const head of document.querySelectorAll("thead th[aria-sort]")) head.setAttribute("aria-sort", "none");
      button.closest("th").setAttribute("aria-sort", state.down ? "descending" : "ascending");
      find();
    });
  }
  for (const button of document.querySelectorAll("button[data-cause]")) {
    button.hidden = !rows.some((row) => (row[CAUSES] || []).includes(Number(button.dataset.cause)));
    button.addEventListener("click", () => {
      $("cause").value = button.dataset.cause;
      find();
      $("rows-title").scrollIntoView();
      $("rows-title").focus({ preventScroll: true });
    });
  }
  $("table").hidden = false;
  find();
})();
