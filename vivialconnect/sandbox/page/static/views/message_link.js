/** The address of a message alone, which leads to its thread. */

import { html, useEffect } from "../vendor/preact-htm.js";
import { Problem } from "../parts.js";
import { api } from "../api.js";
import { href } from "../router.js";
import { useData } from "../store.js";

/** @param {{route: import("../router.js").Route}} properties */
export function MessageLink({ route }) {
  const id = route.path[1] ?? "";
  const { data, problem } = useData([], () => api.message(id), [id]);
  useEffect(() => {
    if (data) location.replace(href(["conversations", data.message.conversation_id, id]));
  }, [data]);
  return html`<section class="pane whole"><p class="title" aria-hidden="true">Message ${id}</p><${Problem} error=${problem} /></section>`;
}
