/** The dialog for a message from any phone. */

import { html, useState } from "../vendor/preact-htm.js";
import { Action, Dialog, Field, Problem } from "../parts.js";
import { Pictures, encoded } from "../pictures.js";
import { api } from "../api.js";
import { href } from "../router.js";
import { phone } from "../format.js";
import { useAction, useData } from "../store.js";

/** @param {{onClose: () => void}} properties */
export function NewMessage({ onClose }) {
  const numbers = useData(["numbers"], () => api.numbers()(500), []);
  const [files, setFiles] = useState(/** @type {File[]} */ ([]));
  const send = useAction(async (/** @type {FormData} */ form) => {
    const text = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
    const draft = { from_number: text("from"), to_number: text("to"), body: text("body") };
    const { message } = await api.receive({ ...draft, media: await encoded(files) });
    const found = await api.message(message.id);
    onClose();
    location.hash = href(["conversations", found.message.conversation_id]);
  });
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    send.run(new FormData(/** @type {HTMLFormElement} */ (event.target)));
  };
  /** @type {PhoneNumber[]} */
  const owned = numbers.data?.items ?? [];
  return html`<${Dialog} title="New message from a phone" onClose=${onClose}>
    ${numbers.data && !owned.length && html`<p class="problem"><span>No account has a number yet.
      <a href=${href(["numbers"])} onClick=${onClose}>Buy one</a>, then phones can text to it.</span></p>`}
    <form class="form" onSubmit=${submit}>
      <${Field} label="From, any number in E.164 format"><input name="from" type="tel" required value="+15154469790" /><//>
      <${Field} label="To, a number of an account"><select name="to" required>
        ${owned.map((each) => html`<option key=${each.id} value=${each.phone_number}>${phone(each.phone_number)}, account ${each.account_id}</option>`)}
      </select><//>
      <${Field} label="Text"><textarea name="body" rows="3" dir="auto"></textarea><//>
      <${Pictures} files=${files} onChange=${setFiles} />
      <${Problem} error=${numbers.problem ?? send.problem} />
      <div class="buttons">
        <button type="button" onClick=${onClose}>Cancel</button>
        <${Action} busy=${send.busy} class="primary">Send<//>
      </div>
    </form>
  <//>`;
}
