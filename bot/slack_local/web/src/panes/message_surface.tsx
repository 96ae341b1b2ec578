// The content of a message, and what is said when a press in it got no answer.

import type { ReactNode } from "react";
import { SurfaceContext } from "../blocks/surface";
import { useMessageSurface } from "../surfaces";
import type { JsonObject } from "../types";

interface Props {
  where: JsonObject;
  hidden?: boolean;
  children: ReactNode;
}

export function MessageSurface({ where, hidden, children }: Props): ReactNode {
  const [surface, failed] = useMessageSurface(where);
  return (
    <SurfaceContext.Provider value={surface}>
      <div className={hidden ? "content faint" : "content"}>{children}</div>
      {failed && (
        <p className="press-failed" role="alert">
          ⚠ {failed}
        </p>
      )}
    </SurfaceContext.Provider>
  );
}
