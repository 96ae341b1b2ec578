// Files that are to go along with a message that is being written.

import { type ReactNode, useId } from "react";
import { SelectedItems } from "../blocks/external";
import { Icon } from "../icons";
import { store } from "../store";
import type { JsonObject } from "../types";

/** Slack's composer takes ten. */
const MAX_FILES = 10;

/** Upload what somebody chose, dropped or pasted; what did not go up has said so in a toast. */
export async function uploadAll(chosen: File[], held: JsonObject[]): Promise<JsonObject[]> {
  if (held.length + chosen.length > MAX_FILES) {
    store.showToast(`A message takes ${MAX_FILES} files.`);
    return [];
  }
  const added = await Promise.all(chosen.map((file) => store.upload(file)));
  return added.filter((file) => file !== null);
}

interface PickerProps {
  busy: boolean;
  onChoose: (files: File[]) => void;
}

export function FilePicker({ busy, onChoose }: PickerProps): ReactNode {
  const id = useId();
  return (
    <span className="picker">
      <input
        id={id}
        className="unseen"
        type="file"
        multiple
        aria-label="Attach files"
        disabled={busy}
        onChange={(event) => {
          const chosen = [...(event.target.files ?? [])];
          // Or the same file could not be chosen again after it was taken away.
          event.target.value = "";
          onChoose(chosen);
        }}
      />
      <label htmlFor={id} className="button icon-only" title="Attach files" aria-hidden="true">
        <Icon name="clip" />
      </label>
    </span>
  );
}

interface Props {
  files: JsonObject[];
  onChange: (files: JsonObject[]) => void;
}

export function AttachedFiles({ files, onChange }: Props): ReactNode {
  if (!files.length) return null;
  return (
    <div className="attached">
      <SelectedItems
        names={files.map((file) => file.name as string)}
        onRemove={(at) => onChange(files.filter((_, other) => other !== at))}
      />
    </div>
  );
}
