import { type ReactNode, useEffect } from "react";
import { store, useStore } from "../store";
import type { Channel } from "../types";
import { Composer } from "./composer";
import { MessageList } from "./list";
import { Icon } from "../icons";

const NONE: never[] = [];

/** The states of an agent's session, as Slack shows them. */
const SESSIONS: Record<string, { words: string; chip: string }> = {
  processing: { words: "working", chip: "busy" },
  suspended: { words: "waiting for a person", chip: "waits" },
  closed: { words: "ended", chip: "" },
};

export function ThreadPane({ channel, ts }: { channel: Channel; ts: string }): ReactNode {
  const connection = useStore((state) => state.connection);
  const thread = useStore((state) => state.thread);
  const mine = thread?.ts === ts && thread.channel === channel.id ? thread : null;
  useEffect(() => {
    if (connection === "open") void store.openThread(channel.id, ts);
    return () => store.closeThread();
  }, [channel.id, ts, connection]);
  const root = mine?.messages[0];
  const hasNotes = useStore((state) => state.hasMessageNotes);
  const newest = mine?.messages.filter((message) => message.bot_id).at(-1)?.ts;
  useEffect(() => {
    if (hasNotes && newest) void store.loadNotes(channel.id, ts);
  }, [channel.id, ts, hasNotes, newest]);
  const session = SESSIONS[root?.session?.status ?? ""];
  const working = root?.session?.status === "processing";
  return (
    <section className="pane thread" aria-label="Thread">
      <header className="pane-head">
        <a className="back" href={`#/${channel.id}`} aria-label="Back to the channel">
          <Icon name="back" />
        </a>
        <h1>Thread</h1>
        <span className="faint">{channel.kind === "im" ? channel.name : `#${channel.name}`}</span>
        {session && (
          <span className={`chip ${session.chip}`} title="What the agent's session says">
            {session.words}
          </span>
        )}
        <a className="icon close" href={`#/${channel.id}`} aria-label="Close the thread">
          <Icon name="close" />
        </a>
      </header>
      {mine?.loaded ? (
        <MessageList channel={channel.id} messages={mine.messages} older={0} thread={ts} />
      ) : (
        <MessageList channel={channel.id} messages={NONE} older={0} thread={ts} />
      )}
      {(root?.status || working) && (
        <p className="status" role="status">
          {root?.status ?? "Working…"}
          {working && (
            <button
              type="button"
              className="button small"
              onClick={() => void store.do("stop", { channel: channel.id, thread_ts: ts })}
            >
              Stop
            </button>
          )}
        </p>
      )}
      <Composer key={ts} channel={channel.id} thread={ts} label="Reply" />
    </section>
  );
}
