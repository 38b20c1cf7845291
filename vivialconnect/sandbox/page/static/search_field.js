/** A field that searches while one types. */

import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";

/** Milliseconds after the last key. */
const PAUSE = 200;

/** @param {{label: string, value: string, onSearch: (text: string) => void}} properties */
export function SearchField({ label, value, onSearch }) {
  const [text, setText] = useState(value);
  const timer = useRef(0);
  useEffect(() => setText(value), [value]);
  /** @param {{target: HTMLInputElement}} event */
  const onInput = ({ target }) => {
    setText(target.value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSearch(target.value.trim()), PAUSE);
  };
  return html`<input type="search" class="search" data-search aria-label=${label} placeholder=${label} value=${text} onInput=${onInput} />`;
}
