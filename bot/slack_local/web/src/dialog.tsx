// A dialog that the browser keeps the focus in and closes with Escape.

import { type ReactNode, useLayoutEffect, useRef } from "react";

const FIELDS = ["input", "textarea", "select"].map((kind) => `.dialog-body ${kind}`).join();

interface Props {
  label: string;
  onClose: () => void;
  narrow?: boolean;
  children: ReactNode;
}

export function Dialog({ label, onClose, narrow, children }: Props): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  // A layout effect: closed while it is still in the document, it gives the focus back to where it was.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // On a phone this would raise the keyboard over the form before anybody has read it.
    if (matchMedia("(hover: hover)").matches) shown?.querySelector<HTMLElement>(FIELDS)?.focus();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={narrow ? "dialog narrow" : "dialog"}
      aria-label={label}
      onCancel={(event) => {
        // The one who holds the state decides whether it closes; the browser would hide it at once.
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
      onMouseDown={(event) => event.target === dialog.current && onClose()}
    >
      {children}
    </dialog>
  );
}
