// The surface that blocks are on: what a press there does, and the values of its inputs.

import { createContext, useContext } from "react";
import type { Block, Element, JsonObject } from "../types";

export interface Surface {
  /** Press, or choose `value`. */
  act: (block: Block, element: Element, value?: unknown) => void;
  /** Put something into an input that is sent later, with the rest. */
  change: (block: Block, element: Element, value: unknown) => void;
  /** The options that the app gives for what was typed into an external select. */
  search: (block: Block, element: Element, typed: string) => Promise<JsonObject[]>;
  /** What was put into an input, or undefined as long as nobody touched it. */
  touched: (block: Block) => unknown;
  /** The value of an element in the workspace (an entry of `state.values`). */
  currentValue: (block: Block, element: Element) => JsonObject | undefined;
  errors: Record<string, string>;
  /** The element that was pressed and is not answered yet, as `block_id/action_id`. */
  busy: string | null;
  inModal: boolean;
}

export const SurfaceContext = createContext<Surface | null>(null);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (surface === null) throw new Error("blocks are drawn on a surface");
  return surface;
}

export function keyOf(block: Block, element: Element): string {
  return `${block.block_id}/${element.action_id}`;
}
