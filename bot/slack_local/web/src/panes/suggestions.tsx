// Things to try for a first visitor: one press makes them the right person, in the right place, with the words ready.

import type { ReactNode } from "react";
import { writeDraft } from "../drafts";
import { store, useStore } from "../store";
import { go } from "../route";
import type { Suggestion } from "../types";

export function Suggestions({ onPicked }: { onPicked?: () => void }): ReactNode {
  const suggestions = useStore((state) => state.app.suggestions);
  const users = useStore((state) => state.users);
  const nameOf = (person: string) => Object.values(users).find((u) => u.name === person)?.real_name ?? person;
  return (
    <ol className="suggestions">
      {suggestions.map((one) => (
        <li key={one.title}>
          <button
            type="button"
            className="try"
            onClick={() => {
              onPicked?.();
              void start(one);
            }}
          >
            <strong>{one.title}</strong>
            <span>{one.why}</span>
            <small>
              as {nameOf(one.person)}
              {one.text && <code>{filled(one.text)}</code>}
            </small>
          </button>
        </li>
      ))}
    </ol>
  );
}

function filled(text: string): string {
  const { users, bot } = store.get();
  return text.replace("{bot}", users[bot]?.name ?? "app");
}

async function start(one: Suggestion): Promise<void> {
  const { users, me } = store.get();
  const waiting = one.thread ? await newestWaiting() : null;
  if (one.thread && waiting === null) {
    store.showToast("Nothing waits yet: start with the first one.");
    return;
  }
  if (users[me]?.name !== one.person) await store.switchPerson(one.person);
  const place = store.get().channels.find((c) => c.name === one.channel);
  if (one.locale) await store.do("set_language", { locale: one.locale });
  if (one.home) go({ page: "home" });
  else if (waiting) go({ page: "channel", ...waiting });
  else if (place) {
    writeDraft(place.id, undefined, filled(one.text));
    go({ page: "channel", channel: place.id });
  }
  store.setGuide(one.steps.length ? { title: one.title, steps: one.steps, at: 0 } : null);
  const person = store.get().users[store.get().me]?.real_name;
  if (one.steps.length === 0) store.showToast(waiting ? `You are ${person} now. Press a button on the card.` : `You are ${person} now. Press Enter to send.`);
}

/** The newest thread of any channel in which a card waits. */
async function newestWaiting(): Promise<{ channel: string; thread: string } | null> {
  for (const channel of store.get().channels.filter((c) => c.kind !== "im")) await store.openTimeline(channel.id);
  const { timelines, channels } = store.get();
  const roots = channels
    .filter((c) => c.kind !== "im")
    .flatMap((c) => timelines[c.id]?.messages ?? [])
    .filter((m) => m.waiting)
    .sort((a, b) => b.ts.localeCompare(a.ts));
  return roots[0] ? { channel: roots[0].channel, thread: roots[0].ts } : null;
}
