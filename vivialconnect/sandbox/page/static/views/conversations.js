/** Conversations: the threads on the left, the chosen one on the right. */

import { html, useEffect, useState } from "../vendor/preact-htm.js";
import { Empty, Problem, Status, Time } from "../parts.js";
import { href, refine } from "../router.js";
import { Icon } from "../icons.js";
import { NewMessage } from "./new_message.js";
import { Panes } from "../panes.js";
import { SearchField } from "../search_field.js";
import { Thread } from "./thread.js";
import { WindowList } from "../window_list.js";
import { api } from "../api.js";
import { phone, plural } from "../format.js";
import { useRows } from "../rows.js";

/** @param {{route: import("../router.js").Route}} properties */
export function Conversations({ route }) {
  const [, open, message] = route.path;
  const search = route.query.get("search") ?? "";
  const [isWriting, setWriting] = useState(false);
  const rows = useRows(["messages", "numbers"], api.conversations(search), [search]);
  useEffect(() => {
    const write = () => setWriting(true);
    addEventListener("write", write);
    return () => removeEventListener("write", write);
  }, []);
  /** @param {Conversation} each @param {number} tabIndex */
  const draw = (each, tabIndex) => html`<${Summary} conversation=${each} tabIndex=${tabIndex}
    isOpen=${each.id === open} search=${search} />`;
  const list = html`<div class="bar">
      <p class="title" aria-hidden="true">Conversations</p>
      <button type="button" onClick=${() => setWriting(true)}>New message</button>
      <${SearchField} label="Search conversations" value=${search}
        onSearch=${(/** @type {string} */ text) => refine(route, { search: text })} />
    </div>
    <${Problem} error=${rows?.problem} />
    ${rows?.isLoaded && !rows.total && html`<${NoConversations} search=${search} />`}
    ${rows && rows.total > 0 && html`<${WindowList} rows=${rows} draw=${draw} label="Conversations" height=${80} newestFirst />`}`;
  const detail = open
    ? html`<${Thread} key=${open} id=${open} message=${message} back=${href(["conversations"], { search })} />`
    : html`<${Empty} title="No conversation is open">
        <p>Choose one from the list. You are the phone on the other side: reply, send pictures, or text STOP.</p><//>`;
  return html`<${Panes} name="Conversations" item="Conversation" open=${open} list=${list} detail=${detail} />
    ${isWriting && html`<${NewMessage} onClose=${() => setWriting(false)} />`}`;
}

/** @param {{search: string}} properties */
function NoConversations({ search }) {
  if (search) return html`<${Empty} title="Nothing matches"><p>The search looks in the texts and in both numbers.</p><//>`;
  return html`<${Empty} title="No messages yet">
    <p>Send a message with your program, or be the phone yourself with “New message”.</p>
    <p><a href=${href(["accounts"])}>How to point a program at this sandbox</a></p>
  <//>`;
}

/** @param {{conversation: Conversation, tabIndex: number, isOpen: boolean, search: string}} properties */
function Summary({ conversation, tabIndex, isOpen, search }) {
  const { id, other, number, last, messages } = conversation;
  return html`<a class="summary" data-focus tabindex=${tabIndex} href=${href(["conversations", id, ...(search ? [last.id] : [])], { search })}
      aria-current=${isOpen ? "true" : undefined}>
    <span class="row spread"><strong class="phone">${phone(other)}</strong><span class="muted small"><${Time} of=${last.date_created} /></span></span>
    <span class="preview">${last.direction === "inbound" && html`<span class="muted">You: </span>`}<bdi>${last.body || (last.num_media ? "Picture" : "Empty message")}</bdi></span>
    <span class="row spread small muted"><span class="phone preview">with ${phone(number)}, ${plural(messages, "message")}</span>
      <span class="row">${conversation.opted_out && html`<span class="tag">opted out</span>`}
        ${last.num_media > 0 && html`<${Icon} name="clip" />`}<${Status} status=${last.status} /></span></span>
  </a>`;
}
