/** Values as people read them. Nothing here touches the page or the network. */

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const NUMBER = new Intl.NumberFormat();

/** @param {number} value */
export const count = (value) => NUMBER.format(value);

/**
 * Return a number and its noun, such as "1 message" or "2 messages".
 * @param {number} value
 * @param {string} noun
 */
export const plural = (value, noun) => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/**
 * Return the time of day, with the date if it is not today.
 * @param {Date} moment
 * @param {Date} [now]
 */
export function time(moment, now = new Date()) {
  const clock = CLOCK.format(moment);
  return moment.toDateString() === now.toDateString() ? clock : `${DAY.format(moment)}, ${clock}`;
}

/** @param {Date} moment */
export const fullTime = (moment) => FULL.format(moment);

/**
 * Return an amount in dollars.
 * @param {number | null | undefined} amount in 1/100 cent
 */
export function dollars(amount) {
  const value = (amount ?? 0) / 10_000;
  const digits = (amount ?? 0) % 100 ? 4 : 2;
  return value.toLocaleString("en-US", { style: "currency", currency: "USD", minimumFractionDigits: digits });
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1_000) return plural(bytes, "byte");
  return bytes < 1_000_000 ? `${count(Math.round(bytes / 100) / 10)} kB` : `${count(Math.round(bytes / 100_000) / 10)} MB`;
}

/**
 * Return a North American number with spaces, others as they are.
 * @param {string | null} number in E.164 format
 */
export function phone(number) {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number ?? "");
  return parts ? `+1 ${parts[1]} ${parts[2]} ${parts[3]}` : (number ?? "");
}

/**
 * Return JSON with an indent; text that is not JSON stays as it is.
 * @param {string} text
 */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
