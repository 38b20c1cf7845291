/** One message, as the phone shows it, with what the phone does not show. */

import { html } from "../vendor/preact-htm.js";
import { Icon } from "../icons.js";
import { Status, Time } from "../parts.js";
import { dollars, plural, size } from "../format.js";
import { href } from "../router.js";

/** @type {Record<string, string>} */
const KEYWORDS = { stop: "STOP: opts out", start: "START: opts in again" };

/** @type {Record<string, string>} */
const ENCODINGS = { gsm0338: "GSM-7", ucs2: "UCS-2" };

/** @param {{message: Message, tabIndex: number, isMarked: boolean}} properties */
export function Bubble({ message, tabIndex, isMarked }) {
  const isInbound = message.direction === "inbound";
  const link = href(["conversations", message.conversation_id, message.id]);
  return html`<article class="message ${isInbound ? "in" : "out"}" data-focus tabindex=${tabIndex} data-marked=${String(isMarked)}
      data-message=${message.id} aria-label=${isInbound ? `Message ${message.id} from the phone` : `Message ${message.id} from the program`}>
    <div class="bubble">
      ${message.media.map((each) => html`<${Attachment} key=${each.id} media=${each} />`)}
      ${message.body && html`<p class="body" dir="auto">${message.body}</p>`}
      ${!message.body && !message.media.length && html`<p class="body muted">Empty message</p>`}
    </div>
    <div class="meta">
      <a class="muted" href=${link} tabindex=${tabIndex} aria-label=${`Link to message ${message.id}`}><${Time} of=${message.date_created} /></a>
      <${Status} status=${message.status} />
      ${message.keyword && html`<span class="tag fault">${KEYWORDS[message.keyword]}</span>`}
      <span>${plural(message.num_segments, "segment")}, ${ENCODINGS[message.encoding] ?? message.encoding}</span>
      <span>${dollars(message.price)}</span>
      <${Details} message=${message} tabIndex=${tabIndex} />
    </div>
    ${message.error_code !== null && html`<p class="meta error"><${Icon} name="bad" />Error ${message.error_code}: ${message.error_message}</p>`}
  </article>`;
}

/** @param {{media: Media}} properties */
function Attachment({ media }) {
  const label = `${media.file_name}, ${media.content_type}, ${size(media.size)}`;
  const isShown = /^image\/(png|jpeg|gif|webp)$/.test(media.content_type);
  return html`<a class="attachment" href=${media.url} target="_blank" rel="noreferrer" title=${label}>
    ${isShown ? html`<img src=${media.url} alt=${label} loading="lazy" />` : html`<${Icon} name="clip" />${label}`}
  </a>`;
}

/** @param {{message: Message, tabIndex: number}} properties */
function Details({ message, tabIndex }) {
  const [first] = message.statuses;
  const began = Date.parse(first?.time ?? message.date_created);
  return html`<details>
    <summary tabindex=${tabIndex}>Details</summary>
    <dl class="facts">
      <dt>Id</dt><dd>${message.id}</dd>
      <dt>Statuses</dt>
      <dd>${message.statuses.map(({ status, time }, index) => html`<span class="step" key=${status}>
        ${status} ${index === 0 ? html`<${Time} of=${time} />` : `+${((Date.parse(time) - began) / 1000).toFixed(2)} s`}</span>`)}</dd>
      <dt>Type</dt><dd>${message.message_type}</dd>
      ${message.bulk_id && html`<dt>Bulk</dt><dd class="mono">${message.bulk_id}</dd>`}
      ${message.connector_id !== null && html`<dt>Connector</dt><dd>${message.connector_id}</dd>`}
    </dl>
  </details>`;
}
