// Where people write: Enter sends, `/` offers the app's commands, `@` the people.

import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useDraft, writeDraft } from "../drafts";
import { store, useStore } from "../store";
import { go } from "../route";
import { Icon } from "../icons";
import type { JsonObject } from "../types";
import { AttachedFiles, FilePicker, uploadAll } from "./attached_files";

interface Props {
  channel: string;
  thread?: string;
  label: string;
}

interface Offer {
  insert: string;
  title: string;
  about: string;
  /** A global shortcut, which is used at once, instead of words to insert. */
  callbackId?: string;
}

export function Composer({ channel, thread, label }: Props): ReactNode {
  const text = useDraft(channel, thread);
  const field = useRef<HTMLTextAreaElement>(null);
  const [chosen, setChosen] = useState(0);
  const [closed, setClosed] = useState(false);
  const [caret, setCaret] = useState(0);
  const id = useId();
  const users = useStore((state) => state.users);
  const commands = useStore((state) => state.app.commands);
  const shortcuts = useStore((state) => state.app.shortcuts);
  const [files, setFiles] = useState<JsonObject[]>([]);
  const [busy, setBusy] = useState(false);
  const attach = async (chosen: File[]) => {
    if (!chosen.length) return;
    setBusy(true);
    const added = await uploadAll(chosen, files);
    setBusy(false);
    setFiles((held) => [...held, ...added]);
  };
  const write = (value: string) => writeDraft(channel, thread, value);
  const offers = closed ? [] : offersFor(text.slice(0, caret), thread === undefined ? commands : [], shortcuts, Object.values(users));

  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
  }, [text]);
  useEffect(() => {
    // A thing to try fills the composer from elsewhere: then it is where the person goes on.
    if (text && document.activeElement === document.body) field.current?.focus();
  }, [text]);

  const send = () => {
    const said = text.trim();
    if ((!said && !files.length) || busy) return;
    write("");
    setFiles([]);
    void deliver(channel, thread, said, files).then((ok) => {
      if (ok) return;
      write(text);
      setFiles(files);
    });
  };
  const accept = (offer: Offer) => {
    const before = text.slice(0, caret).replace(/[/@][\w-]*$/, offer.insert);
    write(before + text.slice(caret));
    setCaret(before.length);
    setClosed(true);
    field.current?.focus();
    if (offer.callbackId) void store.do("shortcut", { callback_id: offer.callbackId });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const offer = offers[chosen % Math.max(1, offers.length)];
    if (offer && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) {
      event.preventDefault();
      accept(offer);
    } else if (offer && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setChosen((chosen + (event.key === "ArrowDown" ? 1 : offers.length - 1)) % offers.length);
    } else if (offer && event.key === "Escape") {
      setClosed(true);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void attach([...event.dataTransfer.files]);
      }}
      onPaste={(event) => void attach([...event.clipboardData.files])}
    >
      <AttachedFiles files={files} onChange={setFiles} />
      <FilePicker busy={busy} onChoose={(chosen) => void attach(chosen)} />
      {offers.length > 0 && (
        <ul className="menu offers" role="listbox" id={`${id}-offers`} aria-label="Suggestions">
          {offers.map((offer, at) => (
            <li
              key={offer.title}
              id={`${id}-${at}`}
              role="option"
              aria-selected={at === chosen % offers.length}
              onMouseDown={(event) => {
                event.preventDefault();
                accept(offer);
              }}
            >
              <strong>{offer.title}</strong> <span className="faint">{offer.about}</span>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={field}
        rows={1}
        aria-label={label}
        placeholder={label}
        value={text}
        role="combobox"
        aria-expanded={offers.length > 0}
        aria-controls={`${id}-offers`}
        aria-activedescendant={offers.length ? `${id}-${chosen % offers.length}` : undefined}
        onChange={(event) => {
          write(event.target.value);
          setCaret(event.target.selectionStart);
          setClosed(false);
          setChosen(0);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="button primary send" disabled={busy || (!text.trim() && !files.length)} aria-label="Send">
        <Icon name="send" />
      </button>
    </form>
  );
}

function offersFor(
  before: string,
  commands: { name: string; usage: string }[],
  shortcuts: { callback_id: string; name: string; everywhere: boolean }[],
  users: { name: string; real_name: string }[],
): Offer[] {
  if (/^\/[\w-]*$/.test(before))
    return [
      ...commands
        .filter((command) => command.name.startsWith(before))
        .map((command) => ({ insert: `${command.name} `, title: command.name, about: command.usage })),
      ...shortcuts
        .filter((one) => one.everywhere && one.name.toLowerCase().startsWith(before.slice(1).toLowerCase()))
        .map((one) => ({ insert: "", title: one.name, about: "shortcut", callbackId: one.callback_id })),
    ];
  const name = /(?:^|\s)@([\w-]*)$/.exec(before)?.[1];
  if (name === undefined) return [];
  return users
    .filter((user) => user.name.startsWith(name.toLowerCase()) && user.name !== name)
    .map((user) => ({ insert: `@${user.name} `, title: `@${user.name}`, about: user.real_name }));
}

/** Whether it went out; the text stays in the composer otherwise. */
export async function deliver(
  channel: string,
  thread: string | undefined,
  said: string,
  files: JsonObject[],
): Promise<boolean> {
  if (said.startsWith("/") && files.length) {
    store.showToast("Slash commands take no files.");
    return false;
  }
  if (said.startsWith("/")) {
    if (thread !== undefined) {
      store.showToast("Slash commands do not work in threads: Slack has none there.");
      return false;
    }
    store.expectThread(channel);
    return (await store.do("run", { channel, text: said })) !== null;
  }
  const sent = await store.do("say", { channel, text: said, thread_ts: thread, files: files.map((file) => file.id) });
  if (sent === null) return false;
  const { users, bot, channels } = store.get();
  const toApp = said.includes(`@${users[bot]?.name}`) || channels.find((c) => c.id === channel)?.kind === "im";
  // What the app answers stands in the thread: a newcomer should not have to look for it.
  if (thread === undefined && toApp) go({ page: "channel", channel, thread: sent.thread_ts });
  return true;
}
