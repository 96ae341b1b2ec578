// Interactive elements in messages and views: a press is sent to the app at once.

import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { permalinkRoute } from "../route";
import { store } from "../store";
import type { Block, Element, JsonObject } from "../types";
import { Confirm } from "./confirm";
import { Control, isControl } from "./controls";
import { Plain, plainString } from "./mrkdwn";
import { Picture } from "./picture";
import { keyOf, useSurface } from "./surface";
import { controlValue } from "./values";
import { Icon } from "../icons";

export function BlockElement({ block, element }: { block: Block; element: JsonObject }): ReactNode {
  const pressed = element as Element;
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(store.get().me)) return null;
  switch (element.type) {
    case "image":
      return <Picture block={element} small />;
    case "button":
    case "workflow_button":
    case "icon_button":
      return <Button block={block} element={pressed} />;
    case "feedback_buttons":
      return <Feedback block={block} element={pressed} />;
    case "overflow":
      return <Overflow block={block} element={pressed} />;
    default:
      return isControl(element.type) ? (
        <ActionInput block={block} element={pressed} />
      ) : (
        <span className="unknown">[{element.type}]</span>
      );
  }
}

/** Runs what was pressed, after the person confirmed it where the app asked for that. */
function useConfirmation(element: Element): [(what: () => void) => void, ReactNode] {
  const [pending, setPending] = useState<(() => void) | null>(null);
  const ask = (what: () => void) => (element.confirm ? setPending(() => what) : what());
  const dialog = pending && (
    <Confirm
      confirm={element.confirm}
      onYes={() => {
        setPending(null);
        pending();
      }}
      onNo={() => setPending(null)}
    />
  );
  return [ask, dialog];
}

function Button({ block, element }: { block: Block; element: Element }): ReactNode {
  const surface = useSurface();
  const [ask, dialog] = useConfirmation(element);
  const busy = surface.busy === keyOf(block, element);
  const press = () => {
    const inside = element.url && permalinkRoute(element.url);
    if (inside) location.hash = inside;
    else if (element.url && /^https?:/i.test(element.url)) open(element.url, "_blank", "noopener,noreferrer");
    surface.act(block, element);
  };
  return (
    <>
      <button
        type="button"
        className={`button ${element.style ?? ""}`}
        aria-label={element.accessibility_label ?? (element.type === "icon_button" ? plainString(element.text) : undefined)}
        aria-busy={busy}
        // Not `disabled`: that would take the focus away, and a form could not give it back when it closes.
        aria-disabled={busy}
        data-action={element.action_id}
        onClick={() => busy || ask(press)}
      >
        {element.type === "icon_button" ? <Icon name="bin" /> : <Plain text={element.text.text} />}
      </button>
      {dialog}
    </>
  );
}

function Feedback({ block, element }: { block: Block; element: Element }): ReactNode {
  const surface = useSurface();
  return [element.positive_button, element.negative_button].map((one: JsonObject, at) => (
    <button
      key={at}
      type="button"
      className="button quiet"
      aria-label={one.accessibility_label ?? plainString(one.text as never)}
      data-action={element.action_id}
      onClick={() => surface.act(block, element, one.value)}
    >
      {at === 0 ? "👍" : "👎"}
    </button>
  ));
}

function Overflow({ block, element }: { block: Block; element: Element }): ReactNode {
  const surface = useSurface();
  const [ask, dialog] = useConfirmation(element);
  const [draft, setDraft] = useState("");
  const keyboard = useKeyboard();
  const choose = (value: string) => {
    setDraft("");
    ask(() => surface.act(block, element, value));
  };
  return (
    <>
      <select
        className="control overflow"
        aria-label={element.accessibility_label ?? "More actions"}
        data-action={element.action_id}
        value={draft}
        {...keyboard.heard(() => draft && choose(draft))}
        onBlur={() => setDraft("")}
        onChange={(event) => (keyboard.used() ? setDraft : choose)(event.target.value)}
      >
        <option value="" hidden>
          ⋯
        </option>
        {(element.options as JsonObject[]).map((option) => (
          <option key={option.value} value={option.value}>
            {plainString(option.text)}
          </option>
        ))}
      </select>
      {dialog}
    </>
  );
}

/** Menus and pickers that change with every key, on the way to what somebody wants. */
const CHANGES_WITH_EACH_KEY = /^(static|users|channels|conversations)_select$|picker$/;

/** Whether keys were used last, not a pointer; `onEnter` is for what they chose. */
function useKeyboard() {
  const last = useRef(false);
  return {
    used: () => last.current,
    heard: (onEnter: () => unknown) => ({
      onPointerDown: () => {
        last.current = false;
      },
      onKeyDown: (event: KeyboardEvent) => {
        last.current = true;
        // In a form, the press is what Enter is for, and not the form's button.
        if (event.key === "Enter" && onEnter()) event.preventDefault();
      },
    }),
  };
}

/** A select, picker, radio or checkbox group outside of an input block: a choice is a press. */
function ActionInput({ block, element }: { block: Block; element: Element }): ReactNode {
  const surface = useSurface();
  const [ask, dialog] = useConfirmation(element);
  const [chosen, setChosen] = useState<{ of: unknown; value: unknown } | null>(null);
  const current = controlValue(surface.currentValue(block, element));
  // What was chosen shows until the workspace holds something else.
  const value = chosen && JSON.stringify(chosen.of) === JSON.stringify(current) ? chosen.value : current;
  const [draft, setDraft] = useState<{ value: unknown } | null>(null);
  const keyboard = useKeyboard();
  const send = (next: unknown) =>
    ask(() => {
      setChosen({ of: current, value: next });
      surface.act(block, element, next);
    });
  const commit = () => {
    setDraft(null);
    const changed = draft !== null && JSON.stringify(draft.value) !== JSON.stringify(value);
    if (changed) send(draft.value);
    return changed;
  };
  return (
    <>
      <span className="chooser" {...keyboard.heard(commit)} onBlur={commit}>
        <Control
          block={block}
          element={element}
          value={draft ? draft.value : value}
          label={plainString(element.placeholder) || "Choose"}
          onChange={(next) => (keyboard.used() && CHANGES_WITH_EACH_KEY.test(element.type) ? setDraft({ value: next }) : send(next))}
        />
      </span>
      {dialog}
    </>
  );
}
