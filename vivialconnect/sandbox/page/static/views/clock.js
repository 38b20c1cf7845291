/** The message clock: what it shows, and how to advance it. */

import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { Action, Field, Problem } from "../parts.js";
import { announce } from "../announcer.js";
import { api } from "../api.js";
import { fullTime } from "../format.js";
import { useAction, useData } from "../store.js";

/** @type {[string, number][]} */
const STEPS = [["1 minute", 60], ["1 hour", 3_600], ["1 day", 86_400]];

export function Clock() {
  const { data, problem } = useData(["clock"], async () => ({ ...(await api.clock()), read: performance.now() }), []);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((ticks) => ticks + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  const advance = useAction(async (/** @type {number} */ seconds) => {
    await api.advance(seconds);
    announce("The clock was advanced");
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    advance.run(Number(form.get("seconds")));
  };
  const now = data && new Date(Date.parse(data.now) + performance.now() - data.read);
  return html`<section class="pane whole scroll" aria-label="Clock">
    <div class="bar"><p class="title" aria-hidden="true">Clock</p>
      <p class="muted small">Messages follow this clock: advance it, and what is due by then happens now. Signatures follow the real one.</p></div>
    <${Problem} error=${problem ?? advance.problem} />
    ${data && now && html`<div class="card clock">
      <p class="now"><time datetime=${now.toISOString()}>${fullTime(now)}</time></p>
      <p class="muted">${data.advanced ? `${span(data.advanced)} ahead of the real time` : "The real time"}</p>
      <div class="row" role="group" aria-label="Advance the clock">
        ${STEPS.map(([name, seconds]) => html`<${Action} key=${name} busy=${advance.busy} onClick=${() => advance.run(seconds)}>Advance by ${name}<//>`)}
      </div>
      <form class="row end" onSubmit=${submit}>
        <${Field} label="Seconds"><input name="seconds" type="number" min="0" step="any" required value="10" /><//>
        <${Action} busy=${advance.busy}>Advance<//>
      </form>
    </div>`}
  </section>`;
}

/** @param {number} seconds */
function span(seconds) {
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor((seconds % 86_400) / 3_600), "h"],
    [Math.floor((seconds % 3_600) / 60), "min"],
    [Math.round(seconds % 60), "s"],
  ];
  return parts.filter(([value]) => value).map(([value, unit]) => `${value} ${unit}`).join(" ") || `${seconds} s`;
}
