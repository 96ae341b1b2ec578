// Fault injection: faults that happen once, and some that stay on.

import { type ReactNode, useEffect, useState } from "react";
import { store, useStore } from "../store";

const CLOCK_STEPS: [string, number][] = [
  ["1 minute", 60],
  ["1 hour", 3600],
  ["1 day", 86_400],
];

function Clock({ ahead }: { ahead: number }): ReactNode {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const format = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
  return <p>{format.format(now + ahead * 1000)}</p>;
}

export function FaultPanel(): ReactNode {
  const faults = useStore((state) => state.faults);
  const deliverTwice = useStore((state) => state.deliverTwice);
  if (!faults) return null;
  return (
    <div className="faults">
      <p className="faint">Faults of Slack and the network. Each happens once, at the next request or event that it applies to.</p>
      <ul>
        <li>
          <button type="button" className="button small" aria-pressed={deliverTwice} onClick={() => store.set({ deliverTwice: !deliverTwice })}>
            Click twice
          </button>
          <span>Your next press on a card is sent two times at once.</span>
        </li>
        {faults.kinds.map((kind) => (
          <li key={kind.name}>
            <button type="button" className="button small" onClick={() => void store.do("inject_fault", { kind: kind.name })}>
              {kind.title}
            </button>
            <span>{kind.what}</span>
          </li>
        ))}
      </ul>
      <h4>Waiting to happen</h4>
      {faults.waiting.length === 0 ? (
        <p className="faint">Nothing.</p>
      ) : (
        <ul className="waiting">
          {faults.waiting.map((one, at) => (
            <li key={at} className="chip warn">
              {one}
            </li>
          ))}
        </ul>
      )}
      <h4>All the time</h4>
      <label className="row">
        <input
          type="checkbox"
          checked={faults.rate_limits}
          onChange={(event) => void store.do("inject_fault", { rate_limits: event.target.checked })}
        />
        Slack's rate limits
      </label>
      <label className="row">
        Every API call takes
        <select
          className="control narrow"
          value={String(faults.latency)}
          onChange={(event) => void store.do("inject_fault", { latency: Number(event.target.value) })}
        >
          {[0, 0.15, 0.5, 2].map((seconds) => (
            <option key={seconds} value={String(seconds)}>
              {seconds === 0 ? "no extra time" : `${seconds * 1000} ms more`}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="button small" onClick={() => void store.do("inject_fault", { clear: true })}>
        Remove all faults
      </button>
      <h4>Slack's clock</h4>
      <Clock ahead={faults.ahead} />
      <div className="actions">
        {CLOCK_STEPS.map(([title, seconds]) => (
          <button key={seconds} type="button" className="button small" onClick={() => void store.do("advance_clock", { seconds })}>
            + {title}
          </button>
        ))}
      </div>
      <p className="faint">
        Triggers, response URLs, streams and scheduled messages age with it. The app keeps its own clock.
      </p>
    </div>
  );
}
