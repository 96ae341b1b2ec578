// Selects whose options the app gives while somebody types.

import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon } from "../icons";
import type { Block, Element, JsonObject } from "../types";
import { plainString } from "./mrkdwn";
import { useSurface } from "./surface";

const DEBOUNCE_MS = 250;

interface Props<T> {
  block: Block;
  element: Element;
  value: T;
  onChange: (value: T) => void;
  aria: object;
}

/** What the app offers for what was typed, once the typing pauses. */
function useOptionSearch(block: Block, element: Element, typed: string | null): JsonObject[] {
  const surface = useSurface();
  const [options, setOptions] = useState<JsonObject[]>([]);
  const minLength = (element.min_query_length as number | undefined) ?? 3;
  useEffect(() => {
    if (typed === null || typed.length < minLength) return;
    const timer = setTimeout(() => void surface.search(block, element, typed).then(setOptions), DEBOUNCE_MS);
    return () => clearTimeout(timer);
    // A surface is new with every stroke; what is asked depends on the words alone.
  }, [typed, minLength, block.block_id]);
  return options;
}

function OptionList({ id, options }: { id: string; options: JsonObject[] }): ReactNode {
  return (
    <datalist id={id}>
      {options.map((option) => (
        <option key={option.value} value={plainString(option.text)} />
      ))}
    </datalist>
  );
}

export function External({ block, element, value, onChange, aria }: Props<JsonObject | null>): ReactNode {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const options = useOptionSearch(block, element, typed);
  return (
    <>
      <input
        {...aria}
        className="control narrow"
        list={id}
        placeholder={plainString(element.placeholder) || "Type to search"}
        value={typed ?? plainString(value?.text)}
        onFocus={() => setTyped(plainString(value?.text))}
        onBlur={() => setTyped(null)}
        onChange={(event) => {
          const words = event.target.value;
          const option = options.find((one) => plainString(one.text) === words);
          setTyped(words);
          if (option) onChange(option);
          else if (words === "") onChange(null);
        }}
      />
      <OptionList id={id} options={options} />
    </>
  );
}

export function ExternalMany({ block, element, value, onChange, aria }: Props<JsonObject[]>): ReactNode {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const removed = useRef(false);
  const [typed, setTyped] = useState("");
  const options = useOptionSearch(block, element, typed);
  const maxItems = (element.max_selected_items as number | undefined) ?? Number.POSITIVE_INFINITY;
  useEffect(() => {
    // The button that had the focus is gone, and a full field can only now select it.
    if (removed.current) field.current?.focus();
    removed.current = false;
  }, [value.length]);

  /** Whether these words are an option; a name that another begins with is not taken while it is typed. */
  const select = (words: string): boolean => {
    const option = options.find((one) => plainString(one.text) === words);
    if (!option) return false;
    setTyped("");
    if (!value.some((one) => one.value === option.value)) onChange([...value, option]);
    return true;
  };
  return (
    <div className="several">
      <SelectedItems
        names={value.map((option) => plainString(option.text))}
        onRemove={(at) => {
          removed.current = true;
          onChange(value.filter((_, other) => other !== at));
        }}
      />
      <input
        {...aria}
        ref={field}
        className="control narrow"
        list={id}
        disabled={value.length >= maxItems}
        placeholder={plainString(element.placeholder) || "Type to search"}
        value={typed}
        onBlur={() => select(typed)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || typed === "") return;
          // Half a name is not meant to send the form without it.
          event.preventDefault();
          select(typed);
        }}
        onChange={(event) => {
          const words = event.target.value;
          const picked = (event.nativeEvent as InputEvent).inputType !== "insertText";
          if (!picked || !select(words)) setTyped(words);
        }}
      />
      <OptionList id={id} options={options} />
    </div>
  );
}

/** What was taken so far, each with a button that takes it away. */
export function SelectedItems({ names, onRemove }: { names: string[]; onRemove: (at: number) => void }): ReactNode {
  if (names.length === 0) return null;
  return (
    <ul className="taken">
      {names.map((name, at) => (
        <li key={at}>
          {name}
          <button type="button" className="icon" aria-label={`Remove ${name}`} onClick={() => onRemove(at)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
