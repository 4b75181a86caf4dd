// What pages do by themselves: take files that are dropped, hear what changes, and obey keys.
"use strict";
(() => {
  const body = document.body;
  const say = (text) => { document.getElementById("say").textContent = text; };

  // -- files ---------------------------------------------------------------------------------------
  const drop = document.querySelector("form[data-drop]");
  const WAYS = 4; // files that are sent at a time

  async function sendOne(form, file) {
    const data = new FormData();
    data.append("files", file, file.name);
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
  }

  async function sendAll(form, files) {
    const list = [...files];
    if (list.length > Number(form.dataset.most)) { say(form.dataset.tooMany); return; }
    let done = 0;
    const failed = [];
    const tell = () => say(form.dataset.sending.replace("%1", done).replace("%2", list.length));
    const queue = list.slice();
    tell();
    await Promise.all(Array.from({ length: WAYS }, async () => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        try { await sendOne(form, file); } catch { failed.push(file.name); }
        done += 1;
        tell();
      }
    }));
    if (failed.length) say(`${body.dataset.failed} ${failed.join(", ")}`);
    renew("inbox");
  }

  if (drop) {
    const input = drop.querySelector("input[type=file]");
    input.addEventListener("change", async () => {
      if (drop.dataset.drop === "submit") { drop.requestSubmit(); return; }
      await sendAll(drop, input.files);
      input.value = "";
    });
    const isFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
    window.addEventListener("dragover", (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      body.classList.add("dropping");
    });
    window.addEventListener("dragleave", (event) => { if (!event.relatedTarget) body.classList.remove("dropping"); });
    window.addEventListener("drop", async (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      body.classList.remove("dropping");
      if (drop.dataset.drop === "submit") { input.files = event.dataTransfer.files; drop.requestSubmit(); return; }
      await sendAll(drop, event.dataTransfer.files);
    });
  }

  // -- what changes --------------------------------------------------------------------------------
  const BREATH = 300; // milliseconds between two renewals
  const was = new WeakMap(); // what is shown → the page's text of it
  for (const shown of document.querySelectorAll("[data-live]")) was.set(shown, shown.outerHTML);
  const renewing = new Map(); // the kinds that are being renewed → whether something has changed since it was asked for

  // Renew what shows things of a kind.  What changes meanwhile is asked for once more: no change is lost.
  async function renew(kind) {
    if (renewing.has(kind)) { renewing.set(kind, true); return; }
    renewing.set(kind, true);
    while (renewing.get(kind)) {
      renewing.set(kind, false);
      const shown = document.querySelector(`[data-live="${kind}"]`);
      if (!shown) break;
      if (await renewOne(shown).catch(() => false)) renewing.set(kind, true);
      await new Promise((go) => setTimeout(go, BREATH));
    }
    renewing.delete(kind);
  }

  // True where the page shows something else by now, so that the answer is of no use.
  async function renewOne(shown) {
    const answer = await fetch(shown.dataset.from, { headers: { accept: "text/html" } });
    if (!answer.ok) return false;
    const text = await answer.text();
    if (!shown.isConnected) return true;
    const found = new DOMParser().parseFromString(text, "text/html").getElementById(shown.id);
    if (found && found.outerHTML !== was.get(shown)) {
      htmx.swap(shown, found.outerHTML, { swapStyle: "outerHTML" }); // the focus stays where it was
      was.set(document.getElementById(found.id), found.outerHTML);
    }
    return false;
  }

  const review = () => document.getElementById("review");

  function heard({ kind, about }) {
    if (kind === "lost") { say(body.dataset.lost); body.classList.add("lost"); return; }
    if (kind === "found") { if (body.classList.contains("lost")) { say(""); body.classList.remove("lost"); } return; }
    if (kind === "second") { const note = document.getElementById("second"); if (note) { note.hidden = false; say(body.dataset.secondTab); } return; }
    if (kind === "all") {
      for (const each of ["inbox", "runs"]) renew(each);
      if (review()) look(review().dataset.intake);
      return;
    }
    renew(kind);
    if (kind === "intake" && review() && review().dataset.intake === about) look(about);
  }

  async function look(id) {
    const answer = await fetch(`/intakes/${id}.json`);
    if (!answer.ok) return;
    const { version } = await answer.json();
    const note = document.getElementById("elsewhere");
    if (note && review() && String(version) !== review().dataset.version) note.hidden = false;
  }

  if (body.dataset.page !== "refused") {
    if (window.SharedWorker) {
      const worker = new SharedWorker("/static/live.js");
      worker.port.onmessage = (event) => heard(event.data);
      worker.port.start();
      worker.port.postMessage({ intake: review() ? review().dataset.intake : "" });
      window.addEventListener("pagehide", () => worker.port.postMessage({ bye: true }));
      window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    } else {
      const source = new EventSource("/events");
      source.onmessage = (event) => heard(JSON.parse(event.data));
      source.onerror = () => heard({ kind: "lost" });
      source.onopen = () => heard({ kind: "found" });
    }
  }

  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:swapError"]) {
    body.addEventListener(name, () => say(body.dataset.failed));
  }
  // Where the work goes on after an answer was saved: its form has gone with the page before.
  body.addEventListener("htmx:afterSettle", (event) => {
    const asked = event.detail.pathInfo && event.detail.pathInfo.requestPath.match(/answers\/([^/]+)/);
    if (!asked || !review()) return;
    const target = review().querySelector("[autofocus]") || document.getElementById(`a-${asked[1]}`);
    if (!target) return;
    if (target.tabIndex < 0) target.tabIndex = -1;
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  });
  const clip = (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy);
    navigator.clipboard.writeText("value" in text ? text.value : text.textContent).then(() => say(button.dataset.copied));
  };
  body.addEventListener("click", clip);

  // -- keys ----------------------------------------------------------------------------------------
  const dialog = document.getElementById("keys");
  const keysOn = document.getElementById("keys-on");
  keysOn.checked = localStorage.getItem("keys") !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem("keys", keysOn.checked ? "on" : "off"));
  document.getElementById("show-keys").addEventListener("click", () => dialog.showModal());

  function step(selector, by) {
    const all = [...document.querySelectorAll(selector)];
    if (!all.length) return;
    const at = all.findIndex((one) => one === document.activeElement || one.contains(document.activeElement));
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  const actions = {
    "/": () => { const field = document.getElementById("q"); if (field) field.focus(); else location.href = "/"; },
    "?": () => dialog.showModal(),
    j: () => step("a.line", 1),
    k: () => step("a.line", -1),
    n: () => step("[data-found]", 1),
    p: () => step("[data-found]", -1),
    e: () => {
      const field = document.activeElement.closest(".field") || document.querySelector("[data-found]");
      const edit = field && field.querySelector("details.edit");
      if (!edit) return;
      edit.open = true;
      edit.querySelector("input:not([type=hidden]), select, textarea").focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    const inText = event.target.closest("input:not([type=checkbox], [type=file], [type=radio]), textarea, select, [contenteditable]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const button = event.target.closest("form")?.querySelector("button[value=next]");
      if (button) { event.preventDefault(); button.click(); }
      return;
    }
    if (event.key === "Escape" && event.target.closest("details.edit")) {
      const edit = event.target.closest("details.edit");
      edit.open = false;
      edit.querySelector("summary").focus();
      return;
    }
    if (inText || dialog.open || event.ctrlKey || event.metaKey || event.altKey || !keysOn.checked) return;
    const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
    if (link) { event.preventDefault(); link.click(); return; }
    if (actions[event.key]) { event.preventDefault(); actions[event.key](); }
  });
})();
