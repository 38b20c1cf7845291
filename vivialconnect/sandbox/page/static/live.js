/** Events of the sandbox: a stream of hints while the page is in sight, polling where it fails. */

import { useEffect, useState } from "./vendor/preact-htm.js";
import { api } from "./api.js";
import { publish } from "./store.js";

/** @typedef {"connecting" | "live" | "polling" | "away"} State */

/** Milliseconds without an event, pings included, after which the stream counts as dead. */
const SILENCE = 40_000;
/** Milliseconds between polls. */
const PAUSE = 2_000;

/** The events of the sandbox, followed from start() to stop(). */
class Events {
  /** @type {EventSource | null} */
  #stream = null;
  #silence = 0;
  #poller = 0;
  #isFailing = false;
  #since = "";
  #show;

  /** @param {(state: State) => void} show */
  constructor(show) {
    this.#show = show;
  }

  start() {
    this.#stream?.close();
    const stream = new EventSource("events");
    stream.addEventListener("ready", () => this.#hear(null));
    stream.addEventListener("resync", () => this.#hear(null));
    stream.addEventListener("changed", (event) => this.#hear(JSON.parse(event.data).topics));
    stream.addEventListener("ping", () => this.#hear([]));
    stream.addEventListener("error", () => this.#fail());
    this.#stream = stream;
    this.#expect();
  }

  stop() {
    this.#stream?.close();
    this.#stream = null;
    this.#isFailing = false;
    clearTimeout(this.#silence);
    clearTimeout(this.#poller);
  }

  #expect() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.start(), SILENCE);
  }

  /** @param {string[] | null} topics */
  #hear(topics) {
    this.#isFailing = false;
    this.#since = "";
    clearTimeout(this.#poller);
    this.#expect();
    this.#show("live");
    publish(topics);
  }

  #fail() {
    if (this.#isFailing || !this.#stream) return;
    this.#isFailing = true;
    this.#poll();
  }

  async #poll() {
    try {
      const { id, topics, resync } = await api.events(this.#since);
      if (!this.#isFailing) return;
      publish(resync || !this.#since ? null : topics);
      this.#since = id;
      this.#show("polling");
    } catch {
      if (!this.#isFailing) return;
      this.#show("away");
    }
    if (this.#stream?.readyState === EventSource.CLOSED) this.start();
    this.#poller = setTimeout(() => this.#poll(), PAUSE);
  }
}

/** Follow the events while the page is in sight, and return how that goes. */
export function useEvents() {
  const [state, setState] = useState(/** @type {State} */ ("connecting"));
  useEffect(() => {
    const events = new Events(setState);
    // A browser keeps six connections to an origin, and each hidden tab would hold one.
    const update = () => (document.hidden ? events.stop() : events.start());
    document.addEventListener("visibilitychange", update);
    update();
    return () => {
      document.removeEventListener("visibilitychange", update);
      events.stop();
    };
  }, []);
  return state;
}
