// What an agent is doing: plans, and tasks with their state.

import type { ReactNode } from "react";
import type { Block, JsonObject } from "../types";
import { Markdown } from "./markdown";
import { Link } from "./mrkdwn";
import { RichText } from "./rich_text";

const STATUS_SYMBOLS: Record<string, string> = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

export function TaskCard({ task }: { task: JsonObject }): ReactNode {
  const status = (task.status as string) ?? "pending";
  return (
    <div className={`task task-${status}`}>
      <span className="task-sign" aria-label={status.replace("_", " ")} role="img">
        {STATUS_SYMBOLS[status] ?? "○"}
      </span>
      <div>
        <span className="task-title">{task.title}</span>
        <TaskText content={task.details} />
        <TaskText content={task.output} />
        {((task.sources as JsonObject[]) ?? []).map((source, at) => (
          <Link key={at} href={source.url}>
            {source.text ?? source.url}
          </Link>
        ))}
      </div>
    </div>
  );
}

function TaskText({ content }: { content: unknown }): ReactNode {
  if (!content) return null;
  return <div className="faint">{typeof content === "string" ? <Markdown text={content} /> : <RichText block={content as JsonObject} />}</div>;
}

export function Plan({ block }: { block: Block }): ReactNode {
  return (
    <div className="plan">
      <strong>{typeof block.title === "string" ? block.title : block.title?.text}</strong>
      {((block.tasks as JsonObject[]) ?? []).map((task, at) => (
        <TaskCard key={task.task_id ?? at} task={task} />
      ))}
    </div>
  );
}
