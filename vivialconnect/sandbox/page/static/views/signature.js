/** Why a signature was refused. */

import { html } from "../vendor/preact-htm.js";
import { Copy } from "../parts.js";

/** @param {{signature: Signature}} properties */
export function SignatureRefused({ signature }) {
  const { difference, canonical_request: computed, client_canonical_request: signed } = signature;
  return html`<section class="card refused" aria-label="Why the signature was refused">
    <h3>Why the signature was refused</h3>
    <p><strong>${signature.summary}</strong></p>
    <p>${signature.advice}</p>
    ${signature.client && html`<p class="muted">The request resembles the ${signature.client} client. ${signature.client_reason}</p>`}
    ${difference && html`<dl class="facts">
      <dt>First line that differs</dt><dd>${difference.line}: ${difference.name}</dd>
      <dt>The sandbox expects</dt><dd><code class="expected">${difference.expected || "(an empty line)"}</code></dd>
      <dt>The client signed</dt><dd><code class="got">${difference.got || "(an empty line)"}</code></dd>
    </dl>`}
    ${computed && html`<${Canonical} title="Canonical request of the sandbox" text=${computed} line=${difference?.line} />`}
    ${signed && signed !== computed && html`<${Canonical} title="Canonical request of the client" text=${signed} line=${difference?.line} />`}
  </section>`;
}

/** @param {{title: string, text: string, line: number | undefined}} properties */
function Canonical({ title, text, line }) {
  return html`<div>
    <div class="row spread"><h4>${title}</h4><${Copy} text=${text}>Copy<//></div>
    <ol class="code lines" tabindex="0" aria-label=${title}>
      ${text.split("\n").map((each, index) => html`<li class=${index + 1 === line ? "differs" : undefined}>${each || " "}${index + 1 === line && html`<span class="hidden"> (this line differs)</span>`}</li>`)}
    </ol>
  </div>`;
}
