// What is known of the workspace, as the page draws it.

import type { AppInfo, Channel, Entry, Faults, Guide, OpenThread, Screen, Timeline, User } from "./types";

export interface State {
  connection: "connecting" | "open" | "lost" | "refused";
  me: string;
  bot: string;
  team: { id: string; name: string };
  users: Record<string, User>;
  channels: Channel[];
  app: AppInfo;
  screen: Screen;
  /** Socket Mode connections of the bot; -1 when it is reached over HTTP. */
  connected: number;
  hasBotDetails: boolean;
  hasMessageNotes: boolean;
  /** A message above every page; empty for none. */
  banner: string;
  timelines: Record<string, Timeline>;
  thread: OpenThread | null;
  unread: Record<string, number>;
  wire: Entry[];
  faults: Faults | null;
  inspecting: boolean;
  deliverTwice: boolean;
  guide: Guide | null;
  toast: { text: string; at: number } | null;
}

export const EMPTY: State = {
  connection: "connecting",
  me: "",
  bot: "",
  team: { id: "", name: "" },
  users: {},
  channels: [],
  app: { suggestions: [], commands: [], shortcuts: [], settings: [], intro: "", note: "" },
  screen: { modals: [], home: null, ephemerals: [] },
  connected: 0,
  hasBotDetails: false,
  hasMessageNotes: false,
  banner: "",
  timelines: {},
  thread: null,
  unread: {},
  wire: [],
  faults: null,
  inspecting: false,
  deliverTwice: false,
  guide: null,
  toast: null,
};
