// What the bot itself says of a thread, apart from the wire. Without a bot that says anything, this is not shown.

import { type ReactNode, useEffect, useState } from "react";
import { live } from "../live";
import type { Obj } from "../types";

export function BotSays({ channel, thread }: { channel?: string; thread?: string }): ReactNode {
  const [sections, setSections] = useState<Obj | null>(null);
  const [again, setAgain] = useState(0);
  useEffect(() => {
    setSections(null);
    if (!channel || !thread) return;
    void live.do("insight", { channel, thread_ts: thread }).then((answer) => setSections(answer?.sections ?? null));
  }, [channel, thread, again]);
  if (!thread) return <p className="faint">Open a thread to see what the bot knows of it.</p>;
  return (
    <>
      <button type="button" className="button small" onClick={() => setAgain(again + 1)}>
        Ask again
      </button>
      {sections === null && <p className="faint">The bot says nothing of this thread.</p>}
      {Object.entries(sections ?? {}).map(([title, value]) => (
        <section key={title}>
          <h4>{title}</h4>
          <pre className="json">{JSON.stringify(value, null, 2)}</pre>
        </section>
      ))}
    </>
  );
}
