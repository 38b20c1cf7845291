/** The requests of the page: every path of the JSON API that it uses is in this file. */

/** An error that the sandbox returned, or that it cannot be reached. */
export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status 0 if there was no response
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * Send a request and return the JSON of the response.
 * @param {string} method
 * @param {string} path below /sandbox/
 * @param {object} [document] the body
 * @returns {Promise<any>} null for an empty response
 */
async function send(method, path, document) {
  /** @type {RequestInit} */
  const options = { method, headers: { Accept: "application/json" } };
  if (document) {
    options.body = JSON.stringify(document);
    options.headers = { ...options.headers, "Content-Type": "application/json" };
  }
  const response = await fetch(path, options).catch(() => {
    throw new ApiError("The sandbox does not respond. Check that it is running.", 0);
  });
  const text = await response.text();
  if (response.ok) return text ? JSON.parse(text) : null;
  throw new ApiError(reason(text) ?? `The sandbox returned ${response.status}`, response.status);
}

/** @param {string} text */
function reason(text) {
  try {
    return JSON.parse(text).message;
  } catch {
    return undefined;
  }
}

/**
 * Return a path with its query; empty values are left out.
 * @param {string} path
 * @param {Record<string, string | number | undefined>} query
 */
function address(path, query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  return parameters.size ? `${path}?${parameters}` : path;
}

/**
 * Return a function that loads parts of a list.
 * @param {string} path
 * @param {string} name of the items in the response
 * @param {Record<string, string | number | undefined>} [query]
 * @returns {import("./rows.js").Load}
 */
const list = (path, name, query = {}) => async (limit, offset) => {
  const document = await send("GET", address(path, { ...query, limit, offset }));
  return { ...document, items: document[name] };
};

/** @param {string | number} value */
const segment = (value) => encodeURIComponent(value);

export const api = {
  conversations: (/** @type {string} */ search) => list("conversations", "conversations", { search }),
  messages: (/** @type {string} */ conversation) => list(`conversations/${segment(conversation)}`, "messages"),
  /** @type {(id: string | number) => Promise<{message: Message, offset: number}>} */
  message: (id) => send("GET", `messages/${segment(id)}`),
  /** @type {(draft: Draft) => Promise<{message: {id: number}}>} */
  receive: (draft) => send("POST", "receive", draft),

  requests: (/** @type {Record<string, string>} */ filters) => list("requests", "requests", filters),
  /** @type {(id: string) => Promise<{request: ApiRequest}>} */
  request: (id) => send("GET", `requests/${segment(id)}`),

  webhooks: () => list("webhooks", "attempts"),
  /** @type {(id: number) => Promise<{webhook_id: number}>} */
  replay: (id) => send("POST", `webhooks/${id}/replay`, {}),

  /** @type {() => Promise<{rules: Rule[], played: Record<string, number>}>} */
  chaos: () => send("GET", "chaos"),
  /** @type {() => Promise<{faults: Fault[]}>} */
  faults: () => send("GET", "faults"),
  addRule: (/** @type {object} */ rule) => send("POST", "chaos", rule),
  removeRule: (/** @type {number} */ id) => send("DELETE", `chaos/${id}`),
  removeRules: () => send("DELETE", "chaos"),

  /** @type {() => Promise<{now: string, advanced: number}>} */
  clock: () => send("GET", "clock"),
  advance: (/** @type {number} */ seconds) => send("POST", "clock", { advance: seconds }),
  reset: () => send("POST", "reset", {}),

  numbers: () => list("numbers", "numbers"),
  /** @type {(query: Record<string, string | number>) => Promise<{total: number, numbers: Available[]}>} */
  available: (query) => send("GET", address("numbers/available", query)),
  buy: (/** @type {object} */ number) => send("POST", "numbers", number),
  change: (/** @type {number} */ id, /** @type {object} */ fields) => send("PUT", `numbers/${id}`, fields),
  release: (/** @type {number} */ id) => send("DELETE", `numbers/${id}`),

  /** @type {() => Promise<{base_url: string, accounts: Account[]}>} */
  accounts: () => send("GET", "accounts?limit=500"),
  addAccount: (/** @type {object} */ account) => send("POST", "accounts", account),
  /** @type {(account: number) => Promise<Credentials>} */
  credentials: (account) => send("GET", `credentials?account_id=${account}`),
  topUp: (/** @type {number} */ account, /** @type {number} */ amount) =>
    send("POST", "balance", { account_id: account, add: amount }),

  /** @type {(since: string) => Promise<{id: string, topics: string[], resync: boolean}>} */
  events: (since) => send("GET", address("events", { since })),
};
