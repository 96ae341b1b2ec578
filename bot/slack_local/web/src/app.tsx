// The page as a whole: its panes, and the navigation between them.

import { type ReactNode, useEffect } from "react";
import { store, useStore } from "./store";
import { ChannelPane } from "./panes/channel";
import { Guide } from "./panes/guide";
import { HomePane } from "./panes/home";
import { Inspector } from "./panes/inspector";
import { Modals } from "./panes/modal";
import { Sidebar } from "./panes/sidebar";
import { ThreadPane } from "./panes/thread";
import { Toast } from "./panes/toast";
import { TopBar } from "./panes/topbar";
import { go, useRoute } from "./route";

const WIDE = "(min-width: 800px)";

export function App(): ReactNode {
  const connection = useStore((state) => state.connection);
  const me = useStore((state) => state.me);
  const inspecting = useStore((state) => state.inspecting);
  const channels = useStore((state) => state.channels);
  const name = useStore((state) => state.users[state.me]?.real_name);
  const team = useStore((state) => state.team.name);
  const banner = useStore((state) => state.banner);
  const route = useRoute();
  const nowhere = route.page === "start" || (route.page === "list" && matchMedia(WIDE).matches);
  const page = nowhere ? "channel" : route.page;
  const channel = channels.find((c) => c.id === route.channel) ?? (nowhere ? channels[0] : undefined);

  useEffect(() => {
    store.onThreadStarted = (where, ts) => go({ page: "channel", channel: where, thread: ts });
  }, []);
  useEffect(() => {
    // With a window per person, their names tell the windows apart.
    if (name) document.title = `${name} · ${team}`;
  }, [name, team]);
  useEffect(() => {
    if (route.page === "start" && channels[0]) location.replace(`#/${channels[0].id}`);
  }, [route.page, channels]);
  useEffect(() => {
    // After a change of person: what they cannot see is not what the address says any more.
    if (me && route.channel && !channels.some((c) => c.id === route.channel))
      go({ page: "channel", channel: channels[0]?.id });
  }, [me, route.channel, channels]);

  if (connection === "refused") return <Refused />;
  if (!me) return <p className="opening">Opening the workspace…</p>;
  const shown = route.thread ? "thread" : page;
  return (
    <div className={`app shows-${shown}${inspecting ? " inspects" : ""}`}>
      <TopBar />
      <div className="above">
        {banner && <div role="alert">{banner}</div>}
        {connection === "lost" && (
          <div role="status">
            The connection is gone; trying again. If the workspace was restarted, open the address that it printed now.
          </div>
        )}
      </div>
      <Guide />
      <Sidebar current={page === "channel" ? channel?.id : undefined} home={page === "home"} />
      <main className="main">
        {page === "home" && <HomePane />}
        {page === "channel" && channel && <ChannelPane key={`${me}/${channel.id}`} channel={channel} thread={route.thread} />}
      </main>
      {page === "channel" && channel && route.thread && (
        <ThreadPane key={`${me}/${route.thread}`} channel={channel} ts={route.thread} />
      )}
      {inspecting && <Inspector channel={channel?.id} thread={route.thread} />}
      <Modals />
      <Toast />
    </div>
  );
}

function Refused(): ReactNode {
  return (
    <div className="opening" role="alert">
      <h1>This page needs its token</h1>
      <p>
        Open the address that was printed at the start. It changes with every start.
      </p>
    </div>
  );
}
