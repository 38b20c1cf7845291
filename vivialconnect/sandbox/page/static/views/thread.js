/** A thread: the messages between a number of an account and the phone that you play. */

import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { Problem } from "../parts.js";
import { Bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { Icon } from "../icons.js";
import { WindowList } from "../window_list.js";
import { api } from "../api.js";
import { phone, plural } from "../format.js";
import { useData } from "../store.js";
import { useRows } from "../rows.js";

/** @param {{id: string, message: string | undefined, back: string}} properties */
export function Thread({ id, message, back }) {
  const [thread, setThread] = useState(/** @type {Conversation | null} */ (null));
  /** @type {import("../rows.js").Load} */
  const load = async (limit, offset) => {
    const part = await api.messages(id)(limit, offset);
    setThread(part.conversation);
    return part;
  };
  const rows = useRows(["messages", "numbers"], load, [id], false);
  const [reveal, setReveal] = useState(/** @type {number | null} */ (null));
  const found = useData([], async () => (message ? (await api.message(message)).offset : null), [message]);
  useEffect(() => setReveal(found.data ?? null), [found.data]);
  /** @param {Message} each @param {number} tabIndex */
  const draw = (each, tabIndex) => html`<${Bubble} message=${each} tabIndex=${tabIndex} isMarked=${String(each.id) === message} />`;
  return html`<header class="bar">
      <a class="back" href=${back}>All conversations</a>
      ${thread && html`<${Heading} thread=${thread} />`}
    </header>
    <${Problem} error=${rows?.problem ?? found.problem} />
    ${rows && rows.total > 0 ? html`<${WindowList} rows=${rows} draw=${draw} label="Messages, oldest first" height=${74} reveal=${reveal} />` : html`<div class="grow"></div>`}
    ${thread && html`<${Composer} from=${thread.other} to=${thread.number} />`}`;
}

/** @param {{thread: Conversation}} properties */
function Heading({ thread }) {
  return html`<h2 class="phone">${phone(thread.other)}</h2>
    <p class="muted small phone">with ${phone(thread.number)} of account ${thread.account_id}, ${plural(thread.messages, "message")}</p>
    ${thread.opted_out && html`<p class="badge bad"><${Icon} name="bad" />Opted out: texts from the program are refused until START</p>`}`;
}
