// What comes over the WebSocket. `view_model.py` and `connection.py` in `bot/slack_local/page` are the other side.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface User {
  id: string;
  name: string;
  real_name: string;
  kind: "member" | "admin" | "guest" | "external" | "app";
  /** The language of their Slack, such as `ko-KR`. */
  locale: string;
}

export interface Channel {
  id: string;
  name: string;
  kind: "channel" | "group" | "im";
  topic: string;
  members: number;
  /** What the app suggests to write, in direct messages with it. */
  prompts: { title: string; prompts: { title: string; message: string }[] } | null;
}

export interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
  emoji?: boolean;
  verbatim?: boolean;
}

/** A block or an element: its shape depends on its `type`, and what draws it reads what it needs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type JsonObject = Record<string, any>;

export interface Block extends JsonObject {
  type: string;
  block_id: string;
}

export interface Element extends JsonObject {
  type: string;
  action_id: string;
}

export interface Message {
  channel: string;
  ts: string;
  user: string;
  text: string;
  thread_ts?: string;
  subtype?: string;
  bot_id?: string;
  username?: string;
  icons?: { emoji?: string };
  blocks?: Block[];
  attachments?: JsonObject[];
  files?: JsonObject[];
  edited?: { user: string; ts: string };
  reactions?: { name: string; users: string[]; count: number }[];
  reply_count?: number;
  latest_reply?: string;
  reply_users?: string[];
  streaming_state?: string;
  hidden?: boolean;
  open?: boolean;
  waiting?: boolean;
  status?: string;
  session?: { status?: string; title?: string };
}

export interface Ephemeral {
  id: number;
  channel: string;
  thread_ts: string | null;
  ts: string;
  text: string;
  blocks: Block[];
  attachments: JsonObject[];
  by_slack: boolean;
}

/** What the bot tells its developer, below those of its messages that contain `beside`. */
export interface MessageNote {
  beside: string;
  title: string;
  text: string;
  location: string;
  code: string;
  traceback: string;
}

export interface View {
  id: string;
  hash: string;
  title?: TextObject;
  submit?: TextObject;
  close?: TextObject;
  callback_id?: string;
  blocks: Block[];
  values: Record<string, Record<string, JsonObject>>;
  errors: Record<string, string>;
}

export interface Screen {
  modals: View[];
  home: View | null;
  ephemerals: Ephemeral[];
}

export interface Suggestion {
  title: string;
  why: string;
  person: string;
  channel: string;
  text: string;
  thread: boolean;
  home: boolean;
  locale: string;
  steps: GuideStep[];
}

export interface GuideStep {
  person: string;
  text: string;
}

/** A suggestion that somebody follows, and the step that is next. */
export interface Guide {
  title: string;
  steps: GuideStep[];
  at: number;
}

export interface AppSetting {
  name: string;
  label: string;
  value: string;
  choices: { value: string; label: string }[];
}

export interface AppInfo {
  suggestions: Suggestion[];
  commands: { name: string; usage: string }[];
  shortcuts: { callback_id: string; name: string; everywhere: boolean }[];
  settings: AppSetting[];
  intro: string;
  note: string;
}

export interface Entry extends JsonObject {
  seq: number;
  at: number;
  kind: "call" | "delivery" | "connection" | "violation";
  thread: string | null;
}

export interface Faults {
  kinds: { name: string; title: string; what: string }[];
  waiting: string[];
  latency: number;
  rate_limits: boolean;
  /** Seconds that Slack's clock runs ahead of this machine's. */
  ahead: number;
}

export interface Timeline {
  messages: Message[];
  older: number;
}

export interface OpenThread {
  channel: string;
  ts: string;
  messages: Message[];
  loaded: boolean;
  notes: MessageNote[];
}
