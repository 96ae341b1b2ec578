// What the bot reports to its developer about one of its messages: the exception behind an error.

import type { ReactNode } from "react";
import { useStore } from "../store";
import type { Message, MessageNote } from "../types";

export function MessageNotes({ message }: { message: Message }): ReactNode {
  const notes = useStore((state) => state.thread?.notes);
  return notes?.filter((note) => message.text.includes(note.beside)).map((note) => <Note key={note.beside} note={note} />);
}

function Note({ note }: { note: MessageNote }): ReactNode {
  return (
    <aside className="message-note" aria-label={note.title}>
      <p className="note-text">
        <strong>{note.title}</strong>
        {note.text && `: ${note.text}`}
      </p>
      {note.location && <p className="note-location">{note.location}</p>}
      {note.code && <pre className="note-code">{note.code}</pre>}
      {note.traceback && (
        <details>
          <summary>Traceback</summary>
          <pre className="json">{note.traceback}</pre>
        </details>
      )}
      <p className="faint">Shown on this page only, for the developer.</p>
    </aside>
  );
}
