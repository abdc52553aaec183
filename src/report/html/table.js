// The table of a report: filter, search, sort and leaves over rows that are held as data. Text only ever becomes text.
// The page shows its first rows by itself; the data are read once those are there, so that a large page opens at once.
(() => {
  "use strict";
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
  const number = new Intl.NumberFormat(document.documentElement.lang);

  const start = () => {
    const { words, outcomes, sheets, texts, causes, rows } = JSON.parse($("rows").textContent);
    const count = rows.number.length;
    const sheetOf = new Uint8Array(count);
    let from = 0;
    sheets.forEach((sheet, at) => {
      sheetOf.fill(at, from, from + sheet.rows);
      from += sheet.rows;
    });
    const place = (at) => sheets[sheetOf[at]].file + ":" + rows.number[at];
    // One text serves all rows that differ in their own value only.
    const reason = (at) => (rows.value[at] ? texts[rows.reason[at]].replace("\u0001", () => rows.value[at]) : texts[rows.reason[at]]);

    // Small letters, made when they are first asked for.
    const lower = (list) => {
      let made = null;
      return () => (made ||= list.map((text) => text.toLowerCase()));
    };
    const [lowTexts, lowNames] = [lower(texts), lower(rows.name)];
    const lowFiles = sheets.map((sheet) => sheet.file.toLowerCase());
    /** The rows in which a word stands, among those that are left. */
    const holding = (word, left) => {
      const low = lowTexts();
      const inText = Uint8Array.from(low, (text) => text.includes(word));
      const names = lowNames();
      const isPlace = /[:\d]$|^[:\d]/.test(word);
      const inFile = lowFiles.map((file) => file.includes(word));
      return left.filter((at) =>
        inText[rows.customer[at]] || inText[rows.codes[at]] || inText[rows.reason[at]] || inText[rows.blocked_by[at]] || inText[rows.tracking[at]]
        || names[at].includes(word) || inFile[sheetOf[at]] || (isPlace && (lowFiles[sheetOf[at]] + ":" + rows.number[at]).includes(word))
        || (rows.value[at] && reason(at).toLowerCase().includes(word))
        || (rows.cells && rows.cells[at].some((cell) => cell.toLowerCase().includes(word))));
    };

    // By what a column is sorted: one number for each row.
    const ranks = (list) => {
      const rank = new Uint32Array(list.length);
      [...list.keys()].sort((a, b) => (list[a] < list[b] ? -1 : list[a] > list[b] ? 1 : a - b)).forEach((at, place, all) => {
        rank[at] = place > 0 && list[all[place - 1]] === list[at] ? rank[all[place - 1]] : place;
      });
      return rank;
    };
    const by = (rank, column) => Uint32Array.from(column, (at) => rank[at]);
    const KEYS = {
      place: () => Uint32Array.from(rows.number.keys()),
      customer: () => by(ranks(lowTexts()), rows.customer),
      name: () => ranks(lowNames()),
      result: () => by(outcomes.map((outcome) => outcome.order), rows.outcome),
      reason: () => by(ranks(texts), rows.reason),
    };
    const keys = {};
    // What needs a person stands first.
    const state = { found: null, page: 0, sort: "result", down: true };
    const find = () => {
      const parts = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
      const [sheet, group, cause] = [$("sheet").value, $("group").value, $("cause").value];
      const isMeant = causes.map((list) => cause === "" || list.includes(Number(cause)));
      const isOf = outcomes.map((outcome) => group === "" || outcome.group === group);
      let found = [];
      for (let at = 0; at < count; at += 1) {
        if ((sheet === "" || sheetOf[at] === Number(sheet)) && isOf[rows.outcome[at]] && isMeant[rows.causes[at]]) found.push(at);
      }
      for (const part of parts) found = holding(part, found);
      const key = (keys[state.sort] ||= KEYS[state.sort]());
      const sign = state.down ? -1 : 1;
      state.found = found.sort((a, b) => sign * (key[a] - key[b]) || a - b);
      state.page = 0;
    };

    const cells = (at) => {
      const list = el("dl", { class: "cells" });
      rows.cells[at].forEach((cell, column) => {
        if (cell !== "") list.append(el("dt", {}, shown(sheets[sheetOf[at]].columns[column] || "")), el("dd", {}, shown(cell)));
      });
      return el("details", {}, el("summary", {}, words.cells), list);
    };
    const line = (at) => {
      const outcome = outcomes[rows.outcome[at]];
      const result = el("span", { class: "state " + outcome.group }, el("span", { class: "dot", "aria-hidden": "true" }), outcome.word);
      const why = el("td", { class: "reason" });
      const [cure, tracking, codes] = [texts[rows.cure[at]], texts[rows.tracking[at]], texts[rows.codes[at]]];
      if (reason(at)) why.append(el("p", {}, ticked(reason(at))));
      if (cure) why.append(el("p", {}, words.cure + ": ", ticked(cure)));
      if (tracking) why.append(el("p", { class: "soft" }, words.tracking + ": ", el("span", { class: "mono" }, shown(tracking))));
      if (rows.cells) why.append(cells(at));
      return el("tr", {},
        el("th", { scope: "row", class: "place mono" }, shown(place(at))),
        el("td", { "data-label": words.customer }, shown(texts[rows.customer[at]])),
        el("td", { "data-label": words.name }, shown(rows.name[at])),
        el("td", {}, result, codes ? el("div", { class: "soft mono" }, shown(codes)) : ""),
        why);
    };
    const draw = () => {
      if (!state.found) find();
      const pages = Math.max(1, Math.ceil(state.found.length / PAGE));
      const from = state.page * PAGE;
      const part = state.found.slice(from, from + PAGE);
      $("body").replaceChildren(...part.map(line));
      const gaps = { from: part.length ? from + 1 : 0, to: from + part.length, count: state.found.length };
      $("told").textContent = words.showing.replace(/\{(\w+)\}/g, (_, gap) => number.format(gaps[gap]));
      $("page").textContent = words.page.replace("{page}", number.format(state.page + 1)).replace("{pages}", number.format(pages));
      $("before").disabled = state.page === 0;
      $("after").disabled = state.page + 1 >= pages;
      document.documentElement.dataset.drawn = String(Number(document.documentElement.dataset.drawn || 0) + 1);
    };
    const anew = () => {
      state.found = null;
      draw();
    };
    const turn = (by) => {
      if (!state.found) find();
      state.page += by;
      draw();
    };

    let waiting = 0;
    $("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(anew, 80); });
    for (const id of ["sheet", "group", "cause"]) $(id).addEventListener("change", anew);
    $("before").addEventListener("click", () => turn(-1));
    $("after").addEventListener("click", () => turn(1));
    $("clear").addEventListener("click", () => {
      for (const id of ["search", "sheet", "group", "cause"]) $(id).value = "";
      anew();
    });
    for (const button of document.querySelectorAll("thead button[data-sort]")) {
      button.addEventListener("click", () => {
        state.down = state.sort === button.dataset.sort && !state.down;
        state.sort = button.dataset.sort;
        for (const head of document.querySelectorAll("thead th[aria-sort]")) head.setAttribute("aria-sort", "none");
        button.closest("th").setAttribute("aria-sort", state.down ? "descending" : "ascending");
        anew();
      });
    }
    const present = new Set(causes.flat());
    for (const button of document.querySelectorAll("button[data-cause]")) {
      button.hidden = !present.has(Number(button.dataset.cause));
      button.addEventListener("click", () => {
        $("cause").value = button.dataset.cause;
        anew();
        $("rows-title").scrollIntoView();
        $("rows-title").focus({ preventScroll: true });
      });
    }
    document.documentElement.dataset.drawn = "0";
    // Somebody may have typed while the data were read.
    if (["search", "sheet", "group", "cause"].some((id) => $(id).value !== "")) anew();
  };
  // The rows that stand in the page are painted before their data are read.
  setTimeout(start);
})();
