// Where blocks stand: what a press there does, and what its inputs hold.

import { createContext, useContext } from "react";
import type { Block, Element, Obj } from "../types";

export interface Surface {
  /** Press, or choose `value`. */
  act: (block: Block, element: Element, value?: unknown) => void;
  /** Put something into an input that is sent later, with the rest. */
  change: (block: Block, element: Element, value: unknown) => void;
  /** The options that the app gives for what was typed into an external select. */
  search: (block: Block, element: Element, typed: string) => Promise<Obj[]>;
  /** What was put into an input, or undefined as long as nobody touched it. */
  touched: (block: Block) => unknown;
  /** What the workspace holds for an element (an entry of `state.values`). */
  held: (block: Block, element: Element) => Obj | undefined;
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
