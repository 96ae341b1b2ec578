// What the app suggests to write to it in direct messages: a press sends it, as in Slack.

import type { ReactNode } from "react";
import type { Channel } from "../types";
import { deliver } from "./composer";

export function Prompts({ channel }: { channel: Channel }): ReactNode {
  if (!channel.prompts) return null;
  const { title, prompts } = channel.prompts;
  return (
    <section className="prompts" aria-label={title || "Suggestions"}>
      {title && <h2>{title}</h2>}
      <ul>
        {prompts.map((prompt) => (
          <li key={prompt.title}>
            <button type="button" className="button" onClick={() => void deliver(channel.id, undefined, prompt.message, [])}>
              {prompt.title}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
