/** Requests to the API: the list with its filters on the left, the chosen one on the right. */

import { html } from "../vendor/preact-htm.js";
import { Empty, HttpStatus, Problem, Time } from "../parts.js";
import { href, refine } from "../router.js";
import { Panes } from "../panes.js";
import { RequestDetail } from "./request_detail.js";
import { SearchField } from "../search_field.js";
import { WindowList } from "../window_list.js";
import { api } from "../api.js";
import { useRows } from "../rows.js";

const STATUSES = ["2xx", "4xx", "5xx", "400", "401", "404"];
const METHODS = ["GET", "POST", "PUT", "DELETE"];

/** @param {{route: import("../router.js").Route}} properties */
export function Requests({ route }) {
  const open = route.path[1];
  const filters = Object.fromEntries(route.query);
  const rows = useRows(["requests"], api.requests(filters), [String(route.query)]);
  /** @param {string} name @param {string} value */
  const filter = (name, value) => refine(route, { ...filters, [name]: value });
  /** @param {RequestRow} each @param {number} tabIndex */
  const draw = (each, tabIndex) => html`<${Summary} request=${each} tabIndex=${tabIndex} isOpen=${String(each.id) === open} filters=${filters} />`;
  const list = html`<div class="bar">
      <p class="title" aria-hidden="true">Requests</p>
      <${Choice} label="Method" name="method" values=${METHODS} filters=${filters} onChange=${filter} />
      <${Choice} label="Status" name="status" values=${STATUSES} filters=${filters} onChange=${filter} />
      <${SearchField} label="Path contains" value=${filters["path"] ?? ""} onSearch=${(/** @type {string} */ text) => filter("path", text)} />
    </div>
    <${Problem} error=${rows?.problem} />
    ${rows?.isLoaded && !rows.total && html`<${NoRequests} isFiltered=${route.query.size > 0} />`}
    ${rows && rows.total > 0 && html`<${WindowList} rows=${rows} draw=${draw} label="Requests, newest first" height=${58} newestFirst />`}`;
  const detail = open
    ? html`<${RequestDetail} key=${open} id=${open} back=${href(["requests"], filters)} />`
    : html`<${Empty} title="No request is open">
        <p>Choose one to see its headers, body and response, to copy it as a command, and to see why a signature was refused.</p><//>`;
  return html`<${Panes} name="Requests" item="Request" open=${open} list=${list} detail=${detail} />`;
}

/** @param {{isFiltered: boolean}} properties */
function NoRequests({ isFiltered }) {
  if (isFiltered) return html`<${Empty} title="Nothing matches"><p>Change the filters, or <a href=${href(["requests"])}>clear them</a>.</p><//>`;
  return html`<${Empty} title="No requests yet">
    <p>Every request to the API is listed here, those that were refused too.</p>
    <p><a href=${href(["accounts"])}>How to point a program at this sandbox</a></p>
  <//>`;
}

/**
 * @param {{label: string, name: string, values: string[], filters: Record<string, string>, onChange: (name: string, value: string) => void}} properties
 */
function Choice({ label, name, values, filters, onChange }) {
  const chosen = filters[name] ?? "";
  const all = chosen && !values.includes(chosen) ? [...values, chosen] : values;
  return html`<select class="choice" aria-label=${label} value=${chosen} onChange=${(/** @type {any} */ event) => onChange(name, event.target.value)}>
    <option value="">${label}: all</option>
    ${all.map((value) => html`<option key=${value} value=${value} selected=${value === chosen}>${value}</option>`)}
  </select>`;
}

/** @param {{request: RequestRow, tabIndex: number, isOpen: boolean, filters: Record<string, string>}} properties */
function Summary({ request, tabIndex, isOpen, filters }) {
  return html`<a class="summary request" data-focus tabindex=${tabIndex} href=${href(["requests", request.id], filters)} aria-current=${isOpen ? "true" : undefined}>
    <span class="row spread"><span class="mono target"><strong>${request.method}</strong> <bdi><${Path} path=${request.path} />${request.query && `?${request.query}`}</bdi></span><${HttpStatus} status=${request.status} /></span>
    <span class="row spread small muted"><span class="reason">${request.fault ? "" : request.refused}</span>
      <span class="row">${request.fault && html`<span class="tag fault">${request.fault}</span>`}
        ${request.ms !== null && html`<span>${request.ms.toFixed(1)} ms</span>`}<${Time} of=${request.time} /></span></span>
  </a>`;
}

/** The path without what most have in common; in a narrow window, without the account too. @param {{path: string}} properties */
function Path({ path }) {
  const [, account = "", rest = path] = /^\/api\/v1\.0(\/accounts\/[0-9]+)?(\/.*)$/.exec(path) ?? [];
  return html`<span class="roomy">${account}</span>${rest}`;
}
