// Comfort only: every page does its work without this file.
"use strict";

// Older browsers do not honour autofocus on an element that is not a control.
const summary = document.getElementById("error-summary");
if (summary) {
  summary.focus();
}

for (const field of document.querySelectorAll(".field--password")) {
  const input = field.querySelector("input");
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "button button--secondary password__toggle";
  toggle.textContent = field.dataset.show;
  toggle.setAttribute("aria-controls", input.id);
  toggle.setAttribute("aria-label", `${field.dataset.show}: ${field.querySelector("label").textContent}`);
  toggle.addEventListener("click", () => {
    const shown = input.type === "text";
    const word = shown ? field.dataset.show : field.dataset.hide;
    input.type = shown ? "password" : "text";
    toggle.textContent = word;
    toggle.setAttribute("aria-label", `${word}: ${field.querySelector("label").textContent}`);
  });
  // A password must not stay readable in the browser's form history.
  input.form?.addEventListener("submit", () => {
    input.type = "password";
  });
  input.after(toggle);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (navigator.clipboard) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.copied;
    });
  }
}
