// What an agent is doing: plans, and tasks with their state.

import type { ReactNode } from "react";
import type { Block, Obj } from "../types";
import { Markdown } from "./markdown";
import { Link } from "./mrkdwn";
import { RichText } from "./rich_text";

const SIGNS: Record<string, string> = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

export function TaskCard({ task }: { task: Obj }): ReactNode {
  const status = (task.status as string) ?? "pending";
  return (
    <div className={`task task-${status}`}>
      <span className="task-sign" aria-label={status.replace("_", " ")} role="img">
        {SIGNS[status] ?? "○"}
      </span>
      <div>
        <span className="task-title">{task.title}</span>
        <Told what={task.details} />
        <Told what={task.output} />
        {((task.sources as Obj[]) ?? []).map((source, at) => (
          <Link key={at} href={source.url}>
            {source.text ?? source.url}
          </Link>
        ))}
      </div>
    </div>
  );
}

function Told({ what }: { what: unknown }): ReactNode {
  if (!what) return null;
  return <div className="faint">{typeof what === "string" ? <Markdown text={what} /> : <RichText block={what as Obj} />}</div>;
}

export function Plan({ block }: { block: Block }): ReactNode {
  return (
    <div className="plan">
      <strong>{typeof block.title === "string" ? block.title : block.title?.text}</strong>
      {((block.tasks as Obj[]) ?? []).map((task, at) => (
        <TaskCard key={task.task_id ?? at} task={task} />
      ))}
    </div>
  );
}
