/** The accounts: balances, credentials and how to point a program at them. */

import { html, useState } from "../vendor/preact-htm.js";
import { Action, Copy, Dialog, Field, Problem } from "../parts.js";
import { announce } from "../announcer.js";
import { api } from "../api.js";
import { dollars, plural } from "../format.js";
import { useAction, useData } from "../store.js";

export function Accounts() {
  const { data, problem } = useData(["accounts", "messages", "numbers"], api.accounts, []);
  const [isAdding, setAdding] = useState(false);
  return html`<section class="pane whole scroll" aria-label="Accounts">
    <div class="bar"><p class="title" aria-hidden="true">Accounts</p>
      <button type="button" onClick=${() => setAdding(true)}>Add an account</button>
      ${data && html`<p class="muted small">Base URL of the API: <code>${data.base_url}</code></p>`}
    </div>
    <${Problem} error=${problem} />
    <div class="cards">${data?.accounts.map((account) => html`<${Card} key=${account.account_id} account=${account} />`)}</div>
    ${isAdding && html`<${AddAccount} onClose=${() => setAdding(false)} />`}
  </section>`;
}

/** @param {{account: Account}} properties */
function Card({ account }) {
  const id = account.account_id;
  const topUp = useAction(async (/** @type {number} */ amount) => {
    await api.topUp(id, amount);
    announce("Topped up");
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    topUp.run(Math.round(Number(form.get("amount")) * 10_000));
  };
  return html`<article class="card form" aria-label=${`Account ${id}`}>
    <div class="row spread"><h2>${account.company_name}</h2><span class="muted">Account ${id}</span></div>
    <p><strong class="balance">${dollars(account.balance)}</strong> <span class="muted">balance, ${plural(account.numbers, "number")}, ${plural(account.messages, "message")}</span></p>
    <form class="row end" onSubmit=${submit}>
      <${Field} label="Top up, in dollars"><input name="amount" type="number" step="0.0001" required value="10" /><//>
      <${Action} busy=${topUp.busy}>Top up<span class="hidden"> account ${id}</span><//>
    </form>
    <${Problem} error=${topUp.problem} />
    <${Key} account=${id} />
  </article>`;
}

/** The key and the secret, fetched only when they are asked for. @param {{account: number}} properties */
function Key({ account }) {
  const [credentials, setCredentials] = useState(/** @type {Credentials | null} */ (null));
  const show = useAction(async () => setCredentials(await api.credentials(account)));
  if (!credentials) return html`<div><${Action} busy=${show.busy} onClick=${show.run}>Show key and secret<span class="hidden"> of account ${account}</span><//><${Problem} error=${show.problem} /></div>`;
  const lines = exports(credentials);
  return html`<div class="form">
    <pre class="code" tabindex="0" aria-label="Lines for a shell">${lines}</pre>
    <div class="row"><${Copy} text=${lines}>Copy for a shell<//><button type="button" onClick=${() => setCredentials(null)}>Hide</button></div>
  </div>`;
}

/** @param {Credentials} credentials */
const exports = ({ api_key: key, api_secret: secret, account_id: account, base_url: url }) => [
  `export VIVIALCONNECT_API_KEY='${key.replaceAll("'", "'\\''")}'`,
  `export VIVIALCONNECT_API_SECRET='${secret.replaceAll("'", "'\\''")}'`,
  `export VIVIALCONNECT_ACCOUNT_ID=${account}`,
  `export VIVIALCONNECT_BASE_URL=${url}`,
].join("\n");

/** @param {{onClose: () => void}} properties */
function AddAccount({ onClose }) {
  const add = useAction(async (/** @type {FormData} */ form) => {
    const name = String(form.get("company_name"));
    await api.addAccount({ account_id: Number(form.get("account_id")), ...(name && { company_name: name }) });
    announce("Account added");
    onClose();
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    add.run(new FormData(/** @type {HTMLFormElement} */ (event.target)));
  };
  return html`<${Dialog} title="Add an account" onClose=${onClose}>
    <form class="form" onSubmit=${submit}>
      <${Field} label="Id"><input name="account_id" type="number" min="1" required /><//>
      <${Field} label="Company name"><input name="company_name" /><//>
      <${Problem} error=${add.problem} />
      <div class="buttons">
        <button type="button" onClick=${onClose}>Cancel</button>
        <${Action} busy=${add.busy} class="primary">Add<//>
      </div>
    </form>
  <//>`;
}
