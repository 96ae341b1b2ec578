import { type ReactNode, useEffect } from "react";
import { store, useStore } from "../store";
import { Icon } from "../icons";

const TOAST_MS = 5000;

export function Toast(): ReactNode {
  const toast = useStore((state) => state.toast);
  useEffect(() => {
    if (!toast) return;
    const timer = setTimeout(() => store.set({ toast: null }), TOAST_MS);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toast && (
        <div className="toast">
          <span>{toast.text}</span>
          <button type="button" className="icon" aria-label="Dismiss" onClick={() => store.set({ toast: null })}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
