/** The choice of pictures for a message. */

import { html, useEffect, useMemo, useRef } from "./vendor/preact-htm.js";
import { Icon } from "./icons.js";

/** @param {{files: File[], onChange: (files: File[]) => void}} properties */
export function Pictures({ files, onChange }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const addresses = useMemo(() => files.map((file) => URL.createObjectURL(file)), [files]);
  useEffect(() => () => addresses.forEach((each) => URL.revokeObjectURL(each)), [addresses]);
  /** @param {{target: HTMLInputElement}} event */
  const add = ({ target }) => {
    onChange([...files, ...(target.files ?? [])]);
    target.value = "";
  };
  return html`<div class="row pictures">
    <input class="hidden" type="file" accept="image/*" multiple tabindex="-1" aria-label="Pictures" ref=${input} onChange=${add} />
    <button type="button" onClick=${() => input.current?.click()}><${Icon} name="clip" />Add pictures</button>
    ${files.map((file, index) => html`<button type="button" class="picture" key=${addresses[index]}
        onClick=${() => onChange(files.filter((each) => each !== file))} aria-label=${`Remove ${file.name}`}>
      <img src=${addresses[index]} alt="" /><${Icon} name="bad" /></button>`)}
  </div>`;
}

/**
 * Return files as the API takes them.
 * @param {File[]} files
 */
export function encoded(files) {
  return Promise.all(files.map(async (file) => ({ file_name: file.name, content: await base64(file) })));
}

/**
 * @param {File} file
 * @returns {Promise<string>}
 */
function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(new Error(`${file.name} cannot be read`));
    reader.readAsDataURL(file);
  });
}
