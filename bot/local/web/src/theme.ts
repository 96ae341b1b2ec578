// Light or dark: as the system has it, unless somebody chose.

const CHOSEN = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export type Theme = "light" | "dark";

export function theme(): Theme {
  const chosen = localStorage.getItem(CHOSEN);
  return chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = theme();
}

export function toggleTheme(): Theme {
  const next = theme() === "dark" ? "light" : "dark";
  // A choice that agrees with the system is no choice: it follows the system again.
  if (next === (dark.matches ? "dark" : "light")) localStorage.removeItem(CHOSEN);
  else localStorage.setItem(CHOSEN, next);
  applyTheme();
  return next;
}

dark.addEventListener("change", applyTheme);
