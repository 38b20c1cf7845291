/** The numbers of the accounts. */

import { html, useState } from "../vendor/preact-htm.js";
import { BuyNumber } from "./buy_number.js";
import { Confirm, Empty, Problem } from "../parts.js";
import { EditNumber } from "./edit_number.js";
import { WindowList } from "../window_list.js";
import { announce } from "../announcer.js";
import { api } from "../api.js";
import { phone } from "../format.js";
import { useAction } from "../store.js";
import { useRows } from "../rows.js";

export function Numbers() {
  const rows = useRows(["numbers"], api.numbers(), []);
  const [dialog, setDialog] = useState(/** @type {{name: string, number?: PhoneNumber}} */ ({ name: "" }));
  const close = () => setDialog({ name: "" });
  /** @param {PhoneNumber} number @param {number} tabIndex */
  const draw = (number, tabIndex) => html`<${Row} number=${number} tabIndex=${tabIndex}
    onEdit=${() => setDialog({ name: "edit", number })} onRelease=${() => setDialog({ name: "release", number })} />`;
  return html`<section class="pane whole" aria-label="Numbers">
    <div class="bar"><p class="title" aria-hidden="true">Numbers</p>
      <button type="button" class="primary" onClick=${() => setDialog({ name: "buy" })}>Buy a number</button></div>
    <${Problem} error=${rows?.problem} />
    ${rows?.isLoaded && !rows.total && html`<${Empty} title="No numbers yet"><p>Buy one to send from and to receive on. It costs no money here.</p><//>`}
    ${rows && rows.total > 0 && html`<${WindowList} rows=${rows} draw=${draw} label="Numbers" height=${66} newestFirst />`}
    ${dialog.name === "buy" && html`<${BuyNumber} onClose=${close} />`}
    ${dialog.name === "edit" && html`<${EditNumber} number=${dialog.number} onClose=${close} />`}
    ${dialog.name === "release" && dialog.number && html`<${Release} number=${dialog.number} onClose=${close} />`}
  </section>`;
}

/** @param {{number: PhoneNumber, tabIndex: number, onEdit: () => void, onRelease: () => void}} properties */
function Row({ number, tabIndex, onEdit, onRelease }) {
  const shown = phone(number.phone_number);
  const place = [number.city, number.region].filter(Boolean).join(", ");
  return html`<article class="number row spread" data-focus tabindex=${tabIndex} aria-label=${`Number ${shown}`}>
    <div class="grow">
      <p class="row"><strong class="phone">${shown}</strong><span class="muted">${number.name}</span>
        ${Object.entries(number.tags).map(([key, value]) => html`<span class="tag" key=${key}>${key}: ${value}</span>`)}</p>
      <p class="small muted breakable">${number.phone_number_type}${place && `, ${place}`}, account ${number.account_id}
        ${number.status_text_url && html`, status to <span class="mono">${number.status_text_url}</span>`}
        ${number.incoming_text_url && html`, incoming texts to <span class="mono">${number.incoming_text_url}</span>`}</p>
    </div>
    <div class="row">
      <button type="button" onClick=${onEdit}>Edit<span class="hidden"> ${shown}</span></button>
      <button type="button" onClick=${onRelease}>Release<span class="hidden"> ${shown}</span></button>
    </div>
  </article>`;
}

/** @param {{number: PhoneNumber, onClose: () => void}} properties */
function Release({ number, onClose }) {
  const release = useAction(async () => {
    await api.release(number.id);
    onClose();
    announce("Number released");
  });
  return html`<${Confirm} title=${`Release ${phone(number.phone_number)}?`} verb="Release" busy=${release.busy} problem=${release.problem}
      onClose=${onClose} onConfirm=${release.run}>
    <p>Phones cannot reach it and programs cannot send from it any more. Its messages stay.</p>
  <//>`;
}
