import { type ReactNode, useEffect } from "react";
import { live, useLive } from "../live";
import { Icon } from "../icons";

const SHOWN = 5000;

export function Toast(): ReactNode {
  const toast = useLive((state) => state.toast);
  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => live.set({ toast: null }), SHOWN);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toast && (
        <div className="toast">
          <span>{toast.text}</span>
          <button type="button" className="icon" aria-label="Dismiss" onClick={() => live.set({ toast: null })}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
