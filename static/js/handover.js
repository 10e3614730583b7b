// Goes on as soon as the sign-in was approved on the other device. Without this file, "Continue" does the same.
"use strict";

const steps = document.getElementById("handover");
const finish = document.getElementById("finish-handover");
let pause = 2000;

async function look() {
  // Nobody is looking at a hidden page, and it looks again when it is shown.
  if (!document.hidden) {
    try {
      const answer = await fetch(steps.dataset.state, { headers: { Accept: "application/json" } });
      const { state } = answer.ok ? await answer.json() : { state: "waiting" };
      if (state === "approved") {
        finish.submit();
        return;
      }
      if (state !== "waiting") {
        location.reload();
        return;
      }
    } catch {
      // The network is away for a moment; the next look may find it.
    }
    pause = Math.min(pause * 1.15, 6000);
  }
  setTimeout(look, pause);
}

setTimeout(look, pause);
