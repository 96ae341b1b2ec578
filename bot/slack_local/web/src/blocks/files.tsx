// Files that go along with a form.

import { type ReactNode, useState } from "react";
import { store } from "../store";
import type { Element, JsonObject } from "../types";
import { SelectedItems } from "./external";

const MAX_FILES = 10;

interface Props {
  element: Element;
  value: JsonObject[];
  onChange: (files: JsonObject[]) => void;
  aria: object;
}

export function Files({ element, value, onChange, aria }: Props): ReactNode {
  const [busy, setBusy] = useState(false);
  const maxItems = (element.max_files as number | undefined) ?? MAX_FILES;
  const types = element.filetypes as string[] | undefined;
  const add = async (chosen: File[]) => {
    if (chosen.some((file) => types && !types.includes(extension(file.name)))) {
      store.showToast(`This input takes ${types?.join(", ")}.`);
      return;
    }
    if (value.length + chosen.length > maxItems) {
      store.showToast(`This input takes ${maxItems} ${maxItems === 1 ? "file" : "files"}.`);
      return;
    }
    setBusy(true);
    const added = await Promise.all(chosen.map((file) => store.upload(file)));
    setBusy(false);
    onChange([...value, ...added.filter((file) => file !== null)]);
  };
  return (
    <div className="several">
      <SelectedItems
        names={value.map((file) => file.name as string)}
        onRemove={(at) => onChange(value.filter((_, other) => other !== at))}
      />
      <input
        {...aria}
        className="control narrow"
        type="file"
        multiple={maxItems > 1}
        accept={types?.map((type) => `.${type}`).join()}
        disabled={busy || value.length >= maxItems}
        aria-busy={busy}
        onChange={(event) => {
          const chosen = [...(event.target.files ?? [])];
          // Or the same file could not be chosen again after it was taken away.
          event.target.value = "";
          void add(chosen);
        }}
      />
    </div>
  );
}

function extension(name: string): string {
  return name.split(".").at(-1)?.toLowerCase() ?? "";
}
