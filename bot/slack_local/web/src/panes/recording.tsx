// What people did so far, as a test to take away.

import { type ReactNode, useEffect, useState } from "react";
import { Dialog } from "../dialog";
import { Icon } from "../icons";
import { store } from "../store";

export function Recording({ onClose }: { onClose: () => void }): ReactNode {
  const [test, setTest] = useState("");
  const load = (clear: boolean) => void store.do("recording", { clear }).then((got) => setTest((got?.test as string) ?? ""));
  useEffect(() => load(false), []);
  return (
    <Dialog label="As a test" onClose={onClose}>
      <header className="dialog-head">
        <h2>As a test</h2>
        <button type="button" className="icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="dialog-body">
        <p className="faint">What everybody did here so far, and what the app last wrote, for pytest.</p>
        <pre className="json test" tabIndex={0}>
          {test}
        </pre>
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => load(true)}>
          Start over
        </button>
        <button
          type="button"
          className="button primary"
          onClick={() => void navigator.clipboard.writeText(test).then(() => store.say("Copied."))}
        >
          Copy
        </button>
      </footer>
    </Dialog>
  );
}
