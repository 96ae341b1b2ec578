// The page's WebSocket and the state that comes over it.

import { useSyncExternalStore } from "react";
import { EMPTY, type State } from "./state";
import type { Guide, Message, MessageNote, JsonObject, Timeline } from "./types";
import { applyUpdate } from "./updates";

const PERSON = "person";
const GUIDE = "guide";
const MAX_RECONNECT_DELAY = 3000;
/** Requests of a person: after one of them, an earlier toast has been read. */
const DISMISSES_TOAST = new Set(["say", "run", "click", "submit", "switch_person"]);

type Answer = JsonObject & { ok: boolean; error?: string };

class Store {
  private state: State = { ...EMPTY, guide: storedGuide() };
  private listeners = new Set<() => void>();
  private socket: WebSocket | null = null;
  private pendingRequests = new Map<number, (answer: Answer | null) => void>();
  private lastRequestId = 0;
  private reconnectDelay = 250;
  private expecting: { channel: string; until: number } | null = null;
  /** Called with the thread that a slash command of this person started. */
  onThreadStarted: (channel: string, ts: string) => void = () => {};

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): State => this.state;

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  connect(): void {
    const asked = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem(PERSON) ?? "alice";
    const socket = new WebSocket(`ws://${location.host}/page/live?as=${encodeURIComponent(asked)}`);
    this.socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.reconnectDelay = 250;
    };
    socket.onmessage = (event) => this.receive(JSON.parse(event.data as string) as JsonObject);
    socket.onclose = () => {
      for (const resolve of this.pendingRequests.values()) resolve(null);
      this.pendingRequests.clear();
      this.set({ connection: opened || this.state.me ? "lost" : "refused" });
      this.reconnectDelay = Math.min(this.reconnectDelay * 2, MAX_RECONNECT_DELAY);
      setTimeout(() => this.connect(), this.reconnectDelay);
    };
  }

  /** Ask for something; null, and a notice, when it was refused or the connection is gone. */
  async do(name: string, args: JsonObject = {}): Promise<Answer | null> {
    const socket = this.socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) {
      this.showToast("The workspace is not reachable right now.");
      return null;
    }
    if (DISMISSES_TOAST.has(name)) this.set({ toast: null });
    const id = ++this.lastRequestId;
    const answered = new Promise<Answer | null>((resolve) => this.pendingRequests.set(id, resolve));
    socket.send(JSON.stringify({ id, do: name, ...args }));
    const answer = await answered;
    if (answer === null) return null;
    if (answer.ok) return answer;
    this.showToast(answer.error ?? "That did not work.");
    return null;
  }

  /** Put a file into the workspace; it goes beside the WebSocket, whose frames are small. */
  async upload(file: File): Promise<JsonObject | null> {
    const { users, me } = this.state;
    const content = await base64(file);
    const body = JSON.stringify({ as: users[me]?.name, do: "upload", name: file.name, content });
    try {
      const answer = (await (await fetch("/page/do", { method: "POST", body })).json()) as Answer;
      if (answer.ok) return answer.file as JsonObject;
      this.showToast(answer.error ?? "That did not work.");
    } catch {
      this.showToast("The workspace is not reachable right now.");
    }
    return null;
  }

  /** Follow the steps of a suggestion, also after a reload; null for none. */
  setGuide(guide: Guide | null): void {
    if (guide) sessionStorage.setItem(GUIDE, JSON.stringify(guide));
    else sessionStorage.removeItem(GUIDE);
    this.set({ guide });
  }

  showToast(text: string): void {
    this.set({ toast: { text, at: Date.now() } });
  }

  async switchPerson(name: string): Promise<void> {
    sessionStorage.setItem(PERSON, name);
    const url = new URL(location.href);
    if (url.searchParams.has("as")) {
      url.searchParams.delete("as");
      history.replaceState(null, "", url);
    }
    await this.do("switch_person", { person: name });
  }

  /** Set the language of this person's Slack; what the app shows them anew is then in it. */
  async setLanguage(locale: string): Promise<void> {
    await this.do("set_language", { locale });
    if (location.hash.startsWith("#/home")) await this.do("home");
  }

  async openTimeline(channel: string): Promise<void> {
    this.set({ unread: { ...this.state.unread, [channel]: 0 } });
    if (this.state.timelines[channel]) return;
    const got = await this.do("timeline", { channel });
    if (got) this.setTimeline(channel, { messages: got.messages as Message[], older: got.older as number });
  }

  async loadOlder(channel: string): Promise<void> {
    const known = this.state.timelines[channel];
    const first = known?.messages[0];
    if (!known || !first || known.older === 0) return;
    const got = await this.do("timeline", { channel, before: first.ts });
    const now = this.state.timelines[channel];
    if (!got || !now || now.messages[0]?.ts !== first.ts) return;
    this.setTimeline(channel, { messages: [...(got.messages as Message[]), ...now.messages], older: got.older });
  }

  private setTimeline(channel: string, timeline: Timeline): void {
    this.set({ timelines: { ...this.state.timelines, [channel]: timeline } });
  }

  async openThread(channel: string, ts: string): Promise<void> {
    this.set({ thread: { channel, ts, messages: [], loaded: false, notes: [] } });
    const got = await this.do("watch", { channel, thread_ts: ts });
    const open = this.state.thread;
    if (got && open?.channel === channel && open.ts === ts)
      this.set({ thread: { ...open, messages: got.messages as Message[], loaded: true } });
  }

  /** Ask the bot what it has to say beside its messages in the open thread. */
  async loadNotes(channel: string, ts: string): Promise<void> {
    const got = await this.do("message_notes", { channel, thread_ts: ts });
    const open = this.state.thread;
    if (got && open?.channel === channel && open.ts === ts) this.set({ thread: { ...open, notes: got.notes as MessageNote[] } });
  }

  closeThread(): void {
    if (this.state.thread === null) return;
    this.set({ thread: null });
    void this.do("unwatch");
  }

  inspect(on: boolean): void {
    this.set({ inspecting: on, wire: [], faults: null });
    void this.do("inspect", { on });
  }

  /** The next thread that the app starts in this channel is the answer to what this person just typed. */
  expectThread(channel: string): void {
    this.expecting = { channel, until: Date.now() + 5000 };
  }

  private receive(update: JsonObject): void {
    if (typeof update.id === "number" && "ok" in update) {
      this.pendingRequests.get(update.id)?.(update as Answer);
      this.pendingRequests.delete(update.id);
      return;
    }
    const before = this.state;
    this.set(applyUpdate(before, update));
    if (update.type === "hello") this.afterHello(before);
    if (update.type === "thread") this.detectStartedThread(before, update);
  }

  private afterHello(before: State): void {
    const me = this.state.users[this.state.me];
    if (me) sessionStorage.setItem(PERSON, me.name);
    if (before.connection !== "open" && before.inspecting) void this.do("inspect", { on: true });
  }

  private detectStartedThread(before: State, update: JsonObject): void {
    const expecting = this.expecting;
    if (!expecting || expecting.channel !== update.channel || Date.now() > expecting.until) return;
    const known = before.timelines[update.channel]?.messages ?? [];
    const root = (update.messages as Message[]).find((m) => m.ts === update.ts && m.bot_id);
    if (!root || known.some((m) => m.ts === root.ts)) return;
    this.expecting = null;
    this.onThreadStarted(update.channel, root.ts);
  }
}

function storedGuide(): Guide | null {
  const kept = sessionStorage.getItem(GUIDE);
  return kept ? (JSON.parse(kept) as Guide) : null;
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, fail) => {
    const reader = new FileReader();
    reader.onload = () => resolve((reader.result as string).split(",")[1] ?? "");
    reader.onerror = () => fail(reader.error ?? new Error("the file cannot be read"));
    reader.readAsDataURL(file);
  });
}

export const store = new Store();

/** Part of what is known; `pick` has to return the same thing as long as it did not change. */
export function useStore<T>(pick: (state: State) => T): T {
  return useSyncExternalStore(store.subscribe, () => pick(store.get()));
}
