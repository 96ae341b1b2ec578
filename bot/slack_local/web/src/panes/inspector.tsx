// What went over the wire beside what people saw, and faults to try.

import { type ReactNode, useMemo, useState } from "react";
import { store, useStore } from "../store";
import type { Entry } from "../types";
import { BotDetails } from "./bot_details";
import { Recording } from "./recording";
import { FaultPanel } from "./faults";
import { Icon } from "../icons";

type Tab = "wire" | "faults" | "bot";

export function Inspector({ channel, thread }: { channel?: string; thread?: string }): ReactNode {
  const hasBotDetails = useStore((state) => state.hasBotDetails);
  const [tab, setTab] = useState<Tab>("wire");
  const tabs: [Tab, string][] = [["wire", "Wire"], ["faults", "Faults"]];
  if (hasBotDetails) tabs.push(["bot", "Bot"]);
  return (
    <aside className="pane inspector" aria-label="Inspector">
      <header className="pane-head">
        <div className="tabs" role="tablist">
          {tabs.map(([name, title]) => (
            <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => setTab(name)}>
              {title}
            </button>
          ))}
        </div>
        <button type="button" className="icon close" aria-label="Close the inspector" onClick={() => store.inspect(false)}>
          <Icon name="close" />
        </button>
      </header>
      <div className="inspector-body" role="tabpanel">
        {tab === "wire" && <Wire thread={channel && thread ? `${channel}/${thread}` : null} />}
        {tab === "faults" && <FaultPanel />}
        {tab === "bot" && <BotDetails channel={channel} thread={thread} />}
      </div>
    </aside>
  );
}

function Wire({ thread }: { thread: string | null }): ReactNode {
  const wire = useStore((state) => state.wire);
  const [all, setAll] = useState(false);
  const [recorded, setRecorded] = useState(false);
  const shown = useMemo(() => {
    const mine = all || thread === null ? wire : wire.filter((entry) => entry.thread === thread);
    return mine.slice(-400).reverse();
  }, [wire, all, thread]);
  const violations = shown.filter((entry) => entry.kind === "violation").length;
  return (
    <>
      <div className="wire-head">
        {thread !== null && (
          <label>
            <input type="checkbox" checked={!all} onChange={() => setAll(!all)} /> Only this thread
          </label>
        )}
        <button type="button" className="button small" onClick={() => setRecorded(true)}>
          Recording
        </button>
        {recorded && <Recording onClose={() => setRecorded(false)} />}
        <span className={violations ? "chip error" : "chip"}>
          {violations === 0 ? "no violations" : `${violations} violation${violations > 1 ? "s" : ""}`}
        </span>
      </div>
      {shown.length === 0 && <p className="faint">Nothing went over the wire here yet.</p>}
      <ol className="wire">
        {shown.map((entry) => (
          <li key={entry.seq}>
            <Row entry={entry} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Row({ entry }: { entry: Entry }): ReactNode {
  const [open, setOpen] = useState(false);
  const { sign, name, detail, bad } = summary(entry);
  return (
    <div className={bad ? "entry bad" : "entry"}>
      <button type="button" className="entry-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <time>{timeOfDay(entry.at)}</time>
        <span className={`sign sign-${entry.kind}`} aria-label={DIRECTION_LABELS[entry.kind]} role="img">
          {sign}
        </span>
        <span className="entry-name">{name}</span>
        <span className="entry-told">{detail}</span>
      </button>
      {entry.kind === "violation" && <pre className="json">{entry.messages.join("\n")}</pre>}
      {open && <Details entry={entry} />}
    </div>
  );
}

const DIRECTION_LABELS: Record<Entry["kind"], string> = {
  delivery: "to the app",
  call: "from the app",
  connection: "socket",
  violation: "violation",
};

function timeOfDay(at: number): string {
  const date = new Date(at * 1000);
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return `${clock.format(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

function ms(seconds: number | null): string {
  return seconds === null ? "" : `${Math.round(seconds * 1000)} ms`;
}

function summary(entry: Entry): { sign: string; name: string; detail: string; bad: boolean } {
  const fault = entry.fault ? ` · ${entry.fault}` : "";
  switch (entry.kind) {
    case "delivery": {
      const done = entry.outcome === "acknowledged";
      const again = entry.attempt > 0 ? ` · retry ${entry.attempt}` : "";
      const detail = done ? `ack ${ms(entry.acknowledged_after)}` : entry.outcome === "sent" ? "…" : entry.outcome;
      return { sign: "→", name: deliveryName(entry), detail: detail + again + fault, bad: !done && entry.outcome !== "sent" };
    }
    case "call": {
      const failed = entry.status !== 0 && !entry.answer?.ok;
      const detail = entry.status === 0 ? "…" : failed ? (entry.answer?.error ?? entry.status) : ms(entry.took);
      return { sign: "←", name: entry.method, detail: detail + fault, bad: failed };
    }
    case "violation":
      return { sign: "!", name: entry.where, detail: entry.error, bad: true };
    default:
      return { sign: "⇄", name: "socket", detail: entry.what, bad: false };
  }
}

function deliveryName(entry: Entry): string {
  const action = entry.body?.actions?.[0]?.action_id;
  const subtype = entry.body?.event?.subtype;
  return [entry.name, action ?? subtype].filter(Boolean).join(" ");
}

function Details({ entry }: { entry: Entry }): ReactNode {
  const parts: [string, unknown][] =
    entry.kind === "call"
      ? [["Arguments", readable(entry.arguments)], ["Answer", entry.answer]]
      : entry.kind === "delivery"
        ? [["Payload", entry.body], ["Acknowledged with", entry.answer]]
        : [["Entry", entry]];
  return (
    <div className="details">
      {entry.envelope_id && <p className="faint">envelope {entry.envelope_id}</p>}
      {entry.kind === "delivery" && entry.via === "events_api" && (
        <button type="button" className="button small" onClick={() => void store.do("redeliver", { seq: entry.seq })}>
          Deliver again
        </button>
      )}
      {parts
        .filter(([, value]) => value !== null && value !== undefined)
        .map(([title, value]) => (
          <section key={title}>
            <h4>{title}</h4>
            <pre className="json">{JSON.stringify(value, null, 2)}</pre>
          </section>
        ))}
    </div>
  );
}

/** Arguments that are JSON in a form field, as JSON. */
function readable(given: Record<string, unknown>): unknown {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (typeof value !== "string" || !/^[[{]/.test(value)) return [name, value];
      try {
        return [name, JSON.parse(value)];
      } catch {
        return [name, value];
      }
    }),
  );
}
