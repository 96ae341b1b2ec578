// What an element holds: from an entry of `state.values` to what a control shows, and to what the workspace takes.

import type { Obj } from "../types";

const KEYS = [
  "value",
  "rich_text_value",
  "selected_date",
  "selected_time",
  "selected_date_time",
  "selected_option",
  "selected_options",
  "selected_user",
  "selected_users",
  "selected_conversation",
  "selected_conversations",
  "selected_channel",
  "selected_channels",
  "files",
];

/** Options by their value, everything else as it is; null when empty. */
export function simple(held: Obj | undefined): unknown {
  const key = KEYS.find((name) => held && name in held);
  const value = key ? held?.[key] : null;
  if (value === undefined || value === null) return null;
  if (held?.type === "external_select" || held?.type === "multi_external_select") return value;
  if (key === "selected_option") return (value as Obj).value;
  if (key === "selected_options") return (value as Obj[]).map((option) => option.value);
  return value;
}

export function optionsOf(element: Obj): { label: string | null; options: Obj[] }[] {
  if (element.option_groups)
    return (element.option_groups as Obj[]).map((group) => ({ label: group.label?.text ?? null, options: group.options }));
  return [{ label: null, options: element.options ?? [] }];
}
