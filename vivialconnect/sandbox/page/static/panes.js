/** A list and the item of it that is open: side by side, or one at a time where there is no room. */

import { html, useEffect, useRef } from "./vendor/preact-htm.js";

/** @typedef {import("./vendor/preact-htm.js").ComponentChildren} Children */

/**
 * @param {{name: string, item: string, open: string | undefined, list: Children, detail: Children}} properties
 */
export function Panes({ name, item, open, list, detail }) {
  const panes = useRef(/** @type {HTMLElement | null} */ (null));
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) keepFocus(panes.current, open === undefined);
    isFirst.current = false;
  }, [open === undefined]);
  return html`<div class="panes" data-open=${String(open !== undefined)} data-panes=${item} ref=${panes}>
    <section class="pane list" aria-label=${name}>${list}</section>
    <section class="pane detail" aria-label=${item}>${detail}</section>
  </div>`;
}

/**
 * Move the focus to the pane that is shown, if the one that had it has gone.
 * @param {HTMLElement | null} panes
 * @param {boolean} isList
 */
function keepFocus(panes, isList) {
  const gone = panes?.querySelector(isList ? ".detail" : ".list");
  const target = panes?.querySelector(isList ? ".list [data-focus][tabindex='0']" : ".detail .back");
  if (gone instanceof HTMLElement && !gone.offsetParent && target instanceof HTMLElement) target.focus();
}
