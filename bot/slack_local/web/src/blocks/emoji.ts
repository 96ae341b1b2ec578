// Slack's names of emoji as characters: pictures would have to come from elsewhere.

import names from "emojibase-data/en/shortcodes/iamcal.json";

let byName: Map<string, string> | null = null;

function characters(hexcode: string): string {
  const points = hexcode.split("-").map((part) => Number.parseInt(part, 16));
  const text = String.fromCodePoint(...points);
  // Without the selector, signs that are older than emoji are drawn in black and white.
  return points.length === 1 && (points[0] ?? 0) < 0x1f000 ? `${text}\uFE0F` : text;
}

function table(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [hexcode, given] of Object.entries(names as Record<string, string | string[]>))
    for (const name of [given].flat()) if (!found.has(name)) found.set(name, characters(hexcode));
  return found;
}

/** The character of `:name:`, or null when there is none of that name. */
export function emoji(name: string): string | null {
  byName ??= table();
  return byName.get(name.replace(/::skin-tone-\d$/, "")) ?? null;
}
