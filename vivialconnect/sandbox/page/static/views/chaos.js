/** Chaos: the rules that decide which requests trigger which fault. */

import { html, useState } from "../vendor/preact-htm.js";
import { Action, Empty, Problem } from "../parts.js";
import { NewRule } from "./new_rule.js";
import { announce } from "../announcer.js";
import { api } from "../api.js";
import { plural } from "../format.js";
import { useAction, useData } from "../store.js";

/** Fields that the sentence about a rule shows, so that only parameters of the fault are left. */
const SHOWN = new Set(["id", "fault", "method", "path", "times", "percent", "skip", "takes_effect", "played"]);

export function Chaos() {
  const { data, problem } = useData(["chaos"], api.chaos, []);
  const [isAdding, setAdding] = useState(false);
  const clear = useAction(api.removeRules);
  const played = Object.entries(data?.played ?? {});
  return html`<section class="pane whole scroll" aria-label="Chaos">
    <div class="bar"><p class="title" aria-hidden="true">Chaos</p>
      <button type="button" class="primary" onClick=${() => setAdding(true)}>Add a rule</button>
      ${data && data.rules.length > 1 && html`<${Action} busy=${clear.busy} onClick=${clear.run}>Remove all<//>`}
      <p class="muted small">A request that matches a rule triggers its fault. If several rules match, the first one applies.</p>
    </div>
    <${Problem} error=${problem ?? clear.problem} />
    ${data && !data.rules.length && html`<${Empty} title="No rules are in force"><p>Lost answers, rate limits, timeouts, broken JSON:
      add a rule and see what your program does.</p><//>`}
    <div class="cards">${data?.rules.map((rule) => html`<${Card} key=${rule.id} rule=${rule} />`)}</div>
    ${played.length > 0 && html`<h2>Faults triggered so far</h2>
      <dl class="facts">${played.map(([fault, times]) => html`<dt class="mono">${fault}</dt><dd>${plural(times, "request")}</dd>`)}</dl>`}
    ${isAdding && html`<${NewRule} onClose=${() => setAdding(false)} />`}
  </section>`;
}

/** @param {{rule: Rule}} properties */
function Card({ rule }) {
  const remove = useAction(async () => {
    await api.removeRule(rule.id);
    announce(`Rule ${rule.id} removed`);
  });
  const parameters = Object.entries(rule).filter(([name, value]) => !SHOWN.has(name) && value !== null);
  return html`<article class="card rule" aria-label=${`Rule ${rule.id}: ${rule.fault}`}>
    <div class="row spread"><h2 class="mono">${rule.fault}</h2><span class="muted">Rule ${rule.id}</span></div>
    <p>${rule.method ?? "Any method"} <code>${rule.path ?? "every path"}</code></p>
    <p class="muted">${scope(rule)}</p>
    ${parameters.length > 0 && html`<dl class="facts">${parameters.map(([name, value]) => html`<dt>${name}</dt><dd class="mono">${String(value)}</dd>`)}</dl>`}
    <div class="row spread"><strong>${rule.played ? `Triggered by ${plural(rule.played, "request")}` : "Not triggered yet"}</strong>
      <${Action} busy=${remove.busy} onClick=${remove.run}>Remove<span class="hidden"> rule ${rule.id}</span><//></div>
    <${Problem} error=${remove.problem} />
  </article>`;
}

/** @param {Rule} rule */
function scope(rule) {
  const parts = [rule.times === null ? "until it is removed" : `${plural(rule.times, "time")} in all`];
  if (rule.percent < 100) parts.unshift(`${rule.percent} % of matching requests`);
  if (rule.skip) parts.push(`after ${plural(rule.skip, "request")}`);
  parts.push(rule.takes_effect ? "the request takes effect" : "the request has no effect");
  return parts.join(", ");
}
