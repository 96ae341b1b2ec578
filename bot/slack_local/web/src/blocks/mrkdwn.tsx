// Slack's markup and plain text as React nodes. Everything ends up as text nodes: nothing is ever HTML.

import { Fragment, type ReactNode } from "react";
import { permalinkRoute } from "../route";
import { store } from "../store";
import type { TextObject } from "../types";
import { emoji } from "./emoji";

const TOKEN =
  /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):|(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])|(?<!\w)_(?=\S)([^_\n]*?\S)_(?!\w)|(?<![\w~])~(?=\S)([^~\n]*?\S)~(?![\w~])/g;
const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const SAFE_LINK = /^(https?|mailto):/i;

export function unescaped(text: string): string {
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** A message's text as it was typed: people by their names, links bare, nothing escaped. */
export function editableText(text: string): string {
  const { users } = store.get();
  const bare = text.replace(/<([^<>|]+)(?:\|[^<>]*)?>/g, (_, inside: string) => {
    const user = users[inside.slice(1)];
    return inside.startsWith("@") && user ? `@${user.name}` : inside.replace(/^mailto:/, "");
  });
  return unescaped(bare);
}

export function Text({ of: object }: { of: TextObject | undefined }): ReactNode {
  if (!object) return null;
  return object.type === "mrkdwn" ? <Mrkdwn text={object.text} /> : <Plain text={object.text} />;
}

/** Plain text: no markup, but emoji by name, and line breaks. */
export function Plain({ text }: { text: string }): ReactNode {
  return lines(unescaped(text), withEmoji);
}

/** The same as one string, for attributes. */
export function plainString(object: TextObject | undefined): string {
  return unescaped(object?.text ?? "").replace(/:([a-z0-9_+'-]+):/g, (whole, name: string) => emoji(name) ?? whole);
}

export function Mrkdwn({ text }: { text: string }): ReactNode {
  const parts = text.split(/```\n?([\s\S]*?)\n?```/);
  return parts.map((part, at) =>
    at % 2 ? (
      <pre key={at} className="pre">
        {inPre(part)}
      </pre>
    ) : (
      <Fragment key={at}>{quotesAndLines(part)}</Fragment>
    ),
  );
}

/** In code, links and mentions still show by what they are called, and nothing else is markup. */
function inPre(text: string): string {
  return unescaped(text.replace(/<(https?:[^<>|\s]+)(?:\|([^<>]*))?>/g, (_, url: string, label?: string) => label ?? url));
}

function quotesAndLines(text: string): ReactNode {
  const groups: { quoted: boolean; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const quoted = /^(&gt;|>)\s?/.test(line);
    const last = groups.at(-1);
    const bare = line.replace(/^(&gt;|>)\s?/, "");
    if (last && last.quoted === quoted) last.lines.push(quoted ? bare : line);
    else groups.push({ quoted, lines: [quoted ? bare : line] });
  }
  return groups.map((group, at) =>
    group.quoted ? (
      <blockquote key={at}>{lines(group.lines.join("\n"), inline)}</blockquote>
    ) : (
      <Fragment key={at}>{lines(group.lines.join("\n"), inline)}</Fragment>
    ),
  );
}

function lines(text: string, draw: (line: string) => ReactNode): ReactNode {
  return text.split("\n").map((line, at) => (
    <Fragment key={at}>
      {at > 0 && <br />}
      {draw(line)}
    </Fragment>
  ));
}

function withEmoji(text: string): ReactNode {
  return text.split(/:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/).map((part, at) => {
    if (at % 2 === 0) return part;
    const character = emoji(part);
    return character ? <Emoji key={at} name={part} character={character} /> : `:${part}:`;
  });
}

export function Emoji({ name, character }: { name: string; character: string }): ReactNode {
  return (
    <span role="img" aria-label={name.replaceAll("_", " ")} title={`:${name}:`} className="emoji">
      {character}
    </span>
  );
}

export function inline(text: string): ReactNode {
  const nodes: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, reference, code, name, bold, italic, struck] = match;
    if (match.index > end) nodes.push(unescaped(text.slice(end, match.index)));
    end = match.index + whole.length;
    const key = match.index;
    if (reference !== undefined) nodes.push(<Reference key={key} inside={reference} />);
    else if (code !== undefined) nodes.push(<code key={key}>{inPre(code)}</code>);
    else if (bold !== undefined) nodes.push(<strong key={key}>{inline(bold)}</strong>);
    else if (italic !== undefined) nodes.push(<em key={key}>{inline(italic)}</em>);
    else if (struck !== undefined) nodes.push(<s key={key}>{inline(struck)}</s>);
    else if (name !== undefined) {
      const character = emoji(name);
      nodes.push(character ? <Emoji key={key} name={name} character={character} /> : whole);
    }
  }
  if (end < text.length) nodes.push(unescaped(text.slice(end)));
  return nodes;
}

/** What stands in angle brackets: a mention, a link, a date, a broadcast. */
export function Reference({ inside }: { inside: string }): ReactNode {
  const [target = "", label] = split(inside, "|");
  if (target.startsWith("@")) return <Mention user={target.slice(1)} />;
  if (target.startsWith("#")) return <ChannelLink channel={target.slice(1)} label={label} />;
  if (target.startsWith("!date^")) return <SlackDate target={target} fallback={label ?? ""} />;
  if (target.startsWith("!subteam^")) return <span className="mention">{unescaped(label ?? "@group")}</span>;
  if (target.startsWith("!")) return <span className="mention loud">@{target.slice(1)}</span>;
  return <Link href={unescaped(target)}>{label === undefined ? linkText(unescaped(target)) : inline(label)}</Link>;
}

function split(text: string, at: string): [string, string | undefined] {
  const found = text.indexOf(at);
  return found < 0 ? [text, undefined] : [text.slice(0, found), text.slice(found + 1)];
}

function linkText(target: string): string {
  return target.replace(/^mailto:/, "");
}

/** A link, or only its text when it leads to something that a browser would run. */
export function Link({ href, children }: { href: string; children: ReactNode }): ReactNode {
  if (!SAFE_LINK.test(href)) return <>{children}</>;
  const inside = permalinkRoute(href);
  if (inside) {
    return (
      <a href={inside} title={href}>
        {children}
      </a>
    );
  }
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
      {children}
    </a>
  );
}

export function Mention({ user }: { user: string }): ReactNode {
  const { users, me } = store.get();
  return <span className={user === me ? "mention loud" : "mention"}>@{users[user]?.real_name ?? user}</span>;
}

export function ChannelLink({ channel, label }: { channel: string; label?: string }): ReactNode {
  const known = store.get().channels.find((c) => c.id === channel);
  const text = `#${known?.name ?? label ?? channel}`;
  return known ? (
    <a className="mention" href={`#/${channel}`}>
      {text}
    </a>
  ) : (
    <span className="mention">{text}</span>
  );
}

function SlackDate({ target, fallback }: { target: string; fallback: string }): ReactNode {
  const [, seconds = "", pattern = "", link] = target.split("^");
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return unescaped(fallback);
  const text = <time dateTime={date.toISOString()} title={exactly(date)}>{formatted(date, pattern)}</time>;
  return link ? <Link href={link}>{text}</Link> : text;
}

const FORMATS: Record<string, Intl.DateTimeFormatOptions> = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** The language of the reader's Slack; undefined, which is the browser's, where it is the usual one. */
function readersLocale(): string | undefined {
  const { users, me } = store.get();
  const locale = users[me]?.locale;
  return locale === "en-US" ? undefined : locale;
}

/** The moment with its time zone, which the short form leaves out. */
function exactly(date: Date): string {
  return new Intl.DateTimeFormat(readersLocale(), { dateStyle: "full", timeStyle: "long" }).format(date);
}

export function formatted(date: Date, pattern: string): string {
  return pattern.replace(/\{(\w+)\}/g, (whole, name: string) => {
    if (name === "ago") return ago(date);
    if (name.endsWith("_pretty")) {
      const near = relativeDay(date);
      if (near) return near;
    }
    const format = FORMATS[name.replace(/_pretty$/, "")];
    return format ? new Intl.DateTimeFormat(readersLocale(), format).format(date) : whole;
  });
}

function relativeDay(date: Date): string | null {
  const midnight = (d: Date) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  const days = Math.round((midnight(date) - midnight(new Date())) / 86_400_000);
  return Math.abs(days) < 2 ? new Intl.RelativeTimeFormat(readersLocale() ?? "en", { numeric: "auto" }).format(days, "day") : null;
}

export function ago(date: Date): string {
  const seconds = (date.getTime() - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [[60, "second"], [3600, "minute"], [86_400, "hour"]];
  for (const [limit, unit] of steps) {
    if (Math.abs(seconds) < limit)
      return format.format(Math.round(seconds / (unit === "second" ? 1 : limit / (unit === "minute" ? 60 : 24))), unit);
  }
  return format.format(Math.round(seconds / 86_400), "day");
}
