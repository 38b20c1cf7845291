/** Webhooks: every attempt to deliver one, and replays. */

import { html, useState } from "../vendor/preact-htm.js";
import { Action, Empty, HttpStatus, Problem, Time } from "../parts.js";
import { Part } from "./request_detail.js";
import { WindowList } from "../window_list.js";
import { announce } from "../announcer.js";
import { api } from "../api.js";
import { href } from "../router.js";
import { useAction } from "../store.js";
import { useRows } from "../rows.js";

export function Webhooks() {
  const rows = useRows(["webhooks"], api.webhooks(), []);
  const [open, setOpen] = useState(/** @type {number | null} */ (null));
  /** @param {Attempt} each @param {number} tabIndex */
  const draw = (each, tabIndex) => html`<${Row} attempt=${each} tabIndex=${tabIndex} isOpen=${each.id === open}
    onToggle=${() => setOpen(each.id === open ? null : each.id)} />`;
  return html`<section class="pane whole" aria-label="Webhooks">
    <div class="bar"><p class="title" aria-hidden="true">Webhooks</p><p class="muted small">Every attempt to deliver a webhook, newest first.</p></div>
    <${Problem} error=${rows?.problem} />
    ${rows?.isLoaded && !rows.total && html`<${Empty} title="No webhooks yet">
      <p>Set a status or an incoming text URL of a number, then send or receive a message.
        Only URLs of this machine are called, unless the sandbox allows others.</p>
      <p><a href=${href(["numbers"])}>Numbers</a></p><//>`}
    ${rows && rows.total > 0 && html`<${WindowList} rows=${rows} draw=${draw} label="Attempts, newest first" height=${58} newestFirst />`}
  </section>`;
}

/** @param {{attempt: Attempt, tabIndex: number, isOpen: boolean, onToggle: () => void}} properties */
function Row({ attempt, tabIndex, isOpen, onToggle }) {
  return html`<div class="attempt">
    <button type="button" class="summary request" data-focus tabindex=${tabIndex} aria-expanded=${String(isOpen)} onClick=${onToggle}>
      <span class="row spread"><span class="mono target"><strong>${attempt.method}</strong> <bdi>${attempt.url}</bdi></span><${HttpStatus} status=${attempt.status} /></span>
      <span class="row spread small muted"><span class="reason">${subject(attempt)}</span>
        <span class="row">${attempt.replay_of !== null && html`<span class="tag">replay of ${attempt.replay_of}</span>`}
          <span class="roomy">#${attempt.id}</span>${attempt.ms !== null && html`<span class="roomy">${attempt.ms.toFixed(1)} ms</span>`}<${Time} of=${attempt.time} /></span></span>
    </button>
    ${isOpen && html`<${Detail} attempt=${attempt} />`}
  </div>`;
}

/** @param {Attempt} attempt */
function subject({ message_id: id, document: { status }, problem }) {
  return [id === null ? "" : `Message ${id} ${status ?? ""}`, problem ?? ""].filter(Boolean).join(": ");
}

/** @param {{attempt: Attempt}} properties */
function Detail({ attempt }) {
  const replay = useAction(async () => {
    await api.replay(attempt.id);
    announce("Replayed");
  });
  const document = JSON.stringify(attempt.document);
  return html`<div class="unfolded">
    <div class="row">
      <${Action} busy=${replay.busy} onClick=${replay.run}>Replay<//>
      ${attempt.message_id !== null && html`<a href=${href(["messages", attempt.message_id])}>Message ${attempt.message_id}</a>`}
      <span class="muted">Account ${attempt.account_id}, webhook ${attempt.webhook_id}</span>
    </div>
    <${Problem} error=${replay.problem} />
    <${Part} level="h2" title="Sent" content=${{ text: document, size: document.length, truncated: false }} />
    ${attempt.response && html`<${Part} level="h2" title="Response" content=${attempt.response} />`}
  </div>`;
}
