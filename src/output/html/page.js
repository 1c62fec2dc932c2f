"use strict";
const form = document.querySelector("form");
const findings = [...document.querySelectorAll("article")];
const shown = document.querySelector("#shown");
function filter() {
  const wanted = new Set([...form.querySelectorAll("[name=severity]:checked")].map((box) => box.value));
  const rule = form.rule.value, file = form.file.value, words = form.words.value.toLowerCase();
  let count = 0;
  for (const finding of findings) {
    const data = finding.dataset;
    const keep = wanted.has(data.severity) && (!rule || data.rule === rule) && (!file || data.file === file)
      && (!words || finding.textContent.toLowerCase().includes(words));
    finding.hidden = !keep;
    count += keep;
  }
  shown.textContent = `${count} of ${findings.length} shown`;
}
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
filter();
