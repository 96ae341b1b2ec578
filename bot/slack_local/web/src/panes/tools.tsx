// What can be done with a message: react, answer in its thread, the app's shortcuts, one's own edits.

import { type ReactNode, useState } from "react";
import { store, useStore } from "../store";
import type { Message } from "../types";
import { Icon } from "../icons";

const QUICK_REACTIONS: [string, string][] = [
  ["+1", "👍"],
  ["eyes", "👀"],
];

interface Props {
  message: Message;
  inThread: boolean;
  onEdit: () => void;
}

export function Tools({ message, inThread, onEdit }: Props): ReactNode {
  const me = useStore((state) => state.me);
  const shortcuts = useStore((state) => state.app.shortcuts).filter((one) => !one.everywhere);
  const [open, setOpen] = useState(false);
  const where = { channel: message.channel, ts: message.ts };
  const own = message.user === me;
  const pick = (name: string, args: object) => {
    setOpen(false);
    void store.do(name, { ...where, ...args });
  };
  return (
    <div
      className={open ? "tools shown" : "tools"}
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      {QUICK_REACTIONS.map(([name, character]) => (
        <button key={name} type="button" className="icon" aria-label={`React with ${name}`} onClick={() => pick("react", { name })}>
          {character}
        </button>
      ))}
      {!inThread && (
        <a className="icon" href={`#/${message.channel}/${message.thread_ts ?? message.ts}`} aria-label="Reply in thread" title="Reply in thread">
          <Icon name="reply" />
        </a>
      )}
      {(own || shortcuts.length > 0) && (
        <button type="button" className="icon" aria-label="More" aria-expanded={open} aria-haspopup="true" onClick={() => setOpen(!open)}>
          <Icon name="more" />
        </button>
      )}
      {open && (
        <div className="menu tools-menu">
          {shortcuts.map((one) => (
            <button key={one.callback_id} type="button" onClick={() => pick("shortcut", { callback_id: one.callback_id })}>
              {one.name}
            </button>
          ))}
          {own && (
            <>
              <button
                type="button"
                onClick={() => {
                  setOpen(false);
                  onEdit();
                }}
              >
                Edit
              </button>
              <button type="button" onClick={() => pick("delete", {})}>
                Delete
              </button>
            </>
          )}
        </div>
      )}
    </div>
  );
}
