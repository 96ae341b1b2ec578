// The question before a press that the app wants to be sure of.

import { type ReactNode } from "react";
import { Dialog } from "../dialog";
import type { JsonObject } from "../types";
import { Plain, plainString, Text } from "./mrkdwn";

export function Confirm({ confirm, onYes, onNo }: { confirm: JsonObject; onYes: () => void; onNo: () => void }): ReactNode {
  return (
    <Dialog label={plainString(confirm.title)} onClose={onNo} narrow>
      <div className="dialog-body">
        <h2>
          <Plain text={confirm.title.text} />
        </h2>
        <Text of={confirm.text} />
      </div>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onNo}>
          {plainString(confirm.deny)}
        </button>
        <button type="button" className={`button ${confirm.style === "danger" ? "danger" : "primary"}`} onClick={onYes}>
          {plainString(confirm.confirm)}
        </button>
      </div>
    </Dialog>
  );
}
