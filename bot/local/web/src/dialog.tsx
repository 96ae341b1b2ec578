// A dialog that the browser keeps the focus in and closes with Escape.

import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  label: string;
  onClose: () => void;
  narrow?: boolean;
  children: ReactNode;
}

export function Dialog({ label, onClose, narrow, children }: Props): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
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
