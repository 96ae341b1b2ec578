// What an element holds: from an entry of `state.values` to what a control shows, and to what the workspace takes.

import type { JsonObject } from "../types";

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
export function controlValue(state: JsonObject | undefined): unknown {
  const key = KEYS.find((name) => state && name in state);
  const value = key ? state?.[key] : null;
  if (value === undefined || value === null) return null;
  if (state?.type === "external_select" || state?.type === "multi_external_select") return value;
  if (key === "selected_option") return (value as JsonObject).value;
  if (key === "selected_options") return (value as JsonObject[]).map((option) => option.value);
  return value;
}

export function optionsOf(element: JsonObject): { label: string | null; options: JsonObject[] }[] {
  if (element.option_groups)
    return (element.option_groups as JsonObject[]).map((group) => ({ label: group.label?.text ?? null, options: group.options }));
  return [{ label: null, options: element.options ?? [] }];
}
