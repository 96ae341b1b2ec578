// Where the page is: in the address's fragment, so that Back works as on any page.

import { useSyncExternalStore } from "react";

export interface Route {
  /** `start` is the bare address: the first channel. `list` is what a phone shows to choose from. */
  place: "start" | "list" | "channel" | "home";
  channel?: string;
  thread?: string;
}

function read(): string {
  return location.hash;
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

export function useRoute(): Route {
  return parse(useSyncExternalStore(subscribe, read));
}

function parse(hash: string): Route {
  if (hash === "") return { place: "start" };
  const [, channel, thread] = hash.split("/");
  if (!channel) return { place: "list" };
  if (channel === "home") return { place: "home" };
  return { place: "channel", channel, thread };
}

export function go(route: Route): void {
  const parts = route.place === "channel" ? [route.channel, route.thread] : route.place === "home" ? ["home"] : [];
  location.hash = `#/${parts.filter(Boolean).join("/")}`;
}
