// The `markdown` block: ordinary Markdown, with Slack's mentions inside. Raw HTML stays text.

import { lexer, type Token, type Tokens } from "marked";
import { Fragment, type ReactNode } from "react";
import { inline, Link } from "./mrkdwn";

const SLACK_REFERENCE = /<[@#!][^<>\n]+>/;
const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" };

export function Markdown({ text }: { text: string }): ReactNode {
  return <div className="markdown">{drawTokens(lexer(text, { gfm: true, breaks: true }))}</div>;
}

function drawTokens(tokens: Token[] | undefined): ReactNode {
  return (tokens ?? []).map((token, at) => <Fragment key={at}>{drawToken(token)}</Fragment>);
}

function drawToken(token: Token): ReactNode {
  switch (token.type) {
    case "heading":
      return <p className={`heading heading-${(token as Tokens.Heading).depth}`}>{drawTokens(token.tokens)}</p>;
    case "paragraph":
      return <p>{drawTokens(token.tokens)}</p>;
    case "blockquote":
      return <blockquote>{drawTokens(token.tokens)}</blockquote>;
    case "code":
      return <pre className="pre">{token.text}</pre>;
    case "hr":
      return <hr />;
    case "list":
      return <List list={token as Tokens.List} />;
    case "table":
      return <Table table={token as Tokens.Table} />;
    case "strong":
      return <strong>{drawTokens(token.tokens)}</strong>;
    case "em":
      return <em>{drawTokens(token.tokens)}</em>;
    case "del":
      return <s>{drawTokens(token.tokens)}</s>;
    case "codespan":
      return <code>{decoded(token.text)}</code>;
    case "checkbox":
      return <input type="checkbox" checked={token.checked ?? false} readOnly disabled aria-label="done" />;
    case "br":
      return <br />;
    case "link":
    case "image":
      return <Link href={token.href}>{token.type === "link" ? drawTokens(token.tokens) : token.text || token.href}</Link>;
    case "space":
    case "def":
      return null;
    default:
      return "tokens" in token && token.tokens ? drawTokens(token.tokens) : text(token.raw);
  }
}

function text(raw: string): ReactNode {
  return SLACK_REFERENCE.test(raw) ? inline(raw) : decoded(raw);
}

function decoded(raw: string): string {
  return raw.replace(/&(lt|gt|amp|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}

function List({ list }: { list: Tokens.List }): ReactNode {
  const items = list.items.map((item, at) => (
    <li key={at} className={item.task ? "task" : undefined}>
      {drawTokens(item.tokens)}
    </li>
  ));
  return list.ordered ? <ol start={Number(list.start) || 1}>{items}</ol> : <ul>{items}</ul>;
}

function Table({ table }: { table: Tokens.Table }): ReactNode {
  return (
    <div className="scrolls">
      <table className="grid">
        <thead>
          <tr>
            {table.header.map((cell, at) => (
              <th key={at}>{drawTokens(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column}>{drawTokens(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
