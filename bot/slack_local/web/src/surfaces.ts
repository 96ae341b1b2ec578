// The two surfaces of blocks: a message, where each press is sent at once, and a view, which is a form.

import { useState } from "react";
import { keyOf, type Surface } from "./blocks/surface";
import { store } from "./store";
import type { Block, Element, JsonObject, View } from "./types";

const FAILED_TO_ANSWER = "The app did not answer. Try again?";

/** `where` names the message or the notice, as the workspace's `click` wants it. */
export function useMessageSurface(where: JsonObject): [Surface, string | null] {
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [busy, setBusy] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const surface: Surface = {
    errors: {},
    busy,
    inModal: false,
    search: (block, element, typed) => search({ ...where, block_id: block.block_id }, element, typed),
    touched: (block) => values[block.block_id],
    currentValue: (_, element) => initial(element),
    change: (block, _, value) => setValues((known) => ({ ...known, [block.block_id]: value })),
    act: (block, element, value) => {
      setBusy(keyOf(block, element));
      setFailed(null);
      void press({ ...where, values }, block, element, value).then((ok) => {
        setBusy(null);
        setFailed(ok ? null : FAILED_TO_ANSWER);
      });
    },
  };
  return [surface, failed];
}

async function press(where: JsonObject, block: Block, element: Element, value: unknown): Promise<boolean> {
  const { deliverTwice } = store.get();
  if (deliverTwice) store.set({ deliverTwice: false });
  const args = { ...where, action_id: element.action_id, block_id: block.block_id, value, twice: deliverTwice };
  const answer = await store.do("click", args);
  return !answer?.failed;
}

async function search(where: JsonObject, element: Element, typed: string): Promise<JsonObject[]> {
  const answer = await store.do("search", { ...where, action_id: element.action_id, typed });
  return (answer?.options as JsonObject[]) ?? [];
}

/** What a message's element starts with: messages hold no state but what the app put into them. */
function initial(element: Element): JsonObject | undefined {
  for (const [name, value] of Object.entries(element)) {
    if (!name.startsWith("initial_")) continue;
    const rest = name.slice("initial_".length);
    const key = rest === "value" ? (element.type === "rich_text_input" ? "rich_text_value" : "value") : `selected_${rest}`;
    return { type: element.type, [key]: value };
  }
  return undefined;
}

export interface Form {
  /** What was put into inputs since the workspace last heard, by block id. */
  pending: () => Record<string, unknown>;
  submitted: (errors: Record<string, string>) => void;
}

export function useViewSurface(view: View, inModal: boolean): [Form, Surface] {
  const [touched, setTouched] = useState<Record<string, unknown>>({});
  const [errors, setErrors] = useState<Record<string, string>>(view.errors);
  const [busy, setBusy] = useState<string | null>(null);
  const here = new Set(view.blocks.map((block) => block.block_id));
  const pending = () => Object.fromEntries(Object.entries(touched).filter(([block]) => here.has(block)).map(emptyToNull));
  const surface: Surface = {
    errors,
    busy,
    inModal,
    search: (block, element, typed) => search({ view: view.id, block_id: block.block_id }, element, typed),
    touched: (block) => touched[block.block_id],
    currentValue: (block, element) => view.values[block.block_id]?.[element.action_id],
    change: (block, _, value) => {
      setTouched((known) => ({ ...known, [block.block_id]: value }));
      setErrors(({ [block.block_id]: _, ...others }) => others);
    },
    act: (block, element, value) => {
      setBusy(keyOf(block, element));
      void (async () => {
        const filled = pending();
        if (Object.keys(filled).length) await store.do("fill", { view: view.id, values: filled });
        if (block.type !== "input") await press({ view: view.id }, block, element, value);
        setBusy(null);
      })();
    },
  };
  return [{ pending, submitted: setErrors }, surface];
}

/** An emptied input is given as null. */
function emptyToNull([block, value]: [string, unknown]): [string, unknown] {
  const empty = value === "" || (Array.isArray(value) && value.length === 0);
  return [block, empty ? null : value];
}
