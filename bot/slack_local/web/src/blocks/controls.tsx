// Controls that hold a value: native ones, for their keyboard and their pickers are what people know.

import type { ReactNode } from "react";
import { store } from "../store";
import type { Block, Element, JsonObject } from "../types";
import { External, ExternalMany } from "./external";
import { Files } from "./files";
import { plainString } from "./mrkdwn";
import { ofText, textOf } from "./rich_text";
import { optionsOf } from "./values";

interface ControlProps {
  block: Block;
  element: Element;
  value: unknown;
  onChange: (value: unknown) => void;
  /** What names the control to those who do not see it: a text, or the id of the element that has it. */
  label?: string;
  labelledBy?: string;
  describedBy?: string;
  invalid?: boolean;
  onEnter?: () => void;
  onLeave?: () => void;
}

const TEXTS: Record<string, string> = {
  plain_text_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  number_input: "text",
};
const PICKERS: Record<string, string> = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };

export function isControl(type: string): boolean {
  return type in TEXTS || type in PICKERS || /select$|^radio_buttons$|^checkboxes$|^rich_text_input$|^file_input$/.test(type);
}

export function Control(props: ControlProps): ReactNode {
  const { type } = props.element;
  if (type === "rich_text_input") return <RichTextInput {...props} />;
  if (type in TEXTS) return <TextInput {...props} />;
  if (type in PICKERS) return <Picker {...props} />;
  if (type === "radio_buttons") return <Group {...props} kind="radio" />;
  if (type === "checkboxes") return <Group {...props} kind="checkbox" />;
  if (type === "external_select")
    return <External block={props.block} element={props.element} value={props.value as JsonObject | null} onChange={props.onChange} aria={aria(props)} />;
  if (type === "multi_external_select")
    return <ExternalMany block={props.block} element={props.element} value={(props.value as JsonObject[] | null) ?? []} onChange={props.onChange} aria={aria(props)} />;
  if (type === "file_input")
    return <Files element={props.element} value={(props.value as JsonObject[] | null) ?? []} onChange={props.onChange} aria={aria(props)} />;
  if (type.startsWith("multi_")) return <MultiSelect {...props} />;
  if (type.endsWith("select")) return <Select {...props} />;
  return <p className="unknown">An input of type {type}, which this page cannot fill in.</p>;
}

function aria(props: ControlProps) {
  return {
    "aria-label": props.labelledBy ? undefined : props.label,
    "aria-labelledby": props.labelledBy,
    "aria-describedby": props.describedBy,
    "aria-invalid": props.invalid || undefined,
    "data-action": props.element.action_id,
  };
}

function TextInput(props: ControlProps): ReactNode {
  const { element, value } = props;
  const shared = {
    ...aria(props),
    className: "control",
    value: (value as string | null) ?? "",
    placeholder: plainString(element.placeholder),
    maxLength: element.max_length as number | undefined,
    autoFocus: Boolean(element.focus_on_load),
    onBlur: props.onLeave,
  };
  if (element.multiline)
    return <textarea {...shared} rows={6} onChange={(event) => props.onChange(event.target.value)} />;
  return (
    <input
      {...shared}
      type={TEXTS[element.type]}
      inputMode={element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : undefined}
      onChange={(event) => props.onChange(event.target.value)}
      onKeyDown={(event) => event.key === "Enter" && props.onEnter?.()}
    />
  );
}

function RichTextInput(props: ControlProps): ReactNode {
  return (
    <textarea
      {...aria(props)}
      className="control"
      rows={6}
      value={textOf(props.value as JsonObject)}
      onBlur={props.onLeave}
      onChange={(event) => props.onChange(ofText(event.target.value))}
    />
  );
}

function Picker(props: ControlProps): ReactNode {
  const { element, value } = props;
  const isDateTime = element.type === "datetimepicker";
  const shown = isDateTime && typeof value === "number" ? localTime(value) : ((value as string | null) ?? "");
  return (
    <input
      {...aria(props)}
      className="control narrow"
      type={PICKERS[element.type]}
      value={shown}
      onChange={(event) => {
        const given = event.target.value;
        props.onChange(given === "" ? null : isDateTime ? Math.floor(new Date(given).getTime() / 1000) : given);
      }}
    />
  );
}

function localTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What a select offers: its own options, or people, channels, conversations. */
function optionGroups(element: Element): { label: string | null; options: { value: string; text: string }[] }[] {
  const { users, channels } = store.get();
  const people = Object.values(users).map((user) => ({ value: user.id, text: user.real_name }));
  const places = channels.filter((c) => c.kind !== "im").map((c) => ({ value: c.id, text: `#${c.name}` }));
  if (/users_select$/.test(element.type)) return [{ label: null, options: people }];
  if (/channels_select$/.test(element.type)) return [{ label: null, options: places }];
  if (/conversations_select$/.test(element.type))
    return [
      { label: "Channels", options: places },
      { label: "People", options: people },
    ];
  return optionsOf(element).map(({ label, options }) => ({
    label,
    options: options.map((option) => ({ value: option.value, text: plainString(option.text) })),
  }));
}

function Select(props: ControlProps): ReactNode {
  const { element, value } = props;
  return (
    <select
      {...aria(props)}
      className="control narrow"
      value={(value as string | null) ?? ""}
      onChange={(event) => props.onChange(event.target.value || null)}
    >
      <option value="">{plainString(element.placeholder) || "Choose…"}</option>
      {optionGroups(element).map(({ label, options }, at) =>
        label === null ? (
          options.map((option) => <Option key={option.value} {...option} />)
        ) : (
          <optgroup key={at} label={label}>
            {options.map((option) => (
              <Option key={option.value} {...option} />
            ))}
          </optgroup>
        ),
      )}
    </select>
  );
}

function Option({ value, text }: { value: string; text: string }): ReactNode {
  return <option value={value}>{text}</option>;
}

/** Several out of many, as a list of boxes: a native multiple select is unusable on a phone. */
function MultiSelect(props: ControlProps): ReactNode {
  const chosen = (props.value as string[] | null) ?? [];
  const maxItems = (props.element.max_selected_items as number | undefined) ?? Number.POSITIVE_INFINITY;
  return (
    <div className="control many" role="group" {...aria(props)}>
      {optionGroups(props.element)
        .flatMap((group) => group.options)
        .map((option) => (
          <label key={option.value}>
            <input
              type="checkbox"
              checked={chosen.includes(option.value)}
              disabled={!chosen.includes(option.value) && chosen.length >= maxItems}
              onChange={() => props.onChange(toggled(chosen, option.value))}
            />
            {option.text}
          </label>
        ))}
    </div>
  );
}

function toggled(chosen: string[], value: string): string[] {
  return chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
}

function Group({ kind, ...props }: ControlProps & { kind: "radio" | "checkbox" }): ReactNode {
  const many = (props.value as string[] | null) ?? [];
  return (
    <div className="choices" role={kind === "radio" ? "radiogroup" : "group"} {...aria(props)}>
      {(props.element.options as JsonObject[]).map((option) => (
        <label key={option.value}>
          <input
            type={kind}
            checked={kind === "radio" ? props.value === option.value : many.includes(option.value)}
            onChange={() => props.onChange(kind === "radio" ? option.value : toggled(many, option.value))}
          />
          <span>
            {plainString(option.text)}
            {option.description && <small>{plainString(option.description)}</small>}
          </span>
        </label>
      ))}
    </div>
  );
}
