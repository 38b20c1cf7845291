/** What the page shows is fetched from the sandbox, and fetched again when a hint says so. */

import { useEffect, useRef, useState } from "./vendor/preact-htm.js";

/**
 * @template T
 * @typedef {{data?: T, problem?: Error}} Loaded
 */
/** @typedef {(kinds: string[] | null) => void} Listener */

/** Milliseconds within which hints are answered by one fetch. */
const GATHER = 120;

/** @type {Set<Listener>} */
const listeners = new Set();

/**
 * Tell everyone that something has changed.
 * @param {string[] | null} kinds such as "messages"; null for everything
 */
export function publish(kinds) {
  for (const listener of [...listeners]) listener(kinds);
}

/**
 * Call back after a hint of one of the kinds.
 * @param {string[]} kinds
 * @param {() => void} listener
 * @returns {() => void} ends it
 */
export function subscribe(kinds, listener) {
  /** @type {Listener} */
  const filtered = (hinted) => {
    if (hinted === null || hinted.some((kind) => kinds.includes(kind))) listener();
  };
  listeners.add(filtered);
  return () => listeners.delete(filtered);
}

/**
 * Load now and after each hint: one load at a time, and hints that come together count as one.
 * @template T
 * @param {string[]} kinds
 * @param {() => Promise<T>} load
 * @param {(loaded: Loaded<T>) => void} show
 * @returns {() => void} ends it
 */
export function watch(kinds, load, show) {
  let timer = 0;
  let isLoading = false;
  let isStale = false;
  let isOver = false;
  const run = async () => {
    timer = 0;
    isLoading = true;
    isStale = false;
    const loaded = await settle(load);
    isLoading = false;
    if (isOver) return;
    show(loaded);
    if (isStale) schedule();
  };
  const schedule = () => {
    isStale = true;
    if (!timer && !isLoading) timer = setTimeout(run, GATHER);
  };
  run();
  const unsubscribe = subscribe(kinds, schedule);
  return () => {
    isOver = true;
    clearTimeout(timer);
    unsubscribe();
  };
}

/**
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<Loaded<T>>}
 */
async function settle(load) {
  try {
    return { data: await load() };
  } catch (problem) {
    return { problem: /** @type {Error} */ (problem) };
  }
}

/**
 * Load data for a component, and keep it fresh. The last data stays when a later load fails.
 * @template T
 * @param {string[]} kinds the hints that make it load again
 * @param {() => Promise<T>} load
 * @param {unknown[]} keys what the load depends on; new keys start afresh
 * @returns {Loaded<T>}
 */
export function useData(kinds, load, keys) {
  const [loaded, setLoaded] = useState(/** @type {Loaded<T>} */ ({}));
  useEffect(() => {
    setLoaded({});
    return watch(kinds, load, (next) => setLoaded((before) => ({ ...before, problem: undefined, ...next })));
  }, keys);
  return /** @type {Loaded<T>} */ (loaded);
}

/**
 * Run one action at a time, and keep what went wrong with it.
 * @param {(...values: any[]) => Promise<unknown>} action
 */
export function useAction(action) {
  const [state, setState] = useState(/** @type {{busy: boolean, problem?: Error}} */ ({ busy: false }));
  const isBusy = useRef(false);
  /** @param {any[]} values */
  const run = async (...values) => {
    if (isBusy.current) return false;
    isBusy.current = true;
    setState({ busy: true });
    const { problem } = await settle(() => action(...values));
    isBusy.current = false;
    setState(problem ? { busy: false, problem } : { busy: false });
    return !problem;
  };
  return { ...state, run };
}
