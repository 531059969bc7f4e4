"use strict";
// Comfort only: every page works without this file.
(() => {
  const $ = (s, at) => (at || document).querySelector(s);

  // Lists that keep themselves fresh; a focus inside is left alone.
  const fresh = $("[data-refresh]");
  if (fresh) {
    const tick = async () => {
      if (document.hidden || fresh.contains(document.activeElement)) return;
      const answer = await fetch(fresh.dataset.refresh + location.search, { redirect: "manual", cache: "no-store" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (page.body.innerHTML !== fresh.innerHTML) fresh.replaceChildren(...page.body.childNodes);
    };
    const again = () => setTimeout(async () => {
      await tick().catch(() => {});
      again();
    }, $("[data-state=wait]", fresh) ? 800 : 5000);
    again();
  }

  // Sending files with a progress bar, and by drag and drop.
  const drop = $("#drop");
  if (!drop) return;
  const form = drop.closest("form"), box = $("#progress"), list = $("#chosen"), button = $("button[type=submit]", form);
  const say = $("p", box), bar = $("progress", box), words = box.dataset;
  const inputs = [...drop.querySelectorAll("input[type=file]")];
  let more = [];
  for (const e of document.querySelectorAll(".with-script")) e.hidden = false;

  const chosen = () => [
    ...inputs.flatMap((i) => [...i.files].map((f) => ({ file: f, name: f.webkitRelativePath || f.name }))),
    ...more,
  ];
  const show = () => {
    list.replaceChildren(...chosen().map((c) => {
      const li = document.createElement("li");
      const name = document.createElement("bdi");
      name.textContent = c.name;
      li.append(name);
      if (more.includes(c)) {
        const off = document.createElement("button");
        off.type = "button";
        off.className = "second small";
        off.textContent = words.remove;
        off.setAttribute("aria-label", words.remove + ": " + c.name);
        off.addEventListener("click", () => { more = more.filter((m) => m !== c); show(); });
        li.append(" ", off);
      }
      return li;
    }));
  };
  for (const i of inputs) i.addEventListener("change", show);

  // Folders that are dropped come entry by entry.
  const walk = async (entry, path) => {
    if (entry.isFile) {
      const file = await new Promise((yes, no) => entry.file(yes, no));
      more.push({ file, name: path + file.name });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((yes, no) => reader.readEntries(yes, no));
      if (!some.length) return;
      for (const one of some) await walk(one, path + entry.name + "/");
    }
  };
  const stop = (e) => e.preventDefault();
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (e) => { stop(e); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, (e) => { stop(e); drop.classList.remove("over"); });
  drop.addEventListener("drop", async (e) => {
    const entries = [...e.dataTransfer.items].map((i) => i.webkitGetAsEntry && i.webkitGetAsEntry()).filter(Boolean);
    for (const file of entries.length ? [] : e.dataTransfer.files) more.push({ file, name: file.name });
    for (const entry of entries) await walk(entry, "");
    show();
  });
  for (const name of ["dragover", "drop"]) document.addEventListener(name, stop);

  const failed = (text, rows, go, rest) => {
    button.disabled = false;
    bar.hidden = true;
    box.className = "notice error";
    say.textContent = text;
    if (go) { // some were received: their page, and none of them is sent twice
      const a = document.createElement("a");
      a.href = go;
      a.textContent = words.mine;
      say.append(" ", a);
      for (const i of inputs) i.value = "";
      more = [];
      show();
    }
    const line = (t) => {
      const p = document.createElement("span");
      p.className = "line";
      p.textContent = t;
      say.append(p);
    };
    if (go) line(rest);
    for (const [name, why] of rows || []) line(name + ": " + why);
  };
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    box.hidden = false;
    box.className = "";
    if (!chosen().length) { failed(words.none); return; }
    const bytes = chosen().reduce((n, c) => n + c.file.size, 0);
    if (chosen().length > +words.files || bytes > +words.bytes) { failed(words.most); return; }
    const data = new FormData();
    for (const i of form.querySelectorAll("input:not([type=file]),select")) data.append(i.name, i.value);
    for (const c of chosen()) data.append("files", c.file, c.name);
    const request = new XMLHttpRequest();
    bar.hidden = false;
    bar.value = 0;
    button.disabled = true;
    say.textContent = words.sending;
    request.upload.addEventListener("progress", (p) => {
      if (!p.lengthComputable) return;
      bar.value = Math.floor(p.loaded / p.total * 100);
      say.textContent = p.loaded < p.total ? words.sending + " " + bar.value + "%" : words.taken;
    });
    request.addEventListener("error", () => failed(words.failed));
    request.addEventListener("load", () => {
      let answer = null;
      try { answer = JSON.parse(request.responseText); } catch { answer = null; }
      if (!answer) { failed(request.status === 413 ? words.most : words.failed); return; }
      if (!answer.no.length) { location.assign(answer.go); return; }
      failed(answer.taken ? answer.said : answer.rest, answer.no, answer.taken ? answer.go : "", answer.rest);
    });
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(data);
  });
})();
