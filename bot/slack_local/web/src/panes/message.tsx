import { type ReactNode, useState } from "react";
import { Attachments, Blocks } from "../blocks/blocks";
import { emoji } from "../blocks/emoji";
import { Markdown } from "../blocks/markdown";
import { ago, editableText, Mrkdwn } from "../blocks/mrkdwn";
import { store, useStore } from "../store";
import type { Message } from "../types";
import { Avatar } from "./avatar";
import { MessageNotes } from "./message_notes";
import { MessageSurface } from "./message_surface";
import { Tools } from "./tools";
import { SharedFile } from "./shared_file";
import { Icon } from "../icons";

interface Props {
  message: Message;
  grouped: boolean;
  inThread: boolean;
  open: boolean;
}

export function MessageRow({ message, grouped, inThread, open }: Props): ReactNode {
  const user = useStore((state) => state.users[message.user]);
  const [editing, setEditing] = useState(false);
  const name = message.username ?? user?.real_name ?? "Slack";
  return (
    <article
      className={`message${grouped ? " follows" : ""}${open ? " is-open" : ""}${message.open ? " has-card" : ""}`}
      data-ts={message.ts}
      aria-label={`${name}, ${clock(message.ts)}`}
    >
      <div className="gutter">
        {grouped ? <span className="side-time">{clock(message.ts)}</span> : message.hidden ? <span className="avatar gone"><Icon name="bin" /></span> : <Avatar user={user} />}
      </div>
      <div className="body">
        {!grouped && (
          <div className="byline">
            <strong>{name}</strong>
            {message.bot_id && <span className="badge">APP</span>}
            {user?.kind === "guest" && <span className="badge">guest</span>}
            {user?.kind === "external" && <span className="badge">external</span>}
            <time dateTime={new Date(Number(message.ts) * 1000).toISOString()}>{clock(message.ts)}</time>
          </div>
        )}
        {editing ? <Editor message={message} onDone={() => setEditing(false)} /> : <Content message={message} />}
        {message.edited && !message.bot_id && <span className="faint"> (edited)</span>}
        {inThread && message.bot_id && <MessageNotes message={message} />}
        <Reactions message={message} />
        {!inThread && <ThreadLine message={message} />}
      </div>
      {!message.hidden && <Tools message={message} inThread={inThread} onEdit={() => setEditing(true)} />}
    </article>
  );
}

export function clock(ts: string): string {
  return new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }).format(Number(ts) * 1000);
}

function Content({ message }: { message: Message }): ReactNode {
  return (
    <MessageSurface where={{ channel: message.channel, ts: message.ts }} hidden={message.hidden}>
      {message.attachments?.some((a) => a.type === "task_update") && <Attachments attachments={message.attachments} />}
      {message.blocks?.length ? (
        <Blocks blocks={message.blocks} />
      ) : message.streaming_state ? (
        <Markdown text={message.text} />
      ) : (
        message.text && <Mrkdwn text={message.text} />
      )}
      {message.streaming_state && <span className="cursor" role="img" aria-label="still writing" />}
      {message.attachments && !message.attachments.some((a) => a.type === "task_update") && (
        <Attachments attachments={message.attachments} />
      )}
      {message.files?.map((file) => <SharedFile key={file.id} file={file} />)}
    </MessageSurface>
  );
}

function Reactions({ message }: { message: Message }): ReactNode {
  const me = useStore((state) => state.me);
  const users = useStore((state) => state.users);
  if (!message.reactions?.length) return null;
  return (
    <div className="reactions">
      {message.reactions.map((reaction) => (
        <button
          key={reaction.name}
          type="button"
          className="reaction"
          aria-pressed={reaction.users.includes(me)}
          title={`${reaction.users.map((id) => users[id]?.real_name ?? id).join(", ")}: ${reaction.name}`}
          onClick={() => void store.do(reaction.users.includes(me) ? "unreact" : "react", { channel: message.channel, ts: message.ts, name: reaction.name })}
        >
          {emoji(reaction.name) ?? `:${reaction.name}:`} {reaction.count}
        </button>
      ))}
    </div>
  );
}

function ThreadLine({ message }: { message: Message }): ReactNode {
  const users = useStore((state) => state.users);
  const count = message.reply_count ?? 0;
  if (!count && !message.status) return null;
  return (
    <a className="thread-line" href={`#/${message.channel}/${message.thread_ts ?? message.ts}`}>
      {message.reply_users?.slice(0, 4).map((id) => (
        <Avatar key={id} user={users[id]} size="small" />
      ))}
      {count > 0 && (
        <span className="thread-count">
          {count} {count === 1 ? "reply" : "replies"}
        </span>
      )}
      {message.waiting ? (
        <span className="chip waits">waits for a person</span>
      ) : message.status ? (
        <span className="chip busy">{message.status}</span>
      ) : (
        message.latest_reply && <span className="faint">{ago(new Date(Number(message.latest_reply) * 1000))}</span>
      )}
    </a>
  );
}

function Editor({ message, onDone }: { message: Message; onDone: () => void }): ReactNode {
  const [text, setText] = useState(() => editableText(message.text));
  const save = async () => {
    onDone();
    await store.do("edit", { channel: message.channel, ts: message.ts, text });
  };
  return (
    <div className="editor">
      <textarea
        className="control"
        aria-label="Edit the message"
        rows={2}
        value={text}
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone();
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            void save();
          }
        }}
      />
    </div>
  );
}
