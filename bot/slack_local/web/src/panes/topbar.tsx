// Always there: whose screen this is, the things to try, the inspector, light or dark.

import { type ReactNode, useState } from "react";
import { Dialog } from "../dialog";
import { store, useStore } from "../store";
import { toggleTheme, useTheme } from "../theme";
import { Avatar, KINDS } from "./avatar";
import { Suggestions } from "./suggestions";
import { Icon } from "../icons";

const ENGLISH = "en-US";
/** Some of the languages that Slack's clients can be set to, as they call themselves. */
const LANGUAGES: Record<string, string> = {
  [ENGLISH]: "English",
  "de-DE": "Deutsch",
  "es-ES": "Español",
  "fr-FR": "Français",
  "ja-JP": "日本語",
  "ko-KR": "한국어",
  "pt-BR": "Português",
};

export function TopBar(): ReactNode {
  const shade = useTheme();
  const [trying, setTrying] = useState(false);
  const inspecting = useStore((state) => state.inspecting);
  const connected = useStore((state) => state.connected);
  const team = useStore((state) => state.team);
  const hasSuggestions = useStore((state) => state.app.suggestions.length > 0);
  return (
    <header className="topbar">
      <span className="workspace">
        <img src="/assets/mark.svg" alt="" width="22" height="22" />
        <span className="workspace-name">{team.name}</span>
        {connected === 0 && (
          <span className="chip warn" title="No Socket Mode connection is open: events wait, clicks fail.">
            offline
          </span>
        )}
      </span>
      <span className="topbar-tools">
        {hasSuggestions && (
          <button type="button" className="tool" aria-label="Things to try" onClick={() => setTrying(true)}>
            <span className="wide-only">Things to try</span>
            <span className="narrow-only">Try</span>
          </button>
        )}
        <button type="button" className="tool" aria-pressed={inspecting} onClick={() => store.inspect(!inspecting)}>
          Inspector
        </button>
        <button
          type="button"
          className="tool"
          aria-label={shade === "dark" ? "Light theme" : "Dark theme"}
          onClick={toggleTheme}
        >
          <Icon name={shade === "dark" ? "sun" : "moon"} />
        </button>
        <People />
      </span>
      {trying && (
        <Dialog label="Things to try" onClose={() => setTrying(false)}>
          <header className="dialog-head">
            <h2>Things to try</h2>
            <button type="button" className="icon" aria-label="Close" onClick={() => setTrying(false)}>
              <Icon name="close" />
            </button>
          </header>
          <div className="dialog-body">
            <Suggestions onPicked={() => setTrying(false)} />
          </div>
        </Dialog>
      )}
    </header>
  );
}

/** Whose screen this is, and whose else it could be: here, or in a window beside it. */
function People(): ReactNode {
  const users = useStore((state) => state.users);
  const me = useStore((state) => state.me);
  const [open, setOpen] = useState(false);
  const people = Object.values(users).filter((user) => user.kind !== "app");
  const mine = users[me];
  return (
    <div
      className="people"
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      <button
        type="button"
        className="tool person"
        aria-haspopup="true"
        aria-expanded={open}
        aria-label={`You are ${mine?.real_name}. Change person`}
        onClick={() => setOpen(!open)}
      >
        <Avatar user={mine} size="small" />
        <span className="person-name">{mine?.real_name}</span>
        <Icon name="down" />
      </button>
      {open && (
        <div className="menu people-menu">
          <p className="menu-title">Whose screen is this?</p>
          {people.map((user) => (
            <div key={user.id} className="people-row">
              <button
                type="button"
                className="people-pick"
                aria-current={user.id === me}
                onClick={() => {
                  setOpen(false);
                  void store.switchPerson(user.name);
                }}
              >
                <Avatar user={user} size="small" />
                <span>
                  {user.real_name}
                  <small>
                    {KINDS[user.kind]}
                    {user.locale !== ENGLISH && ` · ${LANGUAGES[user.locale] ?? user.locale}`}
                  </small>
                </span>
              </button>
              <a
                className="icon"
                href={`/?as=${user.name}${location.hash}`}
                target="_blank"
                rel="opener"
                title={`Open a second window as ${user.real_name}`}
                aria-label={`Open a second window as ${user.real_name}`}
              >
                <Icon name="window" />
              </a>
            </div>
          ))}
          <label className="language">
            Language of {mine?.real_name}'s Slack
            <select
              className="control"
              value={mine?.locale}
              onChange={(event) => void store.setLanguage(event.target.value)}
            >
              {Object.entries(LANGUAGES).map(([locale, name]) => (
                <option key={locale} value={locale} lang={locale}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
    </div>
  );
}
