// What was typed and not sent, by person and place.

import { useSyncExternalStore } from "react";
import { store } from "./store";

const drafts = new Map<string, string>();
const listeners = new Set<() => void>();

function key(channel: string, thread: string | undefined): string {
  return `${store.get().me}/${channel}/${thread ?? ""}`;
}

export function writeDraft(channel: string, thread: string | undefined, text: string): void {
  drafts.set(key(channel, thread), text);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useDraft(channel: string, thread: string | undefined): string {
  return useSyncExternalStore(subscribe, () => drafts.get(key(channel, thread)) ?? "");
}
