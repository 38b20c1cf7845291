/** The dialog to change a number: its name, tags and webhook URLs. */

import { html } from "../vendor/preact-htm.js";
import { Action, Dialog, Field, Problem } from "../parts.js";
import { announce } from "../announcer.js";
import { api } from "../api.js";
import { phone } from "../format.js";
import { useAction } from "../store.js";

/** @type {[keyof PhoneNumber, string][]} */
const URLS = [
  ["status_text_url", "Status URL"],
  ["incoming_text_url", "Incoming text URL"],
  ["incoming_text_fallback_url", "Incoming text fallback URL"],
];

/** @param {{number: PhoneNumber, onClose: () => void}} properties */
export function EditNumber({ number, onClose }) {
  const save = useAction(async (/** @type {FormData} */ form) => {
    const fields = Object.fromEntries([...form].filter(([name]) => name !== "tags").map(([name, value]) => [name, value || null]));
    await api.change(number.id, { ...fields, tags: tagsOf(String(form.get("tags"))) });
    announce("Saved");
    onClose();
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    save.run(new FormData(/** @type {HTMLFormElement} */ (event.target)));
  };
  const tags = Object.entries(number.tags).map((tag) => tag.join("=")).join("\n");
  return html`<${Dialog} title=${`Edit ${phone(number.phone_number)}`} onClose=${onClose}>
    <form class="form" onSubmit=${submit}>
      <${Field} label="Name"><input name="name" required value=${number.name} /><//>
      <${Field} label="Tags" hint="one a line, such as team=blue"><textarea name="tags" rows="3" value=${tags}></textarea><//>
      ${URLS.map(([name, label]) => html`<${Field} key=${name} label=${label}><input name=${name} type="url" placeholder="http://127.0.0.1:8000/…" value=${number[name] ?? ""} /><//>`)}
      <${Problem} error=${save.problem} />
      <div class="buttons">
        <button type="button" onClick=${onClose}>Cancel</button>
        <${Action} busy=${save.busy} class="primary">Save<//>
      </div>
    </form>
  <//>`;
}

/**
 * Return the tags of a text with one a line.
 * @param {string} text
 */
function tagsOf(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  return Object.fromEntries(lines.map((line) => {
    const at = line.indexOf("=");
    if (at < 1) throw new Error(`A tag is a key, = and a value, got "${line}".`);
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  }));
}
