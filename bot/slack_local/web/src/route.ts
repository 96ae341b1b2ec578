// Where the page is: in the address's fragment, so that Back works as on any page.

import { useSyncExternalStore } from "react";

export interface Route {
  /** `start` is the bare address: the first channel. `list` is what a phone shows to choose from. */
  page: "start" | "list" | "channel" | "home";
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
  if (hash === "") return { page: "start" };
  const [, channel, thread] = hash.split("/");
  if (!channel) return { page: "list" };
  if (channel === "home") return { page: "home" };
  return { page: "channel", channel, thread };
}

/** Where a link of Slack's form to a message leads in this page, as a fragment; undefined for any other link. */
export function permalinkRoute(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const link = new URL(href);
  // The port is another one after a restart, and older messages still name the one before.
  if (link.hostname !== location.hostname) return undefined;
  const [, channel, seconds, rest] = /^\/archives\/(\w+)\/p(\d{10})(\d{6})$/.exec(link.pathname) ?? [];
  if (!channel) return undefined;
  return `#/${channel}/${link.searchParams.get("thread_ts") ?? `${seconds}.${rest}`}`;
}

export function go(route: Route): void {
  const parts = route.page === "channel" ? [route.channel, route.thread] : route.page === "home" ? ["home"] : [];
  location.hash = `#/${parts.filter(Boolean).join("/")}`;
}
