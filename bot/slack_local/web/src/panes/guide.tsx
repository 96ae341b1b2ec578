// The steps of the thing to try that somebody picked: what to do next, and as whom.

import type { ReactNode } from "react";
import { store, useStore } from "../store";
import { Icon } from "../icons";

export function Guide(): ReactNode {
  const guide = useStore((state) => state.guide);
  const users = useStore((state) => state.users);
  const step = guide?.steps[guide.at];
  if (!guide || !step) return null;
  const following = guide.steps[guide.at + 1];
  const nameOf = (person: string) => Object.values(users).find((u) => u.name === person)?.real_name ?? person;
  const next = async () => {
    if (following && following.person !== step.person) await store.switchPerson(following.person);
    store.setGuide(following ? { ...guide, at: guide.at + 1 } : null);
  };
  return (
    <section className="guide" aria-label="What to do next">
      <p role="status">
        <span className="faint">
          {guide.at + 1} of {guide.steps.length}
        </span>{" "}
        <strong>As {nameOf(step.person)}:</strong> {step.text}
      </p>
      <span className="guide-tools">
        <button type="button" className="button small" onClick={() => void next()}>
          {!following ? "Done" : following.person === step.person ? "Next" : `Next, as ${nameOf(following.person)}`}
        </button>
        {following && (
          <button type="button" className="icon" aria-label="Leave this" onClick={() => store.setGuide(null)}>
            <Icon name="close" />
          </button>
        )}
      </span>
    </section>
  );
}
