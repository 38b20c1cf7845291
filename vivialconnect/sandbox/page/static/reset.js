/** The dialog to reset the sandbox, which asks twice. */

import { html, useState } from "./vendor/preact-htm.js";
import { Confirm } from "./parts.js";
import { announce } from "./announcer.js";
import { api } from "./api.js";
import { useAction } from "./store.js";

/** @param {{onClose: () => void}} properties */
export function Reset({ onClose }) {
  const [isSure, setSure] = useState(false);
  const reset = useAction(async () => {
    await api.reset();
    announce("The sandbox was reset");
    onClose();
  });
  return html`<${Confirm} title="Reset the sandbox?" verb=${isSure ? "Delete everything" : "Reset"} busy=${reset.busy} problem=${reset.problem}
      onClose=${onClose} onConfirm=${() => (isSure ? reset.run() : setSure(true))}>
    <p>This deletes all messages, numbers, requests, webhooks and rules, sets the clock back and removes added accounts. The API key stays.</p>
    <p role="status">${isSure && html`<strong>This cannot be undone. Delete everything?</strong>`}</p>
  <//>`;
}
