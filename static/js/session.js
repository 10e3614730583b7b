// Warns before the session ends, and keeps it when asked to. What was typed stays: nothing is loaded anew.
"use strict";

const warning = document.getElementById("session-end");
const stay = document.getElementById("session-stay");
const warnBefore = Number(warning.dataset.warn);
let token = "";
let timer;

function show(when) {
  for (const text of warning.querySelectorAll("[data-when]")) {
    text.hidden = !text.dataset.when.split(" ").includes(when);
  }
  const canStay = when === "rests";
  stay.hidden = !canStay;
  document.getElementById("session-close").hidden = canStay;
  document.getElementById("session-leave").hidden = when === "over";
  document.getElementById("session-again").hidden = canStay;
  if (!warning.open) {
    warning.showModal();
  }
  (canStay ? stay : document.getElementById("session-close")).focus();
}

function wait(seconds) {
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(seconds, 1) * 1000);
}

function plan({ rests, ends }) {
  const last = Math.min(rests, ends);
  if (last <= 0) {
    show("over");
  } else if (last > warnBefore) {
    warning.close();
    wait(last - warnBefore);
  } else {
    show(ends <= rests ? "ends" : "rests");
    wait(last);
  }
}

// Another window may have kept the session alive, or ended it.
async function look() {
  try {
    const answer = await fetch(warning.dataset.left, { headers: { Accept: "application/json" } });
    const left = await answer.json();
    token = left.token ?? "";
    plan(left);
  } catch {
    wait(warnBefore / 6);
  }
}

stay.addEventListener("click", async () => {
  const body = new URLSearchParams({ csrf_token: token });
  try {
    const answer = await fetch(warning.dataset.stay, { method: "POST", body, headers: { Accept: "application/json" } });
    plan(answer.ok ? await answer.json() : { rests: 0, ends: 0 });
  } catch {
    wait(1);
  }
});
document.getElementById("session-close").addEventListener("click", () => warning.close());
// A computer that slept has let no timer run.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    wait(1);
  }
});

wait(Math.min(Number(warning.dataset.rests), Number(warning.dataset.ends)) - warnBefore);
