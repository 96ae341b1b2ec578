import type { ReactNode } from "react";
import { store, useStore } from "../store";
import type { Channel } from "../types";
import { Avatar } from "./avatar";
import { Icon } from "../icons";

export function Sidebar({ current, home }: { current?: string; home: boolean }): ReactNode {
  const channels = useStore((state) => state.channels);
  const bot = useStore((state) => state.users[state.bot]);
  const note = useStore((state) => state.app.note);
  const unread = useStore((state) => state.unread);
  const directs = channels.filter((c) => c.kind === "im");
  const entry = (channel: Channel) => (
    <li key={channel.id}>
      <a
        href={`#/${channel.id}`}
        className={unread[channel.id] && channel.id !== current ? "place unread" : "place"}
        aria-current={channel.id === current ? "page" : undefined}
      >
        {channel.kind === "im" ? <Avatar user={bot} size="small" /> : <span className="hash">{channel.kind === "group" ? <Icon name="lock" /> : "#"}</span>}
        <span className="place-name">{channel.name}</span>
        {Boolean(unread[channel.id]) && channel.id !== current && <span className="dot" aria-label="new messages" role="img" />}
      </a>
    </li>
  );
  return (
    <nav className="sidebar" aria-label="Conversations">
      <h2>Channels</h2>
      <ul>{channels.filter((c) => c.kind !== "im").map(entry)}</ul>
      {directs.length > 0 && <h2>Direct messages</h2>}
      <ul>{directs.map(entry)}</ul>
      <h2>Apps</h2>
      <ul>
        <li>
          <a href="#/home" className="place" aria-current={home ? "page" : undefined}>
            <Avatar user={bot} size="small" />
            <span className="place-name">{bot?.real_name} · Home</span>
          </a>
        </li>
      </ul>
      <AppSettings />
      <p className="sidebar-note">
        {note && (
          <>
            {note}
            <br />
            <br />
          </>
        )}
        A Slack on this machine, for trying things out. Nothing here leaves it, and nothing reaches a real workspace.
      </p>
    </nav>
  );
}

/** Settings of the app that can be changed here. */
function AppSettings(): ReactNode {
  const settings = useStore((state) => state.app.settings);
  if (settings.length === 0) return null;
  return (
    <div className="app-settings">
      {settings.map((setting) => (
        <label key={setting.name}>
          {setting.label}
          <select
            className="control"
            value={setting.value}
            onChange={(event) => void store.do("change_setting", { name: setting.name, value: event.target.value })}
          >
            {setting.choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {choice.label}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}
