// Goes on as soon as every service has answered in its frame, and at the latest after the time that the page names.
"use strict";

const page = document.getElementById("signing-out");

function goOn() {
  location.replace(page.dataset.onward);
}

setTimeout(goOn, Number(page.dataset.seconds) * 1000);
// The page has loaded once all of its frames have.
if (document.readyState === "complete") {
  goOn();
} else {
  window.addEventListener("load", goOn);
}
