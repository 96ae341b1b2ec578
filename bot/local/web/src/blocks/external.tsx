// A select whose options the app gives while somebody types.

import { type ReactNode, useEffect, useId, useState } from "react";
import type { Block, Element, Obj } from "../types";
import { plainString } from "./mrkdwn";
import { useSurface } from "./surface";

const PAUSE = 250;

interface Props {
  block: Block;
  element: Element;
  value: Obj | null;
  onChange: (option: Obj | null) => void;
  aria: object;
}

export function External({ block, element, value, onChange, aria }: Props): ReactNode {
  const surface = useSurface();
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [options, setOptions] = useState<Obj[]>([]);
  const least = (element.min_query_length as number | undefined) ?? 3;
  useEffect(() => {
    if (typed === null || typed.length < least) return;
    const timer = setTimeout(() => void surface.search(block, element, typed).then(setOptions), PAUSE);
    return () => clearTimeout(timer);
    // A surface is new with every stroke; what is asked depends on the words alone.
  }, [typed, least, block.block_id]);
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
      <datalist id={id}>
        {options.map((option) => (
          <option key={option.value} value={plainString(option.text)} />
        ))}
      </datalist>
    </>
  );
}
