// Input blocks: a label, a control, a hint, and what is wrong with it.

import { type ReactNode, useId } from "react";
import type { Block, Element } from "../types";
import { Control } from "./controls";
import { Plain } from "./mrkdwn";
import { useSurface } from "./surface";
import { controlValue } from "./values";

export function InputBlock({ block }: { block: Block }): ReactNode {
  const surface = useSurface();
  const id = useId();
  const element = block.element as Element;
  const touched = surface.touched(block);
  const error = surface.errors[block.block_id];
  const dispatch = () => {
    if (block.dispatch_action && touched !== undefined) surface.act(block, element, touched);
  };
  return (
    <div className={error ? "input wrong" : "input"}>
      <div id={`${id}-label`} className="input-label">
        <Plain text={block.label.text} />
        {block.optional && <span className="faint"> (optional)</span>}
      </div>
      <Control
        block={block}
        element={element}
        value={touched === undefined ? controlValue(surface.currentValue(block, element)) : touched}
        labelledBy={`${id}-label`}
        describedBy={`${id}-error ${id}-hint`}
        invalid={Boolean(error)}
        onChange={(value) => surface.change(block, element, value)}
        onEnter={dispatch}
        onLeave={dispatch}
      />
      <div id={`${id}-error`} className="input-error" role="alert">
        {error && <Plain text={error} />}
      </div>
      {block.hint && (
        <div id={`${id}-hint`} className="input-hint">
          <Plain text={block.hint.text} />
        </div>
      )}
    </div>
  );
}
