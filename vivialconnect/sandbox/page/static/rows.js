/** The rows of a long list, loaded by the chunk and numbered from the oldest, which is 0. */

import { useEffect, useState } from "./vendor/preact-htm.js";
import { subscribe } from "./store.js";

export const CHUNK = 50;
/** Milliseconds within which hints are answered by one refresh. */
const GATHER = 120;

/**
 * Load a part of a list. Without an offset, the part with the newest rows.
 * @typedef {(limit: number, offset?: number) => Promise<{total: number, offset: number, items: any[], conversation?: any}>} Load
 */

/** New rows get new numbers, so that a row keeps its number and its place while others arrive. */
export class Rows {
  total = 0;
  isLoaded = false;
  /** @type {Error | undefined} */
  problem = undefined;
  /** @type {Map<number, any>} */
  #items = new Map();
  /** @type {Set<number>} */
  #loading = new Set();
  #first = 0;
  #last = -1;
  #timer = 0;
  #isOver = false;
  #isRefreshing = false;
  #isStale = false;
  #load;
  #newestFirst;
  #changed;

  /**
   * @param {Load} load
   * @param {boolean} newestFirst whether the newest comes first in what it loads
   * @param {() => void} changed
   */
  constructor(load, newestFirst, changed) {
    this.#load = load;
    this.#newestFirst = newestFirst;
    this.#changed = changed;
  }

  /**
   * Return a row; undefined until it is loaded.
   * @param {number} index
   */
  at(index) {
    return this.#items.get(index);
  }

  /**
   * Load the chunks that are not loaded, and keep them fresh.
   * @param {number} first
   * @param {number} last
   */
  need(first, last) {
    this.#first = first;
    this.#last = last;
    for (let chunk = first; chunk <= last; chunk += 1) {
      if (!this.#has(chunk) && !this.#loading.has(chunk)) this.#loadChunk(chunk);
    }
  }

  /** Load what is in sight again, and the newest. */
  async refresh() {
    this.#isRefreshing = true;
    this.#isStale = false;
    await this.#fetch(CHUNK);
    for (let chunk = this.#first; chunk <= this.#last; chunk += 1) {
      const isFresh = chunk * CHUNK >= this.total - CHUNK && this.#has(chunk);
      if (!isFresh) await this.#loadChunk(chunk);
    }
    this.#isRefreshing = false;
    if (this.#isStale) this.refreshSoon();
  }

  /** Answer hints that come together by one refresh. */
  refreshSoon() {
    this.#isStale = true;
    if (!this.#timer && !this.#isRefreshing && !this.#isOver) {
      this.#timer = setTimeout(() => {
        this.#timer = 0;
        this.refresh();
      }, GATHER);
    }
  }

  close() {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** @param {number} chunk */
  #has(chunk) {
    const end = Math.min(this.total, (chunk + 1) * CHUNK);
    for (let index = chunk * CHUNK; index < end; index += 1) {
      if (!this.#items.has(index)) return false;
    }
    return true;
  }

  /** @param {number} chunk */
  async #loadChunk(chunk) {
    const end = Math.min(this.total, (chunk + 1) * CHUNK);
    const size = end - chunk * CHUNK;
    if (size <= 0) return;
    this.#loading.add(chunk);
    await this.#fetch(size, this.#newestFirst ? this.total - end : chunk * CHUNK);
    this.#loading.delete(chunk);
  }

  /**
   * @param {number} limit
   * @param {number} [from]
   */
  async #fetch(limit, from) {
    try {
      const { total, offset, items } = await this.#load(limit, from);
      if (this.#isOver) return;
      this.#resize(total);
      const first = this.#newestFirst ? total - offset - items.length : offset;
      const rising = this.#newestFirst ? [...items].reverse() : items;
      rising.forEach((item, position) => this.#items.set(first + position, item));
      this.problem = undefined;
      this.isLoaded = true;
    } catch (problem) {
      this.problem = /** @type {Error} */ (problem);
    }
    if (!this.#isOver) this.#changed();
  }

  /**
   * Take the new total, and forget the rows that are out of sight or gone.
   * @param {number} total
   */
  #resize(total) {
    this.total = total;
    for (const index of this.#items.keys()) {
      const chunk = Math.floor(index / CHUNK);
      if (index >= total || chunk < this.#first - 2 || chunk > this.#last + 2) this.#items.delete(index);
    }
  }
}

/**
 * Load a list, and what is in sight again after each hint.
 * @param {string[]} kinds
 * @param {Load} load
 * @param {unknown[]} keys what the load depends on; new keys start afresh
 * @param {boolean} [newestFirst]
 * @returns {Rows | null} null before the first render is over
 */
export function useRows(kinds, load, keys, newestFirst = true) {
  const [rows, setRows] = useState(/** @type {Rows | null} */ (null));
  const [, draw] = useState(0);
  useEffect(() => {
    const fresh = new Rows(load, newestFirst, () => draw((drawn) => drawn + 1));
    setRows(fresh);
    fresh.refresh();
    const unsubscribe = subscribe(kinds, () => fresh.refreshSoon());
    return () => {
      unsubscribe();
      fresh.close();
    };
  }, keys);
  return rows;
}
