// Table blocks: rows of cells, each a text or rich text.

import type { ReactNode } from "react";
import type { Block, JsonObject } from "../types";
import { RichText } from "./rich_text";

export function Table({ block }: { block: Block }): ReactNode {
  const [head, ...rows] = (block.rows as JsonObject[][]) ?? [];
  const align = (column: number) => `to-${block.column_settings?.[column]?.align ?? "left"}`;
  return (
    <div className="scrolls">
      <table className="grid">
        {head && (
          <thead>
            <tr>
              {head.map((cell, column) => (
                <th key={column} className={align(column)}>
                  <Cell cell={cell} />
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column} className={align(column)}>
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ cell }: { cell: JsonObject }): ReactNode {
  if (cell.type === "rich_text") return <RichText block={cell} />;
  return String(cell.text ?? cell.value ?? "");
}
