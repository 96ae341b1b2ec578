// Blocks, drawn by type. What Slack does not show in this place is shown as what it is, never dropped.

import type { ReactNode } from "react";
import type { Block, JsonObject } from "../types";
import { BlockElement } from "./elements";
import { InputBlock } from "./inputs";
import { Markdown } from "./markdown";
import { Link, Mrkdwn, Plain, plainString, Text } from "./mrkdwn";
import { Picture } from "./picture";
import { RichText } from "./rich_text";
import { Plan, TaskCard } from "./tasks";
import { Table } from "./table";

export function Blocks({ blocks }: { blocks: Block[] }): ReactNode {
  return (
    <div className="blocks">
      {blocks.map((block, at) => (
        <div key={block.block_id ?? at} className={`block block-${block.type}`} data-block={block.block_id}>
          <BlockContent block={block} />
        </div>
      ))}
    </div>
  );
}

function BlockContent({ block }: { block: Block }): ReactNode {
  switch (block.type) {
    case "section":
      return <Section block={block} />;
    case "header":
      return (
        <h3>
          <Plain text={block.text.text} />
        </h3>
      );
    case "divider":
      return <hr />;
    case "context":
      return <Context block={block} />;
    case "actions":
    case "context_actions":
      return (
        <div className="actions">
          {(block.elements as JsonObject[]).map((element, at) => (
            <BlockElement key={element.action_id ?? at} block={block} element={element} />
          ))}
        </div>
      );
    case "input":
      return <InputBlock block={block} />;
    case "image":
      return <Picture block={block} title={plainString(block.title)} />;
    case "markdown":
      return <Markdown text={block.text} />;
    case "rich_text":
      return <RichText block={block} />;
    case "table":
    case "data_table":
      return <Table block={block} />;
    case "alert":
      return (
        <div className={`alert alert-${block.level ?? "default"}`} role="note">
          <Text of={block.text} />
        </div>
      );
    case "card":
      return <Card block={block} />;
    case "container":
      return <Container block={block} />;
    case "carousel":
      return (
        <div className="carousel">
          {(block.elements as Block[]).map((card, at) => (
            <Card key={at} block={card} />
          ))}
        </div>
      );
    case "task_card":
      return <TaskCard task={block} />;
    case "plan":
      return <Plan block={block} />;
    case "video":
      return <Link href={block.title_url ?? block.video_url}>▶ {plainString(block.title)}</Link>;
    default:
      return <p className="unknown">A block of type {block.type}, which this page does not draw.</p>;
  }
}

function Section({ block }: { block: Block }): ReactNode {
  return (
    <div className={block.accessory ? "section with-accessory" : "section"}>
      <div className="section-text">
        {block.text && <Text of={block.text} />}
        {block.fields && (
          <div className="fields">
            {(block.fields as JsonObject[]).map((field, at) => (
              <div key={at}>
                <Text of={field as never} />
              </div>
            ))}
          </div>
        )}
      </div>
      {block.accessory && (
        <div className="accessory">
          <BlockElement block={block} element={block.accessory} />
        </div>
      )}
    </div>
  );
}

function Context({ block }: { block: Block }): ReactNode {
  return (
    <div className="context">
      {(block.elements as JsonObject[]).map((element, at) => (
        <span key={at} className="context-part">
          {element.type === "image" ? <Picture block={element} small /> : <Text of={element as never} />}
        </span>
      ))}
    </div>
  );
}

function Container({ block }: { block: Block }): ReactNode {
  const title = (
    <span className="container-title">
      <strong>{block.rich_text_title ? <RichText block={block.rich_text_title} /> : <Text of={block.title} />}</strong>
      {block.subtitle && (
        <span className="faint">
          <Text of={block.subtitle} />
        </span>
      )}
    </span>
  );
  const children = <Blocks blocks={block.child_blocks as Block[]} />;
  if (block.is_collapsible) {
    return (
      <details className="container-block" open={!block.default_collapsed}>
        <summary>{title}</summary>
        {children}
      </details>
    );
  }
  return (
    <section className={`container-block ${block.has_header_divider ? "divided" : ""}`} aria-label={plainString(block.title)}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Card({ block }: { block: Block }): ReactNode {
  return (
    <div className="card-block">
      {block.hero_image && <Picture block={block.hero_image} />}
      {block.title && (
        <strong>
          <Text of={block.title} />
        </strong>
      )}
      {block.subtitle && (
        <div className="faint">
          <Text of={block.subtitle} />
        </div>
      )}
      {block.body && <Text of={block.body} />}
      {block.actions && (
        <div className="actions">
          {(block.actions as JsonObject[]).map((element, at) => (
            <BlockElement key={at} block={block} element={element} />
          ))}
        </div>
      )}
    </div>
  );
}

/** Attachments, the older way to add blocks and colour; and the tasks of a streamed message. */
export function Attachments({ attachments }: { attachments: JsonObject[] }): ReactNode {
  return attachments.map((attachment, at) =>
    attachment.type === "task_update" ? (
      <TaskCard key={attachment.id} task={attachment} />
    ) : (
      <div key={at} className="attachment" data-color={attachment.color}>
        {attachment.pretext && <Mrkdwn text={attachment.pretext} />}
        {attachment.title && (
          <strong>
            <Mrkdwn text={attachment.title} />
          </strong>
        )}
        {attachment.text && <Mrkdwn text={attachment.text} />}
        {attachment.blocks && <Blocks blocks={attachment.blocks} />}
      </div>
    ),
  );
}
