/** The shortcuts of the keyboard: one key each, and one list of them. */

import { html, useEffect, useState } from "./vendor/preact-htm.js";
import { Dialog } from "./parts.js";

const STORED = "vivialconnect-sandbox-shortcuts";

/** @typedef {{key: string, label: string, run: () => void}} Shortcut */

/** Return whether single keys act; speech input may need them off. */
function areOn() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true; // A browser that blocks cookies has no storage either.
  }
}

/** @param {boolean} isOn */
function keep(isOn) {
  try {
    localStorage.setItem(STORED, isOn ? "on" : "off");
  } catch {
    // The choice then lasts as long as the dialog.
  }
}

/**
 * @param {EventTarget | null} target
 */
const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select") || target.closest("dialog") !== null);

/**
 * Act on the keys of shortcuts, except while one types or a dialog is open.
 * @param {Shortcut[]} shortcuts
 */
export function useShortcuts(shortcuts) {
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const onKeyDown = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const shortcut = shortcuts.find(({ key }) => key === event.key);
      if (!shortcut || (event.key !== "?" && !areOn())) return;
      event.preventDefault();
      shortcut.run();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
}

/** @param {{shortcuts: Shortcut[], onClose: () => void}} properties */
export function ShortcutList({ shortcuts, onClose }) {
  const [isOn, setOn] = useState(areOn());
  /** @param {{target: HTMLInputElement}} event */
  const change = ({ target }) => {
    keep(target.checked);
    setOn(target.checked);
  };
  return html`<${Dialog} title="Keyboard shortcuts" onClose=${onClose}>
    <dl class="facts shortcuts">
      ${shortcuts.map(({ key, label }) => html`<dt key=${key}><kbd>${key}</kbd></dt><dd>${label}</dd>`)}
      <dt><kbd>↓</kbd> <kbd>j</kbd></dt><dd>Next in a list</dd>
      <dt><kbd>↑</kbd> <kbd>k</kbd></dt><dd>Previous in a list</dd>
      <dt><kbd>Esc</kbd></dt><dd>Close a dialog</dd>
    </dl>
    <label class="row"><input type="checkbox" checked=${isOn} onChange=${change} /> Single keys are shortcuts</label>
    <div class="buttons"><button type="button" onClick=${onClose}>Close</button></div>
  <//>`;
}
