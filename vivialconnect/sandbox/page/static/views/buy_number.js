/** The dialog to search for numbers on sale, and to buy one. */

import { html, useState } from "../vendor/preact-htm.js";
import { Action, Dialog, Field, Problem } from "../parts.js";
import { SearchField } from "../search_field.js";
import { announce } from "../announcer.js";
import { api } from "../api.js";
import { phone, plural } from "../format.js";
import { useAction, useData } from "../store.js";

/** @param {{onClose: () => void}} properties */
export function BuyNumber({ onClose }) {
  const [contains, setContains] = useState("");
  const [type, setType] = useState("");
  const [account, setAccount] = useState("");
  const accounts = useData(["accounts"], api.accounts, []);
  const owner = account || accounts.data?.accounts[0]?.account_id;
  const sale = useData(["numbers"], () => api.available({ contains, type, limit: 50 }), [contains, type]);
  const buy = useAction(async (/** @type {string} */ number) => {
    await api.buy({ phone_number: number, account_id: Number(owner) });
    announce(`Bought ${phone(number)}`);
    onClose();
  });
  return html`<${Dialog} title="Buy a number" onClose=${onClose}>
    <div class="form">
      <div class="pair">
        <${Field} label="Digits in the number"><${SearchField} label="Digits, such as 913" value=${contains} onSearch=${setContains} /><//>
        <${Field} label="Type"><select value=${type} onChange=${(/** @type {any} */ event) => setType(event.target.value)}>
          <option value="">Any</option><option value="local">Local</option><option value="tollfree">Toll-free</option></select><//>
        <${Field} label="Account"><select value=${owner} onChange=${(/** @type {any} */ event) => setAccount(event.target.value)}>
          ${accounts.data?.accounts.map((each) => html`<option key=${each.account_id} value=${each.account_id} selected=${String(each.account_id) === String(owner)}>${each.account_id}</option>`)}</select><//>
      </div>
      <${Problem} error=${accounts.problem ?? sale.problem ?? buy.problem} />
      <p class="muted small" role="status">${sale.data ? `${plural(sale.data.total, "number")} on sale` : "Searching"}</p>
      <ul class="sale" tabindex="0" aria-label="Numbers on sale">
        ${sale.data?.numbers.map((each) => html`<li key=${each.phone_number} class="row spread">
          <span><span class="phone">${phone(each.phone_number)}</span> <span class="muted small">${each.city ? `${each.city}, ${each.region}` : each.phone_number_type}</span></span>
          <${Action} busy=${buy.busy} onClick=${() => buy.run(each.phone_number)}>Buy<span class="hidden"> ${phone(each.phone_number)}</span><//></li>`)}
      </ul>
      <div class="buttons"><button type="button" onClick=${onClose}>Close</button></div>
    </div>
  <//>`;
}
