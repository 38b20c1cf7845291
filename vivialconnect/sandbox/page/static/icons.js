/** The icons, drawn in the page. Each stands beside words, so it is hidden from screen readers. */

import { html } from "./vendor/preact-htm.js";

/** @type {Record<string, string>} */
const SHAPES = {
  accounts: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c0-3 2.5-4.5 5.5-4.5s5.5 1.5 5.5 4.5",
  bad: "m4 4 8 8M12 4l-8 8",
  chaos: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
  clip: "m13 7.5-5.3 5.3a3.2 3.2 0 0 1-4.5-4.5L8.7 2.8a2.1 2.1 0 0 1 3 3l-5.4 5.4a1 1 0 0 1-1.5-1.5l4.7-4.7",
  clock: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 4.5V8l2.5 1.5",
  conversations: "M3 2.5h10a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5H7.5L4 14v-2.5H3A1.5 1.5 0 0 1 1.5 10V4A1.5 1.5 0 0 1 3 2.5z",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  good: "m2.5 8.5 3.5 3.5 7.5-8",
  numbers: "M6 2 4.5 14M11.5 2 10 14M2.5 5.5h11M2 10.5h11",
  requests: "M2 5h11M10 2l3 3-3 3M14 11H3M6 8l-3 3 3 3",
  wait: "M4 2.5h8M4 13.5h8M5 2.5c0 5 6 6 6 11M11 2.5c0 5-6 6-6 11",
  warning: "M8 1.5 15 14H1zM8 6v4M8 12v.5",
  webhooks: "M6.5 9.5 9.5 6.5M7 5l1.5-1.5a2.7 2.7 0 0 1 4 4L11 9M9 11l-1.5 1.5a2.7 2.7 0 0 1-4-4L5 7",
};

/** @param {{name: string}} properties */
export const Icon = ({ name }) => html`<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false" fill="none"
  stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"><path d=${SHAPES[name]} /></svg>`;
