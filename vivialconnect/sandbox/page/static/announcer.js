/** What screen readers are told without moving there. */

import { html, useEffect, useState } from "./vendor/preact-htm.js";

const channel = new EventTarget();

/** @param {string} text */
export const announce = (text) => channel.dispatchEvent(new CustomEvent("announce", { detail: text }));

/** The live region, in the page once. */
export function Announcer() {
  const [text, setText] = useState("");
  useEffect(() => {
    const listener = (/** @type {Event} */ event) => {
      const { detail } = /** @type {CustomEvent<string>} */ (event);
      // The same text again would not be read, so it is made to differ.
      setText((before) => (before === detail ? `${detail}\u00a0` : detail));
    };
    channel.addEventListener("announce", listener);
    return () => channel.removeEventListener("announce", listener);
  }, []);
  return html`<div class="hidden" role="status" aria-live="polite">${text}</div>`;
}
