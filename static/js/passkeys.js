// Passkeys need a script: this one asks the browser for them (WebAuthn Level 3 §5.1) and sends a form with the answer.
"use strict";

// The server forgets a challenge after five minutes; one that waits in the autofill list is renewed before.
const RENEW_AFTER_MS = 240000;

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function textOf(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// Where JSON has base64url, the browser wants bytes.
function decoded(options) {
  options.challenge = bytesOf(options.challenge);
  options.extensions.prf.eval.first = bytesOf(options.extensions.prf.eval.first);
  if (options.user) {
    options.user.id = bytesOf(options.user.id);
  }
  for (const each of [...(options.excludeCredentials ?? []), ...(options.allowCredentials ?? [])]) {
    each.id = bytesOf(each.id);
  }
  return options;
}

// What the PRF gave stays out of this: it opens the vault, and has a field of its own.
function encoded(credential) {
  const { response } = credential;
  const members = { clientDataJSON: textOf(response.clientDataJSON) };
  if (response.attestationObject) {
    members.attestationObject = textOf(response.attestationObject);
    members.transports = response.getTransports?.() ?? [];
  } else {
    members.authenticatorData = textOf(response.authenticatorData);
    members.signature = textOf(response.signature);
    members.userHandle = response.userHandle ? textOf(response.userHandle) : null;
  }
  const enabled = credential.getClientExtensionResults().prf?.enabled === true;
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: members,
    clientExtensionResults: { prf: { enabled } },
  });
}

class Ceremony {
  constructor(form) {
    this.form = form;
    this.message = form.querySelector("[data-passkey-message]");
    this.button = form.querySelector("button");
    this.waiting = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
  }

  async begin() {
    const body = new URLSearchParams(new FormData(this.form));
    body.delete("credential");
    body.delete("prf");
    const answer = await fetch(this.form.dataset.options, {
      method: "POST",
      body,
      redirect: "error",
      headers: { Accept: "application/json" },
    });
    const said = await answer.json();
    if (!answer.ok) {
      throw new DOMException(said.message ?? "", "NotReadableError");
    }
    return { ceremony: said.ceremony, publicKey: decoded(said.options) };
  }

  send(ceremony, credential) {
    const prf = credential.getClientExtensionResults().prf?.results?.first;
    this.form.elements.ceremony.value = ceremony;
    this.form.elements.credential.value = encoded(credential);
    this.form.elements.prf.value = prf ? textOf(prf) : "";
    this.form.submit();
  }

  async run() {
    this.stopWaiting();
    this.say("");
    this.button.disabled = true;
    try {
      const { ceremony, publicKey } = await this.begin();
      const way = publicKey.user ? "create" : "get";
      this.send(ceremony, await navigator.credentials[way]({ publicKey }));
    } catch (error) {
      this.button.disabled = false;
      this.say(this.reason(error));
      this.wait();
    }
  }

  reason(error) {
    const texts = this.form.dataset;
    const known = {
      NotAllowedError: texts.cancelled,
      AbortError: texts.cancelled,
      InvalidStateError: texts.held,
      ConstraintError: texts.unsupported,
      NotSupportedError: texts.unsupported,
      NotReadableError: error.message || texts.failed,
    };
    return known[error.name] ?? texts.failed;
  }

  say(text) {
    this.message.textContent = text;
    this.message.hidden = text === "";
  }

  // Offers passkeys in the autofill list of the sign-in name, until one is picked or the button is pressed.
  async wait() {
    if (!("conditional" in this.form.dataset) || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) {
      return;
    }
    const waiting = new AbortController();
    this.waiting = waiting;
    const renewal = setTimeout(() => {
      waiting.abort();
      this.wait();
    }, RENEW_AFTER_MS);
    try {
      const { ceremony, publicKey } = await this.begin();
      const { signal } = waiting;
      this.send(ceremony, await navigator.credentials.get({ publicKey, signal, mediation: "conditional" }));
    } catch (error) {
      if (!["AbortError", "NotAllowedError"].includes(error.name)) {
        clearTimeout(renewal);
      }
    }
  }

  stopWaiting() {
    this.waiting?.abort();
    this.waiting = null;
  }
}

if (window.PublicKeyCredential) {
  for (const instead of document.querySelectorAll("[data-passkey-instead]")) {
    instead.hidden = true;
  }
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    document.getElementById(form.dataset.over ?? "")?.classList.replace("button--primary", "button--secondary");
    new Ceremony(form).wait();
  }
}

// Lets the browser stop offering a passkey that does not sign in here (§5.1.10), where it can.
for (const gone of document.querySelectorAll("[data-passkey-gone]")) {
  const { rp: rpId, passkeyGone: credentialId } = gone.dataset;
  window.PublicKeyCredential?.signalUnknownCredential?.({ rpId, credentialId }).catch(() => undefined);
}
