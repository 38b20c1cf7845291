/** Small parts that the views share. */

import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { Icon } from "./icons.js";
import { announce } from "./announcer.js";
import { fullTime, time } from "./format.js";

/** @typedef {import("./vendor/preact-htm.js").ComponentChildren} Children */

/** @param {{of: string}} properties a time in ISO 8601 */
export function Time({ of }) {
  const moment = new Date(of);
  return html`<time datetime=${of} title=${fullTime(moment)}>${time(moment)}</time>`;
}

/** @type {Record<string, string>} */
const LOOKS = { delivered: "good", received: "good", failed: "bad", undelivered: "bad" };

/** Show the status of a message, by an icon, a word and a colour. @param {{status: string}} properties */
export function Status({ status }) {
  const look = LOOKS[status] ?? "wait";
  return html`<span class="badge ${look}"><${Icon} name=${look} />${status}</span>`;
}

/** @param {{status: number | null}} properties of a response */
export function HttpStatus({ status }) {
  const look = status === null ? "wait" : status < 400 ? "good" : "bad";
  return html`<span class="badge ${look}"><${Icon} name=${look} />${status ?? "no response"}</span>`;
}

/** @param {{error: Error | undefined}} properties */
export const Problem = ({ error }) =>
  error ? html`<p class="problem" role="alert"><${Icon} name="warning" /><span>${error.message}</span></p>` : null;

/** @param {{title: string, children?: Children}} properties */
export const Empty = ({ title, children }) => html`<div class="empty"><h2>${title}</h2>${children}</div>`;

/** @param {{label: string, hint?: string, children?: Children}} properties */
export const Field = ({ label, hint, children }) => html`<label class="field"><span>${label}</span>${children}
  ${hint && html`<span class="small">${hint}</span>`}</label>`;

/**
 * @param {{busy: boolean, class?: string, children?: Children, onClick?: () => void}} properties
 */
export function Action({ busy, class: look = "", children, onClick }) {
  return html`<button type=${onClick ? "button" : "submit"} class=${look} aria-disabled=${String(busy)} onClick=${onClick}>${children}</button>`;
}

/** A button that copies a text. @param {{text: string, children?: Children}} properties */
export function Copy({ text, children }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    const timer = isCopied ? setTimeout(() => setCopied(false), 2_000) : 0;
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    announce("Copied");
  };
  return html`<button type="button" onClick=${copy}><${Icon} name=${isCopied ? "good" : "copy"} />${children}</button>`;
}

/**
 * Copy a text, also where the address is neither https nor loopback and browsers have no clipboard.
 * @param {string} text
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copySelected(text);
  }
}

/** @param {string} text */
function copySelected(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A modal dialog, open while it is in the page. @param {{title: string, onClose: () => void, children?: Children}} properties */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return html`<dialog ref=${dialog} aria-label=${title} onClose=${onClose}>
    <h2>${title}</h2>
    ${children}
  </dialog>`;
}

/**
 * A dialog that asks before it acts.
 * @param {{title: string, verb: string, busy: boolean, problem?: Error | undefined, onClose: () => void, onConfirm: () => void, children?: Children}} properties
 */
export function Confirm({ title, verb, busy, problem, onClose, onConfirm, children }) {
  return html`<${Dialog} title=${title} onClose=${onClose}>
    ${children}
    <${Problem} error=${problem} />
    <div class="buttons">
      <button type="button" onClick=${onClose}>Cancel</button>
      <${Action} busy=${busy} class="danger" onClick=${onConfirm}>${verb}<//>
    </div>
  <//>`;
}
