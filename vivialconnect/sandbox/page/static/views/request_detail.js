/** One request and its response. */

import { html } from "../vendor/preact-htm.js";
import { Copy, HttpStatus, Problem, Time } from "../parts.js";
import { SignatureRefused } from "./signature.js";
import { api } from "../api.js";
import { pretty, size } from "../format.js";
import { useData } from "../store.js";

/** @param {{id: string, back: string}} properties */
export function RequestDetail({ id, back }) {
  const { data, problem } = useData(["requests"], () => api.request(id), [id]);
  return html`<div class="scroll">
    <a class="back" href=${back}>All requests</a>
    <${Problem} error=${problem} />
    ${data && html`<${Exchange} request=${data.request} />`}
  </div>`;
}

/** @param {{request: ApiRequest}} properties */
function Exchange({ request }) {
  const { response } = request;
  return html`<h2 class="mono breakable">${request.method} ${request.path}${request.query && `?${request.query}`}</h2>
    <${Facts} request=${request} />
    <${Commands} request=${request} />
    ${request.signature && html`<${SignatureRefused} signature=${request.signature} />`}
    ${!request.signature && request.refused && html`<p class="problem"><span>${request.refused}</span></p>`}
    <${Part} title="Request body" content=${request.body} />
    <${Headers} title="Request headers" headers=${request.headers} />
    ${response && html`<${Part} title="Response body" content=${response.body} /><${Headers} title="Response headers" headers=${response.headers} />`}
    ${!response && html`<h3>Response</h3><p class="muted">None${request.fault ? `: the fault ${request.fault} kept it back.` : "."}</p>`}`;
}

/** @param {{request: ApiRequest}} properties */
function Facts({ request }) {
  return html`<p class="row muted"><${HttpStatus} status=${request.status} /><${Time} of=${request.time} />
    ${request.ms !== null && html`<span>${request.ms.toFixed(1)} ms</span>`}
    ${request.client && html`<span>sent by a ${request.client} client</span>`}
    ${request.fault && html`<span class="tag fault">fault: ${request.fault}</span>`}
    ${request.variant && html`<span>signature: ${request.variant}</span>`}</p>`;
}

/** @param {{request: ApiRequest}} properties */
function Commands({ request }) {
  return html`<div class="row" role="group" aria-label="Copy the request">
    ${request.curl && html`<${Copy} text=${request.curl}>Copy as curl<//>`}
    ${request.python && html`<${Copy} text=${request.python}>Copy as Python<//>`}
    ${request.command && html`<${Copy} text=${request.command}>Copy as vivialconnect api<//>`}
  </div>`;
}

/** @param {{title: string, content: Content, level?: string}} properties */
export function Part({ title, content, level = "h3" }) {
  const text = content.text === undefined ? (content.base64 ?? "") : pretty(content.text);
  return html`<section aria-label=${title}>
    <${level}>${title} <span class="muted">${content.size ? size(content.size) : "empty"}${content.truncated ? ", the beginning" : ""}${content.text === undefined && content.size ? ", in base64" : ""}</span><//>
    ${content.size > 0 && html`<pre class="code" tabindex="0" aria-label=${title}>${text}</pre>`}
  </section>`;
}

/** @param {{title: string, headers: [string, string][]}} properties */
function Headers({ title, headers }) {
  return html`<section aria-label=${title}>
    <h3>${title}</h3>
    <dl class="facts mono">${headers.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
  </section>`;
}
