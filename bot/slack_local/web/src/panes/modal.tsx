// The form on top of somebody's screen.

import { type ReactNode, useMemo, useState } from "react";
import { Blocks } from "../blocks/blocks";
import { plainString } from "../blocks/mrkdwn";
import { type Surface, SurfaceContext } from "../blocks/surface";
import { Dialog } from "../dialog";
import { store, useStore } from "../store";
import { useViewSurface } from "../surfaces";
import type { View } from "../types";
import { Icon } from "../icons";

export function Modals(): ReactNode {
  const modals = useStore((state) => state.screen.modals);
  const top = modals.at(-1);
  return top ? <Modal key={top.id} view={top} depth={modals.length} /> : null;
}

function Modal({ view, depth }: { view: View; depth: number }): ReactNode {
  const [form, surface] = useViewSurface(view, true);
  const [state, setState] = useState<{ busy: boolean; failed: string | null }>({ busy: false, failed: null });
  const close = (everything: boolean) => void store.do("close", { view: view.id, everything });
  const submit = async () => {
    if (state.busy) return;
    setState({ busy: true, failed: null });
    const done = await store.do("submit", { view: view.id, values: form.pending() });
    setState({ busy: false, failed: done?.failed ?? null });
    form.submitted(done?.errors ?? {});
  };
  const title = plainString(view.title);
  return (
    <Dialog label={title} onClose={() => close(false)}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <header className="dialog-head">
          <h2>{title}</h2>
          <button type="button" className="icon" aria-label="Close" onClick={() => close(depth > 1)}>
            <Icon name="close" />
          </button>
        </header>
        <div className="dialog-body">
          <StableSurface surface={surface}>
            <Blocks blocks={view.blocks} />
          </StableSurface>
          {state.failed && (
            <p className="alert alert-error" role="alert">
              {state.failed}
            </p>
          )}
        </div>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={() => close(false)}>
            {depth > 1 && !view.close ? "Back" : plainString(view.close) || "Close"}
          </button>
          {view.submit && (
            <button type="submit" className="button primary" aria-disabled={state.busy} aria-busy={state.busy}>
              {plainString(view.submit)}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

function StableSurface({ surface, children }: { surface: Surface; children: ReactNode }): ReactNode {
  const kept = useMemo(() => surface, [surface]);
  return <SurfaceContext.Provider value={kept}>{children}</SurfaceContext.Provider>;
}
