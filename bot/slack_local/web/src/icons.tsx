// The page's signs as drawings: not every machine's fonts have them.

import type { ReactNode } from "react";

const PATHS = {
  send: "M3 20l18-8L3 4v6l10 2-10 2z",
  window: "M8 8V4h12v12h-4M4 8h12v12H4z",
  clip: "M20 11l-8.5 8.5a5 5 0 01-7-7L13 4a3.3 3.3 0 014.7 4.7L9.5 17a1.7 1.7 0 01-2.4-2.4L14.5 7",
  reply: "M10 8V4l-7 7 7 7v-4c5 0 8 1.5 10 5 0-6-3-11-10-11z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  down: "M7 10l5 5 5-5",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  moon: "M20 14.5A8 8 0 019.5 4a8 8 0 1010.5 10.5z",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 9.5a2.5 2.5 0 100 5 2.5 2.5 0 000-5z",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  lock: "M7 11V8a5 5 0 0110 0v3M5 11h14v9H5z",
} as const;

const FILLED = new Set<string>(["send"]);

export function Icon({ name }: { name: keyof typeof PATHS }): ReactNode {
  return (
    <svg className={FILLED.has(name) ? "drawn filled" : "drawn"} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
