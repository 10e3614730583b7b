// Answers a service's page, whose frame we are in, whether the browser's session at the provider is still the one that
// it knows (OpenID Connect Session Management 1.0 §3). The same value is made in idp/protocol/session_management.py.
"use strict";

const cookieName = document.documentElement.dataset.cookie;

// One for each citizen who is signed in to the browser.
function browserStates() {
  for (const each of document.cookie.split("; ")) {
    const [name, value] = each.split("=", 2);
    if (name === cookieName) {
      return value.split("~");
    }
  }
  return [];
}

async function hexDigest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function compare(message, origin) {
  // "client_id session_state"; neither holds a space.
  const [clientId, sessionState, ...more] = typeof message === "string" ? message.split(" ") : [];
  const [digest, salt] = sessionState ? sessionState.split(".") : [];
  if (!clientId || !digest || !salt || more.length) {
    return "error";
  }
  for (const state of browserStates()) {
    if ((await hexDigest(`${clientId} ${origin} ${state} ${salt}`)) === digest) {
      return "unchanged";
    }
  }
  return "changed";
}

window.addEventListener("message", async (event) => {
  if (event.source && event.origin !== "null") {
    event.source.postMessage(await compare(event.data, event.origin), event.origin);
  }
});
