import { type ReactNode, useEffect } from "react";
import { Plain } from "../blocks/mrkdwn";
import { store, useStore } from "../store";
import type { Channel } from "../types";
import { Composer } from "./composer";
import { MessageList } from "./list";
import { Prompts } from "./prompts";
import { Suggestions } from "./suggestions";
import { Icon } from "../icons";

export function ChannelPane({ channel, thread }: { channel: Channel; thread?: string }): ReactNode {
  const timeline = useStore((state) => state.timelines[channel.id]);
  const bot = useStore((state) => state.users[state.bot]);
  const missing = timeline === undefined;
  useEffect(() => {
    if (missing) void store.openTimeline(channel.id);
  }, [channel.id, missing]);
  useEffect(() => {
    store.set({ unread: { ...store.get().unread, [channel.id]: 0 } });
  }, [channel.id]);
  const direct = channel.kind === "im";
  useEffect(() => {
    if (direct) void store.do("home", { tab: "messages" });
  }, [direct, channel.id]);
  const name = channel.kind === "im" ? channel.name : `#${channel.name}`;
  return (
    <section className="pane" aria-label={name}>
      <header className="pane-head">
        <a className="back" href="#/" aria-label="All conversations">
          <Icon name="back" />
        </a>
        <h1>{name}</h1>
        {channel.topic && (
          <span className="topic">
            <Plain text={channel.topic} />
          </span>
        )}
        {channel.kind !== "im" && <span className="faint members">{channel.members} members</span>}
      </header>
      {timeline && (
        <MessageList
          channel={channel.id}
          messages={timeline.messages}
          older={timeline.older}
          openThread={thread}
          start={<Start channel={channel} bot={bot?.real_name ?? "the app"} />}
        />
      )}
      {direct && <Prompts channel={channel} />}
      <Composer key={channel.id} channel={channel.id} label={`Message ${name}`} />
    </section>
  );
}

function Start({ channel, bot }: { channel: Channel; bot: string }): ReactNode {
  const { intro, suggestions } = useStore((state) => state.app);
  return (
    <div className="start">
      <h2>{channel.kind === "im" ? `You and ${bot}` : `#${channel.name}`}</h2>
      {channel.name === "general" && suggestions.length > 0 ? (
        <>
          <p>{intro || "Things to try:"}</p>
          <Suggestions />
        </>
      ) : (
        <p className="faint">This is where it begins.</p>
      )}
    </div>
  );
}
