/** The address of the page: the view and what it shows stand after the "#", so links can be shared. */

import { useEffect, useState } from "./vendor/preact-htm.js";

/**
 * @typedef {object} Route
 * @property {string[]} path the view, then what it shows
 * @property {URLSearchParams} query the filters
 */

/**
 * Read an address.
 * @param {string} hash such as "#/requests?status=401"
 * @returns {Route}
 */
export function parse(hash) {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

/** @param {string} segment */
function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * Return the address of a view.
 * @param {(string | number)[]} path
 * @param {Record<string, string>} [query] empty values are left out
 */
export function href(path, query = {}) {
  const filled = Object.entries(query).filter(([, value]) => value !== "");
  const suffix = filled.length ? `?${new URLSearchParams(filled)}` : "";
  return `#/${path.map((segment) => encodeURIComponent(segment)).join("/")}${suffix}`;
}

/**
 * Change the query without a new entry in the history, so that typing can be undone by one "back".
 * @param {Route} route
 * @param {Record<string, string>} query
 */
export function refine(route, query) {
  history.replaceState(null, "", href(route.path, query));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** Return the current route, and render again when it changes. */
export function useRoute() {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const update = () => setRoute(parse(location.hash));
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return route;
}
