// Light or dark: as the system has it, unless somebody chose.

import { useSyncExternalStore } from "react";

const CHOSEN = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export type Theme = "light" | "dark";

function theme(): Theme {
  const chosen = localStorage.getItem(CHOSEN);
  return chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
}

function apply(): void {
  document.documentElement.dataset.theme = theme();
  for (const listener of listeners) listener();
}

/** Paint in the right colours from the start, and follow the system from then on. */
export function startTheme(): void {
  apply();
  dark.addEventListener("change", apply);
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, theme);
}

export function toggleTheme(): void {
  const next = theme() === "dark" ? "light" : "dark";
  // A choice that agrees with the system is no choice: it follows the system again.
  if (next === (dark.matches ? "dark" : "light")) localStorage.removeItem(CHOSEN);
  else localStorage.setItem(CHOSEN, next);
  apply();
}
