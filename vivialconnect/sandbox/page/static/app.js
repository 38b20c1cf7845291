/** The frame of the page: header, navigation, the view of the current address, shortcuts. */

import { html, render, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { Announcer, announce } from "./announcer.js";
import { ShortcutList, useShortcuts } from "./shortcuts.js";
import { href, useRoute } from "./router.js";
import { Accounts } from "./views/accounts.js";
import { Chaos } from "./views/chaos.js";
import { Clock } from "./views/clock.js";
import { Conversations } from "./views/conversations.js";
import { Icon } from "./icons.js";
import { MessageLink } from "./views/message_link.js";
import { Numbers } from "./views/numbers.js";
import { Requests } from "./views/requests.js";
import { Reset } from "./reset.js";
import { Webhooks } from "./views/webhooks.js";
import { api } from "./api.js";
import { phone } from "./format.js";
import { useData } from "./store.js";
import { useEvents } from "./live.js";

/** @type {Record<string, {title: string, view: any}>} */
const VIEWS = {
  conversations: { title: "Conversations", view: Conversations },
  requests: { title: "Requests", view: Requests },
  webhooks: { title: "Webhooks", view: Webhooks },
  chaos: { title: "Chaos", view: Chaos },
  numbers: { title: "Numbers", view: Numbers },
  accounts: { title: "Accounts", view: Accounts },
  clock: { title: "Clock", view: Clock },
};

/** @type {Record<string, string>} */
const STATES = {
  connecting: "Connecting",
  live: "Live",
  polling: "Polling",
  away: "Not reachable, retrying",
};

function Page() {
  const route = useRoute();
  const state = useEvents();
  const [dialog, setDialog] = useState("");
  const close = () => setDialog("");
  const name = route.path[0] ?? "conversations";
  const current = VIEWS[name] ?? VIEWS["conversations"];
  const View = name === "messages" ? MessageLink : current?.view;
  const shortcuts = shortcutsOf(setDialog);
  useShortcuts(shortcuts);
  useNewTexts();
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${current?.title} - Vivial Connect sandbox`;
    showCurrent();
    if (!isFirst.current) announce(current?.title ?? "");
    isFirst.current = false;
  }, [current]);
  return html`<a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="top">
      <p class="brand"><a href="#/">Vivial Connect <span>sandbox</span></a></p>
      <p class="state" data-state=${state} role="status">${STATES[state]}</p>
    </header>
    <nav class="views" aria-label="Views">
      <ul>${Object.entries(VIEWS).map(([key, { title }]) => html`<li key=${key}>
        <a href=${href([key])} aria-current=${VIEWS[key] === current ? "page" : undefined}><${Icon} name=${key} />${title}</a></li>`)}</ul>
      <div class="tools">
        <button type="button" class="plain" onClick=${() => setDialog("shortcuts")}>Shortcuts</button>
        <button type="button" class="plain" onClick=${() => setDialog("reset")}>Reset…</button>
      </div>
    </nav>
    <main id="main" tabindex="-1"><h1 class="hidden">${current?.title}</h1><${View} key=${name} route=${route} /></main>
    ${dialog === "shortcuts" && html`<${ShortcutList} shortcuts=${shortcuts} onClose=${close} />`}
    ${dialog === "reset" && html`<${Reset} onClose=${close} />`}
    <${Announcer} />`;
}

/** Scroll the row of views to the current one; scrollIntoView() would also move the start of Tab. */
function showCurrent() {
  const link = document.querySelector("nav [aria-current]");
  const row = link?.closest("nav");
  if (link && row) row.scrollLeft += link.getBoundingClientRect().left - row.getBoundingClientRect().left - 8;
}

/** The address belongs to the views, so the link to the content moves the focus itself. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** @param {(dialog: string) => void} setDialog */
function shortcutsOf(setDialog) {
  const views = Object.entries(VIEWS).map(([name, { title }], index) => ({
    key: String(index + 1),
    label: title,
    run: () => {
      location.hash = href([name]);
    },
  }));
  const focus = (/** @type {string} */ selector) => {
    const element = document.querySelector(selector);
    if (element instanceof HTMLElement) element.focus();
  };
  return [
    ...views,
    { key: "/", label: "Search or filter", run: () => focus("[data-search]") },
    { key: "l", label: "Go to the list", run: () => focus("main [data-focus][tabindex='0']") },
    { key: "r", label: "Reply in the open conversation", run: () => focus("[data-reply]") },
    { key: "n", label: "New message, in Conversations", run: () => dispatchEvent(new Event("write")) },
    { key: "?", label: "This list", run: () => setDialog("shortcuts") },
  ];
}

/** Announce texts that arrive while the page is open. */
function useNewTexts() {
  const { data } = useData(["messages"], async () => ({ last: (await api.conversations("")(1, 0)).items[0]?.last }), []);
  const [known, setKnown] = useState(/** @type {number | null} */ (null));
  useEffect(() => {
    if (!data) return;
    /** @type {Message | undefined} */
    const message = data.last;
    if (message && known !== null && message.id > known) {
      announce(`New message from ${phone(message.from_number)} to ${phone(message.to_number)}: ${message.body || "a picture"}`);
    }
    setKnown(message?.id ?? 0);
  }, [data]);
}

render(html`<${Page} />`, /** @type {HTMLElement} */ (document.getElementById("page")));
