// What each update from the workspace changes: state in, change out.

import type { State } from "./state";
import type { Channel, Entry, Message, Obj, OpenThread, Screen, Faults, User } from "./types";

const KEPT_ENTRIES = 2000;

export function applyUpdate(state: State, got: Obj): Partial<State> {
  switch (got.type) {
    case "hello":
      return {
        link: "open",
        me: got.me,
        bot: got.bot,
        team: got.team,
        users: got.users,
        channels: got.channels,
        app: got.app,
        screen: got.screen,
        connected: got.connected,
        hasBotDetails: got.bot_details,
        hasMessageNotes: got.message_notes,
        banner: got.banner,
        timelines: {},
        thread: null,
        unread: {},
      };
    case "channels":
      return { channels: got.channels as Channel[] };
    case "users":
      return { users: got.users as Record<string, User> };
    case "screen":
      return { screen: got.screen as Screen };
    case "connected":
      return { connected: got.connected as number };
    case "banner":
      return { banner: got.banner as string, app: { ...state.app, note: got.note as string } };
    case "faults":
      return { faults: got.faults as Faults };
    case "wire":
      return { wire: withEntries(state.wire, got.entries as Entry[]) };
    case "thread":
      return ofThread(state, got);
    default:
      return {};
  }
}

function ofThread(state: State, got: Obj): Partial<State> {
  const change: Partial<State> = {};
  const channel = got.channel as string;
  const messages = got.messages as Message[];
  const timeline = state.timelines[channel];
  if (timeline) {
    const gone = new Set(got.gone as string[]);
    const kept = withMessages(timeline.messages, messages, timeline.older > 0).filter((m) => !gone.has(m.ts));
    change.timelines = { ...state.timelines, [channel]: { ...timeline, messages: kept } };
  }
  const open = state.thread;
  if (got.order && open?.channel === channel && open.ts === got.ts)
    change.thread = { ...open, loaded: true, messages: inOrder(open, got.order, got.replies) };
  if (!showing(channel) && messages.some((m) => m.user !== state.me))
    change.unread = { ...state.unread, [channel]: (state.unread[channel] ?? 0) + 1 };
  return change;
}

function showing(channel: string): boolean {
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
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq).slice(-KEPT_ENTRIES);
}
