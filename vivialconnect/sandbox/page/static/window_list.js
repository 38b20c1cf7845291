/** A list of which only the rows near the visible part are in the page, however many there are. */

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/preact-htm.js";
import { CHUNK } from "./rows.js";

/** Pixels above and below the visible part that are drawn too. */
const MARGIN = 600;
/** Pixels from the end that still count as the end. */
const AT_END = 40;
/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

/**
 * @typedef {object} Properties
 * @property {import("./rows.js").Rows} rows
 * @property {(item: any, tabIndex: number) => any} draw draws a row; one element of it has
 *   `data-focus` and the tabIndex
 * @property {string} label
 * @property {number} height the height of a row that was not drawn yet, in pixels
 * @property {boolean} [newestFirst] else the newest is at the end, which is kept in sight
 * @property {number | null} [reveal] the row to scroll to
 */

/** @param {Properties} properties */
export function WindowList({ rows, draw, label, height, newestFirst = false, reveal = null }) {
  const scroller = useRef(/** @type {HTMLElement | null} */ (null));
  const heights = useRef(/** @type {Map<number, number>} */ (new Map()));
  const target = useRef(/** @type {{index: number, block: ScrollLogicalPosition} | null} */ (null));
  const isAtEnd = useRef(!newestFirst);
  const [active, setActive] = useState(-1);
  const [, redraw] = useState(0);
  const again = () => redraw((drawn) => drawn + 1);
  const isHere = active >= 0 && active < rows.total;
  const tabStop = isHere ? active : rows.total - 1;
  const layout = arrange(rows.total, newestFirst, heights.current, height);
  const shown = visible(layout, scroller.current, isAtEnd.current);

  useEffect(() => {
    const observer = new ResizeObserver(again);
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (reveal === null) return;
    target.current = { index: reveal, block: "center" };
    isAtEnd.current = false;
    again();
  }, [reveal]);
  useEffect(() => rows.need(shown.low, shown.high), [rows, rows.total, shown.low, shown.high]);
  useLayoutEffect(() => {
    const list = scroller.current;
    if (!list) return;
    if (measure(list, heights.current)) again();
    if (target.current !== null && rows.total) {
      if (bringToSight(list, layout, target.current)) target.current = null;
    } else if (isAtEnd.current) list.scrollTop = list.scrollHeight;
  });

  const onScroll = () => {
    const list = /** @type {HTMLElement} */ (scroller.current);
    isAtEnd.current = !newestFirst && list.scrollHeight - list.scrollTop - list.clientHeight < AT_END;
    const next = visible(layout, list, false);
    if (next.low !== shown.low || next.high !== shown.high) again();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const next = neighbour(event, tabStop, rows.total, newestFirst);
    if (next === null) return;
    event.preventDefault();
    target.current = { index: next, block: "nearest" };
    isAtEnd.current = false;
    setActive(next);
    again();
  };
  /** @param {FocusEvent} event */
  const onFocusIn = (event) => {
    const row = /** @type {HTMLElement} */ (event.target).closest("[data-index]");
    if (row instanceof HTMLElement) setActive(Number(row.dataset["index"]));
  };
  /** @param {number} index */
  const drawRow = (index) => {
    const item = rows.at(index);
    const position = newestFirst ? rows.total - index : index + 1;
    return html`<div role="listitem" key=${index} data-index=${index} aria-posinset=${position} aria-setsize=${rows.total}>
      ${item === undefined ? html`<div class="loading" style=${{ height }}></div>` : draw(item, index === tabStop ? 0 : -1)}
    </div>`;
  };
  return html`<div class="window" role="list" aria-label=${label} ref=${scroller} onScroll=${onScroll}
      onKeyDown=${onKeyDown} onFocusIn=${onFocusIn}>
    <div style=${{ height: shown.before }}></div>
    ${shown.chunks.map((chunk) => html`<div key=${chunk.number} data-chunk=${chunk.number}>${numbers(chunk, newestFirst).map(drawRow)}</div>`)}
    <div style=${{ height: shown.after }}></div>
  </div>`;
}


/** @typedef {{number: number, size: number, top: number, height: number}} Chunk */

/**
 * Return the chunks from the top on.
 * @param {number} total
 * @param {boolean} newestFirst
 * @param {Map<number, number>} heights the mean height of a row of each chunk that was measured
 * @param {number} height of a row that was not
 */
function arrange(total, newestFirst, heights, height) {
  const count = Math.ceil(total / CHUNK);
  /** @type {Chunk[]} */
  const chunks = [];
  let top = 0;
  for (let position = 0; position < count; position += 1) {
    const number = newestFirst ? count - 1 - position : position;
    const size = Math.min(CHUNK, total - number * CHUNK);
    chunks.push({ number, size, top, height: size * (heights.get(number) ?? height) });
    top += size * (heights.get(number) ?? height);
  }
  return { chunks, end: top };
}

/**
 * Return the chunks near the visible part, and the heights of what is before and after them.
 * @param {ReturnType<typeof arrange>} layout
 * @param {HTMLElement | null} list
 * @param {boolean} isAtEnd
 */
function visible({ chunks, end }, list, isAtEnd) {
  const height = list?.clientHeight ?? 0;
  const top = isAtEnd ? end - height : (list?.scrollTop ?? 0);
  const near = chunks.filter((each) => each.top + each.height >= top - MARGIN && each.top <= top + height + MARGIN);
  const [first, last] = [near[0], near[near.length - 1]];
  if (!first || !last) return { chunks: near, before: 0, after: 0, low: 0, high: -1 };
  return {
    chunks: near,
    before: first.top,
    after: end - last.top - last.height,
    low: Math.min(first.number, last.number),
    high: Math.max(first.number, last.number),
  };
}

/**
 * Return the numbers of a chunk's rows in the order in which they are drawn.
 * @param {Chunk} chunk
 * @param {boolean} newestFirst
 */
function numbers({ number, size }, newestFirst) {
  const rising = Array.from({ length: size }, (_, position) => number * CHUNK + position);
  return newestFirst ? rising.reverse() : rising;
}

/**
 * Note the heights of the chunks that are drawn, and return whether one has changed.
 * @param {HTMLElement} list
 * @param {Map<number, number>} heights
 */
function measure(list, heights) {
  let isChanged = false;
  for (const chunk of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-chunk]"))) {
    const number = Number(chunk.dataset["chunk"]);
    const height = chunk.offsetHeight / chunk.childElementCount;
    if (Math.abs((heights.get(number) ?? 0) - height) > 0.01) {
      heights.set(number, height);
      isChanged = true;
    }
  }
  return isChanged;
}

/**
 * Scroll to a row, and return whether it was there; else scroll to where it will be.
 * @param {HTMLElement} list
 * @param {ReturnType<typeof arrange>} layout
 * @param {{index: number, block: ScrollLogicalPosition}} target
 */
function bringToSight(list, layout, { index, block }) {
  const row = list.querySelector(`[data-index="${index}"]`);
  const focus = row?.querySelector("[data-focus]");
  if (row && focus instanceof HTMLElement) {
    row.scrollIntoView({ block });
    focus.focus({ preventScroll: true });
    return true;
  }
  const chunk = layout.chunks.find(({ number }) => number === Math.floor(index / CHUNK));
  if (!row && chunk) list.scrollTop = chunk.top;
  return false;
}

/**
 * Return the row that a key goes to; null for other keys.
 * @param {KeyboardEvent} event
 * @param {number} current
 * @param {number} total
 * @param {boolean} newestFirst
 */
function neighbour(event, current, total, newestFirst) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const direction = newestFirst ? -1 : 1;
  const step = STEPS[event.key];
  const ends = { Home: newestFirst ? total - 1 : 0, End: newestFirst ? 0 : total - 1 };
  if (event.key === "Home" || event.key === "End") return ends[event.key];
  return step ? Math.min(total - 1, Math.max(0, current + step * direction)) : null;
}
