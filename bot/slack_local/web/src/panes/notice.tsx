// A message that only this person sees.

import type { ReactNode } from "react";
import { Attachments, Blocks } from "../blocks/blocks";
import { Mrkdwn } from "../blocks/mrkdwn";
import { store, useStore } from "../store";
import type { Ephemeral } from "../types";
import { Avatar } from "./avatar";
import { clock } from "./message";
import { MessageSurface } from "./message_surface";
import { Icon } from "../icons";

export function Notice({ notice }: { notice: Ephemeral }): ReactNode {
  const bot = useStore((state) => state.users[state.bot]);
  return (
    <article className="message notice" aria-label="Only visible to you">
      <div className="gutter">{notice.by_slack ? <span className="avatar gone">!</span> : <Avatar user={bot} />}</div>
      <div className="body">
        <p className="only-you">
          <Icon name="eye" /> Only visible to you
          <button
            type="button"
            className="link"
            onClick={() => void store.do("dismiss", { ephemeral: notice.id })}
          >
            Dismiss
          </button>
        </p>
        <div className="byline">
          <strong>{notice.by_slack ? "Local workspace" : bot?.real_name}</strong>
          {!notice.by_slack && <span className="badge">APP</span>}
          <time>{clock(notice.ts)}</time>
        </div>
        <MessageSurface where={{ channel: notice.channel, ephemeral: notice.id }}>
          {notice.blocks.length ? <Blocks blocks={notice.blocks} /> : <Mrkdwn text={notice.text} />}
          <Attachments attachments={notice.attachments} />
        </MessageSurface>
      </div>
    </article>
  );
}
