// What people did so far, to take away: as a test, or as a script.

import { type ReactNode, useEffect, useState } from "react";
import { Dialog } from "../dialog";
import { Icon } from "../icons";
import { store } from "../store";

type Format = "test" | "script";

const TITLES: Record<Format, string> = { test: "As a test", script: "As a script" };
const FILES: Record<Format, string> = { test: "test_recorded.py", script: "recorded.txt" };

export function Recording({ onClose }: { onClose: () => void }): ReactNode {
  const [format, setFormat] = useState<Format>("test");
  const [sources, setSources] = useState<Record<Format, string>>({ test: "", script: "" });
  const load = (clear: boolean) =>
    void store.do("recording", { clear }).then((got) => got && setSources(got as unknown as Record<Format, string>));
  useEffect(() => load(false), []);
  return (
    <Dialog label="Recording" onClose={onClose}>
      <header className="dialog-head">
        <h2>Recording</h2>
        <button type="button" className="icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="dialog-body">
        <p className="faint">What everybody did here so far, and what the app last wrote. It runs as it is.</p>
        <div className="tabs" role="tablist">
          {(Object.keys(TITLES) as Format[]).map((one) => (
            <button key={one} type="button" role="tab" aria-selected={one === format} onClick={() => setFormat(one)}>
              {TITLES[one]}
            </button>
          ))}
        </div>
        <pre className="json test" tabIndex={0} aria-label={FILES[format]}>
          {sources[format]}
        </pre>
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => load(true)}>
          Start over
        </button>
        <button
          type="button"
          className="button primary"
          onClick={() => void navigator.clipboard.writeText(sources[format]).then(() => store.showToast("Copied."))}
        >
          Copy
        </button>
      </footer>
    </Dialog>
  );
}
