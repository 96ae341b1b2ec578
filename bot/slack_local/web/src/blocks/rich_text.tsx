// Rich text blocks: what Slack's composer makes, and what apps send in tables and tasks.

import type { ReactNode } from "react";
import { store } from "../store";
import type { JsonObject } from "../types";
import { emoji, } from "./emoji";
import { ChannelLink, Emoji, formatted, Link, Mention } from "./mrkdwn";

export function RichText({ block }: { block: JsonObject }): ReactNode {
  return <div className="rich">{(block.elements as JsonObject[]).map((part, at) => <Part key={at} part={part} />)}</div>;
}

function Part({ part }: { part: JsonObject }): ReactNode {
  const inside = <Inlines of={part.elements ?? []} />;
  switch (part.type) {
    case "rich_text_quote":
      return <blockquote>{inside}</blockquote>;
    case "rich_text_preformatted":
      return <pre className="pre">{inside}</pre>;
    case "rich_text_list": {
      const List = part.style === "ordered" ? "ol" : "ul";
      return (
        <List className={`indent-${Math.min(part.indent ?? 0, 6)}`} {...(List === "ol" && part.offset ? { start: part.offset + 1 } : {})}>
          {(part.elements as JsonObject[]).map((item, at) => (
            <li key={at}>
              <Inlines of={item.elements ?? []} />
            </li>
          ))}
        </List>
      );
    }
    default:
      return <div>{inside}</div>;
  }
}

function Inlines({ of: elements }: { of: JsonObject[] }): ReactNode {
  return elements.map((element, at) => <Inline key={at} element={element} />);
}

function Inline({ element }: { element: JsonObject }): ReactNode {
  let node = bare(element);
  const style: JsonObject = element.style ?? {};
  if (style.code) node = <code>{node}</code>;
  if (style.bold) node = <strong>{node}</strong>;
  if (style.italic) node = <em>{node}</em>;
  if (style.strike) node = <s>{node}</s>;
  if (style.underline) node = <u>{node}</u>;
  return node;
}

function bare(element: JsonObject): ReactNode {
  switch (element.type) {
    case "text":
      return <span className="wrapped">{element.text}</span>;
    case "link":
      return <Link href={element.url}>{element.text ?? element.url}</Link>;
    case "user":
      return <Mention user={element.user_id} />;
    case "channel":
      return <ChannelLink channel={element.channel_id} />;
    case "usergroup":
      return <span className="mention">@{element.usergroup_id}</span>;
    case "broadcast":
      return <span className="mention loud">@{element.range}</span>;
    case "emoji": {
      const character = emoji(element.name);
      return character ? <Emoji name={element.name} character={character} /> : `:${element.name}:`;
    }
    case "date":
      return formatted(new Date(element.timestamp * 1000), element.format ?? "{date}");
    case "color":
      return <code>{element.value}</code>;
    case "team":
      return store.get().team.name;
    default:
      return null;
  }
}

/** The text of a rich text value, one line per section. */
export function textOf(value: JsonObject | null | undefined): string {
  return ((value?.elements as JsonObject[]) ?? [])
    .map((section) => ((section.elements as JsonObject[]) ?? []).map((part) => part.text ?? "").join(""))
    .join("\n");
}

/** A rich text value of plain lines. */
export function ofText(text: string): JsonObject {
  const elements = text ? [{ type: "text", text }] : [];
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
}
