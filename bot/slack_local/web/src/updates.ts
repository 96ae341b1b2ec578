// What each update from the workspace changes: state in, change out.

import type { State } from "./state";
import type { AppSetting, Channel, Entry, Message, JsonObject, OpenThread, Screen, Faults, User } from "./types";

const MAX_ENTRIES = 2000;

export function applyUpdate(state: State, update: JsonObject): Partial<State> {
  switch (update.type) {
    case "hello":
      return {
        connection: "open",
        me: update.me,
        bot: update.bot,
        team: update.team,
        users: update.users,
        channels: update.channels,
        app: update.app,
        screen: update.screen,
        connected: update.connected,
        hasBotDetails: update.bot_details,
        hasMessageNotes: update.message_notes,
        banner: update.banner,
        timelines: {},
        thread: null,
        unread: {},
      };
    case "channels":
      return { channels: update.channels as Channel[] };
    case "users":
      return { users: update.users as Record<string, User> };
    case "screen":
      return { screen: update.screen as Screen };
    case "connected":
      return { connected: update.connected as number };
    case "banner":
      return { banner: update.banner as string, app: { ...state.app, note: update.note as string, settings: update.settings as AppSetting[] } };
    case "faults":
      return { faults: update.faults as Faults };
    case "wire":
      return { wire: withEntries(state.wire, update.entries as Entry[]) };
    case "thread":
      return applyThread(state, update);
    default:
      return {};
  }
}

function applyThread(state: State, update: JsonObject): Partial<State> {
  const change: Partial<State> = {};
  const channel = update.channel as string;
  const messages = update.messages as Message[];
  const timeline = state.timelines[channel];
  if (timeline) {
    const removed = new Set(update.gone as string[]);
    const kept = withMessages(timeline.messages, messages, timeline.older > 0).filter((m) => !removed.has(m.ts));
    change.timelines = { ...state.timelines, [channel]: { ...timeline, messages: kept } };
  }
  const open = state.thread;
  if (update.order && open?.channel === channel && open.ts === update.ts)
    change.thread = { ...open, loaded: true, messages: inOrder(open, update.order, update.replies) };
  if (!isVisible(channel) && messages.some((m) => m.user !== state.me))
    change.unread = { ...state.unread, [channel]: (state.unread[channel] ?? 0) + 1 };
  return change;
}

function isVisible(channel: string): boolean {
  return document.visibilityState === "visible" && location.hash.split("/")[1] === channel;
}

function inOrder(open: OpenThread, order: string[], changed: Message[]): Message[] {
  const known = new Map(open.messages.map((m) => [m.ts, m]));
  for (const message of changed) known.set(message.ts, message);
  return order.flatMap((ts) => known.get(ts) ?? []);
}

/** Put new or changed messages where they belong; those before a window that has older ones stay unloaded. */
function withMessages(known: Message[], changed: Message[], hasOlder: boolean): Message[] {
  const result = [...known];
  for (const message of changed) {
    const at = result.findIndex((m) => m.ts >= message.ts);
    if (at >= 0 && result[at]?.ts === message.ts) result[at] = message;
    else if (at < 0) result.push(message);
    else if (at > 0 || !hasOlder) result.splice(at, 0, message);
  }
  return result;
}

function withEntries(known: Entry[], changed: Entry[]): Entry[] {
  const bySeq = new Map(known.map((entry) => [entry.seq, entry]));
  for (const entry of changed) bySeq.set(entry.seq, entry);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq).slice(-MAX_ENTRIES);
}
