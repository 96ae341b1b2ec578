// Messages from the oldest to the newest, drawn only as far as they are in view.

import { type ReactNode, useMemo, useRef } from "react";
import { Virtuoso, type VirtuosoHandle } from "react-virtuoso";
import { store, useStore } from "../store";
import type { Ephemeral, Message } from "../types";
import { MessageRow } from "./message";
import { Notice } from "./notice";

interface Props {
  channel: string;
  messages: Message[];
  older: number;
  thread?: string;
  openThread?: string;
  start?: ReactNode;
}

interface ListContext {
  older: number;
}

interface Item {
  key: string;
  ts: string;
  message?: Message;
  notice?: Ephemeral;
  /** Whether the one before is by the same person and recent, so that the name need not stand again. */
  grouped: boolean;
  newDay: boolean;
}

/** Outside of the component: a new function would be a new component, and what is in it would start anew. */
const LIST_COMPONENTS = {
  Header: ({ context }: { context: ListContext }) =>
    context.older > 0 ? <p className="faint older">Loading what came before…</p> : null,
  Footer: () => <div className="list-end" />,
};
const FIRST_ITEM_INDEX = 1_000_000;
const GROUP_SECONDS = 300;

export function MessageList({ channel, messages, older, thread, openThread, start }: Props): ReactNode {
  const ephemerals = useStore((state) => state.screen.ephemerals);
  const items = useMemo(() => itemsOf(channel, thread, messages, older, ephemerals), [channel, thread, messages, older, ephemerals]);
  const list = useRef<VirtuosoHandle>(null);
  const atBottom = useRef(true);
  const anchor = useRef<string | null>(null);
  anchor.current ??= items[0]?.key ?? null;
  const before = Math.max(0, items.findIndex((item) => item.key === anchor.current));
  if (items.length === 0) return <div className="list empty">{older === 0 && start}</div>;
  return (
    <Virtuoso
      ref={list}
      className="list"
      role="log"
      aria-label={thread ? "Replies" : "Messages"}
      data={items}
      firstItemIndex={FIRST_ITEM_INDEX - before}
      initialTopMostItemIndex={{ index: "LAST", align: "end" }}
      alignToBottom={thread === undefined}
      increaseViewportBy={600}
      atBottomStateChange={(bottom) => {
        atBottom.current = bottom;
      }}
      totalListHeightChanged={() => {
        // A message that grows, such as by its first reply, is no new one: nothing else follows it.
        if (atBottom.current) list.current?.scrollToIndex({ index: "LAST", align: "end" });
      }}
      followOutput={(atBottom) => atBottom || mineIsLast(items)}
      atBottomThreshold={80}
      startReached={() => void store.loadOlder(channel)}
      computeItemKey={(_, item) => item.key}
      context={{ older }}
      components={LIST_COMPONENTS}
      itemContent={(_, item) => (
        <>
          {older === 0 && item === items[0] && start}
          {item.newDay && <Day ts={item.ts} />}
          {item.message && (
            <MessageRow message={item.message} grouped={item.grouped} inThread={thread !== undefined} open={item.ts === openThread} />
          )}
          {item.notice && <Notice notice={item.notice} />}
        </>
      )}
    />
  );
}

function mineIsLast(items: Item[]): boolean {
  return items.at(-1)?.message?.user === store.get().me;
}

function Day({ ts }: { ts: string }): ReactNode {
  const format = new Intl.DateTimeFormat("en", { weekday: "long", month: "long", day: "numeric" });
  return (
    <div className="day">
      <span>{format.format(Number(ts) * 1000)}</span>
    </div>
  );
}

function itemsOf(channel: string, thread: string | undefined, messages: Message[], older: number, ephemerals: Ephemeral[]): Item[] {
  const first = messages[0]?.ts ?? "";
  const notices = ephemerals.filter(
    (e) => e.channel === channel && (e.thread_ts ?? undefined) === thread && (older === 0 || e.ts > first),
  );
  const all: Item[] = [
    ...messages.map((message) => ({ key: message.ts, ts: message.ts, message, grouped: false, newDay: false })),
    ...notices.map((notice) => ({ key: `n${notice.id}`, ts: notice.ts, notice, grouped: false, newDay: false })),
  ].sort((a, b) => a.ts.localeCompare(b.ts));
  all.forEach((item, at) => {
    const last = all[at - 1];
    item.newDay = thread === undefined && dayOf(item.ts) !== (last ? dayOf(last.ts) : "");
    item.grouped = !item.newDay && isGrouped(last?.message, item.message);
  });
  return all;
}

function dayOf(ts: string): string {
  return new Date(Number(ts) * 1000).toDateString();
}

function isGrouped(last: Message | undefined, now: Message | undefined): boolean {
  return (
    last !== undefined &&
    now !== undefined &&
    last.user === now.user &&
    last.username === now.username &&
    Number(now.ts) - Number(last.ts) < GROUP_SECONDS &&
    !last.reply_count
  );
}
