// What the bot reports about a thread, apart from the wire. Hidden where the bot reports nothing.

import { type ReactNode, useEffect, useState } from "react";
import { store, useStore } from "../store";
import type { JsonObject } from "../types";

const MAX_INLINE_LENGTH = 60;
const ID = /^[\da-f-]{30,}$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/;

export function BotDetails({ channel, thread }: { channel?: string; thread?: string }): ReactNode {
  const [sections, setSections] = useState<JsonObject | null>(null);
  const [again, setAgain] = useState(0);
  // What the bot knows changes with what it writes: each news of the thread is a reason to ask again.
  const news = useStore((state) => state.thread?.messages);
  useEffect(() => setSections(null), [channel, thread]);
  useEffect(() => {
    if (!channel || !thread) return;
    let current = true;
    void store.do("bot_details", { channel, thread_ts: thread }).then((answer) => {
      if (current) setSections(answer?.sections ?? null);
    });
    return () => {
      current = false;
    };
  }, [channel, thread, again, news]);
  if (!thread) return <p className="faint">Open a thread to see what the bot knows about it.</p>;
  return (
    <div className="bot-details">
      <button type="button" className="button small" onClick={() => setAgain(again + 1)}>
        Ask again
      </button>
      {sections === null && <p className="faint">The bot has no details about this thread.</p>}
      {Object.entries(sections ?? {}).map(([title, value]) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          <Section value={value} />
        </section>
      ))}
    </div>
  );
}

/** Rows as entries with a line each, anything else as its fields. */
function Section({ value }: { value: unknown }): ReactNode {
  if (!Array.isArray(value)) return <Fields of={value} />;
  if (value.length === 0) return <p className="faint">Nothing.</p>;
  return value.map((row, at) => (value.length === 1 ? <Fields key={at} of={row} /> : <Row key={at} row={row} />));
}

/** One row, collapsed: its time and its short texts. */
function Row({ row }: { row: unknown }): ReactNode {
  if (!isObject(row)) return <Fields of={row} />;
  const labels = ["event", "status", "type", "actor_name", "name", "note"].map((key) => row[key]).filter(isShortText);
  const words = labels.length ? labels : Object.values(row).filter(isShortText).slice(0, 3);
  const when = [row.at, row.opened_at].find((value) => typeof value === "string" && TIMESTAMP.test(value));
  return (
    <details className="row-of">
      <summary>
        {when && <time>{timeOfDay(when as string)}</time>} {words.join(" · ")} <span className="faint">{summarise(row)}</span>
      </summary>
      <Fields of={row} />
    </details>
  );
}

/** Everything there is, empty fields left out; what is long or deep opens with a press. */
function Fields({ of }: { of: unknown }): ReactNode {
  if (!isObject(of)) return <Value name="value" value={of} />;
  const filled = Object.entries(of).filter(([, value]) => !isEmpty(value));
  if (filled.length === 0) return <p className="faint">Nothing.</p>;
  return (
    <dl className="fields-of">
      {filled.map(([name, value]) => (
        <div key={name} className={isDeep(name, value) ? "deep" : undefined}>
          <dt>{name}</dt>
          <dd>
            <Value name={name} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ name, value }: { name: string; value: unknown }): ReactNode {
  if (isDeep(name, value)) return isObject(value) ? <Fields of={value} /> : <Section value={value} />;
  if (typeof value === "string") return TIMESTAMP.test(value) ? <time title={value}>{timeOfDay(value)}</time> : <TextValue text={value} />;
  const json = JSON.stringify(value, null, 2);
  if (!isObject(value) || json.length <= MAX_INLINE_LENGTH) return <code>{JSON.stringify(value)}</code>;
  return (
    <details open={name === "value" || name === "answer"}>
      <summary className="faint">{Object.keys(value).join(", ")}</summary>
      <pre className="json">{json}</pre>
    </details>
  );
}

function TextValue({ text }: { text: string }): ReactNode {
  if (ID.test(text)) return <span className="id">{text}</span>;
  return text.length <= MAX_INLINE_LENGTH * 4 ? <span className="words">{text}</span> : <pre className="json">{text}</pre>;
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.some(isObject);
}

/** What needs the whole width: rows, and what has rows in it. A schema has them too, and is for who looks for it. */
function isDeep(name: string, value: unknown): boolean {
  return name !== "schema" && (isList(value) || (isObject(value) && Object.values(value).some(isList)));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isShortText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_INLINE_LENGTH && !TIMESTAMP.test(value);
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === "" || value === undefined) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** What a message says, or which tools it calls. */
function summarise(row: JsonObject): string {
  if (typeof row.content === "string" && row.content) return row.content.slice(0, MAX_INLINE_LENGTH);
  return isList(row.tool_calls) ? row.tool_calls.map((call: JsonObject) => `${call.name}(…)`).join(", ") : "";
}

/** A moment as its time of day, to the millisecond. */
function timeOfDay(moment: string): string {
  const date = new Date(moment.replace(" ", "T"));
  if (Number.isNaN(date.getTime())) return moment;
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return `${clock.format(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
