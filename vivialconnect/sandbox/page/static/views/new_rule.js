/** The dialog for a rule of fault injection. */

import { html, useState } from "../vendor/preact-htm.js";
import { Action, Dialog, Field, Problem } from "../parts.js";
import { announce } from "../announcer.js";
import { api } from "../api.js";
import { useAction, useData } from "../store.js";

const METHODS = ["GET", "POST", "PUT", "DELETE"];

/** @param {{onClose: () => void}} properties */
export function NewRule({ onClose }) {
  const { data, problem } = useData([], api.faults, []);
  const [name, setName] = useState("internal_server_error");
  const fault = data?.faults.find((each) => each.fault === name);
  const add = useAction(async (/** @type {FormData} */ form) => {
    await api.addRule(ruleOf(form));
    onClose();
    announce("Rule added");
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    add.run(new FormData(/** @type {HTMLFormElement} */ (event.target)));
  };
  return html`<${Dialog} title="Add a rule" onClose=${onClose}>
    <form class="form" onSubmit=${submit}>
      <${Field} label="Fault" hint=${fault && (fault.takes_effect ? "The request takes effect, its response is spoiled." : "The request has no effect.")}>
        <select name="fault" value=${name} onChange=${(/** @type {any} */ event) => setName(event.target.value)}>
          ${data?.faults.map((each) => html`<option key=${each.fault} value=${each.fault} selected=${each.fault === name}>${each.fault}</option>`)}
        </select><//>
      <div class="pair">
        <${Field} label="Method"><select name="method"><option value="">Any</option>${METHODS.map((each) => html`<option key=${each}>${each}</option>`)}</select><//>
        <${Field} label="Path" hint="* matches anything"><input name="path" placeholder="*/messages.json" /><//>
      </div>
      <div class="pair">
        <${Field} label="Times" hint="empty: no limit"><input name="times" type="number" min="1" /><//>
        <${Field} label="Percent"><input name="percent" type="number" min="1" max="100" placeholder="100" step="any" /><//>
        <${Field} label="Skip first"><input name="skip" type="number" min="0" placeholder="0" /><//>
      </div>
      ${fault?.parameters.map((each) => html`<${Field} key=${name + each.name} label=${each.name} hint=${each.expected}>
        <input name=${each.name} data-parameter required=${each.required} placeholder=${each.default === null ? "" : String(each.default)} /><//>`)}
      <${Problem} error=${problem ?? add.problem} />
      <div class="buttons">
        <button type="button" onClick=${onClose}>Cancel</button>
        <${Action} busy=${add.busy} class="primary">Add the rule<//>
      </div>
    </form>
  <//>`;
}

/**
 * Return the rule that a form describes: what is left empty keeps its default, and what is JSON,
 * such as a number, is read as such.
 * @param {FormData} form
 */
function ruleOf(form) {
  const filled = [...form].filter(([, value]) => value !== "");
  return Object.fromEntries(filled.map(([name, value]) => [name, TEXTS.has(name) ? value : read(String(value))]));
}

const TEXTS = new Set(["fault", "method", "path"]);

/** @param {string} text */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
