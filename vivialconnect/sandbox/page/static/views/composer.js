/** The reply to a thread. */

import { html, useState } from "../vendor/preact-htm.js";
import { Pictures, encoded } from "../pictures.js";
import { Action, Problem } from "../parts.js";
import { announce } from "../announcer.js";
import { api } from "../api.js";
import { phone } from "../format.js";
import { useAction } from "../store.js";

/** @param {{from: string, to: string}} properties */
export function Composer({ from, to }) {
  const [body, setBody] = useState("");
  const [files, setFiles] = useState(/** @type {File[]} */ ([]));
  const send = useAction(async () => {
    await api.receive({ from_number: from, to_number: to, body, media: await encoded(files) });
    setBody("");
    setFiles([]);
    announce("Reply sent");
  });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (body.trim() || files.length) send.run();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return html`<form class="composer" onSubmit=${submit}>
    <${Problem} error=${send.problem} />
    <textarea data-reply rows="2" value=${body} onInput=${(/** @type {any} */ event) => setBody(event.target.value)} onKeyDown=${onKeyDown}
      aria-label=${`Reply from ${phone(from)}`} placeholder=${`Reply from ${phone(from)}`} dir="auto"></textarea>
    <div class="row spread">
      <${Pictures} files=${files} onChange=${setFiles} />
      <span class="row"><span class="muted small roomy">Enter sends, Shift+Enter starts a line</span>
        <${Action} busy=${send.busy} class="primary">Send reply<//></span>
    </div>
  </form>`;
}
